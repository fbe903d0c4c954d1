"""Phones of the ten English digits, and their pronunciations.

Formants are those of an adult man, rounded from the tables of Klatt [1]_ and, for vowels, Peterson and Barney [2]_. A
diphthong is two phones, a stop a closure and a burst; the synthesiser glides from phone to phone.

References
----------
.. [1] D. H. Klatt, "Software for a cascade/parallel formant synthesizer", JASA 67(3), 971-995, 1980.
.. [2] G. E. Peterson and H. L. Barney, "Control methods used in a study of the vowels", JASA 24(2), 175-184, 1952.
"""

from typing import NamedTuple


class Phone(NamedTuple):
    """Targets of the vocal tract during one phone.

    Frequencies and bandwidths are in Hz, the duration in seconds, the amplitudes of the three sources (voice, breath
    through the formants, friction at the lips and teeth) relative to a vowel's voice.
    """

    seconds: float
    formants: tuple[float, float, float]
    bandwidths: tuple[float, float, float] = (70, 90, 150)
    voice: float = 1.0
    breath: float = 0.0
    friction: float = 0.0
    friction_centre: float = 4000.0
    friction_bandwidth: float = 4000.0


PHONES = {
    # Vowels, and the two halves of the diphthongs
    "IY": Phone(0.16, (290, 2170, 2960), (50, 150, 300)),
    "IH": Phone(0.10, (400, 1900, 2560), (50, 100, 140)),
    "EH": Phone(0.12, (530, 1760, 2490), (60, 90, 200)),
    "AH": Phone(0.12, (630, 1200, 2450), (80, 60, 140)),
    "AO": Phone(0.15, (580, 900, 2450), (90, 100, 100)),
    "UW": Phone(0.17, (320, 980, 2230), (65, 110, 140)),
    "AY1": Phone(0.12, (690, 1200, 2500), (110, 70, 160)),
    "AY2": Phone(0.09, (400, 1880, 2520), (70, 100, 160)),
    "EY1": Phone(0.09, (480, 1780, 2520), (70, 100, 180)),
    "EY2": Phone(0.09, (330, 2060, 2600), (55, 100, 200)),
    "OW1": Phone(0.09, (540, 1060, 2340), (80, 70, 80)),
    "OW2": Phone(0.10, (420, 880, 2290), (70, 70, 80)),
    # Nasals, liquids and glides: voiced, weaker than vowels
    "N": Phone(0.08, (420, 1340, 2470), (120, 300, 300), voice=0.35),
    "W": Phone(0.08, (290, 610, 2150), (60, 80, 90), voice=0.7),
    "R": Phone(0.08, (320, 1070, 1450), (70, 100, 120), voice=0.7),
    # Fricatives
    "F": Phone(0.10, (340, 1100, 2080), (200, 120, 150), 0.0, friction=0.05, friction_centre=3000.0),
    "TH": Phone(0.09, (320, 1290, 2540), (200, 100, 200), 0.0, friction=0.04, friction_centre=5000.0),
    "S": Phone(0.12, (320, 1390, 2530), (200, 90, 200), 0.0, friction=0.15, friction_centre=4800.0),
    "V": Phone(0.07, (220, 1100, 2080), (70, 100, 130), 0.3, friction=0.03, friction_centre=3000.0),
    "Z": Phone(0.08, (240, 1390, 2530), (70, 70, 180), 0.3, friction=0.08, friction_centre=4800.0),
    # Stops: silence, then a burst with breath after it
    "T-": Phone(0.06, (350, 1700, 2600), voice=0.0),
    "T": Phone(0.05, (400, 1600, 2600), (200, 120, 250), 0.0, 0.2, 0.12, 3900.0, 2000.0),
    "K-": Phone(0.06, (300, 1990, 2850), voice=0.0),
    "K": Phone(0.05, (300, 1990, 2850), (200, 160, 330), 0.0, 0.15, 0.12, 1900.0, 600.0),
}

DIGITS = {
    "zero": ("Z", "IH", "R", "OW1", "OW2"),
    "one": ("W", "AH", "N"),
    "two": ("T", "UW"),
    "three": ("TH", "R", "IY"),
    "four": ("F", "AO", "R"),
    "five": ("F", "AY1", "AY2", "V"),
    "six": ("S", "IH", "K-", "K", "S"),
    "seven": ("S", "EH", "V", "AH", "N"),
    "eight": ("EY1", "EY2", "T-", "T"),
    "nine": ("N", "AY1", "AY2", "N"),
}

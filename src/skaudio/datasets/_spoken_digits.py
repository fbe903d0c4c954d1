"""`make_spoken_digits`: spoken digits in synthetic voices."""

from numbers import Integral, Real

import numpy as np
from numpy.random import RandomState
from sklearn.utils import Bunch
from sklearn.utils._param_validation import Interval, validate_params

from skaudio.datasets._phones import DIGITS
from skaudio.datasets._recording_conditions import RecordingConditions, draw_pauses
from skaudio.datasets._synthesis import make_rng
from skaudio.datasets._voice import draw_voice, speak

_DESCR = """\
Synthetic spoken digits
=======================
The words "zero" to "nine" from a formant synthesiser. A speaker has a vocal tract, a pitch, a tempo, a voice quality,
an accent, a room, a microphone and a noise; the utterances of one speaker differ in pitch, tempo, articulation and
level. Split by speaker (`groups`): the clips of a speaker who was in the training set are far easier.
"""


@validate_params(
    {
        "n_samples": [Interval(Integral, 1, None, closed="left")],
        "n_speakers": [Interval(Integral, 1, None, closed="left")],
        "sr": [Interval(Real, 4000, None, closed="left")],
        "snr_db": [Interval(Real, None, None, closed="neither")],
        "random_state": ["random_state"],
        "return_X_y": ["boolean"],
    },
    prefer_skip_nested_validation=True,
)
def make_spoken_digits(
    n_samples: int = 500,
    *,
    n_speakers: int = 6,
    sr: float = 8000,
    snr_db: float = 20.0,
    random_state: int | RandomState | None = None,
    return_X_y: bool = False,
) -> Bunch | tuple[np.ndarray, np.ndarray]:
    """Generate the ten spoken digits in several synthetic voices, without a download.

    Digits are equally frequent, and so are speakers within a digit, as far as `n_samples` allows; the order is
    shuffled. The counterpart with real speakers is `fetch_spoken_digits`.

    Parameters
    ----------
    n_samples : int, default=500
        Number of clips.
    n_speakers : int, default=6
        Number of speakers, from tall men to small children. They depend on the seed.
    sr : float, default=8000
        Sampling rate in Hz, at least 4000.
    snr_db : float, default=20.0
        Ratio of the power of speech to that of the background noise, over the whole clip, in dB.
    random_state : int, RandomState instance or None, default=None
        Seed; pass an int for reproducible output across calls.
    return_X_y : bool, default=False
        Whether to return ``(data, target)`` instead of a Bunch.

    Returns
    -------
    Bunch
        - ``data``: ndarray of shape (n_samples,), object; each a clip, float32 of shape (n_samples_i,), in [-1, 1]
        - ``target``: ndarray of shape (n_samples,), int64; the digits 0 to 9
        - ``groups``: ndarray of shape (n_samples,), str; the speakers, ``"speaker_00"`` and so on
        - ``target_names``: ndarray of shape (10,), str; ``"zero"`` to ``"nine"``
        - ``sr``: sampling rate in Hz
        - ``DESCR``: description

    References
    ----------
    .. [1] D. H. Klatt, "Software for a cascade/parallel formant synthesizer", JASA 67(3), 971-995, 1980.
    .. [2] G. E. Peterson and H. L. Barney, "Control methods used in a study of the vowels", JASA 24(2), 175-184, 1952.

    Examples
    --------
    >>> from skaudio.datasets import make_spoken_digits
    >>> digits = make_spoken_digits(20, n_speakers=2, random_state=0)
    >>> digits.data.shape, digits.data[0].dtype
    ((20,), dtype('float32'))
    >>> sorted(set(digits.groups.tolist()))
    ['speaker_00', 'speaker_01']
    """
    rng = make_rng(random_state)
    speakers = [(draw_voice(rng), RecordingConditions.draw(rng, sr)) for _ in range(n_speakers)]
    order = rng.permutation(n_samples)
    target = order % len(DIGITS)
    speaker = order // len(DIGITS) % n_speakers
    words = list(DIGITS.values())
    data = np.empty(n_samples, dtype=object)
    for index in range(n_samples):
        voice, conditions = speakers[speaker[index]]
        pauses = draw_pauses(rng, sr)
        speech = np.pad(speak(rng, words[target[index]], voice, sr), pauses)
        data[index] = conditions.record(rng, speech, sr, snr_db)
    if return_X_y:
        return data, target
    return Bunch(
        data=data,
        target=target,
        groups=np.array([f"speaker_{index:02d}" for index in speaker]),
        target_names=np.array(list(DIGITS)),
        sr=sr,
        DESCR=_DESCR,
    )

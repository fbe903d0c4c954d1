"""Listening while it sounds: blocks from a microphone go in, events come out as soon as they are certain.

`microphone` is any generator of arrays: of the blocks of a sound card (``sounddevice.InputStream``), of a socket, of a
pipe. What is found is what would be found in the whole recording.
"""

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skaudio.datasets import make_sound_events
from skaudio.events import EventDetector
from skaudio.features import MelSpectrogram
from skaudio.pooling import StatPooling

scenes = make_sound_events(7, classes=["trill", "chirp_up"], snr_db=20.0, random_state=0)
detector = EventDetector(
    make_pipeline(StatPooling(), StandardScaler(), LogisticRegression(max_iter=500)),
    front_end=MelSpectrogram(sr=scenes.sr, top_db=None),
    window_seconds=0.4,
    random_state=0,
).fit(scenes.data[:6], scenes.events[:6])

heard = 0  # seconds so far


def microphone(y, sr, block=1024):
    global heard
    for start in range(0, len(y), block):
        heard = (start + block) / sr
        yield y[start : start + block]


delays = []
for event in detector.iter_predict(microphone(scenes.data[6], scenes.sr), sr=scenes.sr):
    delays.append(heard - event.offset)
    print(f"{heard:5.1f} s: a {event.label} from {event.onset:.1f} to {event.offset:.1f} s")
print(f"told {np.median(delays):.1f} s after its end, half of the time; {max(delays):.1f} s at worst")

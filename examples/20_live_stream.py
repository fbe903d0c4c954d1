"""Detect events in a live stream: blocks of samples in, events out as soon as later blocks cannot change them.

`microphone` is any generator of arrays: blocks of a sound card (``sounddevice.InputStream``), a socket or a pipe. The
events equal those of the whole recording.
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

received = 0  # seconds received


def microphone(y, sr, block=1024):
    global received
    for start in range(0, len(y), block):
        received = (start + block) / sr
        yield y[start : start + block]


delays = []
for event in detector.iter_predict(microphone(scenes.data[6], scenes.sr), sr=scenes.sr):
    delays.append(received - event.offset)
    print(f"{received:5.1f} s: {event.label} from {event.onset:.1f} to {event.offset:.1f} s")
print(f"delay after the end of an event: median {np.median(delays):.1f} s, maximum {max(delays):.1f} s")

"""Keyword spotting in continuous speech: miss rate by false alarms per hour.

Digits are mixed into minutes of noise. The network detects two of the ten digits; the threshold determines the
trade-off between misses and false alarms.
"""

import numpy as np

from skaudio.datasets import make_spoken_digits
from skaudio.estimators import CRNNClassifier
from skaudio.events import EventDetector, decode_events
from skaudio.features import MelSpectrogram
from skaudio.metrics import event_based_scores, false_alarms_per_hour

SR = 8000
KEYWORDS = {3: "three", 7: "seven"}
rng = np.random.default_rng(0)


def speech(clips, digits):
    """Concatenate clips with pauses, over noise that is 10 dB fainter."""
    parts, events, now = [], [], 0
    for clip, digit in zip(clips, digits, strict=True):
        pause = rng.integers(SR // 2, 2 * SR)
        parts += [np.zeros(pause), clip / np.sqrt(np.mean(clip**2))]
        if digit in KEYWORDS:
            events.append(((now + pause) / SR, (now + pause + len(clip)) / SR, KEYWORDS[digit]))
        now += pause + len(clip)
    y = np.concatenate([*parts, np.zeros(SR)])
    return (0.05 * (y + 10 ** (-10 / 20) * rng.standard_normal(len(y)))).astype(np.float32), events


digits = make_spoken_digits(240, n_speakers=4, snr_db=40.0, random_state=0)
portions = [slice(start, start + 30) for start in range(0, 240, 30)]
scenes, events = zip(*(speech(digits.data[own], digits.target[own]) for own in portions), strict=True)
detector = EventDetector(
    CRNNClassifier(filters=8, units=32, epochs=10, random_state=0),
    front_end=MelSpectrogram(sr=SR, n_fft=512, hop_length=160, n_mels=40, top_db=None),
    resolution="frame",
    window_seconds=5.0,
    n_overlays=0,
    random_state=0,
).fit(scenes[:5], events[:5])

test, truth = scenes[5:], [list(own) for own in events[5:]]
tracks = detector.predict_proba(test)  # computed once, decoded with every threshold
hours = sum(map(len, test)) / SR / 3600
print("threshold  missed  false alarms per hour")
for threshold in (0.1, 0.3, 0.5, 0.7, 0.9):
    found = [
        decode_events(
            track.scores,
            detector.labels_,
            hop_seconds=0.02,
            threshold=threshold,
            low_threshold=threshold / 2,  # extends a detection to the whole word
            min_duration=0.1,
        )
        for track in tracks
    ]
    recall = event_based_scores(truth, found, onset_collar=0.3, offset_collar=None)[1]
    alarms = false_alarms_per_hour(truth, found, hours=hours, onset_collar=0.3, offset_collar=None)
    print(f"{threshold:9.1f}  {1 - recall:5.0%}  {alarms:8.0f}")

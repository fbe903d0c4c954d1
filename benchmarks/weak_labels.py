"""Event detection from weak labels: networks trained on tags of clips, compared with the same trained on strong labels.

Run as ``python benchmarks/weak_labels.py``; half an hour on two cores. Scenes are generated (`make_sound_events`):
clips of ten seconds with up to four calls of three classes, 0 to 15 dB above the noise. Training and test sites
differ. The threshold is 0.5 throughout; no parameter is tuned.
"""

import time

from measure import Report

from skaudio.datasets import make_sound_events
from skaudio.estimators import CRNNClassifier, GRUClassifier, LSTMClassifier
from skaudio.events import EventDetector, event_table
from skaudio.features import MelSpectrogram
from skaudio.metrics import event_based_f1, segment_based_f1

CLASSES = ["trill", "chirp_up", "harmonic_burst"]
FRONT_END = MelSpectrogram(sr=16000, n_fft=1024, hop_length=320, n_mels=64, top_db=None)
NETWORKS = {"CRNN": CRNNClassifier, "GRU": GRUClassifier, "LSTM": LSTMClassifier}


def scenes(n_scenes, seed):
    return make_sound_events(
        n_scenes, duration=10.0, n_events=(0, 4), classes=CLASSES, snr_db=(0.0, 15.0), n_sites=10, random_state=seed
    )


def main(report):
    train, test = scenes(200, 0), scenes(100, 1)
    truth = event_table(test.events)
    tags = [sorted({label for *_, label in own}) for own in train.events]
    ways = {
        "tags, linear softmax": ({"pooling": "linear_softmax"}, tags),
        "tags, attention": ({"pooling": "attention"}, tags),
        "events": ({}, train.events),  # trained by frames, without pooling over time
    }
    for name, kind in NETWORKS.items():
        for way, (pooling, y) in ways.items():
            start = time.perf_counter()
            detector = EventDetector(
                kind(random_state=0, **pooling),
                front_end=FRONT_END,
                resolution="frame",
                min_duration=0.1,
                n_overlays=0,
                mine_negatives=False,
                random_state=0,
            )
            found = detector.fit(train.data, y).predict(test.data)
            by_frame = segment_based_f1(truth, found, segment_seconds=0.02)
            by_event = event_based_f1(truth, found)
            loose = event_based_f1(truth, found, onset_collar=0.5, offset_collar=None)
            figures = f"F1 of frames {by_frame:.3f}, of events {by_event:.3f}, with onsets within 0.5 s {loose:.3f}"
            report.line(f"{name} from {way:20s} {figures} ({time.perf_counter() - start:.0f} s)")


if __name__ == "__main__":
    report = Report("weak_labels")
    main(report)
    report.write()

"""When, from labels that say only what: networks trained on tags of clips, beside the same trained on marked events.

Run as ``python benchmarks/weak_labels.py``; an hour on two cores. Scenes are generated (`make_sound_events`): clips of
ten seconds with up to four calls of three classes, 0 to 15 dB above the noise. Those to find are at other places than
those to learn from. Threshold 0.5 throughout: nothing is tuned.
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
NETWORKS = {
    "CRNN, linear softmax": CRNNClassifier(random_state=0),
    "CRNN, attention": CRNNClassifier(pooling="attention", random_state=0),
    "GRU, linear softmax": GRUClassifier(pooling="linear_softmax", random_state=0),
    "GRU, attention": GRUClassifier(pooling="attention", random_state=0),
    "LSTM, linear softmax": LSTMClassifier(pooling="linear_softmax", random_state=0),
}


def scenes(n_scenes, seed):
    return make_sound_events(
        n_scenes, duration=10.0, n_events=(0, 4), classes=CLASSES, snr_db=(0.0, 15.0), n_sites=10, random_state=seed
    )


def main(report):
    train, test = scenes(300, 0), scenes(100, 1)
    truth = event_table(test.events)
    tags = [sorted({label for *_, label in own}) for own in train.events]
    for name, network in NETWORKS.items():
        for labels, y in (("tags", tags), ("events", train.events)):
            start = time.perf_counter()
            detector = EventDetector(
                network, front_end=FRONT_END, resolution="frame", min_duration=0.1, n_overlays=0, random_state=0
            )
            found = detector.fit(train.data, y).predict(test.data)
            by_frame = segment_based_f1(truth, found, segment_seconds=0.02)
            by_event = event_based_f1(truth, found)
            loose = event_based_f1(truth, found, onset_collar=0.5, offset_collar=None)
            report.line(
                f"{name:22s} from {labels:7s} frame F1 {by_frame:.3f}, event F1 {by_event:.3f}, "
                f"onset within 0.5 s {loose:.3f} ({time.perf_counter() - start:.0f} s)"
            )


if __name__ == "__main__":
    report = Report("weak_labels")
    main(report)
    report.write()

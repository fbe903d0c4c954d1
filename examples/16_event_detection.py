"""Sound event detection in long recordings: times, labels and counts of calls, also in a live stream.

A detector applies a classifier to short windows along a recording. It is fitted to scenes with strong labels and
applied to others; the table of events is written for Raven or Audacity.
"""

from pathlib import Path

from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skaudio.datasets import make_sound_events
from skaudio.events import EventDetector, event_table, write_events
from skaudio.features import MelSpectrogram
from skaudio.metrics import event_based_scores, false_alarms_per_hour, segment_based_f1
from skaudio.pooling import StatPooling

scenes = make_sound_events(10, classes=["trill", "chirp_up", "harmonic_burst"], snr_db=(5.0, 20.0), random_state=0)
train, test = slice(0, 7), slice(7, 10)

detector = EventDetector(
    make_pipeline(StatPooling(segments=3), StandardScaler(), LogisticRegression(C=0.1, max_iter=1000)),
    front_end=MelSpectrogram(sr=scenes.sr, top_db=None),
    window_seconds=0.4,
    hop_seconds=0.05,
    threshold="tune",
    random_state=0,
)
detector.fit(scenes.data[train], scenes.events[train])

found, truth = detector.predict(scenes.data[test]), event_table(scenes.events[test])
precision, recall, f1 = event_based_scores(truth, found)
print(found.head().round(2).to_string(index=False))
print(f"\n{len(truth)} calls, {len(found)} detections: recall {recall:.0%}, precision {precision:.0%}, F1 {f1:.2f}")
print(f"segment-based F1 {segment_based_f1(truth, found):.2f}", end=", ")
print(f"false alarms per hour {false_alarms_per_hour(truth, found, hours=3 / 60):.0f}")
print(detector.count(scenes.data[test]).to_string())

write_events("calls.selections.txt", found, durations=dict.fromkeys(range(3), 60.0))
print(f"\n{Path('calls.selections.txt').read_text().splitlines()[1]!r} for Raven")

blocks = (scenes.data[9][start : start + 1600] for start in range(0, 60 * 16000, 1600))  # as from a microphone
for _, event in zip(range(3), detector.iter_predict(blocks, sr=scenes.sr), strict=False):
    print(f"{event.label} at {event.onset:.1f} s")

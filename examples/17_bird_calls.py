"""Count the calls of a bird in MP3 recordings: a table of calls, and counts per recording.

Recordings of a forest with insects and other animals are generated and written as MP3 files. Calls of one bird are
labelled in some of them, as Raven would export them, and a network with frame resolution is trained on these. For your
own recordings, replace only the first part.
"""

from pathlib import Path

import numpy as np
import soundfile

from skaudio.datasets import make_sound_events
from skaudio.estimators import CRNNClassifier
from skaudio.events import EventDetector, event_table, read_events, read_scores, write_events
from skaudio.features import MelSpectrogram
from skaudio.metrics import count_mean_absolute_error, event_based_scores

others = ["chirp_up", "chirp_down", "click_train"]
forest = make_sound_events(12, classes=["trill", *others], sr=32000, snr_db=(3.0, 15.0), n_sites=6, random_state=0)
paths = [f"night_{i:02d}.mp3" for i in range(12)]
for path, y in zip(paths, forest.data, strict=True):
    soundfile.write(path, y, forest.sr)
calls = [[event for event in own if event[2] == "trill"] for own in forest.events]
write_events("marked.selections.txt", event_table(calls[:8], paths[:8]), durations=dict.fromkeys(paths[:8], 60.0))

detector = EventDetector(
    CRNNClassifier(filters=8, units=32, epochs=8, random_state=0),
    front_end=MelSpectrogram(sr=16000, n_fft=1024, hop_length=320, n_mels=64, top_db=None),
    resolution="frame",
    window_seconds=5.0,  # several times as long as a call
    min_duration=0.2,
    random_state=0,
)
detector.fit(paths[:8], read_events("marked.selections.txt"))

detector.predict_to("calls.csv", paths[8:10], scores="calls.npz")  # resumes if interrupted
detector.predict_to("calls.csv", paths[8:], scores="calls.npz")  # later: new recordings are added to the table
found = read_events("calls.csv")
print(found.head().round(2).to_string(index=False))
counts = detector.count(read_scores("calls.npz")).assign(marked=[len(own) for own in calls[8:]])
print("\n", counts.to_string(), sep="")
truth = event_table(calls[8:], paths[8:])
precision, recall, f1 = event_based_scores(truth, found)
print(f"\nF1 of calls {f1:.2f}, mean error of counts {count_mean_absolute_error(truth, found):.2f}")
by_half = detector.count(paths[8:], bin_seconds=30.0)  # 3600 for hours
print(f"calls in first halves: {np.sum(by_half.xs(0.0, level='start').to_numpy())}, in second halves:", end=" ")
print(np.sum(by_half.xs(30.0, level="start").to_numpy()), f"({Path('calls.csv').stat().st_size} bytes of table)")

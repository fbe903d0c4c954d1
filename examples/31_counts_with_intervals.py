"""Counts with intervals: from detections, some of which a person reviewed, to the number of true ones of each class.

A detector with a low threshold finds most calls, and much else. Reviewing 50 detections of each class estimates how
many are true, and the threshold from which on nine of ten are.
"""

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skaudio.datasets import make_sound_events
from skaudio.events import CountEstimator, Event, EventDetector
from skaudio.features import MelSpectrogram
from skaudio.pooling import StatPooling

scenes = make_sound_events(
    10, classes=["trill", "chirp_up"], n_events=(20, 30), snr_db=(-15.0, 5.0), n_sites=2, random_state=0
)
detector = EventDetector(
    make_pipeline(StatPooling(), StandardScaler(), LogisticRegression(max_iter=1000)),
    front_end=MelSpectrogram(sr=scenes.sr, top_db=None),
    window_seconds=0.4,
    hop_seconds=0.1,
    threshold=0.15,  # low: what is below is in no table, and in no count
    random_state=0,
).fit(scenes.data[:2], scenes.events[:2])
table = detector.predict(scenes.data[2:])


def listen(rows):
    """Review detections: here by the calls that were generated, otherwise a person listens to them."""
    return [
        any(
            call.overlap(Event(*true)) > 0.5 * min(call.duration, Event(*true).duration)
            for true in scenes.events[2 + row.recording]
            if true[2] == row.label
        )
        for row in rows.itertuples()
        for call in [Event(row.onset, row.offset, row.label)]
    ]


table["verified"] = np.nan
estimator = CountEstimator(random_state=0)
for _ in range(2):  # the second round is chosen by what the first one found
    chosen = estimator.suggest(table, n_items=25)
    table.loc[chosen.row, "verified"] = np.array(listen(table.iloc[chosen.row]), float)
estimator.fit(table)

counts = estimator.predict(table, effort=8 / 60)  # rates per hour; eight recordings of a minute
counts["in fact"] = table[listen(table)].groupby("label").size()
print(counts.round().to_string())

thresholds = estimator.threshold_for(precision=0.9)
print(f"\n{thresholds.round(2).to_string()}")
for label, row in thresholds.iterrows():
    above = table[(table.label == label) & (table.score >= row.threshold)]
    if len(above):
        print(f"{label}: {np.mean(listen(above)):.0%} of {len(above)} detections from {row.threshold:.2f} on are true")

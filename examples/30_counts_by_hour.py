"""Count calls by hour of the day, across recordings, with the recorded minutes.

A recorder names its files after the time at which they begin, as AudioMoth does. Here, recordings are generated: some
before dawn, some after, none in between. For your own recordings, replace only the first part.
"""

import soundfile
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skaudio.datasets import make_sound_events
from skaudio.events import EventDetector, count_events, read_events, recording_starts, with_clock_times
from skaudio.features import MelSpectrogram
from skaudio.inspection import Report
from skaudio.pooling import StatPooling

scenes = make_sound_events(8, classes=["trill"], snr_db=20.0, random_state=0)
paths = ["20230401_025930.wav", "20230401_031000.wav", "20230402_030000.wav", "20230402_070000.wav"]
for path, y in zip(paths, scenes.data[4:], strict=True):
    soundfile.write(path, y, scenes.sr)

model = make_pipeline(StatPooling(), StandardScaler(), LogisticRegression(max_iter=500))
front_end = MelSpectrogram(sr=16000, top_db=None)
detector = EventDetector(model, front_end=front_end, window_seconds=0.4, hop_seconds=0.05, random_state=0)
detector.fit(scenes.data[:4], scenes.events[:4])

# The recorder was set to UTC; hours are those of the place.
starts = recording_starts(paths, timezone="UTC").dt.tz_convert("Europe/Berlin")
detector.predict_to("calls.csv", paths)
calls = read_events("calls.csv")
print(with_clock_times(calls, starts)[["start_time", "label", "score"]].head(3).to_string(index=False))

counts = count_events(calls, paths, by="hour", starts=starts)  # as detector.count(paths, by="hour", starts=starts)
print("\n", counts.round(2).to_string(), sep="")
by_hour = counts.groupby(counts.index.hour).sum()
by_hour["calls per minute"] = by_hour["trill"] / by_hour["recorded_minutes"]
print("\n", by_hour.round(2).to_string(), sep="")
n_missing = counts.asfreq("h")["trill"].isna().sum()
print(f"\n{n_missing} hours from the first to the last recording were not recorded")

# The same on a page, with spectrogram and sound of each call, and what was missed.
Report.from_events(calls, paths, scenes.events[4:], starts=starts, title="Calls by the hour").save("calls.html")

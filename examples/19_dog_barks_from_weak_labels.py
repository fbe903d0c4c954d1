"""When the dog barks, if all that is known of the training clips is whether one does.

Tags are cheap: one look (or listen) at a clip. A network that gives each frame a probability, and a clip the mean of
these weighted by themselves, must find the frames to say so. Barks are stood in for by bursts of harmonics here;
`skaudio.datasets.fetch_esc10` has real dogs.
"""

from skaudio.datasets import make_sound_events
from skaudio.estimators import CRNNClassifier
from skaudio.events import EventDetector, event_table
from skaudio.features import MelSpectrogram
from skaudio.metrics import event_based_f1, segment_based_scores

BARK = "harmonic_burst"


def clips(n_clips, seed):
    sounds = make_sound_events(
        n_clips, duration=5.0, n_events=(0, 2), classes=[BARK, "trill"], snr_db=(5.0, 20.0), random_state=seed
    )
    barks = [[(onset, offset, "bark") for onset, offset, label in own if label == BARK] for own in sounds.events]
    return sounds.data, barks


train, known = clips(150, seed=0)
tags = [["bark"] if barks else [] for barks in known]  # when is forgotten

detector = EventDetector(
    CRNNClassifier(filters=8, units=32, epochs=15, random_state=0),
    front_end=MelSpectrogram(sr=16000, n_fft=1024, hop_length=320, n_mels=64, top_db=None),
    resolution="frame",
    min_duration=0.1,
    random_state=0,
).fit(train, tags)

test, truth = clips(40, seed=1)
found = detector.predict(test)
print(found.head().round(2).to_string(index=False))
precision, recall, f1 = segment_based_scores(event_table(truth), found, segment_seconds=0.1)
print(f"\nof tenths of a second with a bark {recall:.0%} found, of those found {precision:.0%} right; F1 {f1:.2f}")
f1 = event_based_f1(event_table(truth), found, onset_collar=0.5, offset_collar=None)
print(f"F1 of barks, begun within half a second: {f1:.2f}")

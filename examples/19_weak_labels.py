"""Sound event detection from weak labels: the training clips are labelled only by whether a dog barks.

Tags take much less time to annotate than events. With ``pooling="linear_softmax"``, the probability of a clip is the
mean of those of its frames, weighted by themselves, so that the network learns in which frames the event is. The barks
are generated bursts of harmonics; `skaudio.datasets.fetch_esc10` has recordings of dogs.
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


train, known = clips(100, seed=0)
tags = [["bark"] if barks else [] for barks in known]  # without times

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
print(f"\nsegments of 0.1 s: recall {recall:.0%}, precision {precision:.0%}, F1 {f1:.2f}")
f1 = event_based_f1(event_table(truth), found, onset_collar=0.5, offset_collar=None)
print(f"event-based F1, onsets within 0.5 s: {f1:.2f}")

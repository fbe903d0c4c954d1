import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from skaudio.datasets import make_sound_events
from skaudio.estimators import CNNClassifier, CRNNClassifier
from skaudio.events import EventDetector, decode_events
from skaudio.export import ExportError, load_litert, to_litert
from skaudio.features import MelSpectrogram
from skaudio.pooling import StatPooling

FRONT_END = MelSpectrogram(sr=16000, n_mels=16, top_db=None)
TABLE = make_pipeline(StatPooling(), StandardScaler(), LogisticRegression())
NETWORK = CNNClassifier(filters=4, depth=1, epochs=2, random_state=0)
FRAMES = CRNNClassifier(filters=4, units=4, depth=1, epochs=2, random_state=0)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def scenes():
    return make_sound_events(3, duration=15.0, classes=["trill", "click_train"], snr_db=20.0, random_state=0)


DETECTORS = [
    EventDetector(TABLE, front_end=FRONT_END, window_seconds=0.4, hop_seconds=0.05),
    EventDetector(NETWORK, front_end=FRONT_END, window_seconds=0.3, hop_seconds=0.1, center=False),
    EventDetector(make_pipeline(FRONT_END, *TABLE), sr=16000, window_seconds=0.4),
    EventDetector(FRAMES, front_end=FRONT_END, resolution="frame", window_seconds=2.0),
]


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda detector: " ".join(repr(detector).split())[:90])
def test_scores_over_time_are_decoded_to_the_same_events(detector, scenes, export, assert_same):
    detector.set_params(random_state=0).fit(scenes.data, scenes.events)
    model = export(detector)
    clips = [*scenes.data, scenes.data[0][:1000]]
    tracks = detector.set_params(silence_dbfs=None).predict_proba(clips)
    assert_same(model.predict_proba(clips), [track.scores for track in tracks])
    settings = model.metadata
    assert settings["labels"] == detector.labels_
    assert settings["decoding"] == detector.decoding_
    np.testing.assert_allclose(tracks[0].times[:2], settings["start_seconds"] + settings["hop_seconds"] * np.arange(2))
    events = decode_events(
        model.predict_proba(scenes.data[:1])[0],
        settings["labels"],
        hop_seconds=settings["hop_seconds"],
        first_seconds=settings["start_seconds"],
        smoothing=settings["smoothing"],
        peak_distance=settings["peak_distance"],
        **settings["decoding"],
    )
    detected = detector.predict(scenes.data[:1])
    assert [event.label for event in events] == detected.label.tolist()
    shifts = [settings["bound_shifts"][event.label][0] for event in events]
    onsets = [event.onset + shift for event, shift in zip(events, shifts, strict=True)]
    np.testing.assert_allclose(onsets, detected.onset, atol=1e-5)


@pytest.mark.parametrize("detector", DETECTORS[::3], ids=["window", "frame"])
def test_recordings_of_one_length_in_litert(detector, scenes, tmp_path, assert_same):
    clips = [clip[:48000] for clip in scenes.data]
    detector.set_params(random_state=0).fit(scenes.data, scenes.events)
    model = load_litert(to_litert(detector, tmp_path / "detector.tflite", seconds=3, sample=clips[:1]))
    tracks = detector.set_params(silence_dbfs=None).predict_proba(clips)
    assert_same(model.predict_proba(clips), [track.scores for track in tracks])
    assert model.metadata["labels"] == detector.labels_


def test_a_classifier_from_elsewhere(scenes, export, assert_same):
    clips, y = [scene[:8000] for scene in scenes.data] * 2, ["background", "trill", "click_train"] * 2
    classifier = make_pipeline(FRONT_END, *TABLE).fit(clips, y)
    detector = EventDetector.from_classifier(classifier, sr=16000, window_seconds=0.5, silence_dbfs=None)
    assert_same(export(detector).predict_proba(scenes.data), [t.scores for t in detector.predict_proba(scenes.data)])
    renamed = EventDetector.from_classifier(classifier, ["background", "cricket", "wren"], sr=16000)
    with pytest.raises(ExportError, match=r"its labels \['cricket', 'wren'\] are not the classes"):
        export(renamed)


def test_what_cannot_be_exported_of_a_detector(scenes, export):
    detector = EventDetector(make_pipeline(StatPooling(), LinearSVC()), front_end=FRONT_END, random_state=0)
    detector.fit(scenes.data, scenes.events)
    with pytest.raises(ExportError, match="its classifier has no predict_proba"):
        export(detector)
    with pytest.raises(ExportError, match=r"method='predict'.*decode_events"):
        export(detector, method="predict")

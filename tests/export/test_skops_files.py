"""Files without pickle: every estimator predicts the same to the last bit, and nothing else is trusted."""

import json
import pickle
import zipfile

import joblib
import librosa
import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC
from tests.common.instances import AUTOENCODERS, FRONT_ENDS, MATCHERS, MIXTURES, NETWORKS, POOLING, SIAMESE, name
from tests.export.test_instances import fitted

from skaudio.augment import AugmentedEstimator, Gain
from skaudio.cli import main
from skaudio.datasets import make_sound_events, make_spoken_digits
from skaudio.events import CountEstimator, EventDetector
from skaudio.export import ExportError, load, save, stored_types
from skaudio.export.models._methods import OUTPUTS
from skaudio.features import MFCC, FeatureCache, FunctionFrontEnd, MelSpectrogram
from skaudio.pooling import StatPooling

SLOW = [*NETWORKS, *SIAMESE, *AUTOENCODERS]
INSTANCES = [
    *(pytest.param(estimator, id=name(estimator)) for estimator in [*POOLING, *FRONT_ENDS, *MIXTURES, *MATCHERS]),
    *(pytest.param(estimator, id=name(estimator), marks=pytest.mark.slow) for estimator in SLOW),
]


@pytest.fixture(scope="module")
def digits():
    return make_spoken_digits(40, random_state=0)


@pytest.mark.parametrize("estimator", INSTANCES)
def test_every_estimator_is_the_same_afterwards(estimator, digits, tmp_path):
    pipeline, clips = fitted(estimator, digits)
    path = save(pipeline, tmp_path / "model.skops")
    trusted = ["librosa.feature.spectral.rms"] if isinstance(estimator, FunctionFrontEnd) else []
    again = load(path, trusted=trusted)
    methods = [method for method in OUTPUTS if hasattr(pipeline, method)]
    assert methods
    for method in methods:
        expected, found = getattr(pipeline, method)(clips), getattr(again, method)(clips)
        if isinstance(expected, np.ndarray) and expected.dtype.kind == "O":
            assert all(np.array_equal(a, b) for a, b in zip(expected, found, strict=True))
        else:
            np.testing.assert_array_equal(found, expected)


def test_a_search_and_a_cache(digits, tmp_path):
    front_end = MFCC(sr=8000, memory=FeatureCache(tmp_path / "cache"))
    pipeline = make_pipeline(front_end, StatPooling(), SVC())
    search = GridSearchCV(pipeline, {"svc__C": [1, 10]}, cv=2).fit(digits.data, digits.target % 2)
    again = load(save(search, tmp_path / "search.skops"))
    assert again.best_params_ == search.best_params_
    np.testing.assert_array_equal(again.predict(digits.data), search.predict(digits.data))


def test_augmentation_and_events(digits, tmp_path):
    model = make_pipeline(MFCC(sr=8000), StatPooling(), LogisticRegression(max_iter=100))
    augmented = AugmentedEstimator(model, [Gain()], random_state=0).fit(digits.data, digits.target)
    again = load(save(augmented, tmp_path / "augmented.skops"))
    np.testing.assert_array_equal(again.predict(digits.data), augmented.predict(digits.data))
    scenes = make_sound_events(2, classes=["trill"], random_state=0)
    model = make_pipeline(StatPooling(), LogisticRegression(max_iter=100))
    detector = EventDetector(model, front_end=MelSpectrogram(sr=16000, top_db=None), window_seconds=0.4, random_state=0)
    detector.fit(scenes.data[:1], scenes.events[:1])
    again = load(save(detector, tmp_path / "detector.skops"))
    assert again.predict(scenes.data[1:]).equals(detector.predict(scenes.data[1:]))
    estimator = CountEstimator(random_state=0).fit(np.linspace(0, 1, 40), np.arange(40) > 20)
    scores = np.linspace(0, 1, 100)
    assert load(save(estimator, tmp_path / "count.skops")).predict(scores).equals(estimator.predict(scores))


def test_names_in_files_are_public(digits, tmp_path):
    pipeline = make_pipeline(MFCC(sr=8000), StatPooling(), SVC()).fit(digits.data, digits.target)
    with zipfile.ZipFile(save(pipeline, tmp_path / "model.skops")) as file:
        schema = file.read("schema.json").decode()
    assert "skaudio.export.stored_types" in schema
    assert "skaudio.features" not in schema
    assert "skaudio._" not in schema


@pytest.mark.parametrize("name", stored_types.LOCATIONS)
def test_stored_types_exist(name):
    assert getattr(stored_types, name).__name__ == name


def test_no_other_type_is_trusted(tmp_path):
    path = save(make_pipeline(FunctionFrontEnd(librosa.feature.rms, sr=8000)), tmp_path / "model.skops")
    with pytest.raises(
        ExportError, match=r"contains types that are not trusted: librosa\.feature\.spectral\.rms.*trusted="
    ):
        load(path)
    with zipfile.ZipFile(tmp_path / "evil.skops", "w") as file:
        schema = {"__class__": "system", "__module__": "os", "__loader__": "FunctionNode", "protocol": 2, "__id__": 1}
        file.writestr("schema.json", json.dumps(schema | {"content": {"module_path": "os", "function": "system"}}))
    with pytest.raises(ExportError, match=r"evil\.skops"):
        load(tmp_path / "evil.skops")


def test_what_is_no_such_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "missing.skops")
    (tmp_path / "broken.skops").write_bytes(b"no model")
    with pytest.raises(ExportError, match=r"broken\.skops is not a file of skaudio\.export\.save"):
        load(tmp_path / "broken.skops")
    with pytest.raises(ExportError, match=r"cannot be saved by skops: .*Use joblib\.dump"):
        save(FunctionFrontEnd(lambda y: y, sr=8000), tmp_path / "model.skops")
    assert not (tmp_path / "model.skops").exists()


def test_the_console_never_unpickles_such_a_file(digits, tmp_path, capsys):
    import soundfile

    soundfile.write(tmp_path / "clip.wav", digits.data[0], 8000)
    pipeline = make_pipeline(MFCC(sr=8000), StatPooling(), SVC()).fit(digits.data, digits.target)
    save(pipeline, tmp_path / "model.skops")
    joblib.dump(pipeline, tmp_path / "model.joblib")
    assert main(["predict", str(tmp_path / "model.skops"), str(tmp_path / "clip.wav")]) == 0
    by_skops = capsys.readouterr().out
    assert main(["predict", str(tmp_path / "model.joblib"), str(tmp_path / "clip.wav")]) == 0
    assert by_skops == capsys.readouterr().out
    (tmp_path / "pickle.skops").write_bytes(pickle.dumps(pipeline))
    assert main(["predict", str(tmp_path / "pickle.skops"), str(tmp_path / "clip.wav")]) == 2
    assert "is not a file of skaudio.export.save" in capsys.readouterr().err

"""A fit that fails, or is interrupted, at whatever moment: the estimator is as it was before, or not fitted."""

import pickle
from itertools import count

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from tests.common.instances import (
    AUTOENCODERS,
    FRONT_ENDS,
    MATCHERS,
    NETWORKS,
    POOLING,
    PRETRAINED,
    SIAMESE,
    TRANSFER,
    name,
)

from skaudio.augment import AddNoise, AugmentedEstimator
from skaudio.datasets import make_sound_events
from skaudio.estimators import AutoencoderLatent
from skaudio.events import EventDetector
from skaudio.features import MFCC, MelSpectrogram
from skaudio.pooling import StatPooling

SR = 8000
OF_CLIPS = [*FRONT_ENDS, *PRETRAINED, *TRANSFER]
OF_FRAMES = [*POOLING, *NETWORKS, *SIAMESE, *AUTOENCODERS]
SLOW = {"CRNNClassifier", "GRUClassifier", "GRURegressor", "LSTMRegressor"}  # their code is that of the others


def cases(estimators):
    return [pytest.param(x, marks=pytest.mark.slow) if name(x) in SLOW else x for x in estimators]


def clips(seed, n=8):
    rng = np.random.default_rng(seed)
    return [rng.standard_normal(rng.integers(2000, 3000)).astype(np.float32) for _ in range(n)]


def frames(seed, n=8):
    """Give frames of one length, which the dense autoencoder needs."""
    return np.random.default_rng(seed).standard_normal((n, 12, 5)).astype(np.float32)


def labels(*names):
    return np.array(names)[np.arange(8) % 2]


def tables(n, labels_of):
    scenes = make_sound_events(n, classes=["trill"], snr_db=20.0, random_state=0)
    return scenes.data, [[(start, stop, labels_of) for start, stop, _ in own] for own in scenes.events]


class Interruption:
    """Ctrl-C, just before the estimator gets its n-th attribute."""

    def __init__(self, monkeypatch, model):
        self.model, self.left = model, None
        monkeypatch.setattr(type(model), "__setattr__", self._setter(), raising=False)

    def _setter(self):
        def set_attribute(model, attribute, value):
            if model is self.model and self.left is not None:
                if self.left == 0:
                    raise KeyboardInterrupt
                self.left -= 1
            object.__setattr__(model, attribute, value)

        return set_attribute

    def at(self, n, call):
        """Tell whether a call was interrupted at its n-th attribute; there may be no such."""
        self.left = n
        try:
            call()
        except KeyboardInterrupt:
            return True
        finally:
            self.left = None
        return False


def state_of(model):
    return {attribute: pickle.dumps(value) for attribute, value in vars(model).items()}


def assert_as_before_whenever_interrupted(monkeypatch, model, call):
    interruption, before = Interruption(monkeypatch, model), state_of(model)
    for n in count():
        if not interruption.at(n, call):
            break
        assert state_of(model) == before
    assert n > 0 or state_of(model) == before  # of an estimator that learns nothing


def short(estimator):
    estimator = clone(estimator)
    return estimator.set_params(epochs=1) if "epochs" in estimator.get_params() else estimator


@pytest.mark.parametrize("estimator", cases([*OF_CLIPS, *OF_FRAMES]), ids=name)
def test_fitted_anew(estimator, monkeypatch):
    batch = clips if estimator in OF_CLIPS else frames
    numbers = name(estimator).endswith("Regressor")
    first, second = (np.arange(8.0), np.arange(8.0) ** 2) if numbers else (labels("a", "b"), labels("c", "d"))
    model = short(estimator)
    assert_as_before_whenever_interrupted(monkeypatch, model, lambda: model.fit(batch(1), second))
    model = short(estimator).fit(batch(0), first)
    assert_as_before_whenever_interrupted(monkeypatch, model, lambda: model.fit(batch(1), second))


@pytest.mark.parametrize("estimator", cases(NETWORKS), ids=name)
def test_fitted_further(estimator, monkeypatch):
    y = np.arange(8.0) if name(estimator).endswith("Regressor") else labels("a", "b")
    model = short(estimator).fit(frames(0), y)
    assert_as_before_whenever_interrupted(monkeypatch, model, lambda: model.partial_fit(frames(1), y))


def test_fitted_on_frames(monkeypatch):
    model = short(NETWORKS[0]).fit(frames(0), labels("a", "b"))
    of_frames = [[label] * 12 for label in labels("c", "d")]
    assert_as_before_whenever_interrupted(monkeypatch, model, lambda: model.fit_frames(frames(1), of_frames))


@pytest.mark.parametrize("method", ["fit_pairs", "enroll", "forget"])
def test_siamese_networks(method, monkeypatch):
    model = short(SIAMESE[0]).fit(frames(0), labels("a", "b"))
    arguments = {
        "fit_pairs": (frames(1), frames(2), np.arange(8) % 2),
        "enroll": (frames(1), labels("c", "d")),
        "forget": (["a"],),
    }[method]
    assert_as_before_whenever_interrupted(monkeypatch, model, lambda: getattr(model, method)(*arguments))


@pytest.fixture(params=["auto", "latent"])
def matcher(request, monkeypatch):
    monkeypatch.setattr("skaudio.matching._latent_index.AutoencoderLatent", fast_autoencoder)
    return clone(MATCHERS[0]).set_params(method=request.param).fit(clips(0, 3), list("abc"))


def fast_autoencoder(**params):
    return AutoencoderLatent(**{**params, "hidden": (8,), "epochs": 1})


def best(matcher, X):
    return [matches[0].name for matches in matcher.match(X)]


@pytest.mark.parametrize("method", ["fit", "add", "remove"])
def test_recordings_taken_in_and_dropped(matcher, method, monkeypatch):
    arguments = {"fit": (clips(1, 2), list("de")), "add": (clips(1, 2), list("de")), "remove": (["a"],)}[method]
    assert_as_before_whenever_interrupted(monkeypatch, matcher, lambda: getattr(matcher, method)(*arguments))
    if method != "remove":
        assert best(matcher, clips(1, 2)) == list("de")
    if method != "fit":
        assert best(matcher, clips(0, 3)[1:]) == list("bc")


def test_an_index_that_is_interrupted_in_its_midst(matcher, monkeypatch):
    before, index = state_of(matcher), type(matcher._index)
    with monkeypatch.context() as patched:
        patched.setattr(index, "with_more", interrupted_after(index.with_more))
        with pytest.raises(KeyboardInterrupt):
            matcher.add(clips(1, 2), list("de"))
    assert state_of(matcher) == before
    assert best(matcher.add(clips(1, 2), list("de")), clips(1, 2)) == list("de")


def interrupted_after(method):
    def interrupted(*args):
        method(*args)
        raise KeyboardInterrupt

    return interrupted


@pytest.mark.parametrize("estimator", OF_CLIPS, ids=name)
def test_a_broken_clip_leaves_a_fitted_estimator_as_it_was(estimator):
    model = short(estimator).fit(clips(0), labels("a", "b"))
    before = state_of(model)
    broken = [*clips(1)[:-1], np.full(2000, np.nan, np.float32)]
    try:
        model.fit(broken, labels("c", "d"))
    except ValueError:
        assert state_of(model) == before


def detector():
    model = make_pipeline(StatPooling(), LogisticRegression(max_iter=1000))
    front_end = MelSpectrogram(sr=16000, n_mels=10, top_db=None)
    return EventDetector(model, front_end=front_end, window_seconds=0.4, hop_seconds=0.1, n_overlays=0, random_state=0)


@pytest.mark.slow
def test_detectors(monkeypatch):
    X, y = tables(2, "trill")
    _, renamed = tables(2, "whistle")
    model = detector()
    assert_as_before_whenever_interrupted(monkeypatch, model, lambda: model.fit(X, renamed))
    model = detector().fit(X, y)
    assert_as_before_whenever_interrupted(monkeypatch, model, lambda: model.fit(X, renamed))
    model = detector().fit(X, y)
    assert_as_before_whenever_interrupted(
        monkeypatch, model, lambda: model.fit_clips(clips(0), labels("background", "whistle"))
    )


def test_augmented_estimators(monkeypatch):
    pipeline = make_pipeline(MFCC(sr=SR), StatPooling(), LogisticRegression(max_iter=1000))
    model = AugmentedEstimator(pipeline, [AddNoise()], n_copies=1, random_state=0).fit(clips(0), labels("a", "b"))
    assert_as_before_whenever_interrupted(monkeypatch, model, lambda: model.fit(clips(1), labels("c", "d")))


def test_an_estimator_that_was_not_fitted_is_not_fitted_afterwards():
    model = short(NETWORKS[0])
    with pytest.raises(ValueError, match="NaN"):
        model.fit(np.full((8, 12, 5), np.nan), labels("a", "b"))
    assert vars(model) == vars(clone(model))
    with pytest.raises(NotFittedError):
        model.predict(frames(0))

"""Saliency by occlusion: of anything that gives a number, in frames and in sound."""

import librosa
import numpy as np
import pandas as pd
import pytest
import soundfile
from scipy.special import logit
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.ensemble import IsolationForest, RandomForestClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from tests.common.tones import AROUND, BAND, SR

from skaudio.features import MFCC, MelSpectrogram, Spectrogram
from skaudio.inspection import saliency
from skaudio.pooling import StatPooling
from skaudio.pretrained import PretrainedEmbedding

SHORT = slice(5000, 12000)  # samples that have the tone


class Adder(RegressorMixin, BaseEstimator):
    """Three times the sum of each clip."""

    def fit(self, X, y=None):
        return self

    def __sklearn_is_fitted__(self):
        return True

    def predict(self, X):
        return np.array([3.0 * np.sum(clip, dtype=np.float64) for clip in X])


@pytest.mark.parametrize("shape", [(40, 16), (7, 3), (1, 5), (100, 1)])
def test_of_a_sum_each_value_is_what_it_adds(shape):
    X = np.random.default_rng(0).uniform(1, 2, (2, *shape)).astype("float32")
    for x, one in zip(X, saliency(Adder(), X, "occlusion", baseline=0.0), strict=True):
        np.testing.assert_allclose(one.values, 3.0 * x, rtol=1e-4)
        assert one.score == pytest.approx(3.0 * x.sum(), rel=1e-6)
        assert (one.baseline_score, one.target, one.method) == (0.0, 0, "occlusion")


def test_of_a_sum_of_ragged_frames():
    rng = np.random.default_rng(0)
    X = [rng.uniform(1, 2, (n, 4)).astype("float32") for n in (12, 30)]
    for x, one in zip(X, saliency(Adder(), X, "occlusion", baseline=[1.0, 1.0, 1.0, 0.0]), strict=True):
        np.testing.assert_allclose(one.values, 3.0 * (x - [1, 1, 1, 0]), rtol=1e-3, atol=1e-3)


def test_of_the_frames_of_a_pipeline():
    (found,) = saliency(make_pipeline(MelSpectrogram(sr=SR), Adder()), [np.ones(4000)], "occlusion", baseline=-100.0)
    np.testing.assert_allclose(found.values, 3.0 * (found.frames + 100.0), rtol=1e-3, atol=1e-2)


def test_statistics_and_a_support_vector_machine(svc, tones):
    _, _, X, y = tones
    assert svc.score(X, y) > 0.9
    found = saliency(svc, X[1:21:2], "occlusion", target="tone")
    assert np.mean([one.share(times=AROUND, frequencies=BAND) for one in found]) >= 0.8
    np.testing.assert_allclose([one.score for one in found], svc.decision_function(X[1:21:2]), rtol=1e-6)


def loudness(windows):
    return np.abs(windows).mean(axis=1, keepdims=True)


def test_in_the_sound_where_a_pretrained_model_gives_a_table(tones):
    time = np.arange(SR) / SR
    X = [np.where(time > 0.5, amplitude, 0.0) * np.sin(2 * np.pi * 1000 * time) for amplitude in [0.05, 0.5] * 4]
    heard = PretrainedEmbedding(loudness, sr=SR, window_seconds=0.1, pooling="mean")
    model = make_pipeline(heard, LogisticRegression(C=100.0)).fit(X, ["soft", "loud"] * 4)
    (found,) = saliency(model, X[1:2], "occlusion")
    assert found.target == "loud"
    assert found.share(times=(0.45, 1.0), frequencies=(900.0, 1100.0)) > 0.8


@pytest.mark.slow
def test_in_the_sound_of_two_front_ends_side_by_side(tones):
    X, y, unseen, _ = tones
    both = make_union(
        make_pipeline(MelSpectrogram(sr=SR, top_db=40, n_jobs=1), StatPooling(segments=5)),
        make_pipeline(MFCC(sr=SR, n_jobs=1), StatPooling(segments=5)),
    )
    model = make_pipeline(both, StandardScaler(), SVC()).fit(X, y)
    found = saliency(model, unseen[1:7:2], "occlusion", target="tone")
    # A twentieth by chance; cepstra, which are of all bands at once, do listen to others, too.
    assert np.mean([one.share(times=AROUND, frequencies=BAND) for one in found]) > 0.4
    ear = Spectrogram(sr=SR)
    np.testing.assert_array_equal(found[0].frames, ear.transform(unseen[1:2])[0])
    n_fft = 2 * found[0].values.shape[1] - 2
    np.testing.assert_allclose(found[0].frequencies, librosa.fft_frequencies(sr=SR, n_fft=n_fft))
    np.testing.assert_allclose([one.score for one in found], model.decision_function(unseen[1:7:2]))
    silence = model.decision_function([np.zeros(16000)])[0]
    assert found[0].baseline_score == pytest.approx(silence, rel=1e-6)


@pytest.mark.slow
def test_in_the_sound_where_it_is_asked_for(svc, tones):
    found = saliency(svc, tones[2][1:7:2], "occlusion", target="tone", in_sound=True)
    assert np.mean([one.share(times=AROUND, frequencies=BAND) for one in found]) >= 0.8
    assert found[0].values.shape == Spectrogram(sr=SR).transform(tones[2][1:2])[0].shape


def test_in_the_sound_a_rate_must_be_known(svc, tones):
    frames = svc[0].transform(tones[2][:2])
    with pytest.raises(ValueError, match=r"The sampling rate of Pipeline is unknown.*front_end="):
        saliency(svc[1:], frames, "occlusion", in_sound=True)


def test_cepstra_have_times_and_no_frequencies(tones):
    X, y, unseen, _ = tones
    model = make_pipeline(MFCC(sr=SR, n_mfcc=30, top_db=40), StatPooling(segments=5), StandardScaler(), SVC())
    (found,) = saliency(model.fit(X, y), unseen[1:2], "occlusion", target="tone")
    assert found.values.shape == (len(found.times), 30)
    assert found.share(times=AROUND) > 0.5
    with pytest.raises(ValueError, match=r"This saliency map has no frequencies"):
        found.share(frequencies=BAND)


def pooled(model, X, y):
    return make_pipeline(MelSpectrogram(sr=SR, n_mels=16), StatPooling(), StandardScaler(), model).fit(X, y)


@pytest.fixture(scope="module")
def few(tones):
    """Clips of three classes: the second and third begin with noise, and with more of it."""
    X, y = np.array(tones[0][:60, SHORT]), np.arange(60) % 3
    noise = np.random.default_rng(0).normal(size=(60, 2000)).astype("float32")
    X[:, :2000] += noise * np.array([0.0, 0.03, 0.3], "float32")[y][:, np.newaxis]
    return X, np.array(["none", "some", "much"])[y]


def test_scores_of_a_classifier_without_decision_values_are_log_odds(few):
    X, y = few
    model = pooled(RandomForestClassifier(20, random_state=0), X, y)
    probabilities = np.clip(model.predict_proba(X[:6]), 1e-4, 1 - 1e-4)
    for target in model.classes_:
        found = saliency(model, X[:6], "occlusion", target=target)
        expected = logit(probabilities[:, list(model.classes_).index(target)])
        np.testing.assert_allclose([one.score for one in found], expected)
    assert np.mean([one.share(times=(0.0, 0.3)) for one in saliency(model, X[2:6:3], "occlusion")]) > 0.6


def test_targets_are_the_predicted_ones_or_those_asked_for(few):
    X, y = few
    model = pooled(LogisticRegression(), X, y)
    decisions = model.decision_function(X[:3])
    found = saliency(model, X[:3], "occlusion")
    assert [one.target for one in found] == list(model.predict(X[:3])) == ["none", "some", "much"]
    np.testing.assert_allclose([one.score for one in found], decisions.max(axis=1))
    asked = saliency(model, X[:3], "occlusion", target=np.array(["much", "none", "some"]))
    np.testing.assert_allclose([one.score for one in asked], decisions[range(3), [0, 1, 2]])
    assert [one.target for one in asked] == ["much", "none", "some"]
    with pytest.raises(ValueError, match=r"target='owl'; expected one of \['much', 'none', 'some'\]"):
        saliency(model, X[:1], "occlusion", target="owl")


def test_numbers_and_outliers(few):
    X, y = few
    level = np.log10(np.square(X).mean(axis=1))
    model = pooled(Ridge(), X, np.column_stack([level, -2 * level]))
    (found,) = saliency(model, X[2:3], "occlusion", target=1)
    assert (found.score, found.target) == (pytest.approx(model.predict(X[2:3])[0, 1]), 1)
    assert saliency(model, X[2:3], "occlusion")[0].target == 0
    with pytest.raises(ValueError, match=r"target=2; expected one of \[0, 1\]"):
        saliency(model, X[2:3], "occlusion", target=2)
    detector = pooled(IsolationForest(random_state=0), X[y == "none"], None)
    (found,) = saliency(detector, X[2:3], "occlusion")  # of much noise at its start
    assert found.score == pytest.approx(-detector.decision_function(X[2:3])[0])
    assert found.score > found.baseline_score or found.share(times=(0.0, 0.3)) > 0.5


def test_what_gives_no_number_is_refused(few):
    model = make_pipeline(MelSpectrogram(sr=SR), StatPooling(), StandardScaler())
    with pytest.raises(TypeError, match=r"Cannot explain Pipeline: expected a fitted classifier, regressor"):
        saliency(model.fit(few[0]), few[0], "occlusion")


def test_of_a_search_it_is_that_of_the_best(few):
    X, y = few
    search = GridSearchCV(pooled(LogisticRegression(), X, y), {"logisticregression__C": [0.1, 1.0]}, cv=2).fit(X, y)
    (found,), (best,) = (saliency(model, X[2:3], "occlusion") for model in (search, search.best_estimator_))
    np.testing.assert_array_equal(found.values, best.values)
    assert found.target == search.predict(X[2:3])[0]


@pytest.mark.parametrize("in_sound", [False, True])
def test_clips_in_any_way(few, in_sound, tmp_path):
    X, y = few
    model = pooled(LogisticRegression(), X, y)
    paths = [tmp_path / f"{i}.wav" for i in range(2)]
    for path, x in zip(paths, X, strict=False):
        soundfile.write(path, x, SR, subtype="FLOAT")
    expected = saliency(model, X[:2], "occlusion", in_sound=in_sound)
    for way in (paths, [(x, SR) for x in X[:2]], pd.DataFrame({"clip": paths}), np.array(paths, object)[:, np.newaxis]):
        found = saliency(model, way, "occlusion", in_sound=in_sound)
        assert len(found) == 2
        for one, other in zip(found, expected, strict=True):
            np.testing.assert_allclose(one.values, other.values, atol=1e-6 * np.abs(other.values).max())
            assert one.times.tolist() == other.times.tolist()

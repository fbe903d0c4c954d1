"""SiameseMatcher: comparing, naming by examples, and what it refuses."""

import pickle
import subprocess
import sys
from functools import partial

import joblib
import keras
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.spatial.distance import cdist
from sklearn.base import clone, is_classifier
from sklearn.ensemble import VotingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from tests.estimators.conftest import SMALL, make_clips

from skaudio.datasets import make_spoken_digits
from skaudio.estimators import SiameseMatcher
from skaudio.features import MFCC
from skaudio.pooling import StatPooling

SMALL_CNN = {"tower": "cnn", "tower_params": {"filters": 4, "depth": 1}, "embedding_dim": 8}
SMALL_GRU = {"tower": "gru", "tower_params": {"units": 8, "n_layers": 1}, "embedding_dim": 8}
TOWERS = {"cnn": SMALL_CNN, "gru": SMALL_GRU, "dense": {"tower": "dense", "embedding_dim": 8}, "none": {"tower": None}}
Small = partial(SiameseMatcher, **SMALL)


def voices(n_voices=8, n_clips=20, n_features=12, spread=0.5, seed=0):
    """Rows about a mean for each voice, with more spread in half of the columns."""
    rng = np.random.default_rng(seed)
    means = np.random.default_rng(0).normal(size=(n_voices, n_features))
    X = np.repeat(means, n_clips, axis=0)
    X += spread * rng.normal(size=X.shape) * np.repeat([0.5, 3.0], n_features // 2)
    return X.astype(np.float32), np.repeat([f"voice {i}" for i in range(n_voices)], n_clips)


@pytest.fixture(scope="module")
def fitted():
    X, y = make_clips(n_clips=96)
    return Small(**SMALL_CNN).set_params(epochs=10).fit(X, y)


@pytest.mark.slow
@pytest.mark.parametrize("loss", ["proxy", "contrastive", "triplet"])
@pytest.mark.parametrize("tower", TOWERS)
def test_every_tower_learns_by_every_loss(tower, loss):
    ragged = tower != "dense"
    X, y = make_clips(ragged=ragged)
    model = Small(**TOWERS[tower], loss=loss).set_params(epochs=15).fit(X, y)
    new, labels = make_clips(ragged=ragged, seed=1)
    assert model.score(new, labels) > 0.9
    assert model.loss_ == loss
    if tower != "none":
        assert model.history_["loss"][-1] < 0.8 * model.history_["loss"][0]
    other = np.random.default_rng(0).permutation(len(new))
    assert roc_auc_score(labels == labels[other], -model.pair_distance(new, new[other])) > 0.9


def small_network(input_shape, n_outputs):
    inputs = keras.layers.Input(input_shape)
    x = keras.layers.GlobalAveragePooling1D()(inputs)
    return keras.Model(inputs, keras.layers.Dense(n_outputs)(x))


def test_a_tower_of_ones_own():
    X, y = make_clips(ragged=False)
    model = Small(tower=small_network, embedding_dim=5).set_params(epochs=10).fit(X, y)
    assert model.transform(X).shape == (len(X), 5)
    assert model.score(*make_clips(ragged=False, seed=1)) > 0.9


@pytest.mark.slow
def test_euclidean_distance_and_a_margin():
    X, y = make_clips()
    far = Small(**SMALL_CNN, loss="contrastive", distance="euclidean", margin=8.0, whitening=None)
    far.set_params(epochs=20).fit(X, y)
    near = clone(far).set_params(margin=0.5).fit(X, y)
    reach = [np.median(model.pair_distance(X[:-1], X[1:])) for model in (near, far)]  # neighbours are of two classes
    assert reach[1] > 2 * reach[0]
    assert far.score(*make_clips(seed=1)) > 0.9


@pytest.mark.parametrize("distance", ["cosine", "euclidean"])
def test_what_is_near_by_embeddings(distance, clips):
    X, y = clips
    model = Small(**SMALL_CNN, distance=distance).fit(X, y)
    new, _ = make_clips(seed=1)
    enrolled, embeddings = model.transform(X), model.transform(new)
    pairs = cdist(embeddings, enrolled, distance)
    assert_allclose(model.pair_distance(new, X), np.diag(pairs), atol=1e-5)
    nearest = KNeighborsClassifier(3, metric=distance).fit(enrolled, y)
    distances, indices, names = model.kneighbors(new, 3)
    assert_array_equal(indices, nearest.kneighbors(embeddings)[1])
    assert_allclose(distances, nearest.kneighbors(embeddings)[0], atol=1e-5)
    far, those, _ = model.kneighbors(new, 3, furthest=True)
    assert_allclose(far, -np.sort(-pairs, axis=1)[:, :3], atol=1e-5)
    assert_allclose(np.take_along_axis(pairs, those, axis=1), far, atol=1e-5)
    assert_array_equal(names, y[indices])
    expected = []
    for label in model.classes_:
        own = enrolled[y == label]
        spread = [cdist(own[i : i + 1], [np.delete(own, i, axis=0).mean(axis=0)], distance) for i in range(len(own))]
        expected.append(cdist(embeddings, [own.mean(axis=0)], distance)[:, 0] - 0.75 * np.mean(spread))
    assert_allclose(model.decision_function(new), -np.transpose(expected), atol=1e-5)
    assert_array_equal(model.predict(new), model.classes_[np.argmin(expected, axis=0)])
    if distance == "cosine":
        assert_allclose(np.linalg.norm(embeddings, axis=1), 1, rtol=1e-5)


@pytest.mark.slow
def test_pairs_alone_are_enough_to_learn_from():
    X, y = voices()
    rng = np.random.default_rng(1)
    known = np.flatnonzero(np.isin(y, np.unique(y)[:6]))
    first, second = rng.choice(known, (2, 600))
    second[::2] = [rng.choice(known[y[known] == y[i]]) for i in first[::2]]
    same = y[first] == y[second]
    unseen = np.flatnonzero(~np.isin(y, np.unique(y)[:6]))
    a, b = rng.choice(unseen, (2, 400))
    truth = y[a] == y[b]
    before = roc_auc_score(truth, -np.diag(cdist(X[a], X[b], "cosine")))
    model = Small(tower=None).fit_pairs(X[first], X[second], same)
    after = roc_auc_score(truth, -model.pair_distance(X[a], X[b]))
    assert after > before + 0.05
    assert np.mean(model.verify(X[a], X[b]) == truth) > 0.75
    assert model.loss_ == "contrastive"
    with pytest.raises(ValueError, match="No class is enrolled"):
        model.predict(X)
    model.enroll(X[unseen[::4]], y[unseen[::4]])
    assert model.score(X[unseen], y[unseen]) > 0.9
    dense = Small(tower="dense", early_stopping=True).set_params(epochs=20)
    dense.fit_pairs(list(X[first][:, np.newaxis]), list(X[second][:, np.newaxis]), same, groups=first % 50)
    assert roc_auc_score(same, -dense.pair_distance(X[first][:, np.newaxis], X[second][:, np.newaxis])) > 0.8


def test_probability_and_decision_follow_the_distance(fitted):
    X, _ = make_clips(seed=1)
    distances, scores = fitted.pair_distance(X[:24], X[24:]), fitted.pair_score(X[:24], X[24:])
    assert (np.diff(scores[np.argsort(distances)]) <= 0).all()
    assert ((scores > 0) & (scores < 1)).all()
    assert_array_equal(fitted.verify(X[:24], X[24:]), distances <= fitted.threshold_)
    assert_allclose(fitted.pair_distance(X, X), 0, atol=1e-6)
    assert_allclose(fitted.pair_distance(X[:24], X[24:]), fitted.pair_distance(X[24:], X[:24]))


@pytest.mark.parametrize("calibration", ["clips", "classes"])
def test_as_many_impostors_pass_as_was_wanted(calibration):
    X, y = voices(n_voices=30, n_clips=20)
    rng = np.random.default_rng(2)
    # Of "classes" the last ten are not known to training; of "clips", half of each class.
    known = np.isin(y, np.unique(y)[:20]) if calibration == "classes" else rng.random(len(y)) < 0.5
    rates = []
    for wanted in (0.02, 0.2):
        model = SiameseMatcher(tower=None, calibration=calibration, false_accept_rate=wanted, random_state=0)
        model.fit(X[known], y[known])
        a, b = rng.choice(np.flatnonzero(~known), (2, 4000))
        impostors = y[a] != y[b]
        rates.append(np.mean(model.verify(X[a[impostors]], X[b[impostors]])))
    assert_allclose(rates, [0.02, 0.2], rtol=0.6)
    equal = SiameseMatcher(tower=None, calibration=calibration, random_state=0).fit(X[known], y[known])
    passed = equal.verify(X[a], X[b])
    different = a != b
    errors = np.mean(passed[impostors]), np.mean(~passed[~impostors & different])
    assert abs(errors[0] - errors[1]) < 0.12


def test_without_calibration_there_is_no_threshold(clips):
    X, y = clips
    model = Small(tower=None, calibration=None, unknown_label="?").fit(X, y)
    for missing in ("verify", "pair_score", "predict_proba", "threshold_"):
        assert not hasattr(model, missing)
    with pytest.raises(ValueError, match=r"unknown_label='\?' requires a threshold"):
        model.predict(X)
    assert model.pair_distance(X, X).shape == (48,)


def test_classes_come_and_go_without_training():
    X, y = voices()
    known = y < "voice 6"
    model = SiameseMatcher(tower=None, random_state=0).fit(X[known], y[known])
    before = model.transform(X)
    examples = np.flatnonzero(~known)[::4]
    assert model.enroll(X[examples], y[examples]) is model
    assert_array_equal(model.classes_, np.unique(y))
    assert_array_equal(model.transform(X), before)
    rest = np.setdiff1d(np.flatnonzero(~known), examples)
    assert np.mean(model.predict(X[rest]) == y[rest]) > 0.9
    with pytest.raises(ValueError, match="'voice 7' is already enrolled"):
        model.enroll(X[-1:], ["voice 7"])
    model.forget("voice 7").forget(["voice 0", "voice 1"])
    assert_array_equal(model.classes_, ["voice 2", "voice 3", "voice 4", "voice 5", "voice 6"])
    assert set(model.predict(X)) == set(model.classes_)
    with pytest.raises(ValueError, match="'voice 1' is not enrolled"):
        model.forget("voice 1")
    with pytest.raises(ValueError, match="cannot be sorted"):
        model.enroll(X[:1], [3])
    model.forget(model.classes_)
    with pytest.raises(ValueError, match=r"No class is enrolled.*Call enroll"):
        model.predict(X)
    with pytest.raises(ValueError, match="expected 1 to 0"):
        model.kneighbors(X)
    model.enroll(X[:1], [3])
    assert_array_equal(model.predict(X[:2]), [3, 3])


@pytest.mark.parametrize(("labels", "unknown"), [("names", "nobody"), ("numbers", -1), ("numbers", "nobody")])
def test_who_is_too_far_from_all_is_unknown(labels, unknown):
    X, y = voices(n_voices=24, spread=0.2)
    known = np.isin(y, np.unique(y)[:16])
    y = y if labels == "names" else np.array([int(name.split()[1]) for name in y])
    model = SiameseMatcher(tower=None, calibration="classes", unknown_label=unknown, random_state=0)
    model.fit(X[known], y[known])
    new, _ = voices(n_voices=24, spread=0.2, seed=5)
    named = model.predict(new)
    assert np.mean(named[known] == y[known]) > 0.8
    assert np.mean([name == unknown for name in named[~known]]) > 0.8
    assert named.dtype.kind == {"names": "U", "numbers": "i"}[labels] or named.dtype == object


@pytest.mark.slow
def test_behind_its_own_front_end_every_method_takes_clips():
    digits = make_spoken_digits(80, random_state=0)
    clips, y, new = digits.data[:60], digits.target[:60], digits.data[60:]
    front_end = make_pipeline(MFCC(sr=8000), StatPooling())
    model = SiameseMatcher(None, front_end=front_end, random_state=0)
    rows, new_rows = front_end.fit_transform(clips), front_end.transform(new)
    expected = SiameseMatcher(None, random_state=0).fit(rows, y)
    model.fit(clips, y)
    assert model.threshold_ == expected.threshold_
    assert_array_equal(model.transform(new), expected.transform(new_rows))
    assert_array_equal(model.predict(new), expected.predict(new_rows))
    assert_array_equal(model.verify(new[:10], new[10:]), expected.verify(new_rows[:10], new_rows[10:]))
    for ours, theirs in zip(model.kneighbors(new), expected.kneighbors(new_rows), strict=True):
        assert_array_equal(ours, theirs)
    model.enroll(new[:3], np.full(3, 10))
    assert_array_equal(model.predict(new), expected.enroll(new_rows[:3], np.full(3, 10)).predict(new_rows))
    assert clone(model).set_params(front_end__mfcc__n_mfcc=13).fit(clips, y).n_features_in_ < model.n_features_in_

    same = np.arange(10) % 2 == 0
    second = np.where(same[:, np.newaxis], rows[:10], rows[10:20])
    kinds = [(clips[:10], [clips[i if s else i + 10] for i, s in enumerate(same)]), (rows[:10], second)]
    ours, theirs = (m.fit_pairs(*pairs, same) for m, pairs in zip((model, expected), kinds, strict=True))
    assert_array_equal(ours.transform(new), theirs.transform(new_rows))


@pytest.mark.slow
def test_scikit_learn_takes_it_for_a_classifier():
    X, y = make_clips(n_clips=60)
    assert is_classifier(SiameseMatcher())
    model = Small(**SMALL_CNN).set_params(epochs=8)
    assert cross_val_score(model, X, y, cv=3, scoring="roc_auc_ovr").mean() > 0.9
    vote = VotingClassifier([("a", model), ("b", Small(tower=None))], voting="soft").fit(X, y)
    assert vote.score(X, y) > 0.9
    two = np.where(y == "owl", 1, 0)
    scores = Small(tower=None).fit(X, two).decision_function(X)
    assert scores.shape == (60,)
    assert roc_auc_score(two, scores) > 0.9


@pytest.mark.slow
def test_a_search_over_towers_losses_and_margins():
    X, y = make_clips(n_clips=60)
    pipe = make_pipeline(StatPooling(stats=("mean", "std")), Small(tower="dense", embedding_dim=8))
    grid = [
        {"siamesematcher__tower": ["dense", None], "siamesematcher__loss": ["contrastive", "triplet"]},
        {"siamesematcher__loss": ["contrastive"], "siamesematcher__margin": [0.5, 1.5]},
        {"statpooling": ["passthrough"], "siamesematcher": [Small(**SMALL_CNN)]},
    ]
    search = GridSearchCV(pipe, grid, cv=3).fit(X, y)
    assert len(search.cv_results_["params"]) == 7
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert search.score(*make_clips(seed=1)) > 0.9


@pytest.mark.slow
def test_a_new_process_says_the_same(fitted, tmp_path):
    X, _ = make_clips(seed=1)
    joblib.dump((fitted, X), tmp_path / "model.joblib")
    code = (
        "import sys, joblib, numpy as np; model, X = joblib.load(sys.argv[1]);"
        "np.savez(sys.argv[2], scores=model.decision_function(X), pairs=model.pair_score(X, X[::-1]))"
    )
    subprocess.run([sys.executable, "-c", code, tmp_path / "model.joblib", tmp_path / "out.npz"], check=True)
    out = np.load(tmp_path / "out.npz")
    assert_array_equal(out["scores"], fitted.decision_function(X))
    assert_array_equal(out["pairs"], fitted.pair_score(X, X[::-1]))
    again = pickle.loads(pickle.dumps(fitted))
    assert_array_equal(again.enroll(X[:1], ["emu"]).classes_, ["cat", "dog", "emu", "owl"])
    assert_array_equal(fitted.classes_, ["cat", "dog", "owl"])


@pytest.mark.slow
def test_equal_seeds_give_equal_matchers(clips):
    X, y = clips
    for loss in ("proxy", "contrastive", "triplet"):
        first, second = (Small(**SMALL_CNN, loss=loss).fit(X, y) for _ in range(2))
        assert_array_equal(first.transform(X), second.transform(X))
        assert first.threshold_ == second.threshold_


def test_training_goes_on_with_warm_start(clips):
    X, y = clips
    model = Small(**SMALL_CNN, warm_start=True, calibration=None).fit(X, y)
    assert model.fit(X, y).n_iter_ == 8
    with pytest.raises(ValueError, match=r"y has 2 classes; expected 3.*enroll"):
        model.fit(X[y != "owl"], y[y != "owl"])


def test_early_stopping_on_pairs_that_stay_the_same(clips):
    X, y = clips
    model = Small(**SMALL_CNN, loss="contrastive", early_stopping=True, patience=2, validation_fraction=0.25)
    model.set_params(epochs=30).fit(X, y)
    assert len(model.history_["val_loss"]) == model.n_iter_


def test_groups_are_held_out_together():
    # Each recording has an offset of its own, as large as the classes' differences: within it, clips are alike.
    rng = np.random.default_rng(0)
    recordings = np.repeat(np.arange(24), 10)
    y = recordings % 2
    X = y[:, np.newaxis] + rng.normal(size=(24, 6))[recordings] + 0.01 * rng.normal(size=(240, 6))
    apart = SiameseMatcher(tower=None, whitening=None, random_state=0).fit(X, y)
    together = SiameseMatcher(tower=None, whitening=None, random_state=0).fit(X, y, groups=recordings)
    assert together.threshold_ != apart.threshold_


@pytest.mark.parametrize(
    ("settings", "match"),
    [
        ({"tower": "transformer"}, "'tower' parameter"),
        ({"loss": "arcface"}, "'loss' parameter"),
        ({"tower_params": {"units": 3}}, r"unknown keys \['units'\]; expected.* \['depth', 'filters', 'kernel_size'\]"),
        ({"tower": None, "tower_params": {"filters": 3}}, "unknown keys .* for tower=None"),
        ({"tower": "dense"}, r"tower='dense' requires clips of equal length, got clips of \d+ to \d+.*FramePadder"),
        ({"calibration": "classes"}, "requires at least four classes, two of which are held out; got 3"),
        ({"tower": lambda shape, n: None}, "requires clips of equal length"),
    ],
)
def test_settings_that_do_not_do(clips, settings, match):
    X, y = clips
    with pytest.raises(ValueError, match=match):
        Small(**settings).fit(X, y)


def test_classes_that_do_not_do(clips):
    X, y = clips
    with pytest.raises(ValueError, match="y has one class only, 'cat'"):
        Small(tower=None).fit(X, np.repeat("cat", 48))
    with pytest.raises(ValueError, match="Every class has one clip only"):
        Small(tower=None).fit(X, np.arange(48))
    with pytest.raises(ValueError, match="within a class and between classes, got 0"):
        Small(tower=None, calibration="classes").fit(X[:5], ["a", "b", "c", "d", "d"])
    few = Small(tower=None).fit(X[:4], y[[0, 1, 0, 1]])  # one of two is held out
    assert np.isfinite(few.threshold_)


def test_pairs_that_do_not_do(clips):
    X, _ = clips
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        Small(tower=None).fit_pairs(X[:4], X[:3], [1, 0, 1, 0])
    with pytest.raises(ValueError, match="All pairs are of one kind"):
        Small(tower=None).fit_pairs(X[:4], X[4:8], [1, 1, 1, 1])
    with pytest.raises(ValueError, match=r"same has \[2\]; expected True and False"):
        Small(tower=None).fit_pairs(X[:4], X[4:8], [1, 0, 2, 1])
    with pytest.raises(ValueError, match="within a class and between classes, got 0"):
        Small(tower=None).fit_pairs(X[:4], X[4:8], [1, 0, 0, 0])
    model = Small(tower=None).fit_pairs(X[:8], X[8:16], [1, 0] * 4)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        model.verify(X[:2], X[:3])

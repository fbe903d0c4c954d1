"""AugmentedEstimator: copies in training, each with what belongs to its clip, and none of what is held out."""

import pickle
import sqlite3
from contextlib import closing

import numpy as np
import pytest
import soundfile
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import BaseEstimator, ClassifierMixin, clone, is_classifier, is_outlier_detector, is_regressor
from sklearn.ensemble import IsolationForest
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV, GroupKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC
from sklearn.utils import estimator_checks
from sklearn.utils.estimator_checks import parametrize_with_checks
from tests.common.instances import CHECKS_OF_CLASSIFIERS, FULL_SCALE, taking_floats

from skaudio.augment import AddNoise, AugmentedEstimator, Compose, Gain, SpecMask, TimeShift, TimeStretch
from skaudio.datasets import make_spoken_digits
from skaudio.estimators import CNNClassifier
from skaudio.features import MFCC, MelSpectrogram
from skaudio.pooling import StatPooling

NEARLY_NOTHING = Gain(gain_db=(-0.01, 0.01))
DOUBLED = Gain(gain_db=20 * np.log10(2))
TABLES = [
    AugmentedEstimator(LogisticRegression(), NEARLY_NOTHING, n_copies=1, random_state=0),
    AugmentedEstimator(Ridge(), NEARLY_NOTHING, n_copies=2, random_state=0),
    AugmentedEstimator(IsolationForest(n_estimators=20, random_state=0), NEARLY_NOTHING, n_copies=1, random_state=0),
]


class Spy(ClassifierMixin, BaseEstimator):
    """Keeps what it is fitted on."""

    seen: list = []  # noqa: RUF012

    def fit(self, X, y, sample_weight=None, groups=None):
        self.classes_ = np.unique(y)
        self.X_, self.y_, self.sample_weight_, self.groups_ = [X[i] for i in range(len(X))], y, sample_weight, groups
        Spy.seen.append(self)
        return self

    def predict(self, X):
        self.asked_ = [X[i] for i in range(len(X))]
        return np.repeat(self.classes_[0], len(X))


DRAWN_ANEW = "Copies of a clip that is there twice are drawn twice, and are not alike."


@parametrize_with_checks(
    TABLES,
    expected_failed_checks=lambda _: {
        "check_sample_weight_equivalence_on_dense_data": DRAWN_ANEW,
        **dict.fromkeys(CHECKS_OF_CLASSIFIERS, FULL_SCALE),
    },
)
def test_scikit_learns_checks(estimator, check):
    check(estimator)


@pytest.mark.parametrize("check", CHECKS_OF_CLASSIFIERS)
@pytest.mark.parametrize("estimator", TABLES, ids=lambda model: type(model.estimator).__name__)
def test_checks_of_integers_pass_where_they_are_floats(estimator, check):
    if check != "check_classifier_data_not_an_array" or is_classifier(estimator):
        getattr(estimator_checks, check)("AugmentedEstimator", taking_floats(estimator))


@pytest.fixture(scope="module")
def digits():
    return make_spoken_digits(240, n_speakers=3, random_state=0)


def pipeline(**params):
    return make_pipeline(MFCC(sr=8000, **params), StatPooling(), StandardScaler(), SVC(C=10))


def test_copies_have_the_targets_weights_and_groups_of_their_clips():
    X = np.arange(12.0, dtype=np.float32).reshape(4, 3) + 1
    y, weights, groups = np.array(["a", "b", "a", "c"]), np.arange(4.0) + 1, np.array([7, 8, 9, 7])
    model = AugmentedEstimator(Spy(), DOUBLED, n_copies=2).fit(X, y, sample_weight=weights, groups=groups)
    seen = model.estimator_
    assert_allclose(np.stack(seen.X_), np.concatenate([X, 2 * X, 2 * X]), rtol=1e-6)
    assert_array_equal(seen.y_, np.tile(y, 3))
    assert_array_equal(seen.sample_weight_, np.tile(weights, 3))
    assert_array_equal(seen.groups_, np.tile(groups, 3))
    model.predict(X)
    assert_array_equal(np.stack(seen.asked_), X)
    only = AugmentedEstimator(Spy(), DOUBLED, n_copies=1, include_original=False).fit(X, y).estimator_
    assert_allclose(np.stack(only.X_), 2 * X, rtol=1e-6)


def test_no_copy_of_a_clip_that_is_held_out_is_trained_on():
    X = np.random.default_rng(0).standard_normal((12, 50)).astype(np.float32)
    y, groups = np.tile([0, 1], 6), np.repeat(np.arange(6), 2)
    Spy.seen.clear()
    model = AugmentedEstimator(Spy(), [Gain(), TimeShift()], n_copies=3, random_state=0)
    cross_val_score(model, X, y, groups=groups, cv=GroupKFold(3))
    assert len(Spy.seen) == 3
    for spy in Spy.seen:
        held_out = np.stack(spy.asked_)
        trained_on = np.stack(spy.X_)
        assert len(trained_on) == 4 * (12 - len(held_out))
        # A shifted, louder copy has the same magnitudes in the spectrum, up to a factor.
        spectra = [np.abs(np.fft.rfft(clips)) for clips in (trained_on, held_out)]
        unit = [spectrum / np.linalg.norm(spectrum, axis=1, keepdims=True) for spectrum in spectra]
        assert (unit[0] @ unit[1].T).max() < 0.999


@pytest.mark.parametrize("form", ["paths", "arrays", "pairs", "records"])
def test_clips_in_every_form(digits, tmp_path, form):
    X = list(digits.data[:20])
    if form == "paths":
        for i, y in enumerate(X):
            soundfile.write(tmp_path / f"{i}.wav", y, 8000, subtype="FLOAT")
        X = [str(tmp_path / f"{i}.wav") for i in range(20)]
    elif form == "pairs":
        X = [(y, 8000) for y in X]
    elif form == "records":
        X = [{"array": y, "sampling_rate": 8000} for y in X]
    model = AugmentedEstimator(pipeline(), [TimeStretch(), AddNoise()], n_copies=1, random_state=0)
    values = model.fit(X, digits.target[:20]).decision_function(X)
    expected = clone(model).fit(list(digits.data[:20]), digits.target[:20]).decision_function(list(digits.data[:20]))
    assert_allclose(values, expected, atol=1e-3)


def test_files_are_changed_at_the_rate_of_the_front_end(digits, tmp_path):
    soundfile.write(tmp_path / "a.wav", np.zeros(16000, np.float32) + 0.1, 16000)
    X = [str(tmp_path / "a.wav")] * 2
    seen = AugmentedEstimator(make_pipeline(Spy()), DOUBLED, n_copies=1, sr=8000).fit(X, [0, 1]).estimator_[-1].X_
    assert [(len(y), sr) for y, sr in seen] == [(8000, 8000)] * 4
    kept = AugmentedEstimator(Spy(), DOUBLED, n_copies=1).fit(X, [0, 1]).estimator_.X_
    assert [(len(y), sr) for y, sr in kept] == [(16000, 16000)] * 4


def test_noise_in_training_helps_in_noise(digits):
    noisy = AddNoise(snr_db=5.0).augment(list(digits.data[160:]), random_state=0)
    scores = []
    for n_copies in (0, 3):
        model = AugmentedEstimator(pipeline(), AddNoise(snr_db=(0, 10)), n_copies=n_copies, random_state=0)
        scores.append(model.fit(digits.data[:160], digits.target[:160]).score(noisy, digits.target[160:]))
    assert scores[1] > scores[0]


def test_a_search_reaches_inside(digits):
    model = AugmentedEstimator(pipeline(), Compose([AddNoise(), TimeShift()]), n_copies=1, random_state=0)
    grid = {"estimator__svc__C": [1, 10], "augmenters__p": [0.0, 1.0], "n_copies": [1, 2]}
    search = GridSearchCV(model, grid, cv=2).fit(digits.data[:40], digits.target[:40])
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


@pytest.mark.parametrize("container", [list, Compose])
def test_a_search_reaches_each_augmenter_by_name(digits, container):
    model = AugmentedEstimator(pipeline(), container([AddNoise(), TimeShift(), AddNoise()]), n_copies=1, random_state=0)
    grid = {"augmenters__addnoise-2__snr_db": [0.0, 40.0], "augmenters__timeshift": [TimeShift(), Gain()]}
    search = GridSearchCV(model, grid, cv=2).fit(digits.data[:40], digits.target[:40])
    assert len(search.cv_results_["params"]) == 4
    chosen = clone(model).set_params(**{"augmenters__addnoise-2__snr_db": 3.0, "augmenters__timeshift": Gain()})
    chosen = chosen.augmenters if container is list else chosen.augmenters.augmenters
    assert [type(each) for each in chosen] == [AddNoise, Gain, AddNoise]
    assert (chosen[0].snr_db, chosen[2].snr_db) == ((20.0, 50.0), 3.0)
    assert model.get_params()["augmenters__addnoise-2__snr_db"] == (20.0, 50.0)  # of the original
    with pytest.raises(ValueError, match="Invalid parameter 'gain'"):
        model.set_params(augmenters__gain__gain_db=3.0)


def test_frames_are_changed_around_a_step(digits):
    frames = MFCC(sr=8000).fit_transform(digits.data)
    model = AugmentedEstimator(
        make_pipeline(StatPooling(), StandardScaler(), SVC()), SpecMask(), n_copies=1, random_state=0
    )
    assert model.fit(frames[:160], digits.target[:160]).score(frames[160:], digits.target[160:]) > 0.3
    inner = make_pipeline(MFCC(sr=8000), clone(model))
    assert_array_equal(
        inner.fit(digits.data[:160], digits.target[:160]).predict(digits.data[160:]), model.predict(frames[160:])
    )


def test_copies_in_prediction_are_averaged(digits):
    X, y = digits.data[:40], digits.target[:40]
    plain = make_pipeline(MFCC(sr=8000), StatPooling(), LogisticRegression(max_iter=200))
    model = AugmentedEstimator(plain, TimeShift(), n_copies=0, n_test_copies=2, random_state=0).fit(X, y)
    probabilities = model.predict_proba(digits.data[200:])
    assert_array_equal(model.predict_proba(digits.data[200:]), probabilities)
    rng = np.random.default_rng(model._test_seed)
    clips = list(digits.data[200:])
    copies = [[TimeShift().apply(clip, TimeShift().draw(rng)) for clip in clips] for _ in range(2)]
    expected = np.mean([model.estimator_.predict_proba(batch) for batch in (clips, *copies)], axis=0)
    assert_allclose(probabilities, expected, atol=1e-6)
    assert_array_equal(model.predict(clips), model.classes_[expected.argmax(axis=1)])
    margins = AugmentedEstimator(
        make_pipeline(MFCC(sr=8000), StatPooling(), LinearSVC()),
        TimeShift(),
        n_copies=0,
        n_test_copies=1,
        random_state=0,
    )
    margins.fit(X, y == 3)
    assert_array_equal(margins.predict(clips), margins.decision_function(clips) > 0)


def test_regressors_and_outlier_detectors_stay_what_they_are():
    X = np.random.default_rng(0).standard_normal((40, 5)).astype(np.float32)
    for model, is_it in zip(TABLES, (is_classifier, is_regressor, is_outlier_detector), strict=True):
        assert is_it(model)
    ridge = clone(TABLES[1]).set_params(n_test_copies=2).fit(X, X[:, 0])
    assert_allclose(ridge.predict(X), X[:, 0], atol=0.1)
    assert ridge.score(X, X[:, 0]) > 0.9
    assert not hasattr(ridge, "predict_proba")
    forest = clone(TABLES[2]).set_params(n_test_copies=1).fit(X)
    assert set(forest.predict(X)) <= {-1, 1}
    assert forest.score_samples(X).shape == (40,)


def test_equal_seeds_and_pickles_say_the_same(digits):
    model = AugmentedEstimator(pipeline(), AddNoise(), n_copies=1, random_state=0).fit(
        digits.data[:30], digits.target[:30]
    )
    again = clone(model).fit(digits.data[:30], digits.target[:30])
    for other in (again, pickle.loads(pickle.dumps(model))):
        assert_array_equal(other.decision_function(digits.data[200:]), model.decision_function(digits.data[200:]))


def test_what_cannot_be_fitted(digits):
    X, y = digits.data[:10], digits.target[:10]
    with pytest.raises(ValueError, match="n_copies=0 with include_original=False leaves no clips"):
        AugmentedEstimator(pipeline(), AddNoise(), n_copies=0, include_original=False).fit(X, y)
    with pytest.raises(ValueError, match=r"augmenters=\[\]; expected a list of at least one augmenter"):
        AugmentedEstimator(pipeline(), []).fit(X, y)
    with pytest.raises(NotFittedError):
        AugmentedEstimator(pipeline(), AddNoise()).predict(X)
    with pytest.raises(ValueError, match="mixes augmenters of waveforms and of frames"):
        AugmentedEstimator(pipeline(), [AddNoise(), SpecMask()]).fit(X, y)


FRAMES = np.random.default_rng(0).normal(size=(4, 20, 6)).astype(np.float32)


@pytest.mark.parametrize(
    ("augmenter", "X", "message"),
    [
        (Gain(), FRAMES, r"augments waveforms, but X contains frames. Put it around the front end"),
        (Gain(), list(FRAMES), "around the front end"),
        (
            SpecMask(),
            [np.zeros(400, np.float32)] * 4,
            r"augments frames, but X contains clips. Put it after the front end",
        ),
        (SpecMask(), ["a.wav"] * 4, "after the front end"),
    ],
)
def test_an_augmenter_in_the_wrong_place_says_where_it_belongs(augmenter, X, message):
    with pytest.raises(ValueError, match=message):
        AugmentedEstimator(make_pipeline(StatPooling(), LogisticRegression()), augmenter).fit(X, [0, 1, 0, 1])


def test_a_table_of_features_is_no_table_of_waveforms():
    table = 100 * FRAMES.mean(axis=1)
    with pytest.warns(UserWarning, match="values beyond full scale"):
        AugmentedEstimator(LogisticRegression(), Gain()).fit(table, [0, 1, 0, 1])


class EpochSpy(CNNClassifier):
    """Keeps the frames of each epoch."""

    seen: list = []  # noqa: RUF012

    def _redrawn(self, *args):
        frames = super()._redrawn(*args)
        EpochSpy.seen.append(frames)
        return frames


TINY = {"architecture": "lenet", "filters": 4, "epochs": 3, "augmentation": None, "random_state": 0}


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["arrays", "files"])
def test_each_epoch_has_its_own_copies(digits, tmp_path, kind):
    clips, y = digits.data[:40], digits.target[:40]
    if kind == "files":
        for i, clip in enumerate(clips):
            soundfile.write(tmp_path / f"{i}.wav", clip, 8000, subtype="FLOAT")
        clips = [tmp_path / f"{i}.wav" for i in range(40)]
    EpochSpy.seen.clear()
    front_end = MelSpectrogram(sr=8000, memory=tmp_path / "cache")
    model = AugmentedEstimator(
        make_pipeline(front_end, EpochSpy(**TINY)), Gain(gain_db=(3.0, 6.0)), each_epoch=True, random_state=0
    ).fit(clips, y)
    plain = MelSpectrogram(sr=8000).fit_transform(clips)
    assert len(EpochSpy.seen) == 3
    gains = np.array(
        [
            [np.quantile(ours - theirs, [0.1, 0.9]) for ours, theirs in zip(frames, plain, strict=True)]
            for frames in EpochSpy.seen
        ]
    )
    assert_allclose(gains[..., 0], gains[..., 1], atol=0.01)  # each clip in its place
    assert ((gains > 2.99) & (gains < 6.01)).all()
    assert np.ptp(gains[..., 0], axis=0).min() > 0  # another gain in every epoch
    with closing(sqlite3.connect(tmp_path / "cache" / "skaudio" / "features.sqlite3")) as database:
        assert database.execute("SELECT count(*) FROM entries").fetchone()[0] == 40  # nothing that was drawn is kept
    assert model.predict(clips).shape == (40,)
    again = pickle.loads(pickle.dumps(model))
    assert_array_equal(again.predict_proba(clips), model.predict_proba(clips))
    assert_array_equal(clone(model).fit(clips, y).predict_proba(clips), model.predict_proba(clips))


def test_frames_are_drawn_anew_around_a_network(digits):
    frames = MelSpectrogram(sr=8000).fit_transform(digits.data[:40])
    EpochSpy.seen.clear()
    model = AugmentedEstimator(EpochSpy(**TINY), SpecMask(), each_epoch=True, random_state=0)
    model.fit(frames, digits.target[:40], sample_weight=np.ones(40))
    assert len(EpochSpy.seen) == 3
    assert not np.array_equal(EpochSpy.seen[0][0], EpochSpy.seen[2][0])
    assert "_draw" not in vars(model.estimator_)


def test_copies_of_each_epoch_need_epochs_and_clips_as_long(digits):
    clips, y = digits.data[:40], digits.target[:40]
    with pytest.raises(ValueError, match=r"SVC has no epochs\. Use each_epoch=False"):
        AugmentedEstimator(pipeline(), AddNoise(), each_epoch=True).fit(clips, y)
    clips = [clip[:2000] for clip in clips]
    plain = make_pipeline(MelSpectrogram(sr=8000), CNNClassifier("plain", epochs=2))
    with pytest.raises(ValueError, match=r"Clip 0 has .* frames; .*Put a skaudio.pooling.FramePadder before it"):
        AugmentedEstimator(plain, TimeStretch(rate=1.5), each_epoch=True).fit(clips, y)
    plain.set_params(melspectrogram__duration=0.3, melspectrogram__pad_to=0.3)
    model = AugmentedEstimator(plain, TimeStretch(rate=1.5), each_epoch=True).fit(clips, y)
    assert model.predict(clips).shape == (40,)

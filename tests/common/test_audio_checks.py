"""What everything public owes to sound: ragged batches, silence, short clips, no influence of a clip on another."""

import numpy as np
import pytest
from sklearn.ensemble import BaggingClassifier
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from tests.common.instances import FRONT_ENDS, NETWORKS, POOLING, PRETRAINED, SIAMESE

from skaudio.features import MFCC, Channels, FrontEnd
from skaudio.pooling import StatPooling
from skaudio.testing import audio_checks, parametrize_with_audio_checks

SR = 8000


def tone(frequency, seconds, rng, noise=0.01):
    t = np.arange(int(SR * seconds)) / SR
    return (0.3 * np.sin(2 * np.pi * frequency * t) + noise * rng.standard_normal(len(t))).astype(np.float32)


def object_array(items):
    batch = np.empty(len(items), dtype=object)
    batch[:] = items
    return batch


@parametrize_with_audio_checks([*FRONT_ENDS, *PRETRAINED, *POOLING])
def test_audio_checks(estimator, check):
    check(estimator)


# A network multiplies matrices of another size, whose sums are rounded otherwise.
@parametrize_with_audio_checks([*NETWORKS, *SIAMESE], takes="frames", rtol=1e-5)
def test_audio_checks_of_networks(estimator, check):
    check(estimator)


class Meddler(FrontEnd):
    """A front end with a fault of each kind."""

    def __init__(self, sr=8000, *, fault="none", n_jobs=None, duration=None):
        self.sr, self.fault, self.n_jobs, self.duration = sr, fault, n_jobs, duration

    def extractor(self):
        def frames(y):
            if self.fault == "writes":
                y[:] = 0
            if self.fault == "draws":
                np.random.rand()  # noqa: NPY002
            if self.fault == "is random":
                return np.random.default_rng().random((3, 2), np.float32)
            return np.column_stack([y, y])

        return frames

    def channels(self):
        return Channels(("a", "a") if self.fault == "names" else ("a", "b"))


@pytest.mark.parametrize(
    ("fault", "failing"),
    [
        ("none", set()),
        ("writes", {"check_input_unchanged"}),
        ("draws", {"check_reproducible"}),
        ("is random", {"check_containers", "check_neighbours", "check_pickle", "check_reproducible"}),
        ("names", {"check_output"}),
    ],
)
def test_a_fault_is_found_by_the_check_for_it(fault, failing):
    estimator = Meddler(fault=fault)
    failed = set()
    for check in audio_checks(estimator):
        try:
            check(estimator)
        except AssertionError:
            failed.add(check.__name__)
    assert failing <= failed
    assert failed or fault == "none"


@pytest.fixture
def labelled():
    rng = np.random.default_rng(0)
    X = [tone(frequency, rng.uniform(0.1, 0.2), rng) for frequency in [400, 1200] * 15]
    return object_array(X).reshape(-1, 1), np.array(["low", "high"] * 15)


def pipeline():
    return make_pipeline(MFCC(sr=SR, n_mfcc=5), StatPooling(), StandardScaler(), LogisticRegression())


def test_string_labels_survive_a_pipeline(labelled):
    X, y = labelled
    assert set(pipeline().fit(X, y).predict(X)) == {"low", "high"}


def test_bagging_takes_one_column_of_clips(labelled):
    X, y = labelled
    model = BaggingClassifier(pipeline(), n_estimators=3, random_state=0).fit(X, y)
    assert model.score(X, y) == 1.0


def test_permutation_importance_takes_one_column_of_clips(labelled):
    X, y = labelled
    result = permutation_importance(pipeline().fit(X, y), X, y, n_repeats=3, random_state=0)
    assert result.importances_mean[0] > 0.2


def test_names_run_through_a_pipeline_to_a_data_frame(labelled):
    pytest.importorskip("pandas")
    X, _ = labelled
    steps = make_pipeline(MFCC(sr=SR, n_mfcc=5), StatPooling(stats=("mean", "std")), StandardScaler()).fit(X)
    assert "mfcc_3_std" in steps.get_feature_names_out()
    table = steps.set_output(transform="pandas").fit_transform(X)
    assert table.shape == (30, 10)

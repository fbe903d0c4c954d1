import pickle

import numpy as np
import pandas as pd
import pytest
from scipy.special import softmax
from scipy.stats import multivariate_normal
from sklearn.base import clone

from skaudio.pooling import MixturePooling
from skaudio.pooling import _mixture_pooling as module
from skaudio.pooling._mixture_pooling import _draw_frames

COVARIANCE_TYPES = ("diag", "spherical", "tied", "full")


@pytest.fixture
def clips():
    """Clips of 20 to 60 frames in 3 correlated channels, drawn from three clouds in different shares."""
    rng = np.random.default_rng(0)
    centres = np.array([[0, 0, 0], [6, 0, -6], [0, 9, 3]])
    mixing = np.array([[1.0, 0.4, 0.0], [0.0, 1.0, 0.0], [0.0, 0.3, 2.0]])
    batch = []
    for n_frames in (20, 60, 41, 20, 33, 55):
        cloud = rng.choice(3, size=n_frames, p=rng.dirichlet([1, 1, 1]))
        frames = (centres[cloud] + rng.normal(size=(n_frames, 3)) @ mixing) * [1, 100, 0.01] + [0, 5000, 1]
        batch.append(frames.astype(np.float32))
    return batch


def covariance_matrices(mixture):
    """The covariance matrix of every component, (n_components, n_channels, n_channels)."""
    n_components, n_channels = mixture.means_.shape
    if mixture.covariance_type == "spherical":
        return mixture.covariances_[:, np.newaxis, np.newaxis] * np.eye(n_channels)
    if mixture.covariance_type == "tied":
        return np.stack([mixture.covariances_] * n_components)
    return np.stack([np.diag(c) if c.ndim == 1 else c for c in mixture.covariances_])


def reference(pooling, clip):
    """Posteriors and the normalised deviations, by the textbook."""
    mixture = pooling.mixture_
    x = (clip.astype(np.float64) - pooling.mean_) / pooling.scale_
    covariances = covariance_matrices(mixture)
    densities = [multivariate_normal(m, c).logpdf(x) for m, c in zip(mixture.means_, covariances, strict=True)]
    posterior = softmax(np.transpose(densities) + np.log(mixture.weights_), axis=1)
    z = (x[:, np.newaxis] - mixture.means_) / np.sqrt(np.diagonal(covariances, axis1=1, axis2=2))
    first_order = (posterior[..., np.newaxis] * z).mean(axis=0) / np.sqrt(mixture.weights_)[:, np.newaxis]
    return posterior.mean(axis=0), first_order.ravel()


@pytest.mark.parametrize("standardize", [True, False])
@pytest.mark.parametrize("covariance_type", COVARIANCE_TYPES)
def test_equals_the_textbook(clips, covariance_type, standardize):
    pooling = MixturePooling(
        n_components=3, covariance_type=covariance_type, standardize=standardize, random_state=0
    ).fit(clips)
    posterior = pooling.transform(clips)
    first_order = pooling.set_params(output="first_order").transform(clips)
    assert posterior.dtype == first_order.dtype == np.float32
    assert posterior.shape == (6, 3)
    assert first_order.shape == (6, 9)
    for i, clip in enumerate(clips):
        shares, deviations = reference(pooling, clip)
        np.testing.assert_allclose(posterior[i], shares, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(first_order[i], deviations, rtol=1e-4, atol=1e-5)


def test_first_order_is_the_gradient_of_the_likelihood(clips):
    # Fisher vector: d log p / d mean_k, times std_k / sqrt(weight_k), averaged over frames.
    pooling = MixturePooling(n_components=2, output="first_order", random_state=0).fit(clips)
    mixture, x = pooling.mixture_, (clips[1] - pooling.mean_) / pooling.scale_
    gradient = np.empty((2, 3))
    for place in np.ndindex(2, 3):
        means = mixture.means_.copy()
        scores = []
        for shift in (1e-5, -1e-5):
            mixture.means_ = means.copy()
            mixture.means_[place] += shift
            scores.append(mixture.score_samples(x).mean())
        mixture.means_ = means
        gradient[place] = (scores[0] - scores[1]) / 2e-5
    expected = gradient * np.sqrt(mixture.covariances_) / np.sqrt(mixture.weights_)[:, np.newaxis]
    np.testing.assert_allclose(pooling.transform(clips[1:2])[0], expected.ravel(), rtol=1e-4, atol=1e-6)


def test_posteriors_sum_to_one(clips):
    np.testing.assert_allclose(MixturePooling(n_components=5).fit_transform(clips).sum(axis=1), 1, rtol=1e-6)


@pytest.mark.parametrize("output", ["posterior", "first_order"])
def test_a_clip_alone_gives_the_same_bits(clips, output):
    pooling = MixturePooling(n_components=4, output=output, random_state=0).fit(clips)
    alone = np.concatenate([pooling.transform([clip]) for clip in clips])
    np.testing.assert_array_equal(pooling.transform(clips), alone)
    equal = np.stack([clip[:20] for clip in clips])
    alone = np.concatenate([pooling.transform(clip[np.newaxis]) for clip in equal])
    np.testing.assert_array_equal(pooling.transform(equal), alone)


def test_long_clips_go_in_parts(clips, monkeypatch):
    pooling = MixturePooling(n_components=3, output="first_order", random_state=0).fit(clips)
    whole = pooling.transform(clips)
    monkeypatch.setattr(module, "MAX_BLOCK_FRAMES", 7)
    np.testing.assert_allclose(pooling.transform(clips), whole, rtol=1e-5, atol=1e-6)


def test_scale_of_channels_does_not_matter(clips):
    pooling = MixturePooling(n_components=3, random_state=0)
    louder = [clip * np.array([1024, 2**-10, 2.0**20], dtype=np.float32) for clip in clips]
    np.testing.assert_allclose(pooling.fit_transform(louder), pooling.fit_transform(clips), rtol=1e-4, atol=1e-6)


def test_a_constant_channel_and_one_frame_clips_are_finite(clips):
    flat = [np.column_stack([clip, np.full(len(clip), 3.0, dtype=np.float32)]) for clip in clips]
    for output in ("posterior", "first_order"):
        pooling = MixturePooling(n_components=3, output=output, random_state=0).fit(flat)
        assert np.isfinite(pooling.transform([flat[0][:1]])).all()
        assert np.isfinite(pooling.transform(flat)).all()


def test_frames_are_drawn_evenly():
    batch = [np.full((n, 1), i, dtype=np.float32) for i, n in enumerate([1, 5, 100, 30])]
    for max_frames, shares in [(4, [1, 1, 1, 1]), (16, [1, 5, 5, 5]), (46, [1, 5, 20, 20]), (None, [1, 5, 100, 30])]:
        drawn = _draw_frames(batch, max_frames, np.random.RandomState(0))
        assert np.bincount(drawn[:, 0].astype(int)).tolist() == shares
    # Fewer frames than clips: which clips give one is chance.
    assert len({tuple(_draw_frames(batch, 2, np.random.RandomState(seed)).ravel()) for seed in range(20)}) > 3


def test_drawn_frames_are_of_the_clip_and_differ():
    drawn = _draw_frames([np.arange(50, dtype=np.float32)[:, np.newaxis]], 20, np.random.RandomState(0))
    assert len(np.unique(drawn)) == 20


@pytest.mark.parametrize("output", ["posterior", "first_order"])
def test_broken_clips_are_left_out_and_stay_nan(clips, output):
    mark = np.full((1, 3), np.nan, dtype=np.float32)
    pooling = MixturePooling(n_components=3, output=output, random_state=0)
    expected = pooling.fit_transform(clips)
    table = pooling.fit_transform([clips[0], mark, *clips[1:]])
    assert np.isnan(table[1]).all()
    np.testing.assert_array_equal(np.delete(table, 1, axis=0), expected)
    with pytest.raises(ValueError, match="All 2 clips contain NaN"):
        pooling.fit([mark, mark])


def test_same_seed_same_result_and_the_global_state_is_left_alone(clips):
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    pooling = MixturePooling(n_components=3, max_frames=100, random_state=7)
    one, other = pooling.fit_transform(clips), clone(pooling).fit_transform(clips)
    np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002


def test_names(clips):
    pooling = MixturePooling(n_components=11, random_state=0).fit(clips)
    names = pooling.get_feature_names_out(["a", "b", "c"])
    assert (names[0], names[-1], len(names)) == ("component_00", "component_10", 11)
    names = pooling.set_params(output="first_order").get_feature_names_out(["a", "b", "c"])
    assert names[:4].tolist() == ["a_component_00", "b_component_00", "c_component_00", "a_component_01"]
    assert len(names) == 33


def test_pandas(clips):
    pooling = MixturePooling(n_components=2, random_state=0).set_output(transform="pandas")
    frame = pooling.fit_transform(clips)
    assert isinstance(frame, pd.DataFrame)
    assert frame.columns.tolist() == ["component_0", "component_1"]


def test_pickle(clips):
    pooling = MixturePooling(n_components=3, output="first_order", random_state=0).fit(clips)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(pooling)).transform(clips), pooling.transform(clips))


def test_too_few_frames(clips):
    with pytest.raises(ValueError, match=r"n_components=16 .* n_samples=10 \(n_clips=6, max_frames=10\)"):
        MixturePooling(max_frames=10).fit(clips)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"n_components": 0}, "'n_components' parameter of MixturePooling must be an int"),
        ({"covariance_type": "round"}, "'covariance_type' parameter of MixturePooling must be a str among"),
        ({"output": "second_order"}, "'output' parameter of MixturePooling must be a str among"),
        ({"standardize": "no"}, "'standardize' parameter of MixturePooling must be an instance of 'bool'"),
        ({"max_frames": 0}, "'max_frames' parameter of MixturePooling must be an int"),
        ({"reg_covar": -1.0}, "'reg_covar' parameter of MixturePooling must be a float"),
        ({"n_init": 0}, "'n_init' parameter of MixturePooling must be an int"),
        ({"max_iter": 0}, "'max_iter' parameter of MixturePooling must be an int"),
    ],
)
def test_wrong_parameters(clips, parameters, message):
    with pytest.raises(ValueError, match=message):
        MixturePooling(**parameters).fit(clips)

"""Autoencoders: latents and back, and what is not normal."""

import pickle
import subprocess
import sys

import joblib
import keras
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone, is_outlier_detector
from sklearn.decomposition import PCA
from sklearn.feature_selection import RFE, SelectKBest, SequentialFeatureSelector
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import FeatureUnion, make_pipeline
from tests.estimators.conftest import make_clips

from skaudio.estimators import AutoencoderLatent, AutoencoderOutlierDetector

SMALL = {"n_components": 3, "hidden": (16,), "epochs": 5, "random_state": 0}
BOTH = [AutoencoderLatent, AutoencoderOutlierDetector]
RAGGED_KINDS = ["conv", "recurrent"]


def tables(n_samples=400, n_features=10, n_causes=3, seed=0):
    """Rows of columns with different units that have but a few causes, and a little noise."""
    rng = np.random.default_rng(seed)
    causes = rng.standard_normal((n_samples, n_causes)) * np.arange(1, n_causes + 1)
    X = causes @ rng.standard_normal((n_causes, n_features)) + 0.1 * rng.standard_normal((n_samples, n_features))
    return (X * np.logspace(-2, 2, n_features) + 5.0).astype(np.float32)


@pytest.mark.slow
@pytest.mark.parametrize("n_components", [2])
def test_a_linear_autoencoder_comes_near_to_principal_components(n_components):
    X = tables()
    Z = (X - X.mean(axis=0)) / X.std(axis=0)
    pca = PCA(n_components).fit(Z)
    least = np.mean((Z - pca.inverse_transform(pca.transform(Z))) ** 2)
    training = {"epochs": 200, "learning_rate": 0.02, "weight_decay": 0.0, "random_state": 0}
    model = AutoencoderLatent(n_components=n_components, hidden=(), **training).fit(X)
    error = model.reconstruction_error(X).mean()
    assert least * 0.999 < error < least * 1.05 + 1e-3


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["dense", *RAGGED_KINDS])
@pytest.mark.parametrize("variational", [False, True])
def test_there_and_back(kind, variational):
    X, _ = make_clips(ragged=False)
    model = AutoencoderLatent(kind=kind, variational=variational, **SMALL).fit(X)
    latents = model.transform(X)
    assert latents.shape == (len(X), 3)
    assert latents.dtype == np.float32
    back = model.inverse_transform(latents)
    assert back.shape == X.shape
    errors = (X - back) ** 2 / X.var(axis=(0, 1))
    assert_allclose(model.reconstruction_error(X), errors.mean(axis=(1, 2)), rtol=1e-3)
    assert_allclose(model.reconstruction_error(X, per="frame"), errors.mean(axis=2), rtol=1e-2, atol=1e-4)
    assert_allclose(model.reconstruction_error(X, per="channel"), errors.mean(axis=1), rtol=1e-2, atol=1e-4)
    assert_allclose(model.score_samples(X), -errors.mean(axis=(1, 2)), rtol=1e-3)
    assert model.score(X) == pytest.approx(model.score_samples(X).mean())


@pytest.mark.slow
def test_tables_come_back_as_tables_in_their_own_unit():
    X = tables()
    model = AutoencoderLatent(n_components=3, hidden=(), epochs=60, random_state=0).fit(X)
    back = model.inverse_transform(model.transform(X))
    assert back.shape == X.shape
    assert (np.mean((back - X) ** 2, axis=0) < 0.05 * X.var(axis=0)).all()


@pytest.mark.parametrize("kind", RAGGED_KINDS)
def test_clips_of_different_lengths(kind, clips):
    X, _ = clips
    model = AutoencoderLatent(kind=kind, **SMALL).fit(X)
    latents = model.transform(X)
    assert_allclose(model.transform(X[:1]), latents[:1], atol=1e-5)  # a clip alone, and in a batch
    lengths = [len(clip) for clip in X]
    back = model.inverse_transform(latents, n_frames=lengths)
    assert [clip.shape for clip in back] == [clip.shape for clip in X]
    assert model.inverse_transform(latents).shape == (len(X), int(np.median(lengths)), 8)
    assert_allclose(model.inverse_transform(latents[:1], n_frames=lengths[0])[0], back[0], rtol=1e-4, atol=1e-5)
    assert [len(errors) for errors in model.reconstruction_error(X, per="frame")] == lengths
    assert model.reconstruction_error(X, per="channel").shape == (len(X), 8)


@pytest.mark.parametrize("kind", ["dense", *RAGGED_KINDS])
def test_the_latent_says_what_clips_differ_in(kind):
    X, y = make_clips(n_clips=90, ragged=False)
    model = AutoencoderLatent(kind=kind, **{**SMALL, "epochs": 25}).fit(X)
    fresh, labels = make_clips(n_clips=90, ragged=False, seed=1)
    classifier = LogisticRegression().fit(model.transform(X), y)
    assert classifier.score(model.transform(fresh), labels) > 0.8
    assert model.history_["loss"][-1] < model.history_["loss"][0]


@pytest.mark.slow
def test_noise_makes_what_comes_back_less_noisy():
    X, noise = tables(), np.random.default_rng(1).standard_normal((400, 10)).astype(np.float32)
    noisy = X + 0.5 * noise * X.std(axis=0)
    errors = []
    for denoising in (0.0, 0.5):
        model = AutoencoderLatent(n_components=10, hidden=(32,), denoising=denoising, epochs=60, random_state=0).fit(X)
        back = model.inverse_transform(model.transform(noisy))
        errors.append(np.mean(((back - X) / X.std(axis=0)) ** 2))
    assert errors[1] < 0.7 * errors[0]


@pytest.mark.slow
def test_beta_draws_latents_to_the_standard_normal_distribution():
    X = tables()
    spreads = []
    for beta in (0.1, 30.0):
        model = AutoencoderLatent(variational=True, beta=beta, **{**SMALL, "epochs": 30}).fit(X)
        spreads.append(np.abs(model.transform(X)).mean())
    assert spreads[1] < 0.1 < spreads[0]


@pytest.mark.slow
def test_made_up_clips_are_like_those_learnt_from():
    X = tables(n_samples=800)
    model = AutoencoderLatent(variational=True, beta=0.1, n_components=3, hidden=(32,), epochs=60, random_state=0).fit(
        X
    )
    made = model.sample(500)
    assert made.shape == (500, 10)
    assert_array_equal(made, model.sample(500))  # the same seed
    assert (np.abs(made.mean(axis=0) - X.mean(axis=0)) < 0.4 * X.std(axis=0)).all()
    difference = np.corrcoef(made.T) - np.corrcoef(X.T)
    assert np.abs(difference).mean() < 0.2


def test_only_what_is_variational_makes_clips_up():
    assert not hasattr(AutoencoderLatent(), "sample")
    assert hasattr(AutoencoderLatent(variational=True), "sample")


class Count(keras.callbacks.Callback):
    """Counts trainings, of whatever network."""

    widths = ()

    def on_train_begin(self, logs=None):
        type(self).widths = (*self.widths, self.model.get_layer("latent").output.shape[-1])


@pytest.mark.slow
def test_stacked_layers_are_trained_from_the_outermost_on():
    Count.widths = ()
    X = tables()
    model = AutoencoderLatent(
        n_components=2, hidden=(16, 8), stacked=True, epochs=3, callbacks=[Count()], random_state=0
    )
    assert model.fit(X).transform(X).shape == (400, 2)
    assert Count.widths == (16, 8, 2)
    assert len(model.history_["loss"]) == 3
    plain = clone(model).set_params(stacked=False, callbacks=None).fit(X)
    assert model.history_["loss"][0] < plain.history_["loss"][0]  # a better start


@pytest.mark.slow
def test_beside_the_original_features_and_selected_from_them():
    X, y = tables(n_samples=120), np.tile([0, 1], 60)
    union = FeatureUnion([("original", "passthrough"), ("latent", AutoencoderLatent(**SMALL))])
    for select in (
        SelectKBest(k=4),
        RFE(LogisticRegression(), n_features_to_select=4),
        SequentialFeatureSelector(LogisticRegression(), n_features_to_select=4, cv=2),
    ):
        pipeline = make_pipeline(union, select).set_output(transform="pandas")
        chosen = pipeline.fit_transform(X, y)
        assert chosen.shape == (120, 4)
        assert set(chosen.columns) <= {f"original__x{i}" for i in range(10)} | {
            f"latent__autoencoderlatent{i}" for i in range(3)
        }


@pytest.mark.slow
def test_a_grid_search_goes_by_the_reconstruction():
    search = GridSearchCV(AutoencoderLatent(**{**SMALL, "epochs": 20}), {"n_components": [1, 3]}, cv=2).fit(tables())
    assert search.best_params_ == {"n_components": 3}


@pytest.mark.slow
@pytest.mark.parametrize("kind", BOTH)
def test_equal_seeds_give_equal_networks(kind):
    X = tables()
    first, second = (kind(variational=True, denoising=0.2, **SMALL).fit(X).score_samples(X) for _ in range(2))
    assert_array_equal(first, second)
    other = kind(variational=True, denoising=0.2, **{**SMALL, "random_state": 1}).fit(X).score_samples(X)
    assert np.abs(first - other).max() > 1e-4


@pytest.mark.parametrize("kind", BOTH)
def test_a_weight_counts_as_often_as_the_clip_would(kind):
    X = tables(n_samples=40)
    weights = np.arange(40) % 3
    full_batch = {**SMALL, "batch_size": 200, "epochs": 10}
    weighted = kind(**full_batch).fit(X, sample_weight=weights)
    repeated = kind(**full_batch).fit(np.repeat(X, weights, axis=0))
    assert_allclose(weighted.score_samples(X), repeated.score_samples(X), rtol=1e-2)


@pytest.mark.slow
def test_a_new_process_gives_the_same_to_the_last_bit(tmp_path):
    X, _ = make_clips(ragged=False)
    models = [model(kind="conv", **SMALL).fit(X) for model in BOTH]
    joblib.dump((models, X), tmp_path / "models.joblib")
    code = (
        f"import joblib, numpy as np; models, X = joblib.load({str(tmp_path / 'models.joblib')!r}); "
        f"np.savez({str(tmp_path / 'out.npz')!r}, a=models[0].transform(X), b=models[1].decision_function(X))"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    out = np.load(tmp_path / "out.npz")
    assert_array_equal(out["a"], models[0].transform(X))
    assert_array_equal(out["b"], models[1].decision_function(X))


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["dense", *RAGGED_KINDS])
def test_what_was_not_seen_is_not_normal(kind):
    X, y = make_clips(n_clips=150, ragged=False)
    fresh, labels = make_clips(n_clips=90, ragged=False, seed=1)
    model = AutoencoderOutlierDetector(kind=kind, **{**SMALL, "epochs": 20}).fit(X[y == "cat"])
    assert is_outlier_detector(model)
    assert roc_auc_score(labels != "cat", model.anomaly_score(fresh)) > 0.95
    assert_allclose(model.anomaly_score(fresh), -model.score_samples(fresh))
    assert_array_equal(model.predict(fresh), np.where(model.decision_function(fresh) < 0, -1, 1))
    assert np.mean(model.predict(fresh[labels != "cat"]) == -1) > 0.8
    assert np.mean(model.predict(fresh[labels == "cat"]) == 1) > 0.8


def test_contamination_is_the_share_of_outliers_where_it_was_fitted():
    X = tables()
    model = AutoencoderOutlierDetector(contamination=0.1, **SMALL)
    assert np.mean(model.fit_predict(X) == -1) == pytest.approx(0.1, abs=0.005)


@pytest.mark.slow
def test_few_clips_like_those_learnt_from_raise_an_alarm():
    """Errors of training are too small to go by: forty clips are learnt by heart."""
    X = tables(n_samples=440, n_causes=8)
    model = AutoencoderOutlierDetector(n_components=8, hidden=(128,), epochs=60, random_state=0).fit(X[:40])
    assert np.mean(model.predict(X[40:]) == -1) < 0.15  # one in twenty, as far as forty clips tell


def test_where_normal_ends_is_found_on_groups_that_were_left_out():
    X = tables(n_samples=60)
    model = AutoencoderOutlierDetector(**SMALL)
    model.fit(X, groups=np.repeat(np.arange(3), 20))
    with pytest.raises(ValueError, match=r"in 1 group\(s\)"):
        model.fit(X, groups=np.zeros(60))
    model.set_params(contamination=0.1).fit(X, groups=np.zeros(60))


def test_clips_that_weigh_nothing_do_not_move_where_normal_ends():
    X = tables(n_samples=90)
    odd = np.concatenate([X, X[:30] * 50])
    weights = np.repeat([1.0, 0.0], [90, 30])
    expected = AutoencoderOutlierDetector(contamination=0.1, **SMALL).fit(X)
    model = AutoencoderOutlierDetector(contamination=0.1, **SMALL).fit(odd, sample_weight=weights)
    assert_allclose(model.offset_, expected.offset_, rtol=1e-5)


def test_the_errors_of_frames_say_when():
    X, y = make_clips(n_clips=150, ragged=False)
    model = AutoencoderOutlierDetector(kind="conv", **{**SMALL, "epochs": 20}).fit(X[y == "cat"])
    odd = X[y == "cat"][0].copy()
    odd[9:12] += np.tile([4.0, -4.0], 4)
    errors = model.reconstruction_error(odd[np.newaxis], per="frame")[0]
    assert set(np.argsort(errors)[-3:]) == {9, 10, 11}


@pytest.mark.parametrize("model", BOTH)
@pytest.mark.parametrize(
    ("settings", "match"),
    [
        ({"kind": "transformer"}, "'kind' parameter"),
        ({"n_components": 200}, "n_components=200; expected at most .* n_features = 128"),
        ({"hidden": (0,)}, "expected positive integers"),
        ({"kind": "conv", "stacked": True}, "stacked=True requires kind='dense'"),
    ],
)
def test_settings_that_make_no_network(model, settings, match):
    X, _ = make_clips(ragged=False)
    with pytest.raises(ValueError, match=match):
        model(**{**SMALL, **settings}).fit(X)


def test_input_that_does_not_fit(clips):
    ragged, _ = clips
    with pytest.raises(ValueError, match=r"requires clips of equal length.*FramePadder"):
        AutoencoderLatent(**SMALL).fit(ragged)
    X, _ = make_clips(ragged=False)
    model = AutoencoderLatent(**SMALL).fit(X)
    with pytest.raises(ValueError, match="with kind='dense' expects 16, as in fit"):
        model.transform(X[:, :10])
    with pytest.raises(ValueError, match="per='clip'; expected one of"):
        model.reconstruction_error(X, per="clip")
    with pytest.raises(ValueError, match="expected n_components=3"):
        model.inverse_transform(np.zeros((2, 4)))
    for n_frames in (10, 0, 1.5):
        with pytest.raises(ValueError, match="expected 16 for kind='dense'"):
            model.inverse_transform(np.zeros((2, 3)), n_frames=n_frames)


def test_a_pickle_is_as_large_as_the_weights():
    model = AutoencoderLatent(n_components=8, hidden=(256, 256), epochs=1, random_state=0).fit(tables())
    assert len(pickle.dumps(model)) < 1.1 * 4 * model.model_.count_params() + 5000


def test_the_former_name_of_the_number_of_components_is_taken_with_a_warning():
    X = tables()
    expected = AutoencoderLatent(**SMALL).fit(X).transform(X)
    former = AutoencoderLatent(**{**SMALL, "n_components": 16, "latent_dim": 3})
    assert clone(former).get_params()["latent_dim"] == 3
    with pytest.warns(FutureWarning, match="latent_dim is deprecated"):
        former.fit(X)
    assert_array_equal(former.transform(X), expected)
    assert_array_equal(former.set_params(latent_dim="deprecated", n_components=3).fit(X).transform(X), expected)


RNG = np.random.default_rng(0)
CLEAN = (RNG.normal(size=(200, 3)) @ RNG.normal(size=(3, 12))).astype(np.float32)
NOISY = CLEAN + RNG.normal(size=CLEAN.shape).astype(np.float32)


@pytest.mark.slow
@pytest.mark.parametrize("settings", [{}, {"variational": True}, {"activation": "tanh", "latent_activation": "tanh"}])
def test_clean_clips_are_learnt_of_noisy_ones(settings):
    model = AutoencoderLatent(6, epochs=60, random_state=0, **settings).fit(NOISY, CLEAN)
    plain = AutoencoderLatent(6, epochs=60, random_state=0, **settings).fit(NOISY)
    errors = [np.mean((other.reconstruct(NOISY) - CLEAN) ** 2) for other in (model, plain)]
    assert errors[0] < 0.7 * errors[1]
    assert model.reconstruct(NOISY).shape == CLEAN.shape
    model.set_params(warm_start=True, epochs=2).fit(NOISY, CLEAN)  # goes on, from noisy to clean and from clips alone
    assert np.mean((model.reconstruct(NOISY) - CLEAN) ** 2) < 0.8 * errors[1]
    assert np.isfinite(model.fit(NOISY).reconstruct(NOISY)).all()


@pytest.mark.slow
@pytest.mark.parametrize("kind", RAGGED_KINDS)
def test_clean_sequences_are_learnt_of_noisy_ones(kind):
    ends = [30, 70, 90, 150]
    noisy, clean = np.split(NOISY, ends), np.split(CLEAN, ends)
    model = AutoencoderLatent(kind=kind, **{**SMALL, "epochs": 2}).fit(noisy, clean)
    assert [clip.shape for clip in model.reconstruct(noisy)] == [clip.shape for clip in noisy]
    with pytest.raises(ValueError, match=r"of equal shapes, got .* for clip 1"):
        model.fit(noisy, [clean[0], clean[1][1:], *clean[2:]])
    with pytest.raises(ValueError, match="of equal shapes, got 5 and 4 clips"):
        model.fit(noisy, clean[:4])
    with pytest.raises(TypeError, match=r"y is a dict_values of arrays; expected the clean clips"):
        model.fit(noisy, dict(enumerate(clean)).values())


@pytest.mark.parametrize("y", [None, np.arange(200) % 2, np.arange(200.0), [f"label {i % 2}" for i in range(200)]])
def test_labels_are_no_clean_clips(y):
    models = [AutoencoderLatent(3, epochs=2, random_state=0).fit(NOISY, given) for given in (None, y)]
    assert_array_equal(models[0].transform(NOISY), models[1].transform(NOISY))


def test_what_is_made_anew_is_what_the_latents_give():
    model = AutoencoderLatent(3, epochs=2, random_state=0).fit(NOISY)
    assert_allclose(model.reconstruct(NOISY), model.inverse_transform(model.transform(NOISY)), atol=1e-5)


@pytest.mark.slow
def test_a_variational_network_stays_finite_and_makes_clips_up_that_spread():
    for seed in range(5):
        model = AutoencoderLatent(8, variational=True, learning_rate=0.02, random_state=seed).fit(100 * CLEAN)
        assert np.max(model.history_["loss"]) < 5
        assert np.isfinite(model.transform(100 * CLEAN)).all()
        made = model.set_params(random_state=seed).sample(500)
        assert ((made / 100).std(axis=0) > 0.5 * CLEAN.std(axis=0)).all()

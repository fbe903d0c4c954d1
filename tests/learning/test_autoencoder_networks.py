"""Autoencoders as Keras graphs."""

import keras
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.integrate import quad
from scipy.stats import norm

from skaudio._learning.networks import autoencoder_network, cut_network, decoding_network, grown_weights
from skaudio.nets import Broadcast, Divergence, NormalDraw, TimeCode

KINDS = ["dense", "conv", "recurrent"]
SETTINGS = {"hidden": (8, 6), "latent_dim": 3, "n_channels": 5, "variational": False, "beta": 1.0, "denoising": 0.0}


def build(kind, **settings):
    return autoencoder_network(kind, n_frames=12 if kind == "dense" else None, **{**SETTINGS, **settings})


def batch(n_clips=4, n_frames=12):
    frames = np.random.default_rng(0).standard_normal((n_clips, n_frames, 5)).astype(np.float32)
    return {"frames": frames, "mask": np.ones((n_clips, n_frames), bool)}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("variational", [False, True])
def test_the_views_agree_with_the_whole(kind, variational):
    network, inputs = build(kind, variational=variational, beta=0.0), batch()
    network.get_layer("standardization").mean.assign(np.arange(5.0))
    network.get_layer("standardization").deviation.assign(np.full(5, 2.0))
    latents = np.array(cut_network(network, "latent")(inputs))
    assert latents.shape == (4, 3)
    decoded = np.array(decoding_network(network)({**inputs, "frames": latents[:, np.newaxis]}))
    squares = ((inputs["frames"] - decoded) / 2.0) ** 2  # in units of the deviation
    assert_allclose(np.array(cut_network(network, "squared_error")(inputs)), squares, rtol=1e-3, atol=1e-5)
    assert_allclose(np.array(network(inputs))[:, 0], squares.mean(axis=(1, 2)), rtol=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["conv", "recurrent"])
def test_what_fills_a_batch_up_changes_nothing(kind):
    network, inputs = build(kind), batch()
    longer = {
        "frames": np.concatenate([inputs["frames"], np.full((4, 8, 5), 7.0, np.float32)], axis=1),
        "mask": np.concatenate([inputs["mask"], np.zeros((4, 8), bool)], axis=1),
    }
    for view in (lambda network: cut_network(network, "latent"), lambda network: network):
        assert_allclose(np.array(view(network)(longer)), np.array(view(network)(inputs)), rtol=1e-5, atol=1e-6)
    errors = np.array(cut_network(network, "squared_error")(longer))
    assert_allclose(errors[:, :12], np.array(cut_network(network, "squared_error")(inputs)), rtol=1e-4, atol=1e-5)
    assert not errors[:, 12:].any()


def test_the_divergence_is_that_of_two_normal_distributions():
    mean, deviation = 0.7, 0.4
    first, standard = norm(mean, deviation), norm()
    nats, _ = quad(lambda x: first.pdf(x) * (first.logpdf(x) - standard.logpdf(x)), -4, 5)
    present = np.arange(10)[np.newaxis] < 4
    errors = np.where(present[..., np.newaxis], np.float32(0.25), np.zeros((1, 10, 5), np.float32))
    log_variance = np.full((1, 3), 2 * np.log(deviation), np.float32)
    given = Divergence(beta=2.0)(np.full((1, 3), mean, np.float32), log_variance, errors, present)
    assert_allclose(np.array(given), [[2.0 * 0.25 * 3 * nats / (0.5 * 4 * 5)]], rtol=1e-5)


def test_a_draw_is_normal_in_training_and_its_mean_else():
    mean, log_variance = np.full((20000, 1), 3.0, np.float32), np.full((20000, 1), 2 * np.log(0.5), np.float32)
    layer = NormalDraw()
    assert_array_equal(np.array(layer(mean, log_variance)), mean)
    drawn = np.array(layer(mean, log_variance, training=True))
    assert_allclose([drawn.mean(), drawn.std()], [3.0, 0.5], atol=0.02)


def test_a_time_code_tells_where_in_its_own_clip_a_frame_is():
    present = np.arange(6) < np.array([[6], [3]])
    code = np.array(TimeCode()(present))
    assert_allclose(code[1, :3, 0], np.cos(np.pi * np.array([0.5, 1.5, 2.5]) / 3), atol=1e-6)
    assert not code[1, 3:].any()
    assert len(np.unique(code[0].round(5), axis=0)) == 6


def test_a_vector_is_put_at_each_frame_that_is_there():
    present = np.arange(4) < np.array([[4], [2]])
    put = np.array(Broadcast()(np.array([[1.0, 2.0], [3.0, 4.0]], np.float32), present))
    assert_array_equal(put[0], np.tile([1.0, 2.0], (4, 1)))
    assert_array_equal(put[1], [[3.0, 4.0], [3.0, 4.0], [0.0, 0.0], [0.0, 0.0]])


def test_noise_is_for_training_alone():
    network, inputs = build("conv", denoising=1.0), batch()
    assert_array_equal(np.array(network(inputs)), np.array(network(inputs)))
    assert np.abs(np.array(network(inputs, training=True)) - np.array(network(inputs))).max() > 1e-3


def test_layers_of_a_smaller_network_go_to_either_side_of_the_latent():
    small = build("dense", hidden=(8,), latent_dim=6, latent_activation="relu")
    large = build("dense")
    mixed = grown_weights(small.get_weights(), large.get_weights())
    assert [weight.shape for weight in mixed] == [weight.shape for weight in large.get_weights()]
    large.set_weights(mixed)
    for name in ("encoder_0",):
        assert_array_equal(large.get_layer(name).get_weights()[0], small.get_layer(name).get_weights()[0])
    assert_array_equal(large.get_layer("encoder_1").get_weights()[0], small.get_layer("latent").get_weights()[0])
    for ours, theirs in (("decoder_0", "decoder_0"), ("output", "output")):
        mine, its = (net.get_layer("decoder").get_layer(name) for net, name in ((large, ours), (small, theirs)))
        assert_array_equal(mine.get_weights()[0], its.get_weights()[0])


@pytest.mark.parametrize("kind", KINDS)
def test_a_network_survives_being_saved(kind, tmp_path):
    network, inputs = build(kind, variational=True, denoising=0.1), batch()
    network.save(tmp_path / "network.keras")
    assert_array_equal(np.array(keras.models.load_model(tmp_path / "network.keras")(inputs)), np.array(network(inputs)))

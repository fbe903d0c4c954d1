"""Losses of comparisons, against sums worked out pair by pair."""

import keras
import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import log_softmax

from skaudio._learning._losses import ContrastiveLoss, ProxyLoss, TripletLoss
from skaudio._learning.networks import cut_network, embedding_network, image_network, mean_network
from skaudio._learning.networks._supervised import dense


@pytest.fixture
def batch():
    rng = np.random.default_rng(0)
    return np.array([0, 0, 1, 1, 2, 0, 3, 1], np.float32)[:, np.newaxis], rng.normal(size=(8, 3)).astype(np.float32)


def per_clip(loss, classes, embeddings):
    return np.array(loss.call(keras.ops.convert_to_tensor(classes), keras.ops.convert_to_tensor(embeddings)))


@pytest.mark.parametrize("margin", [0.5, 4.0])
def test_contrastive_loss_pair_by_pair(batch, margin):
    classes, embeddings = batch
    expected = []
    for i in range(4):
        distance = np.linalg.norm(embeddings[i] - embeddings[4 + i])
        same = classes[i, 0] == classes[4 + i, 0]
        expected.append(0.5 * distance**2 if same else 0.5 * max(margin - distance, 0.0) ** 2)
    assert_allclose(per_clip(ContrastiveLoss(margin), classes, embeddings), expected * 2, rtol=1e-5)


@pytest.mark.parametrize("margin", [0.1, 3.0])
def test_triplet_loss_triplet_by_triplet(batch, margin):
    classes, embeddings = batch
    squares = ((embeddings[:, np.newaxis] - embeddings) ** 2).sum(axis=-1)
    expected = []
    for a in range(8):
        mates = [p for p in range(8) if p != a and classes[p] == classes[a]]
        others = squares[a, classes[:, 0] != classes[a]]
        losses = []
        for p in mates:
            farther = others[others > squares[a, p]]
            negative = farther.min() if len(farther) else others.max()
            losses.append(max(squares[a, p] - negative + margin, 0.0))
        expected.append(np.mean(losses) if losses else 0.0)
    assert_allclose(per_clip(TripletLoss(margin), classes, embeddings), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("margin", [0.0, 0.3])
def test_proxy_loss_is_the_cross_entropy_of_cosines(margin):
    rng = np.random.default_rng(0)
    network = embedding_network(mean_network(4, None), unit=True, n_proxies=3)
    proxies = network.get_layer("proxies").get_weights()[0]
    frames = rng.normal(size=(5, 6, 4)).astype(np.float32)
    mask = np.arange(6) < np.array([6, 2, 3, 6, 1])[:, np.newaxis]
    means = np.stack([clip[present].mean(axis=0) for clip, present in zip(frames, mask, strict=True)])
    cosines = (means / np.linalg.norm(means, axis=1)[:, np.newaxis]) @ (proxies / np.linalg.norm(proxies, axis=0))
    target = np.eye(3)[[0, 2, 1, 1, 0]]
    expected = -(target * log_softmax(16.0 * (cosines - margin * target), axis=1)).sum(axis=1)
    scores = network({"frames": frames, "mask": mask})
    assert_allclose(per_clip(ProxyLoss(margin), target.astype(np.float32), scores), expected, rtol=1e-4, atol=1e-5)
    embeddings = cut_network(network, "scores")({"frames": frames, "mask": mask})
    assert_allclose(np.array(embeddings), means, rtol=1e-5, atol=1e-6)


def test_a_network_survives_being_saved(tmp_path):
    body = image_network("dense", n_frames=5, n_channels=4, n_outputs=8, task="proxy", normalize="channel")
    network = embedding_network(body, unit=True, n_proxies=3)
    network.save(tmp_path / "network.keras")
    inputs = {"frames": np.ones((2, 5, 4), np.float32), "mask": np.ones((2, 5), bool)}
    again = keras.models.load_model(tmp_path / "network.keras")
    assert_allclose(np.array(again(inputs)), np.array(network(inputs)), rtol=1e-6)


def test_the_dense_tower_is_the_tutorials():
    tower = dense((400, 20), 128)
    kinds = [(type(layer).__name__, getattr(layer, "units", None)) for layer in tower.layers[1:]]
    assert kinds == [
        ("Flatten", None),
        ("Dense", 128),
        ("Dropout", None),
        ("Dense", 128),
        ("Dropout", None),
        ("Dense", 128),
    ]
    assert [layer.rate for layer in tower.layers if isinstance(layer, keras.layers.Dropout)] == [0.1, 0.1]
    assert tower.count_params() == (400 * 20 + 1) * 128 + 2 * 129 * 128

"""Whole networks: what fills a batch up changes nothing, and what can be cut out of them."""

import keras
import numpy as np
import pytest
from numpy.testing import assert_allclose

from skaudio._learning.networks import feature_network, frame_network, image_network, sequence_network, time_stride

TOWERS = {
    "residual": {"filters": 4, "depth": 2, "kernel_size": 3, "dropout": 0.1},
    "lenet": {"filters": 4, "depth": 2, "kernel_size": 5, "dropout": 0.1},
    "keyword": {"filters": 4, "dropout": 0.1},
    "recurrent": {
        "cell": "GRU",
        "units": 4,
        "n_layers": 2,
        "frames_per_step": 2,
        "bidirectional": True,
        "dropout": 0.1,
    },
}
N_CHANNELS = 10


def network_of(tower, pooling="mean_max", task="exclusive", normalize="channel", **changes):
    return sequence_network(
        tower,
        {**TOWERS[tower], **changes},
        n_channels=N_CHANNELS,
        n_outputs=3,
        task=task,
        normalize=normalize,
        pooling=pooling,
        dropout=0.1,
    )


def filled_up(clips, n_frames):
    """Fill up with what would be seen if anything looked at it."""
    frames = np.full((len(clips), n_frames, N_CHANNELS), 1e3, np.float32)
    mask = np.zeros((len(clips), n_frames), bool)
    for i, clip in enumerate(clips):
        frames[i, : len(clip)], mask[i, : len(clip)] = clip, True
    return {"frames": frames, "mask": mask}


@pytest.fixture
def clips():
    rng = np.random.default_rng(0)
    return [rng.standard_normal((n_frames, N_CHANNELS)).astype(np.float32) for n_frames in (9, 16, 1, 5)]


@pytest.mark.parametrize(
    ("pooling", "normalize"),
    [
        ("mean", "channel"),
        ("max", "clip"),
        ("mean_max", None),
        ("attention", "channel"),
        ("last", "channel"),
        ("linear_softmax", "channel"),
    ],
)
@pytest.mark.parametrize("tower", list(TOWERS))
def test_what_fills_a_batch_up_changes_nothing(tower, pooling, normalize, clips):
    network = network_of(tower, pooling, normalize=normalize)
    stride = time_stride(tower, TOWERS[tower])
    together = np.array(network(filled_up(clips, 64)))
    for clip, scores in zip(clips, together, strict=True):
        alone = filled_up([clip], -(-len(clip) // stride) * stride)
        assert_allclose(np.array(network(alone))[0], scores, atol=2e-6)


@pytest.mark.parametrize("tower", list(TOWERS))
def test_a_step_stands_for_as_many_frames_as_the_stride_says(tower, clips):
    scores = frame_network(network_of(tower))(filled_up(clips, 64))
    assert scores.shape == (4, 64 // time_stride(tower, TOWERS[tower]), 3)


@pytest.mark.parametrize("pooling", ["mean", "max", "mean_max", "attention", "linear_softmax"])
def test_without_pooling_a_step_is_judged_as_a_clip_of_one_step_is(pooling):
    network = network_of("lenet", pooling)
    clip = np.random.default_rng(0).standard_normal((4, N_CHANNELS)).astype(np.float32)  # one step
    steps = np.array(frame_network(network)(filled_up([clip], 4)))[0, 0]
    whole = np.array(network(filled_up([clip], 4)))[0]
    difference = whole - steps  # of exclusive classes, what is added to all scores does not matter
    assert_allclose(difference, difference.mean(), atol=1e-4)


def test_a_network_for_numbers_first_predicts_the_mean():
    network = network_of("residual", task="regression")
    network.get_layer("target_scale").mean.assign([1.0, 20.0, 300.0])
    frames = np.random.default_rng(0).standard_normal((2, 8, N_CHANNELS)).astype(np.float32)
    assert_allclose(network({"frames": frames, "mask": np.ones((2, 8), bool)}), [[1.0, 20.0, 300.0]] * 2)


def test_the_plain_network_is_the_tutorials():
    network = image_network("plain", n_frames=1491, n_channels=257, n_outputs=1, task="independent", normalize=None)
    assert network.count_params() == 6_021_857


def test_the_keyword_network_has_the_papers_layers():
    """cnn-trad-fpool3 of Sainath and Parada: 20 x 8 and 10 x 4 filters, 64 maps each, 32 linear, 128 hidden units."""
    settings = {"filters": 64, "dropout": 0.0}
    network = sequence_network(
        "keyword", settings, n_channels=40, n_outputs=4, task="exclusive", normalize=None, pooling="mean", dropout=0.0
    )
    shapes = {layer.name: tuple(layer.kernel.shape) for layer in network.layers if hasattr(layer, "kernel")}
    assert shapes["convolution_0"] == (20, 8, 1, 64)
    assert shapes["convolution_1"] == (10, 4, 64, 64)
    assert shapes["low_rank"][-1] == 32
    assert shapes["hidden"] == (32, 128)
    assert shapes["output"] == (128, 4)


def test_features_of_a_layer_by_name_and_by_place(clips):
    network = network_of("lenet")
    batch = filled_up(clips, 16)
    by_name = feature_network(network, "hidden")(batch)
    by_place = feature_network(network, [layer.name for layer in network.layers].index("hidden"))(batch)
    assert by_name.shape == (4, 128)
    assert_allclose(by_name, by_place)
    assert_allclose(feature_network(network, None)(batch), by_name)  # what the last layer sees


def test_features_of_a_layer_within_a_network_for_one_length():
    network = image_network("plain", n_frames=8, n_channels=10, n_outputs=2, task="exclusive", normalize="channel")
    batch = {"frames": np.ones((3, 8, 10), np.float32), "mask": np.ones((3, 8), bool)}
    assert feature_network(network, "convolution_0")(batch).shape == (3, 6, 8, 16)
    assert feature_network(network, None)(batch).shape == (3, 4 * 6 * 16)


@pytest.mark.parametrize("layer", ["nonesuch", 99])
def test_a_layer_that_is_not_there_is_told_with_those_that_are(layer):
    with pytest.raises(ValueError, match=r"layer=.*; expected .*time_pooling"):
        feature_network(network_of("lenet"), layer)


def test_a_network_survives_being_saved(tmp_path, clips):
    network = network_of("residual", "attention")
    network.save(tmp_path / "network.keras")
    loaded = keras.saving.load_model(tmp_path / "network.keras")
    assert_allclose(loaded(filled_up(clips, 16)), network(filled_up(clips, 16)))

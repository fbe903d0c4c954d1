"""Kernels of networks: by what is in the pictures."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.pipeline import Pipeline
from sklearn.svm import SVC
from tests.common.instances import FAST, FAST_SIAMESE, SMALL_CNN

from skaudio.estimators import CNNClassifier, GRUClassifier, LSTMClassifier, SiameseMatcher
from skaudio.inspection import FilterDisplay

QUICK = {**FAST, "epochs": 1}


@pytest.fixture(scope="module")
def frames():
    rng = np.random.default_rng(0)
    return rng.normal(size=(30, 12, 6)).astype("float32"), np.repeat(["ann", "bob", "cyd"], 10)


@pytest.fixture(scope="module")
def cnn(frames):
    return CNNClassifier(**SMALL_CNN, **QUICK).fit(*frames)


def test_filters_of_a_convolution_are_its_kernels(cnn):
    display = FilterDisplay.from_estimator(cnn, max_filters=5)
    kernel = cnn.model_.get_layer("stem_convolution").get_weights()[0]  # (time, channel, 1, filter)
    assert len(display.images_) == 5
    for number, image in enumerate(display.images_):
        np.testing.assert_array_equal(image.get_array(), kernel[:, :, 0, number].T)
        assert image.get_clim() == pytest.approx((-abs(kernel[..., :5]).max(), abs(kernel[..., :5]).max()))
        assert image.origin == "lower"
    assert [ax.axison for ax in display.axes_.flat] == [True] * 5 + [False] * (display.axes_.size - 5)
    assert (display.axes_[-1, 0].get_xlabel(), display.axes_[-1, 0].get_ylabel()) == ("time", "channel")


@pytest.mark.slow
@pytest.mark.parametrize("network", [LSTMClassifier, GRUClassifier])
def test_filters_of_a_recurrent_layer_are_of_the_new_content(network, frames):
    net = network(units=4, n_layers=1, bidirectional=True, frames_per_step=2, **QUICK).fit(*frames)
    _, ax = plt.subplots()
    display = FilterDisplay.from_estimator(Pipeline([("net", net)]), ax=ax)
    # (2 frames x 6 channels, units of each gate), the new content third, in LSTM (i, f, c, o) and in GRU (z, r, h).
    kernel = net.model_.get_layer("bidirectional_0").get_weights()[0]
    assert display.kernels.shape == (4, 2, 6)
    np.testing.assert_array_equal(display.kernels[1, 1], kernel[6:, 2 * 4 + 1])
    assert display.ax_ is ax
    assert not ax.axison
    assert "data:image/png" in display._repr_html_()


def test_filters_of_an_inner_model_and_of_a_later_layer(frames):
    net = CNNClassifier(architecture="plain", **QUICK).fit(*frames)
    first, later = (net.model_.get_layer("plain").get_layer(f"convolution_{i}").get_weights()[0] for i in (0, 1))
    np.testing.assert_array_equal(FilterDisplay.from_estimator(net).kernels[3], first[:, :, 0, 3])
    display = FilterDisplay.from_estimator(net, layer="convolution_1")
    np.testing.assert_allclose(display.kernels[3], later[..., 3].mean(axis=2), rtol=1e-5)
    assert FilterDisplay.from_estimator(net, layer="output").kernels.shape[1] == 1


def test_filters_of_a_dense_layer_are_laid_out_over_time(frames):
    X, y = frames
    net = SiameseMatcher(tower="dense", embedding_dim=4, calibration=None, **{**FAST_SIAMESE, "epochs": 1}).fit(X, y)
    display = FilterDisplay.from_estimator(net, max_filters=2)
    kernel = net.model_.get_layer("dense").get_layer("dense_0").get_weights()[0]
    np.testing.assert_array_equal(display.kernels[1], kernel[:, 1].reshape(12, 6))


def test_filters_refuse_what_is_no_network(cnn):
    with pytest.raises(TypeError, match="SVC has no model_"):
        FilterDisplay.from_estimator(SVC())
    with pytest.raises(ValueError, match=r"layer='stem'; expected a layer with a kernel, .*'stem_convolution'"):
        FilterDisplay.from_estimator(cnn, layer="stem")
    with pytest.raises(ValueError, match=r"shape \(2, 3\); expected \(n_filters, n_time, n_channels\)"):
        FilterDisplay.from_array(np.zeros((2, 3)))
    with pytest.raises(ValueError, match="ax cannot be subdivided; expected axes in a grid"):
        FilterDisplay.from_array(np.zeros((2, 3, 4)), ax=plt.figure().add_axes([0, 0, 1, 1]))

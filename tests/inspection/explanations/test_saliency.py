"""Saliency by derivatives: it lies where the tone is, and is what can be worked out by hand."""

from functools import partial

import keras
import numpy as np
import pytest
from keras import layers
from scipy.ndimage import gaussian_filter
from scipy.special import expit
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from tests.common.instances import FAST, FAST_REGRESSOR, SMALL_RNN
from tests.common.tones import AROUND, BAND, SR

from skaudio.estimators import AutoencoderOutlierDetector, CNNClassifier, CNNRegressor, GRUClassifier
from skaudio.features import MelSpectrogram
from skaudio.inspection import Saliency, SaliencyDisplay, saliency
from skaudio.inspection.explanations._gradients import integrated
from skaudio.pooling import FramePadder

QUICK = {**FAST, "epochs": 1}


@pytest.mark.slow
@pytest.mark.parametrize("method", ["gradient", "integrated", "gradcam", "occlusion"])
def test_it_lies_where_and_when_the_tone_is(method, cnn, tones):
    _, _, X, y = tones
    assert cnn.score(X, y) == 1.0
    found = saliency(cnn, X[1:13:2], method)
    assert [one.target for one in found] == ["tone"] * 6
    assert np.mean([one.share(times=AROUND, frequencies=BAND) for one in found]) >= 0.8
    np.testing.assert_allclose([one.score for one in found], cnn.decision_function(X[1:13:2]), rtol=1e-3)
    frames = cnn[0].transform(X[1:13:2])
    np.testing.assert_array_equal([one.frames for one in found], frames)
    silence = np.broadcast_to(np.float32(-40) + frames.max(axis=(1, 2), keepdims=True), frames.shape)
    # Silence is far below the least value of a clip, which is 40 dB below its largest.
    np.testing.assert_allclose([one.baseline_score for one in found], cnn[1].decision_function(silence), rtol=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize("n_steps", [1, 32])
@pytest.mark.parametrize("baseline", ["silence", "mean"])
def test_integrated_gradients_are_complete(cnn, tones, n_steps, baseline):
    for one in saliency(cnn, tones[2][:2], "integrated", target="tone", baseline=baseline, n_steps=n_steps):
        assert one.values.sum(dtype=np.float64) == pytest.approx(one.score - one.baseline_score, rel=0.01)


@pytest.mark.parametrize("method", ["gradient", "integrated"])
def test_what_speaks_for_one_of_two_classes_speaks_against_the_other(method, cnn, tones):
    (no,), (tone,) = (saliency(cnn, tones[2][1:2], method, target=target) for target in ("no", "tone"))
    np.testing.assert_allclose(no.values, -tone.values, atol=1e-5 * np.abs(tone.values).max())
    assert (no.score, no.baseline_score) == (-tone.score, -tone.baseline_score)


def test_smoothing_moves_what_there_is_to_neighbours(cnn, tones):
    rough, smooth = (saliency(cnn, tones[2][1:2], smooth=width)[0].values for width in (0.0, 1.5))
    np.testing.assert_allclose(smooth, gaussian_filter(rough, 1.5), atol=1e-5 * np.abs(rough).max())
    assert smooth.sum(dtype=np.float64) == pytest.approx(rough.sum(dtype=np.float64), rel=1e-3)


def linear(shape, n_outputs):
    inputs = layers.Input(shape)
    return keras.Model(inputs, layers.Dense(n_outputs, name="all")(layers.Flatten()(inputs)))


def pointwise(shape, n_outputs):
    inputs = layers.Input(shape)
    maps = layers.Conv2D(2, 1, name="maps")(layers.Reshape((*shape, 1))(inputs))
    return keras.Model(inputs, layers.Dense(n_outputs, name="all")(layers.Flatten()(maps)))


def fitted(architecture, n_outputs=2):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(20, 8, 4)).astype("float32"), 5 * rng.normal(size=(20, n_outputs))
    model = CNNRegressor(architecture=architecture, normalize=None, **{**FAST_REGRESSOR, "epochs": 2}).fit(X, y)
    return X, model, y.std(axis=0)


@pytest.mark.parametrize("method", ["gradient", "integrated"])
@pytest.mark.parametrize(("baseline", "taken"), [(None, "mean"), (0.5, 0.5), ([0.0, 1.0, 2.0, 3.0], [[0, 1, 2, 3]])])
def test_of_a_linear_network_values_are_weights_times_differences(method, baseline, taken):
    X, model, scale = fitted(linear)
    body = next(layer for layer in model.model_.layers if isinstance(layer, keras.Model))
    weights = body.get_layer("all").kernel.numpy().reshape(8, 4, 2) * scale
    found = saliency(model, X[:3], method, target=[0, 1, 0], baseline=baseline, smooth=0.0)
    for x, one, output in zip(X, found, [0, 1, 0], strict=False):
        difference = x - (x.mean(axis=0) if taken == "mean" else np.array(taken))
        np.testing.assert_allclose(one.values, weights[..., output] * difference, rtol=1e-3, atol=1e-4)
        assert one.target == output
        assert one.score == pytest.approx(model.predict(x[np.newaxis])[0, output], rel=1e-4)
        assert (one.times, one.frequencies, one.clip, one.front_end) == (None, None, None, None)


def test_gradcam_worked_out_by_hand():
    X, model, scale = fitted(pointwise)
    body = next(layer for layer in model.model_.layers if isinstance(layer, keras.Model))
    kernel = body.get_layer("maps").kernel.numpy().ravel()
    slopes = body.get_layer("all").kernel.numpy().reshape(8, 4, 2, 2)[..., 1] * scale[1]
    for layer in (None, "maps", -3):
        (one,) = saliency(model, X[:1], "gradcam", target=1, baseline=0.0, layer=layer)
        expected = (X[0][..., np.newaxis] * kernel * slopes.mean(axis=0)).sum(axis=-1)
        np.testing.assert_allclose(one.values, np.maximum(expected, 0.0), rtol=1e-3, atol=1e-4)


class Steep:
    """A network of one value, whose score rises within a small part of the way."""

    def __init__(self, slope, middle):
        self.slope, self.middle, self.asked = slope, middle, []

    def score(self, frames, column):
        return float(expit(self.slope * (frames[0, 0] - self.middle)))

    def of_input(self, frames, column):
        self.asked.append(len(frames))
        risen = expit(self.slope * (frames.astype(np.float64) - self.middle))
        return self.slope * risen * (1 - risen)


def test_steps_are_doubled_until_the_sum_is_right():
    steep = Steep(100.0, 0.3)
    values = integrated(steep, np.ones((1, 1), "float32"), np.zeros((1, 1), "float32"), 0, 2)
    assert values.item() == pytest.approx(1.0, rel=0.01)
    assert steep.asked == [2**i for i in range(1, len(steep.asked) + 1)]
    assert len(steep.asked) > 2


def test_it_says_where_no_number_of_steps_is_enough():
    jump = Steep(1e6, 1 / 3)
    with pytest.warns(
        UserWarning, match=r"Integrated gradients with 1024 steps deviate by 1 from the difference of scores, 1\."
    ):
        integrated(jump, np.ones((1, 1), "float32"), np.zeros((1, 1), "float32"), 0, 32)


@pytest.mark.slow
@pytest.mark.parametrize("method", ["gradient", "integrated", "gradcam", "occlusion"])
def test_clips_of_different_lengths_are_as_if_alone(method, cnn, tones):
    X = [tones[2][1][:n] for n in (16000, 9000, 12345)]
    for one, x in zip(saliency(cnn, X, method, target="tone", n_steps=8), X, strict=True):
        frames = cnn[0].transform([x])[0]
        np.testing.assert_array_equal(one.frames, frames)
        (alone,) = saliency(cnn, [x], method, target="tone", n_steps=8)
        np.testing.assert_allclose(one.values, alone.values, atol=1e-3 * np.abs(alone.values).max())
        assert one.values.shape == frames.shape == (len(one.times), len(one.frequencies))
        assert one.score == pytest.approx(cnn.decision_function([x])[0], rel=1e-3)


@pytest.mark.parametrize("method", ["gradient", "occlusion"])
def test_frames_have_times_and_silence_of_the_front_end(cnn, tones, method):
    frames = cnn[0].transform(tones[2][1:3])
    plain = np.array(frames)
    of_clips = saliency(cnn, tones[2][1:3], method, target="tone")
    carried = saliency(cnn[1], frames, method, target="tone")
    told = saliency(cnn[1], plain, method, target="tone", front_end=cnn[0])
    for clip, *others in zip(of_clips, carried, told, strict=True):
        for one in others:
            np.testing.assert_allclose(one.values, clip.values, atol=1e-6)
            np.testing.assert_array_equal(one.times, clip.times)
            np.testing.assert_array_equal(one.frequencies, clip.frequencies)
            assert (one.clip, one.front_end) == (None, None)


def test_plain_frames_have_no_times(cnn, tones):
    plain = np.array(cnn[0].transform(tones[2][1:3]))
    (untold,) = saliency(cnn[1], plain[:1], target="tone", baseline="mean", smooth=0.0)
    (by_clip,) = saliency(cnn, tones[2][1:2], target="tone", baseline="mean", smooth=0.0)
    np.testing.assert_allclose(untold.values, by_clip.values, atol=1e-6)
    with pytest.raises(ValueError, match=r"This saliency map has no times"):
        untold.share(times=(0.0, 1.0))
    with pytest.raises(ValueError, match=r"baseline='silence'; expected 'mean', a frame \(64,\)"):
        saliency(cnn[1], plain, baseline="silence")


@pytest.fixture(scope="module")
def gru(tones):
    """A pipeline of few channels, hardly trained."""
    network = GRUClassifier(**SMALL_RNN, **QUICK)
    return make_pipeline(MelSpectrogram(sr=SR, n_mels=8), network).fit(tones[2][:8, :4000], tones[3][:8])


@pytest.mark.slow
def test_padding_at_the_end_keeps_the_time(gru, tones):
    for pad, known in (("end", True), ("both", False)):
        padder = FramePadder(n_frames=50, pad=pad, crop=pad).fit(gru[0].transform(tones[2][:8, :4000]))
        (found,) = saliency(Pipeline([("a", gru[0]), ("b", padder), ("c", gru[1])]), tones[2][:1, :4000], "integrated")
        assert found.values.shape == (50, 8)
        assert (found.times is not None) == known


def test_a_network_for_clips_of_one_length_is_explained_on_that_length(tones):
    network = CNNClassifier(architecture="plain", **QUICK)  # 118 frames: no length that batches are filled up to
    model = make_pipeline(MelSpectrogram(sr=SR, n_mels=8), FramePadder(n_frames=118), network)
    model.fit(tones[2][:8, :7000], tones[3][:8])
    for method in ("gradient", "integrated", "gradcam"):
        (found,) = saliency(model, tones[2][:1, :7000], method)
        assert found.values.shape == (118, 8)
        assert found.score == pytest.approx(np.abs(model.decision_function(tones[2][:1, :7000])[0]), rel=1e-4)


def test_wrong_ways_are_named(cnn, svc, gru, tones):
    X = tones[2][:8, :4000]
    frames = gru[0].transform(X)
    with pytest.raises(TypeError, match=r"requires a convolution over time and channels.* Use method='integrated'"):
        saliency(gru, X[:1], "gradcam")
    X = tones[2][:8]
    with pytest.raises(
        TypeError, match=r"The input of SVC is a table of vectors; expected frames\. Use method='occlusion'"
    ):
        saliency(svc, X, "gradient")
    with pytest.raises(
        TypeError, match=r"requires a supervised network of .* got StandardScaler\. Use method='occlusion'"
    ):
        saliency(StandardScaler(), frames, "integrated")
    autoencoder = AutoencoderOutlierDetector(n_components=2, hidden=(4,), epochs=1).fit(frames)
    with pytest.raises(TypeError, match=r"supervised network of skaudio\.estimators, got AutoencoderOutlierDetector"):
        saliency(autoencoder, frames, "gradient")
    with pytest.raises(ValueError, match=r"method='lime'; expected one of \('gradient', "):
        saliency(cnn, X, "lime")
    with pytest.raises(ValueError, match=r"target='owl'; expected one of \['no', 'tone'\]"):
        saliency(cnn, X, target="owl")
    with pytest.raises(ValueError, match=r"target has 2 entries; expected one, or 8"):
        saliency(cnn, X, target=["no", "tone"])
    with pytest.raises(ValueError, match=r"baseline has shape \(3,\); expected a value for each of 64 channels"):
        saliency(cnn, X, baseline=np.zeros(3))
    with pytest.raises(ValueError, match=r"layer='embedding' has an output of shape .*; Grad-CAM requires maps"):
        saliency(cnn, X, "gradcam", layer="embedding")
    with pytest.raises(ValueError, match=r"layer='nowhere'; expected the name or index"):
        saliency(cnn, X, "gradcam", layer="nowhere")
    with pytest.raises(
        TypeError, match=r"or a pipeline that begins with a front end; got ndarray of shape \(8, 16000\)"
    ):
        saliency(cnn[1], X)


MADE = partial(Saliency, method="integrated", target="owl", score=2.0, baseline_score=0.0)


def test_share_is_of_what_speaks_for_it():
    values = np.array([[1.0, -9.0], [2.0, 0.0], [0.0, 1.0]], "float32")
    found = MADE(values, values, np.array([0.0, 0.5, 1.0]), np.array([100.0, 200.0]))
    assert found.share() == 1.0
    assert found.share(times=(0.5, 1.0)) == 0.75
    assert found.share(times=(0.0, 0.5), frequencies=(150.0, 200.0)) == 0.0
    assert MADE(-abs(values), values, found.times, found.frequencies).share() == 0.0


def test_display_is_the_values_over_the_frames():
    values = np.array([[1.0, -4.0], [2.0, 0.0], [0.0, 1.0]], "float32")
    frames = np.arange(6.0).reshape(3, 2)
    found = MADE(values, frames, np.array([0.0, 0.5, 1.0]), np.array([100.0, 200.0]))
    display = SaliencyDisplay(found).plot()
    np.testing.assert_array_equal(display.mesh_.get_array(), values.T)
    np.testing.assert_array_equal(display.frames_.mesh_.get_array(), frames.T)
    assert display.mesh_.get_clim() == (-4.0, 4.0)
    np.testing.assert_allclose(display.mesh_.get_alpha(), [[0.5, 0.5**0.5, 0.0], [1.0, 0.0, 0.5]])
    assert display.frames_.mesh_.get_cmap().name == "Greys"
    assert display.ax_.get_title() == "owl, by integrated"
    assert (display.ax_.get_xlabel(), display.ax_.get_ylabel()) == ("time [s]", "frequency [Hz]")
    assert display.ax_.get_xlim()[0] <= 0.0
    assert display.ax_.get_xlim()[1] >= 1.0
    assert found._repr_html_().startswith('<img alt="SaliencyDisplay" src="data:image/png;base64,')


def test_display_of_an_estimator_and_of_counted_frames(cnn, tones):
    import matplotlib.pyplot as plt

    _, ax = plt.subplots()
    display = SaliencyDisplay.from_estimator(cnn, tones[2][1], "gradcam", ax=ax)
    assert display.ax_ is ax
    assert display.ax_.get_title() == "tone, by gradcam"
    np.testing.assert_array_equal(display.frames_.mesh_.get_array(), cnn[0].transform(tones[2][1:2])[0].T)
    frames = np.zeros((3, 2))
    counted = MADE(frames, frames, None, None).plot(cmap="viridis")
    assert counted.ax_.get_xlabel() == "frame"
    assert all(tick == round(tick) for tick in counted.ax_.get_xticks())
    assert len(counted.ax_.get_xticks()) >= 3
    assert counted.mesh_.get_cmap().name == "viridis"

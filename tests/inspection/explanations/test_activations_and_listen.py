"""What layers give is what keras gives; what is heard of a saliency is the tone."""

import base64
import io
import re
from functools import partial

import keras
import numpy as np
import pytest
import soundfile
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from tests.common.instances import FAST, FAST_AUTOENCODER, FAST_SIAMESE, SMALL_CNN, SMALL_RNN
from tests.common.tones import AROUND, BAND, SR

from skaudio.estimators import AutoencoderLatent, CNNClassifier, GRUClassifier, SiameseMatcher
from skaudio.features import MFCC, MelSpectrogram, Waveform
from skaudio.inspection import Saliency, Sound, SpectrogramDisplay, activations, listen, saliency
from skaudio.pooling import StatPooling

ONCE = {"epochs": 1}
NETWORKS = {
    "cnn": CNNClassifier(**SMALL_CNN, **{**FAST, **ONCE}),
    "plain": CNNClassifier(architecture="plain", **{**FAST, **ONCE}),
    "gru": GRUClassifier(**SMALL_RNN, **{**FAST, **ONCE}),
    "dense autoencoder": AutoencoderLatent(**{**FAST_AUTOENCODER, **ONCE}),
    "convolutional autoencoder": AutoencoderLatent(kind="conv", **{**FAST_AUTOENCODER, **ONCE}),
    "siamese": SiameseMatcher(
        tower_params={"filters": 8, "depth": 1}, embedding_dim=4, whitening=None, **{**FAST_SIAMESE, **ONCE}
    ),
}


@pytest.fixture(scope="module")
def frames():
    rng = np.random.default_rng(0)
    return rng.normal(size=(12, 16, 6)).astype("float32"), np.repeat(["ann", "bob", "cyd"], 4)


@pytest.fixture(scope="module")
def fitted(frames):
    """Networks by name, each fitted when it is first asked for."""
    done = {}

    def of(name):
        if name not in done:
            done[name] = NETWORKS[name].fit(*frames)
        return done[name]

    return of


@pytest.mark.parametrize(
    ("name", "layer", "repeated"),
    [
        ("cnn", "stem", 1),
        ("cnn", "stage_0_sum", 1),
        ("cnn", "output", None),
        ("gru", "recurrent_0", 1),
        ("gru", "scores", None),
        ("dense autoencoder", "encoder_0", None),
        ("convolutional autoencoder", "encoder_0", 2),
        ("siamese", "steps", 1),
        ("siamese", "scores", None),
    ],
)
def test_they_are_those_of_the_network_that_keras_cuts(name, layer, repeated, frames, fitted):
    X, _ = frames
    model = fitted(name)
    network = model.model_
    cut = keras.Model(network.input, network.get_layer(layer).output)
    expected = cut({"frames": X, "mask": np.ones(X.shape[:2], bool)}).numpy()
    if repeated is not None:  # of steps of several frames, each frame has a row
        repeated = X.shape[1] // expected.shape[1]
        expected = np.repeat(expected, repeated, axis=1)
    found = activations(model, X, layer)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)
    assert found.dtype == np.float32
    assert len(found) == 12
    place = [one.name for one in network.layers].index(layer)
    np.testing.assert_array_equal(activations(model, X, place), found)


def test_of_a_network_of_one_length_they_are_those_of_the_model_within(frames, fitted):
    X, _ = frames
    body = next(layer for layer in fitted("plain").model_.layers if isinstance(layer, keras.Model))
    standardized = (X - X.mean(axis=(0, 1))) / X.std(axis=(0, 1))
    expected = keras.Model(body.input, body.get_layer("convolution_0").output)(standardized).numpy()
    found = activations(fitted("plain"), X, "convolution_0")
    assert found.shape == (12, 14, 4, 16)
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize(
    ("name", "layer"),
    [
        ("cnn", "embedding"),
        ("gru", "embedding"),
        ("dense autoencoder", "latent"),
        ("convolutional autoencoder", "latent"),
    ],
)
def test_before_the_last_layer_they_are_what_transform_gives(name, layer, frames, fitted):
    X, _ = frames
    np.testing.assert_allclose(activations(fitted(name), X, layer), fitted(name).transform(X), rtol=1e-5, atol=1e-6)


def test_those_of_a_siamese_network_have_the_direction_that_transform_gives(frames, fitted):
    X, _ = frames
    found = activations(fitted("siamese"), X, "scores")
    np.testing.assert_allclose(
        found / np.linalg.norm(found, axis=1, keepdims=True), fitted("siamese").transform(X), atol=1e-5
    )


@pytest.mark.parametrize(("name", "layer"), [("cnn", "stage_0"), ("gru", "recurrent_0")])
def test_clips_of_different_lengths_have_a_row_for_each_frame(name, layer, frames, fitted):
    X = [frames[0][0], frames[0][1, :9], frames[0][2, :13]]
    found = activations(fitted(name), X, layer)
    assert found.dtype == object
    for one, x in zip(found, X, strict=True):
        assert len(one) == len(x)
        np.testing.assert_allclose(one, activations(fitted(name), [x], layer)[0], rtol=1e-3, atol=1e-4)
    assert activations(fitted(name), X, "time_pooling").shape[0] == 3


@pytest.mark.slow
def test_a_pipeline_takes_clips(cnn, tones):
    X = tones[2][:2]
    expected = activations(cnn[1], cnn[0].transform(X), "stem")
    np.testing.assert_array_equal(activations(cnn, X, "stem"), expected)
    assert expected.shape[:2] == cnn[0].transform(X).shape[:2]


def test_what_has_no_such_layer_is_named(svc, frames, tones, fitted):
    with pytest.raises(ValueError, match=r"layer='nowhere'; expected the name or index of one of the layers \['frames"):
        activations(fitted("cnn"), frames[0], "nowhere")
    with pytest.raises(ValueError, match=r"layer=99; expected"):
        activations(fitted("cnn"), frames[0], 99)
    with pytest.raises(TypeError, match=r"The input of SVC is a table of vectors"):
        activations(svc, tones[2][:1], "stem")
    with pytest.raises(TypeError, match=r"Expected a network of skaudio\.estimators, .* got StandardScaler"):
        activations(StandardScaler(), frames[0], "stem")
    with pytest.raises(ValueError, match=r"X has 5 channels, but CNNClassifier is expecting 6 channels"):
        activations(fitted("cnn"), frames[0][..., :5], "stem")


def energy_shares(y):
    """Tell how much of the energy is in the tone's band, and how much at its time."""
    spectrum = np.square(np.abs(np.fft.rfft(y)))
    frequencies, times = np.fft.rfftfreq(len(y), 1 / SR), np.arange(len(y)) / SR
    in_band, in_time = (frequencies > BAND[0]) & (frequencies < BAND[1]), (times > AROUND[0]) & (times < AROUND[1])
    return spectrum[in_band].sum() / spectrum.sum(), np.square(y[in_time]).sum() / np.square(y).sum()


def test_the_tone_is_heard_and_the_others_are_not(cnn, tones):
    for i, found in zip((1, 3, 5), saliency(cnn, tones[2][1:7:2], "occlusion"), strict=True):
        y = tones[2][i]
        heard = listen(found, keep=0.5)
        assert (heard.sr, heard.y.shape, heard.duration) == (SR, y.shape, 2.0)
        assert min(energy_shares(heard.y)) > 0.9
        assert min(energy_shares(y)) < 0.6
        louder = listen(found, keep=1.0)
        assert np.square(heard.y).sum() < np.square(louder.y).sum() <= np.square(y).sum() * 1.01


def test_all_of_a_clip_is_heard_where_all_of_it_speaks_for_the_target(cnn, tones):
    (found,) = saliency(cnn, tones[2][1:2])
    ones = np.ones_like(found.values)
    made = partial(Saliency, ones, found.frames, found.times, method="by hand", target="tone", score=1.0)
    whole = made(found.frequencies, baseline_score=0.0, clip=found.clip, front_end=found.front_end)
    np.testing.assert_allclose(listen(whole, keep=1.0).y, tones[2][1], atol=1e-5)
    from_half_a_second = ones * (found.times > 0.5)[:, np.newaxis]
    late = listen(Saliency(**{**vars(whole), "values": from_half_a_second}), keep=1.0).y
    np.testing.assert_allclose(late[5000:], tones[2][1][5000:], atol=1e-5)
    assert np.abs(late[:3000]).max() == 0.0
    nothing = listen(Saliency(**{**vars(whole), "values": -ones}))
    assert np.abs(nothing.y).max() == 0.0


def test_of_cepstra_times_are_heard_with_all_frequencies(tones):
    X, y, unseen, _ = tones
    model = make_pipeline(MFCC(sr=SR, top_db=40), StatPooling(segments=5), StandardScaler(), SVC()).fit(X[:40], y[:40])
    (found,) = saliency(model, [(unseen[1], SR)], "occlusion")
    values = np.zeros_like(found.values)
    values[(found.times >= 0.9) & (found.times <= 1.2), 3] = 1.0
    heard = listen(Saliency(**{**vars(found), "values": values}), keep=1.0).y
    np.testing.assert_allclose(heard[7600:9200], unseen[1][7600:9200], atol=1e-5)
    assert np.abs(np.r_[heard[:6600], heard[10200:]]).max() == 0.0


@pytest.mark.parametrize("keep", [0.0, 1.5, -1])
def test_a_share_that_is_none(keep, svc, tones):
    (found,) = saliency(svc, tones[2][1:2], "occlusion")
    with pytest.raises(ValueError, match=rf"keep={re.escape(repr(keep))}; expected a number above 0 and at most 1"):
        listen(found, keep)


def test_of_frames_there_is_no_sound(svc, tones):
    frames = svc[0].transform(tones[2][1:2])
    for told in ({}, {"front_end": svc[0]}):
        with pytest.raises(ValueError, match=r"has no sound: it was computed from frames"):
            listen(saliency(Pipeline(svc.steps[1:]), frames, "occlusion", **told)[0])


def test_a_notebook_plays_the_waveform():
    y = (0.5 * np.sin(np.arange(4000) / 3)).astype("float32")
    y[7] = 1.5  # louder than a file can be
    sound = Sound(y, 8000)
    html = sound._repr_html_()
    data = re.fullmatch(r'<audio controls preload="metadata" src="data:audio/wav;base64,(.*)"></audio>', html)[1]
    decoded, sr = soundfile.read(io.BytesIO(base64.b64decode(data)), dtype="float32")
    assert sr == 8000
    np.testing.assert_allclose(decoded, np.clip(y, -1, 1), atol=2**-15)
    assert np.asarray(sound, dtype=np.float64).dtype == np.float64
    np.testing.assert_array_equal(np.asarray(sound), y)


def test_samples_are_no_spectrogram():
    with pytest.raises(TypeError, match=r"A Waveform has samples, not a spectrogram\. Use .*WaveformDisplay"):
        SpectrogramDisplay.from_estimator(Waveform(sr=SR), np.zeros(100))
    display = SpectrogramDisplay.from_estimator(MelSpectrogram(sr=SR), np.ones(4000))
    np.testing.assert_array_equal(display.frames, MelSpectrogram(sr=SR).transform([np.ones(4000)])[0])

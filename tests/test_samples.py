"""What samples are: integers of a width have its full scale, however clips are given."""

import re

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import BaseEstimator

from skaudio.augment import AugmentedEstimator, Gain
from skaudio.dsp import melspectrogram, set_level
from skaudio.features import MFCC, MelSpectrogram, Waveform
from skaudio.io import AudioError, load
from skaudio.matching import RecordingMatcher
from skaudio.pretrained import PretrainedEmbedding

SR = 8000
WAVES = 0.3 * np.sin(2 * np.pi * np.array([[300.0], [500.0], [900.0]]) * np.arange(4000) / SR)
PCM = {  # the same sound in each width, and how far a width may be off
    "int8": (np.round(WAVES * 2**7).astype(np.int8), 2**-7),
    "int16": (np.round(WAVES * 2**15).astype(np.int16), 2**-15),
    "int32": (np.round(WAVES * 2**31).astype(np.int32), 2**-23),
    "uint8": (np.round(WAVES * 2**7 + 128).astype(np.uint8), 2**-7),
}


class Column:
    """What a column of another library is to NumPy: it has a shape and becomes an array, and is no array."""

    def __init__(self, values):
        self.values = values
        self.shape = np.shape(values)

    def __len__(self):
        return len(self.values)

    def __getitem__(self, i):
        return self.values[i]

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self.values, dtype)


WAYS = {
    "list of arrays": list,
    "array": lambda clips: clips,
    "array in Fortran's order": np.asfortranarray,
    "data frame": pd.DataFrame,
    "tensor": Column,
    "list of tensors": lambda clips: [Column(clip) for clip in clips],
    "list of pairs": lambda clips: [(clip, SR) for clip in clips],
    "array of pairs": lambda clips: pd.DataFrame({"y": list(clips), "sr": SR}).to_numpy(),
    "list of dicts": lambda clips: [{"array": clip, "sampling_rate": SR} for clip in clips],
    "rows of a data set": lambda clips: [{"audio": {"array": clip, "sampling_rate": SR}, "label": 0} for clip in clips],
    "columns of one channel": lambda clips: [clip[:, np.newaxis] for clip in clips],
    "rows of one channel": lambda clips: [clip[np.newaxis] for clip in clips],
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("width", PCM)
def test_pcm_has_its_full_scale_however_it_is_given(width, way):
    pcm, off = PCM[width]
    given = WAYS[way](pcm)
    assert_allclose(Waveform(sr=SR).fit_transform(given)[..., 0], WAVES, atol=off)
    assert_array_equal(MFCC(sr=SR).fit_transform(given), MFCC(sr=SR).fit_transform(list(pcm)))


@pytest.mark.parametrize("way", ["list of arrays", "array", "data frame", "tensor"])
def test_floats_stay_as_they_are(way):
    """A guard: numbers beyond [-1, 1] are no integers that lost their type."""
    assert_allclose(Waveform(sr=SR).fit_transform(WAYS[way](WAVES * 100))[..., 0], WAVES * 100, rtol=1e-6)
    for dtype in (np.float16, np.float32, np.float64):
        assert Waveform(sr=SR).fit_transform(WAYS[way](WAVES.astype(dtype))).dtype == np.float32


REFUSED = {
    "list of arrays": list,
    "array": lambda clips: clips,
    "data frame": pd.DataFrame,
    "nested lists": lambda clips: clips.tolist(),
    "array of objects": lambda clips: clips.astype(object),
    "one clip": lambda clips: [clips[0]],
    "list of one list": lambda clips: [clips[0].tolist()],
}


@pytest.mark.parametrize("way", REFUSED)
def test_integers_of_no_full_scale_are_refused_in_one_and_two_dimensions(way):
    for dtype in (np.int64, np.uint16, bool):
        clips = PCM["int16"][0].astype(dtype)
        if way in {"nested lists", "array of objects", "list of one list"} and dtype is not np.int64:
            continue  # Python's integers are int64
        with pytest.raises(TypeError, match=f"has dtype {np.dtype(dtype)}; expected floating-point numbers, or PCM"):
            MFCC(sr=SR).fit_transform(REFUSED[way](clips))


def test_lists_of_floats_that_happen_to_be_whole_are_floats():
    assert_array_equal(Waveform(sr=SR).fit_transform([[0.0, 1.0, -1.0], [0, 0.5, 1]])[1, :, 0], [0, 0.5, 1])


def test_a_data_frame_of_several_full_scales_is_refused():
    table = pd.DataFrame(PCM["int16"][0]).astype({3: float})
    with pytest.raises(TypeError, match=r"columns of dtypes float64, int16.*X.astype\('int16'\)"):
        MFCC(sr=SR).fit_transform(table)
    assert_array_equal(
        MFCC(sr=SR).fit_transform(table.astype("int16")), MFCC(sr=SR).fit_transform(list(PCM["int16"][0]))
    )


@pytest.mark.slow
def test_everything_that_takes_clips_takes_pcm():
    pcm, _ = PCM["int16"]
    floats = (pcm / 2**15).astype(np.float32)
    embedding = PretrainedEmbedding(
        lambda windows: np.abs(windows).max(axis=1, keepdims=True), sr=SR, window_seconds=0.1
    )
    assert_array_equal(embedding.fit_transform(pcm), embedding.fit_transform(floats))
    noise = np.random.default_rng(0).normal(0, 3000, (3, 2 * SR)).astype(np.int16)
    by_pcm = RecordingMatcher(sr=SR, random_state=0).fit(noise, ["a", "b", "c"])
    by_floats = RecordingMatcher(sr=SR, random_state=0).fit(noise / 2**15, ["a", "b", "c"])
    assert by_pcm.predict(noise[1:]).tolist() == ["b", "c"]
    assert_array_equal(by_pcm.thresholds_, by_floats.thresholds_)
    assert_allclose(melspectrogram(pcm, sr=SR), melspectrogram(floats, sr=SR))
    assert_allclose(set_level(pcm[0], -20.0), set_level(floats[0], -20.0))


@pytest.mark.parametrize("given", [list, lambda clips: clips], ids=["list", "array"])
def test_augmented_copies_of_pcm_are_of_its_full_scale(given):
    class Keep(BaseEstimator):
        def fit(self, X, y=None):
            self.seen_ = [np.asarray(X[i]) for i in range(len(X))]
            return self

    pcm, off = PCM["int16"]
    fitted = AugmentedEstimator(Keep(), Gain(gain_db=20 * np.log10(2)), n_copies=1).fit(given(pcm), [0, 1, 0])
    assert_allclose(fitted.estimator_.seen_, [*WAVES, *(2 * WAVES)], atol=2 * off)


@pytest.mark.parametrize(
    "clip",
    [PCM["int16"][0][0], PCM["int16"][0][:1], PCM["int16"][0][:1].T, WAVES[0].tolist()],
    ids=["1", "1n", "n1", "l"],
)
def test_augmenters_take_clips_as_front_ends_do(clip):
    louder = Gain().apply(clip, 20 * np.log10(2))
    assert_allclose(louder, 2 * WAVES[0], atol=2**-14)
    assert louder.dtype.kind == "f"
    assert_allclose(Gain().apply(clip, None), WAVES[0], atol=2**-15)  # unchanged, and of the same scale as if changed


def followed(error, y):
    """Do what a message advises with an array ``y``: each expression that it gives, by its own words."""
    advice = re.findall(r"as in (\(*y\b.*?)(?=, (?:or|and)|;| for| if|\. |\.$)", str(error))
    assert advice, str(error)
    return [eval(expression, {"y": y, "np": np}) for expression in advice]


@pytest.mark.parametrize("width", ["float64", *PCM])
@pytest.mark.parametrize("n_channels", [2, 6])
@pytest.mark.parametrize("channels_first", [True, False])
def test_the_advice_for_several_channels_averages_channels(width, n_channels, channels_first):
    mono, off = (WAVES[0], 1e-7) if width == "float64" else (PCM[width][0][0], PCM[width][1])
    y = np.stack([mono] * n_channels, axis=0 if channels_first else 1)
    with pytest.raises(AudioError, match=f"Its {n_channels} {'rows' if channels_first else 'columns'} look") as error:
        load(y, sr=SR)
    (averaged,) = followed(error.value, y)
    assert_allclose(load(averaged, sr=SR)[0], WAVES[0], atol=off)


def test_an_array_that_may_be_anything_gets_advice_for_each():
    y = WAVES[:, :20]
    with pytest.raises(AudioError, match="If each column is a channel") as error:
        load(y, sr=SR)
    by_columns, by_rows = followed(error.value, y)
    assert_array_equal(by_columns, y.mean(axis=1))
    assert_array_equal(by_rows, y.mean(axis=0))
    assert Waveform(sr=SR).fit_transform(list(y)).shape == (3, 20, 1)  # "if each row is a clip, ... as in list(y)"


@pytest.mark.parametrize(
    ("wide", "atol"),
    [
        (PCM["int16"][0][0].astype(np.int64), 2**-15),
        (PCM["int32"][0][0].astype(np.int64), 2**-15),
        (PCM["int16"][0][0].astype(np.int32).astype(np.uint16) + np.uint16(2**15), 2**-15),
        (PCM["int32"][0][0].astype(np.uint32) + np.uint32(2**31), 2**-15),
    ],
    ids=["int64, 16 bits", "int64, 32 bits", "uint16", "uint32"],
)
def test_the_advice_for_other_integers_keeps_the_sound(wide, atol):
    with pytest.raises(TypeError, match="does not determine full scale") as error:
        load(wide, sr=SR)
    assert_allclose(load(followed(error.value, wide)[0], sr=SR)[0], WAVES[0], atol=atol)


def test_frames_of_integers_are_frames():
    """A guard: only samples have a full scale."""
    from skaudio.pooling import StatPooling

    frames = np.arange(24).reshape(2, 4, 3)
    assert_array_equal(StatPooling(stats=("max",)).fit_transform(frames), frames.max(axis=1))
    assert_array_equal(StatPooling(stats=("max",)).fit_transform(frames[:, 0]), frames[:, 0])


@pytest.mark.parametrize("front_end", [MFCC(sr=SR), MelSpectrogram(sr=SR, deltas=1), MFCC(sr=SR, normalize="standard")])
def test_samples_so_large_that_frames_are_not_finite_are_a_broken_clip(front_end):
    clips = [WAVES[0], WAVES[1] * 1e20, WAVES[2]]
    with pytest.raises(AudioError, match=r"Clip 1: .* NaN or infinity for finite samples of a magnitude up to 3e\+19"):
        front_end.fit_transform(clips)
    with pytest.warns(UserWarning, match="1 clip"):
        frames = front_end.set_params(on_error="warn").fit_transform(clips)
    assert [bool(np.isnan(clip).all()) for clip in frames] == [False, True, False]
    assert np.isfinite(MFCC(sr=SR).fit_transform([WAVES[1] * 1e9])).all()  # loud is not broken
    scaled = clips[1] / np.abs(clips[1]).max()  # as advised
    assert np.isfinite(front_end.fit_transform([scaled])).all()

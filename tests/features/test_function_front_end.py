"""Functions as front ends, against what the functions return themselves."""

from functools import partial

import joblib
import librosa
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.feature_selection import SelectKBest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from skaudio.datasets import make_spoken_digits
from skaudio.features import MFCC, FunctionFrontEnd, MelSpectrogram
from skaudio.io import AudioError
from skaudio.pooling import StatPooling

SR = 8000
CALLS = []
CLIPS = [np.random.default_rng(i).normal(0, 0.1, n).astype(np.float32) for i, n in enumerate((4000, 6000))]


def energy(y):
    return np.square(y[: len(y) // 100 * 100].reshape(-1, 100)).mean(axis=1)


def energy_and_peak(y):
    frames = y[: len(y) // 100 * 100].reshape(-1, 100)
    return np.column_stack([np.square(frames).mean(axis=1), np.abs(frames).max(axis=1)])


def spectrum(y):
    return np.fft.rfft(y)[np.newaxis]


def magnitudes(y, sr, *, hop_length=256, n_bins=24):
    return np.abs(librosa.cqt(y=y, sr=sr, hop_length=hop_length, n_bins=n_bins, fmin=200.0))


@pytest.mark.parametrize(
    ("function", "settings", "n_channels"),
    [
        (librosa.feature.chroma_stft, {"sr": SR, "hop_length": 256}, 12),
        (librosa.feature.spectral_contrast, {"sr": SR, "hop_length": 256, "n_bands": 4}, 5),
        (librosa.feature.zero_crossing_rate, {"hop_length": 256}, 1),
        (librosa.feature.rms, {"hop_length": 256}, 1),
        (magnitudes, {"sr": SR, "hop_length": 256}, 24),
    ],
)
def test_frames_are_what_the_function_returns(function, settings, n_channels):
    kw_args = {name: value for name, value in settings.items() if name not in {"sr", "hop_length"}}
    front_end = FunctionFrontEnd(function, sr=SR, hop_length=256, kw_args=kw_args)
    frames = front_end.fit_transform(CLIPS)
    for clip, y in zip(frames, CLIPS, strict=True):
        assert_allclose(clip, function(y=y, **settings).T, rtol=1e-6)
    names = front_end.get_feature_names_out()
    assert len(names) == n_channels == frames[0].shape[1]
    assert names[0].startswith(function.__name__)
    assert frames[0].channels.names == tuple(names)
    assert_allclose(front_end.frame_times(3), [0, 0.032, 0.064])
    assert_array_equal(frames[0].channels.times(2), front_end.frame_times(2))


def test_clips_of_every_kind_are_resampled_before():
    pairs = [(librosa.resample(y, orig_sr=SR, target_sr=16000), 16000) for y in CLIPS]
    frames = FunctionFrontEnd(energy, sr=SR).fit_transform(pairs)
    assert [clip.shape for clip in frames] == [(40, 1), (60, 1)]
    assert_allclose(frames[0][5:-5], FunctionFrontEnd(energy, sr=SR).fit_transform(CLIPS)[0][5:-5], rtol=0.3)


def test_time_first():
    front_end = FunctionFrontEnd(energy_and_peak, sr=SR, channel_names=["energy", "peak"], time_axis=0)
    frames = front_end.fit_transform(CLIPS[:1])
    assert_allclose(frames[0], energy_and_peak(CLIPS[0]), rtol=1e-6)
    assert front_end.get_feature_names_out().tolist() == ["energy", "peak"]
    with pytest.raises(AudioError, match=r"Clip 0: energy_and_peak returned 40 channels.*use time_axis=0"):
        clone(front_end).set_params(time_axis=-1).fit_transform(CLIPS)


def test_the_number_of_channels_must_not_depend_on_the_clip():
    with pytest.raises(ValueError, match=r"Clip 0 has frames of shape \(2, 40\), but there are 80 channel names"):
        FunctionFrontEnd(energy_and_peak, sr=SR).fit_transform(CLIPS)  # time is its first axis


class Scale:
    def __init__(self, factor):
        self.factor = factor

    def loudness(self, y):
        return self.factor * energy(y)


def test_methods_of_other_objects_are_apart_in_the_cache(tmp_path):
    for factor in (1.0, 3.0):
        front_end = FunctionFrontEnd(Scale(factor).loudness, sr=SR, memory=tmp_path, channel_names=["loudness"])
        assert_allclose(front_end.fit_transform(CLIPS)[1][:, 0], factor * energy(CLIPS[1]), rtol=1e-6)


def test_times_that_nothing_tells():
    with pytest.raises(ValueError, match="Pass hop_length"):
        FunctionFrontEnd(energy, sr=SR).frame_times(3)
    assert FunctionFrontEnd(energy, sr=SR).fit_transform(CLIPS)[0].channels.hop_seconds is None
    assert_allclose(FunctionFrontEnd(energy, sr=SR, hop_length=100).frame_times(2), [0, 0.0125])
    assert_allclose(FunctionFrontEnd(librosa.feature.rms, sr=SR).frame_times(2), [0, 512 / SR])  # its own default
    assert_allclose(FunctionFrontEnd(partial(librosa.feature.rms, hop_length=80), sr=SR).frame_times(2), [0, 0.01])


def test_what_is_no_frames_is_refused():
    with pytest.raises(AudioError, match=r"Clip 0: spectrum returned .* complex.*np.abs"):
        FunctionFrontEnd(spectrum, sr=SR, channel_names=["x"]).fit_transform(CLIPS)
    with pytest.warns(UserWarning, match="Clip 1: "):
        frames = FunctionFrontEnd(energy, sr=SR, on_error="warn").fit_transform([CLIPS[0], np.zeros(50), CLIPS[1]])
    assert np.isnan(frames[1]).all()
    assert len(frames[2]) == 60


def test_a_change_of_the_function_is_computed_anew(tmp_path):
    def scaled(factor):
        def loudness(y):
            CALLS.append(factor)
            return factor * energy(y)

        return loudness

    for factor in (1.0, 2.0, 2.0):
        front_end = FunctionFrontEnd(scaled(factor), sr=SR, memory=tmp_path, channel_names=["loudness"])
        assert_allclose(front_end.fit_transform(CLIPS)[1][:, 0], factor * energy(CLIPS[1]), rtol=1e-6)
    assert CALLS == [1.0, 1.0, 2.0, 2.0]  # the third time from the cache


def test_it_is_pickled_and_used_in_other_processes(tmp_path):
    front_end = FunctionFrontEnd(librosa.feature.chroma_stft, sr=SR)
    joblib.dump(front_end.fit(CLIPS), tmp_path / "chroma.joblib")
    assert_array_equal(joblib.load(tmp_path / "chroma.joblib").transform(CLIPS)[1], front_end.transform(CLIPS)[1])
    assert_array_equal(front_end.set_params(n_jobs=2).transform(CLIPS)[1], front_end.transform(CLIPS)[1])


@pytest.mark.slow
def test_a_grid_search_compares_it_with_mfcc():
    digits = make_spoken_digits(60, random_state=0)
    parts = {
        "chroma": librosa.feature.chroma_stft,
        "contrast": partial(librosa.feature.spectral_contrast, n_bands=4),
        "crossings": librosa.feature.zero_crossing_rate,
    }
    union = FeatureUnion(
        [(name, make_pipeline(FunctionFrontEnd(part, sr=SR), StatPooling())) for name, part in parts.items()]
    )
    mfcc = make_pipeline(MFCC(sr=SR), StatPooling())
    pipe = Pipeline([("sound", mfcc), ("scale", StandardScaler()), ("model", LogisticRegression(max_iter=1000))])
    search = GridSearchCV(pipe, {"sound": [union, mfcc], "model__C": [0.1, 1.0]}, cv=2, n_jobs=2, error_score="raise")
    search.fit(list(digits.data), digits.target)
    scores = search.cv_results_["mean_test_score"]
    assert scores.shape == (4,)
    assert scores.min() > 0.15  # ten digits
    names = union.fit(list(digits.data)).set_output(transform="pandas").transform(list(digits.data)).columns
    assert names[0] == "chroma__chroma_stft_00_mean"
    assert names.is_unique


def test_it_takes_the_place_of_another_front_end():
    pipe = Pipeline([("sound", MelSpectrogram(sr=SR)), ("pool", StatPooling()), ("select", SelectKBest(k=3))])
    pipe.set_params(sound=FunctionFrontEnd(librosa.feature.chroma_stft, sr=SR, hop_length=256))
    assert pipe.fit([*CLIPS, CLIPS[0][::-1]], [0, 1, 0]).transform(CLIPS).shape == (2, 3)
    assert pipe[:-1].get_feature_names_out()[0] == "chroma_stft_00_mean"

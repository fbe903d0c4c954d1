"""Frames that are given channels first: a warning where that is likely, and none for ordinary input."""

import warnings

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from skaudio._axis_order import _looks_swapped
from skaudio.datasets import make_machine_hum, make_sound_events, make_spoken_digits
from skaudio.features import MFCC, MelSpectrogram, Spectrogram
from skaudio.pooling import FramePadder, StatPooling

SR = 16000


def clips(kind):
    rng = np.random.default_rng(0)
    if kind == "words":
        return list(make_spoken_digits(40, sr=SR, random_state=0).data)
    if kind == "machines":
        return list(make_machine_hum(20, sr=SR, random_state=0).data)
    if kind == "scenes":
        scenes = make_sound_events(4, duration=20.0, classes=["trill", "chirp_up"], snr_db=20.0, random_state=0)
        return [y[start : start + 2 * SR] for y in scenes.data for start in range(0, len(y), 2 * SR)]
    if kind == "noise":
        return list(rng.standard_normal((20, 2 * SR)).astype(np.float32))
    return list((rng.standard_normal((20, 2 * SR)) * np.exp(-np.arange(2 * SR) / 3000)).astype(np.float32))


KINDS = ["words", "machines", "scenes", "noise", "beats"]
FRONT_ENDS = {
    "MFCC": MFCC(SR),
    "derivatives": MFCC(SR, deltas=2),
    "mel": MelSpectrogram(SR),
    "mel of 128 bands": MelSpectrogram(SR, n_mels=128),
    "without the mean": MelSpectrogram(SR, normalize="mean"),
    "standardized": MelSpectrogram(SR, normalize="standard"),
    "linear": MelSpectrogram(SR, scale="linear"),
    "spectrum": Spectrogram(SR),
}


@pytest.mark.parametrize("front_end", FRONT_ENDS.values(), ids=FRONT_ENDS)
@pytest.mark.parametrize("kind", KINDS)
def test_frames_of_front_ends_are_never_doubted(kind, front_end):
    frames = front_end.transform(clips(kind))
    for n_frames in (5, 15, 30, 60, 120):  # also cut short, and padded
        assert not _looks_swapped(FramePadder(n_frames).fit_transform(frames))


def test_nor_are_embeddings_and_sensors():
    rng = np.random.default_rng(0)
    place = rng.standard_normal(1024)
    time = np.arange(128) / 50
    sensors = np.sin(2 * np.pi * (1 + rng.random((30, 1, 1))) * time[:, np.newaxis] + np.arange(6))
    for frames in (
        np.maximum(0, place + rng.standard_normal((40, 5, 1024))),
        np.maximum(0, place + rng.standard_normal((40, 20, 1024))),
        np.cumsum(0.1 * rng.standard_normal((40, 20, 512)), axis=1) + place[:512],
        rng.standard_normal((40, 20, 64)),
        rng.standard_normal((40, 1, 64)),
        sensors + np.array([9.8, 0, 0, 0, 0, 0]),
        sensors[:, :15],
        np.cumsum(rng.standard_normal((30, 100, 6)), axis=1),
        np.zeros((3, 20, 64)),
        np.eye(64)[rng.integers(0, 64, (40, 20))],
    ):
        assert not _looks_swapped(frames.astype(np.float32))


@pytest.mark.parametrize(
    ("kind", "front_end"),
    [*((kind, FRONT_ENDS["MFCC"]) for kind in KINDS), *((kind, MelSpectrogram(SR, n_mels=40)) for kind in KINDS[1:3])],
)
def test_swapped_axes_are_named_with_a_remedy_that_works(kind, front_end):
    frames = FramePadder(100).fit_transform(front_end.transform(clips(kind)))
    swapped = np.swapaxes(frames, 1, 2)
    n_channels = frames.shape[2]
    with pytest.warns(UserWarning, match=rf"{n_channels} frames of 100 channels.*last axis looks like time.*swapaxes"):
        StatPooling().fit(swapped)
    X = swapped
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        advised = StatPooling().fit_transform(np.swapaxes(X, 1, 2))
    assert_array_equal(advised, StatPooling().fit_transform(frames))


def test_the_order_is_looked_at_when_something_is_fitted_and_not_again():
    frames = np.swapaxes(FramePadder(60).fit_transform(MFCC(SR).transform(clips("scenes"))), 1, 2)
    with pytest.warns(UserWarning, match="last axis looks like time"):
        pooling = StatPooling().fit(frames)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        pooling.transform(frames)


def test_swapped_axes_of_a_fitted_transformer_are_named_with_a_remedy():
    frames = FramePadder(60).fit_transform(MFCC(SR).transform(clips("words")))
    pooling = StatPooling().fit(frames)
    with pytest.raises(ValueError, match=r"60 channels, but StatPooling is expecting 20.*np\.swapaxes\(X, 1, 2\)"):
        pooling.transform(np.swapaxes(frames, 1, 2))
    with pytest.raises(ValueError, match=r"expecting 20 channels as input\.$"):
        pooling.transform(np.ones((3, 50, 10)))

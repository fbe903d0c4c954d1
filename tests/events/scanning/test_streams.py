"""Blocks, frames and windows of a long recording are those of the whole."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skaudio.events.decoding._live import block_waveforms, decode_live
from skaudio.events.scanning._units import Units
from skaudio.events.scanning._window_scores import Windows
from skaudio.features import MFCC, STFT, MelSpectrogram, Spectrogram
from skaudio.io import AudioError

SR = 8000
FRONT_ENDS = [
    MelSpectrogram(sr=SR, top_db=None),
    MFCC(sr=SR, top_db=None, deltas=2),
    MFCC(sr=SR, top_db=None, hop_length=100, center=False),
    Spectrogram(sr=SR, n_fft=512, win_length=400, top_db=None),
]


def pieces_of(y, size):
    return [y[start : start + size] for start in range(0, len(y), size)]


@pytest.mark.parametrize("front_end", FRONT_ENDS, ids=lambda front_end: type(front_end).__name__)
@pytest.mark.parametrize("seconds", [0.3, 2.0, 5.3, 8.0])
@pytest.mark.parametrize("block_seconds", [1.0, 2.0, 60.0])
def test_frames_of_blocks_are_those_of_the_whole(front_end, seconds, block_seconds):
    y = np.random.default_rng(0).standard_normal(int(seconds * SR)).astype(np.float32)
    whole = front_end.transform([y])[0]
    for size in (1234, 50_000):
        blocks = list(Units(SR, front_end).stream(pieces_of(y, size), block_seconds))
        assert_allclose(np.concatenate(blocks), whole, rtol=1e-5, atol=1e-4)


def test_every_length_about_the_end_of_a_block():
    front_end = MelSpectrogram(sr=SR, n_mels=8, n_fft=64, hop_length=32, top_db=None)
    y = np.random.default_rng(0).standard_normal(4000).astype(np.float32)
    for length in range(3000, 3100):
        blocks = np.concatenate(list(Units(SR, front_end).stream([y[:length]], 0.1)))
        assert len(blocks) == 1 + length // 32


@pytest.mark.parametrize("setting", [{"top_db": 80.0}, {"trim_db": 30.0}, {"level": -20.0}, {"normalize": "mean"}])
def test_what_depends_on_the_whole_clip_is_refused(setting):
    with pytest.raises(ValueError, match=rf"front_end has {next(iter(setting))}=.* Use {next(iter(setting))}=None"):
        Units(SR, MelSpectrogram(sr=SR, **{"top_db": None, **setting}))


@pytest.mark.parametrize(("width", "hop"), [(4, 1), (5, 2), (4, 7), (1, 1), (30, 3)])
@pytest.mark.parametrize("n_units", [1, 3, 20, 23])
def test_windows_are_centred_and_come_the_same_by_pieces(width, hop, n_units):
    units = np.arange(1.0, n_units + 1)[:, np.newaxis] * [1.0, 10.0]
    windows = Windows(width, hop)
    whole = windows.of(units)
    assert whole.shape == (-(-n_units // hop), width, 2)
    for i, window in enumerate(whole):
        places = np.clip(np.arange(i * hop - width // 2, i * hop - width // 2 + width), 0, n_units - 1)
        assert_array_equal(window, units[places])
    for size in (1, 2, 7, 100):
        assert_array_equal(np.concatenate(list(windows.stream(pieces_of(units, size)))), whole)


def test_samples_are_filled_up_with_silence():
    windows = Windows(4, 2).of(np.array([1.0, 2.0, 3.0]))
    assert_array_equal(windows, [[0, 0, 1, 2], [1, 2, 3, 0]])


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("size", [1, 13, 1000])
def test_live_events_are_those_of_all_scores(seed, size):
    rng = np.random.default_rng(seed)
    scores = (rng.random((400, 1)) < 0.06).astype(float)

    def decode(first, part):
        loud = first + np.flatnonzero(part[:, 0] >= 0.5)
        ends = np.flatnonzero(np.diff(loud) > 6)
        return list(zip(loud[np.r_[0, ends + 1]], loud[np.r_[ends, len(loud) - 1]], strict=True)) if len(loud) else []

    expected = decode(0, scores)
    assert list(decode_live(pieces_of(scores, size), decode, low_threshold=0.5, n_quiet=6)) == expected
    assert len(expected) > 3


def test_an_event_is_told_before_the_stream_ends():
    scores = np.zeros((1000, 1))
    scores[10:15] = 1.0
    seen = []

    def batches():
        for i in range(0, 1000, 10):
            seen.append(i)
            yield scores[i : i + 10]

    def decode(first, part):
        return first + np.flatnonzero(part[:, 0])

    assert next(decode_live(batches(), decode, low_threshold=0.5, n_quiet=5)) == 10
    assert max(seen) < 40


def test_complex_spectra_have_frames_too():
    front_end = STFT(sr=SR)
    y = np.random.default_rng(0).standard_normal(3 * SR).astype(np.float32)
    blocks = np.concatenate(list(Units(SR, front_end).stream([y], 1.0)))
    assert_allclose(blocks, front_end.transform([y])[0], rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("dtype", [np.int8, np.int16, np.int32, np.float32, np.float64])
@pytest.mark.parametrize("shape", [(-1,), (-1, 1), (1, -1)])
def test_live_blocks_are_what_clips_in_memory_are(dtype, shape):
    y = np.random.default_rng(0).uniform(-1, 1, 1000)
    full = 2.0 ** (8 * np.dtype(dtype).itemsize - 1) if np.dtype(dtype).kind == "i" else 1.0
    blocks = [block.reshape(shape) for block in np.array_split((y * full).astype(dtype), 7)]
    live = list(block_waveforms([np.empty((0, 1)), *blocks, np.empty(0)], SR))  # a microphone may have nothing yet
    assert_allclose(np.concatenate(live), y, atol=2.0**-7 if dtype == np.int8 else 2.0**-15)
    assert all(block.dtype == np.float32 and block.ndim == 1 for block in live)
    assert_array_equal(np.concatenate(list(block_waveforms(y.reshape(10, 100).tolist(), SR))), np.float32(y))


def test_a_buffer_that_is_filled_again_is_copied():
    buffer = np.zeros(10, np.float32)

    def microphone():
        for i in range(3):
            buffer[:] = i
            yield buffer

    assert [block[0] for block in list(block_waveforms(microphone(), SR))] == [0, 1, 2]


@pytest.mark.parametrize(
    ("block", "error", "match"),
    [
        (b"\0\1" * 80, TypeError, r"Block 1 is of type bytes; expected .*np.frombuffer\(block, np.int16\)"),
        (bytearray(8), TypeError, "Block 1 is of type bytearray"),
        (0.5, TypeError, "Block 1 is of type float"),
        ("a.wav", TypeError, "Block 1 is of type str"),
        (np.zeros((80, 50)), AudioError, r"Block 1: .* has shape \(80, 50\)"),
        (np.zeros(80, np.int64), TypeError, "Block 1: .*has dtype int64"),
        (np.array([0.0, np.nan]), AudioError, "Block 1: .* NaN"),
    ],
    ids=str,
)
def test_what_is_no_live_block(block, error, match):
    with pytest.raises(error, match=match):
        list(block_waveforms([np.zeros(80), block], SR))


def test_channels_of_a_live_stream_are_averaged_or_one_is_taken():
    stereo = np.random.default_rng(0).normal(0, 0.1, (100, 2)).astype(np.float32)
    assert_allclose(next(block_waveforms([stereo], SR)), stereo.mean(axis=1), atol=1e-7)
    assert_array_equal(next(block_waveforms([stereo], SR, channel=1)), stereo[:, 1])


def test_bytes_of_a_live_stream_as_advised():
    pcm = np.array([0, 2**14, -(2**15)], np.int16)
    assert_array_equal(next(block_waveforms([np.frombuffer(pcm.tobytes(), np.int16)], SR)), [0, 0.5, -1])

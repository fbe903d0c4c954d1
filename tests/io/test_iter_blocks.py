import os
import tracemalloc

import librosa
import numpy as np
import pytest

from skaudio.io import AudioError, iter_blocks, load


@pytest.mark.parametrize("n_channels", [1, 2])
@pytest.mark.parametrize("mono", [True, False])
@pytest.mark.parametrize("part", [{}, {"offset": 0.5}, {"offset": 0.25, "duration": 2.0}], ids=str)
@pytest.mark.parametrize("sr", [None, 22050, 16000, 48000, 44099])
@pytest.mark.parametrize("format_", ["WAV", "FLAC", "OGG", "MP3"])
def test_joined_blocks_equal_librosas_load(put, builders, format_, sr, part, mono, n_channels):
    path = put("long", builders.encoded(builders.tones(n_channels, seconds=4), format=format_))
    blocks = list(iter_blocks(path, sr=sr, mono=mono, block_seconds=0.7, **part))
    expected, rate = librosa.load(path, sr=sr, mono=mono, **part)
    joined = np.concatenate([block.y for block in blocks], axis=-1)
    assert joined.shape == expected.shape
    np.testing.assert_allclose(joined, expected, atol=1e-5 if format_ == "MP3" else 2e-6)
    onset = part.get("offset", 0.0)
    for block in blocks:
        assert block.sr == rate
        assert block.y.dtype == np.float32
        assert block.onset_seconds == pytest.approx(onset, abs=1e-9)
        onset += block.y.shape[-1] / rate


@pytest.mark.parametrize("sr", [8000, 16000])
@pytest.mark.parametrize("n", [1, 99, 100, 101, 175, 176, 999, 1000])
def test_blocks_that_overlap(sr, n):
    y = np.random.default_rng(0).standard_normal(n).astype(np.float32)
    blocks = list(iter_blocks((y, 8000), sr=sr, block_seconds=0.0125, overlap_seconds=0.003125))
    whole, _ = load((y, 8000), sr=sr)
    length, hop = (100, 75) if sr == 8000 else (200, 150)
    assert len(blocks) == 1 + max(0, -(-(len(whole) - length) // hop))
    for i, (onset, block, _) in enumerate(blocks):
        assert onset == i * hop / sr
        np.testing.assert_allclose(block, whole[i * hop :][:length], atol=1e-6)


@pytest.mark.parametrize(("orig_sr", "target_sr"), [(44100, 22050), (8000, 44100), (11025, 48000), (48000, 7999.5)])
@pytest.mark.parametrize("n", [1, 2, 50, 12345])
def test_lengths_of_what_is_resampled(orig_sr, target_sr, n):
    y = np.random.default_rng(0).standard_normal(n).astype(np.float32)
    blocks = [block.y for block in iter_blocks((y, orig_sr), sr=target_sr, block_seconds=0.05)]
    expected = librosa.resample(y, orig_sr=orig_sr, target_sr=target_sr)
    np.testing.assert_allclose(np.concatenate(blocks), expected, atol=2e-6)


def test_changing_a_block_changes_nothing_else():
    y = np.ones(400, dtype=np.float32)
    for block in iter_blocks(y, sr=100, block_seconds=2, overlap_seconds=1):
        assert (block.y == 1).all()
        block.y[:] = 0
    assert (y == 1).all()


def test_memory_does_not_grow_with_the_recording(put, builders):
    def peak(hours):
        n_bytes = int(hours * 3600 * 16000) * 2
        header = builders.encoded(np.zeros(1), 16000)[:44]
        path = put("long.wav", builders.with_sizes(header, riff=36 + n_bytes, data=n_bytes))
        os.truncate(path, 44 + n_bytes)  # a sparse file
        tracemalloc.start()
        n = sum(len(block.y) for block in iter_blocks(path, sr=8000, block_seconds=10))
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert n == int(hours * 3600 * 8000)
        return highest

    assert peak(1) < 1.1 * peak(0.1) < 4e6


def test_the_file_is_closed_when_the_loop_is_left(put, builders):
    with open(put("long.wav", builders.encoded()), "rb") as file:
        blocks = iter_blocks(file, block_seconds=0.1)
        next(blocks)
        assert file.tell() > 0
        blocks.close()
        assert file.tell() == 0


@pytest.mark.parametrize(
    ("parameters", "match"),
    [
        ({"block_seconds": 0}, "block_seconds must be a finite number of seconds above 0"),
        ({"overlap_seconds": -1}, "overlap_seconds must be at least 0 and below block_seconds=60.0; got -1"),
        ({"block_seconds": 2, "overlap_seconds": 2}, "below block_seconds=2; got 2"),
    ],
)
def test_bad_parameter_is_told_before_the_first_block(parameters, match):
    with pytest.raises(AudioError, match=match):
        iter_blocks("no/such.wav", **parameters)

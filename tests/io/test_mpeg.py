"""MPEG audio that does not state its length, or another one, and MPEG audio in WAV; made by lame through libsndfile."""

import re
import shutil
import struct
import subprocess

import numpy as np
import pytest

from skaudio.io import AudioError, audio_info, iter_blocks, load

FRAME = {44100: 1152, 16000: 576, 8000: 576}
DELAY = 1105  # of lame and of the decoder, which only a header states


@pytest.fixture
def mp3(builders):
    def encode(seconds=2.0, sr=16000, n_channels=1, loud=0.1, quality=0.5, mode="VARIABLE"):
        """Quiet, then loud, then quiet: bit rates differ."""
        y = builders.tones(n_channels, sr, seconds)
        y[: int(loud * len(y))] *= 0.01
        y[-int(loud * len(y)) :] *= 0.001
        return builders.encoded(y, sr, "MP3", bitrate_mode=mode, compression_level=quality)

    return encode


def check_all_ways(path, expected, atol=1e-6):
    y, sr = load(path, sr=None)
    np.testing.assert_allclose(y, expected, atol=atol)
    with open(path, "rb") as file:
        np.testing.assert_allclose(load(file, sr=None)[0], expected, atol=atol)
        assert file.tell() == 0
    np.testing.assert_allclose(load({"bytes": path.read_bytes()}, sr=None)[0], expected, atol=atol)
    joined = np.concatenate([block.y for block in iter_blocks(path, block_seconds=0.37)], axis=-1)
    np.testing.assert_allclose(joined, expected, atol=atol)
    assert audio_info(path).n_samples == len(expected)
    part, _ = load(path, sr=None, offset=0.5, duration=0.7)
    np.testing.assert_allclose(part, expected[int(0.5 * sr) : int(0.5 * sr) + int(0.7 * sr)], atol=atol)


@pytest.mark.parametrize("mode", ["VARIABLE", "CONSTANT", "AVERAGE"])
@pytest.mark.parametrize("sr", [8000, 16000, 44100])
@pytest.mark.parametrize("loud", [0.1, 0.4])
@pytest.mark.parametrize("seconds", [1.5, 4])
def test_an_mp3_file_without_a_length_is_read_whole(put, builders, mp3, seconds, loud, sr, mode):
    content = mp3(seconds, sr, loud=loud, mode=mode)
    whole, _ = load({"bytes": content}, sr=None)
    path = put("stream.mp3", builders.without_length(content))
    y, _ = load(path, sr=None)
    # All frames: with the encoder's and the decoder's delay ahead, and a rest that fills the last frame.
    assert len(y) % FRAME[sr] == 0
    assert len(whole) + DELAY <= len(y) <= len(whole) + DELAY + 3 * FRAME[sr]
    np.testing.assert_allclose(y[DELAY : DELAY + len(whole)], whole, atol=2e-3)
    check_all_ways(path, y)


@pytest.mark.parametrize("stated", [True, False])
def test_parts_of_mp3_files_of_variable_bit_rate_are_those_of_the_whole(put, builders, stated):
    sr, rng = 44100, np.random.default_rng(0)
    t = np.arange(20 * sr) / sr
    y = 0.3 * np.sin(2 * np.pi * 440 * t) * (np.sin(3 * t) > 0) + 0.05 * rng.normal(size=len(t)) * (np.sin(1.7 * t) > 0)
    content = builders.encoded(y, sr, "MP3", bitrate_mode="VARIABLE", compression_level=0.5)
    path = put("variable.mp3", content if stated else builders.without_length(content))
    whole, _ = load(path, sr=None)
    np.testing.assert_allclose(np.concatenate([block.y for block in iter_blocks(path)]), whole, atol=1e-6)
    for offset in np.arange(0.1, 19, 0.37):
        begin = int(offset * sr)
        part, _ = load(path, sr=None, offset=float(offset), duration=0.2)
        np.testing.assert_allclose(part, whole[begin : begin + len(part)], atol=1e-6)


def test_stereo_and_tags_around(put, builders, mp3):
    content = builders.without_length(mp3(n_channels=2))
    expected, _ = load({"bytes": content}, sr=None)
    id3 = b"ID3\x04\0\0\0\0\x07\x68" + bytes(1000)
    ape = b"APETAGEX" + struct.pack("<IIII", 2000, 1500, 1, 2**31) + bytes(8) + b"\xff\xfb\x90" * 500
    for file in (id3 + content, id3 + id3 + content + b"TAG" + bytes(125), content + ape + b"TAG" + bytes(125)):
        check_all_ways(put("tagged.mp3", file), expected)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("sr", [16000, 44100])
def test_joined_mp3_files_are_read_one_after_another(put, builders, mp3, sr):
    parts = [mp3(1.0, sr), mp3(2.0, sr, loud=0.3), mp3(0.4, sr)]
    expected = np.concatenate([load({"bytes": part}, sr=None)[0] for part in parts])
    check_all_ways(put("joined.mp3", b"".join(parts)), expected)
    id3 = b"ID3\x04\0\0\0\0\x20\0" + bytes(4096)
    check_all_ways(put("tagged.mp3", (id3 + parts[0]) + (id3 + parts[1]) + (id3 + parts[2])), expected)
    streams = [builders.without_length(part) for part in parts]
    y, _ = load(put("streams.mp3", b"".join(streams)), sr=None)
    assert len(y) == sum(len(load({"bytes": stream}, sr=None)[0]) for stream in streams)


def test_parts_of_different_rates_are_left_out_with_a_warning(put, mp3):
    first = mp3(1.0, 16000)
    path = put("mixed.mp3", first + mp3(1.5, 44100))
    with pytest.warns(UserWarning, match=r"mixed.mp3': its parts differ in sampling rate.* 1.5\d s are ignored"):
        y, sr = load(path, sr=None)
    np.testing.assert_allclose(y, load({"bytes": first}, sr=None)[0], atol=1e-6)
    assert sr == 16000


def test_frames_behind_a_header_that_counts_fewer(put, mp3):
    content = mp3(3.0)
    whole, _ = load({"bytes": content}, sr=None)
    begin = content.index(b"Xing") + 8
    n_frames, n_bytes = struct.unpack_from(">II", content, begin)
    stale = content[:begin] + struct.pack(">II", n_frames // 3, n_bytes // 3) + content[begin + 8 :]
    y, _ = load(put("stale.mp3", stale), sr=None)
    np.testing.assert_allclose(y[: len(whole)], whole, atol=1e-6)
    assert len(whole) <= len(y) <= len(whole) + 2 * FRAME[16000]


@pytest.mark.parametrize("sr", [16000, 44100])
def test_an_mp3_file_is_cut_where_more_than_two_frames_are_missing(put, mp3, sr):
    content = mp3(2.0, sr)
    n_frame = len(content) * FRAME[sr] / (2 * sr)
    path = put("cut.mp3", content[: -int(5 * n_frame)])
    with pytest.raises(AudioError, match=f"^{re.escape(repr(str(path)))} is damaged or cut short"):
        load(path)
    with pytest.warns(UserWarning, match=r"little.mp3': its last 3 bytes are missing, up to 0.0\d s"):
        load(put("little.mp3", content[:-3]))


@pytest.mark.parametrize("sr", [16000, 44100])
def test_an_mp3_file_without_a_length_is_cut_where_it_ends_inside_a_frame(put, builders, mp3, sr):
    content = builders.without_length(mp3(2.0, sr))
    for n in (len(content) - 1, len(content) // 2 + 3):
        path = put("cut.mp3", content[:n])
        with pytest.raises(AudioError, match=r"is cut short: it ends inside a frame.* with duration=") as caught:
            load(path, sr=None)
        duration = float(re.search(r"duration=([\d.]+)", str(caught.value))[1])
        whole, _ = load({"bytes": content}, sr=None)
        y, _ = load(path, sr=None, duration=duration)
        np.testing.assert_allclose(y, whole[: len(y)], atol=1e-6)
        assert len(y) == int(duration * sr) > 0.9 * n / len(content) * len(whole) - 10 * FRAME[sr]


def test_bytes_between_frames_that_are_no_sound_are_warned_of(put, builders, mp3):
    content = builders.without_length(mp3(2.0))
    middle = content.index(content[:2], len(content) // 2)
    with pytest.warns(UserWarning, match="bytes between its frames are not audio"):
        load(put("junk.mp3", content[:middle] + b"\x55" * 300 + content[middle:]), sr=None)


@pytest.mark.parametrize("stated", [True, False])
@pytest.mark.parametrize("mode", ["VARIABLE", "CONSTANT"])
def test_mp3_inside_wav(put, builders, mp3, mode, stated):
    content = mp3(3.0, 44100, mode=mode) if stated else builders.without_length(mp3(3.0, 44100, mode=mode))
    expected, _ = load({"bytes": content}, sr=None)
    fmt = struct.pack("<IHHIIHHHHIHHH", 30, 0x55, 1, 44100, 8000, 1, 0, 12, 1, 2, 1152, 1, 1393)
    body = b"WAVEfmt " + fmt + b"fact" + struct.pack("<II", 4, 140_000) + b"data"
    whole = body + struct.pack("<I", len(content)) + content
    check_all_ways(put("in.wav", b"RIFF" + struct.pack("<I", len(whole)) + whole), expected)
    unfinished = body + bytes(4) + content
    check_all_ways(put("open.wav", b"RIFF" + bytes(4) + unfinished), expected)
    with pytest.raises(AudioError, match="is cut short"):
        load(put("cut.wav", b"RIFF" + struct.pack("<I", len(whole)) + whole[: len(whole) // 2]))


def without_log(*arguments):
    subprocess.run(["ffmpeg", "-v", "error", "-y", *map(str, arguments)], check=True)


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="needs ffmpeg, to encode MP2")
@pytest.mark.parametrize("sr", [16000, 48000])
@pytest.mark.parametrize("ending", ["mp2", "wav"])
def test_mp2_files(put, builders, tmp_path, sr, ending):
    source = put("source.wav", builders.encoded(builders.tones(1, sr), sr))
    path = tmp_path / f"made.{ending}"
    without_log("-i", source, "-c:a", "mp2", path)
    y, _ = load(path, sr=None)
    assert len(y) % 1152 == 0
    assert 1.5 * sr <= len(y) <= 1.5 * sr + 3 * 1152
    check_all_ways(path, y)
    with pytest.raises(AudioError, match=r"is cut short: (it ends inside a frame|its header states)"):
        load(put(f"cut.{ending}", path.read_bytes()[:-100]))
    if ending == "mp2":
        np.testing.assert_allclose(load(put("joined.mp2", 2 * path.read_bytes()), sr=None)[0][: len(y)], y, atol=1e-6)

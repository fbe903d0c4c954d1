"""What is found out about damaged files, format by format; see the notes of `skaudio.io.load`."""

import io
import re
import struct
import sys

import numpy as np
import pytest
import soundfile as sf

from skaudio.io import AudioError, audio_info, iter_blocks, load

pytestmark = pytest.mark.usefixtures("no_audioread")
COPY_AGAIN = "Copy or record it again"


@pytest.fixture
def no_audioread(monkeypatch):
    """What libsndfile cannot open fails here, whatever decoders the machine has."""
    monkeypatch.setitem(sys.modules, "audioread", None)


def without_extra_chunks(wav):
    """Leave out what libsndfile writes around the samples of a float file, as streaming writers have none of it."""
    n_format = 20 + struct.unpack_from("<I", wav, 16)[0]
    begin = wav.index(b"data")
    (n,) = struct.unpack_from("<I", wav, begin + 4)
    return wav[:n_format] + wav[begin : begin + 8 + n]


def message(path, start, rest):
    return f"^{re.escape(repr(str(path)))} {start}.*{rest}"


@pytest.mark.parametrize(
    ("name", "content", "match"),
    [
        ("empty.wav", b"", r"is empty \(0 bytes\)"),
        ("text.wav", b"this is no sound\n" * 100, "cannot be decoded: .*Expected WAV, FLAC"),
        ("noise.mp3", bytes(range(1, 255)) * 40, "cannot be decoded"),
        ("head.wav", b"RIFF\0\0\0\0WAVEfmt ", "cannot be decoded"),
    ],
)
def test_no_audio(put, name, content, match):
    path = put(name, content)
    for item in (path, {"path": str(path)}):
        with pytest.raises(AudioError, match=message(path, "", match)):
            load(item)
    with pytest.raises(AudioError, match=message(path, "", match)):
        next(iter_blocks(path))
    with pytest.raises(AudioError, match=message(path, "", match)):
        audio_info(path)


def test_missing_file_and_folder(tmp_path):
    path = tmp_path / "a.wav"
    with pytest.raises(AudioError, match=message(path, "does not exist", "relative paths are resolved from")):
        load(path)
    with pytest.raises(AudioError, match=message(tmp_path, "is a folder", "load_folder")):
        load(tmp_path)


def test_file_objects_name_themselves(put):
    with open(put("text.wav", b"no sound" * 99), "rb") as file:
        with pytest.raises(AudioError, match=r"binary file '.*text.wav' cannot be decoded"):
            load(file)
        assert file.tell() == 0
        file.seek(0, io.SEEK_END)
        with pytest.raises(AudioError, match=r"has no bytes after its current position.*seek\(0\)"):
            load(file)
    with pytest.raises(AudioError, match=r"record with bytes \('b.m4a'\) cannot be decoded.*from paths only"):
        load({"bytes": b"no sound", "path": "b.m4a"})
    with pytest.raises(AudioError, match="record with bytes has no bytes"):
        load({"bytes": b""})


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24", "FLOAT"])
@pytest.mark.parametrize("format_", ["WAV", "WAVEX", "AIFF", "AU", "W64", "RF64"])
def test_cut_uncompressed_file(put, builders, format_, subtype):
    y = builders.tones(2)
    content = builders.encoded(y, format=format_, subtype=subtype)
    # The metadata after the samples of a float file are no samples; the last byte of all others is.
    for n_bytes in (len(content) // 2, len(content) - 400):
        path = put(f"cut.{format_}", content[:n_bytes])
        with pytest.raises(AudioError, match=message(path, "is cut short: its header states", COPY_AGAIN)) as caught:
            load(path)
        with pytest.raises(AudioError, match="is cut short"):
            load({"bytes": content[:n_bytes]})
        with pytest.raises(AudioError, match="is cut short"):
            load(path, duration=1.4999)
        with pytest.raises(AudioError, match="is cut short"):
            audio_info(path)
        # The advice works.
        duration = float(re.search(r"duration=([\d.]+)", str(caught.value))[1])
        whole, _ = load(put("whole", content), sr=None)
        np.testing.assert_array_equal(load(path, sr=None, duration=duration)[0], whole[: int(duration * 44100)])
        assert duration > 1.5 * n_bytes / len(content) - 0.01


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "DOUBLE", "ULAW"])
@pytest.mark.parametrize("n_channels", [1, 2])
def test_a_data_size_that_is_a_little_too_large_is_a_slip_of_the_writer(put, builders, n_channels, subtype):
    y = builders.tones(n_channels, 8000)
    whole = without_extra_chunks(builders.encoded(y, 8000, subtype=subtype))
    expected = sf.read(io.BytesIO(whole), dtype="float32", always_2d=True)[0].mean(axis=1)
    begin = whole.index(b"data")
    (n,) = struct.unpack_from("<I", whole, begin + 4)
    for n_more in (1, 16, 28, 44):
        path = put("slip.wav", builders.with_sizes(whole, data=n + n_more))
        with pytest.warns(UserWarning, match=f"slip.wav': its header states {n + n_more} bytes.* it has {n},"):
            y, _ = load(path, sr=None)
        np.testing.assert_allclose(y, expected, atol=1e-7)
        with pytest.warns(UserWarning, match="which are all read"):
            assert audio_info(path).n_samples == 12000
    path = put("cut.wav", whole[:-1])
    with pytest.warns(UserWarning, match=f"it has {n - 1}, which are all read"):
        y, _ = load(path, sr=None)
    np.testing.assert_allclose(y, expected[: len(y)], atol=1e-7)
    assert 11999 <= len(y) <= 12000


def test_a_data_size_that_is_much_too_large_is_a_cut_file(put, builders):
    content = builders.encoded()
    for path in (put("cut.wav", content[:-200]), put("no_samples.wav", content[:44]), put("few.wav", content[:60])):
        with pytest.raises(AudioError, match="is cut short"):
            load(path)
    tiny = builders.encoded(np.ones(20), 8000)
    with pytest.raises(AudioError, match="is cut short"):  # more is missing than is there
        load(put("tiny.wav", tiny[: 44 + 18]))


def test_a_cut_wav_file_with_long_metadata(put, builders):
    content = builders.encoded()
    tag = b"LIST" + struct.pack("<I", 42) + b"INFOICMT" + struct.pack("<I", 30) + b"a comment that is long enough."
    content = content[:36] + 100 * tag + content[36:]  # more than libsndfile's log holds
    content = builders.with_sizes(content, riff=len(content) - 8)
    assert len(load(put("whole.wav", content), sr=None)[0]) == 66150
    with pytest.raises(AudioError, match="is cut short"):
        load(put("cut.wav", content[:-1000]))


def test_sloppy_but_whole_wav_files(put, builders):
    whole = builders.encoded()
    expected, _ = load({"bytes": whole}, sr=None)
    tag = b"LIST" + struct.pack("<I", 12) + b"INFOabcd\0\0\0\0"
    for content in (
        whole + tag,
        whole + tag[:10],  # cut, but not in the samples
        whole + b"\0" * 333,
        builders.with_sizes(whole, riff=len(whole) + 100),
        builders.with_sizes(whole, riff=10),
    ):
        np.testing.assert_array_equal(load(put("sloppy.wav", content), sr=None)[0], expected)


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_U8", "PCM_24", "FLOAT", "ULAW"])
@pytest.mark.parametrize("n_channels", [1, 2])
@pytest.mark.parametrize(
    ("riff", "data"),
    [(0xFFFFFFFF, 0xFFFFFFFF), (0x7FFFF024, 0x7FFFF000), (0x80000024, 0x80000000), (0, 0xFFFFFFFF)]
    + [(riff, 0) for riff in (0, 8, 36, 0xFFFFFFFF)],
)
def test_wav_files_of_streaming_writers_reach_to_their_end(put, builders, riff, data, n_channels, subtype):
    y = builders.tones(n_channels, 8000)
    whole = builders.encoded(y, 8000, subtype=subtype)
    if subtype == "FLOAT":  # libsndfile's own extra chunks go, as a streaming writer has none
        begin = whole.index(b"data")
        whole = whole[:36] + whole[begin : begin + 8 + y.size * 4]
    expected = sf.read(io.BytesIO(whole), dtype="float32", always_2d=True)[0].mean(axis=1)
    path = put("stream.wav", builders.with_sizes(whole, riff=riff, data=data))
    with open(path, "rb") as file:
        for item in (path, file):
            np.testing.assert_allclose(load(item, sr=None)[0], expected, atol=1e-7)
            np.testing.assert_allclose(load(item, sr=None, offset=1.0)[0], expected[8000:], atol=1e-7)
        assert file.tell() == 0
    assert audio_info(path).n_samples == 12000


def test_zero_samples(put, builders):
    empty = builders.encoded(np.zeros(0), 8000)
    tag = b"LIST" + struct.pack("<I", 12) + b"INFOabcd\0\0\0\0"
    for content in (empty, builders.with_sizes(empty + tag, riff=56)):
        path = put("none.wav", content)
        with pytest.raises(AudioError, match=message(path, "has no samples", "at least one")):
            load(path)
        with pytest.raises(AudioError, match="has no samples"):
            next(iter_blocks(path))
        assert audio_info(path).n_samples == 0


def test_a_header_with_sampling_rate_0(put, builders):
    content = bytearray(builders.encoded())
    content[24:28] = bytes(4)
    with pytest.raises(AudioError, match="cannot be decoded"):
        load(put("rate.wav", content))


def test_not_finite(put, builders):
    y = builders.tones()
    y[[7, 9]] = np.nan, np.inf
    path = put("nan.wav", builders.encoded(y, subtype="FLOAT"))
    with pytest.raises(AudioError, match=message(path, "has 2 samples that are NaN", "at index 7")):
        load(path)
    with pytest.raises(AudioError, match="has 2 samples that are NaN"):
        next(iter_blocks(path))
    assert len(load(path, offset=0.5)[0]) == 22050


def test_cut_flac(put, builders):
    content = builders.encoded(format="FLAC")
    whole, _ = load({"bytes": content}, sr=None)
    for n_bytes in (len(content) // 2, len(content) - 1):
        path = put("cut.flac", content[:n_bytes])
        with pytest.raises(AudioError, match=message(path, "is damaged or cut short after", COPY_AGAIN)):
            load(path)
        np.testing.assert_array_equal(load(path, sr=None, duration=0.5)[0], whole[:22050])


def test_damaged_flac(put, builders):
    content = bytearray(builders.encoded(format="FLAC"))
    content[len(content) // 2 : len(content) // 2 + 200] = b"\xaa" * 200
    with pytest.raises(AudioError, match="is damaged or cut short"):
        load(put("damaged.flac", content))


def test_flac_without_a_length(put, builders):
    content = bytearray(builders.encoded(format="FLAC"))
    content[21] &= 0xF0
    content[22:26] = bytes(4)
    with pytest.raises(AudioError, match=r"does not state the number of samples.*ffmpeg -i old new"):
        load(put("piped.flac", content))


def test_flac_that_promises_more_than_memory_holds(put, builders):
    content = bytearray(builders.encoded(format="FLAC"))
    content[21] |= 0x0F
    content[22:26] = b"\xff" * 4
    with pytest.raises(AudioError, match=r"do not fit into memory|is damaged or cut short"):
        load(put("huge.flac", content))


@pytest.mark.parametrize("settings", [{}, {"bitrate_mode": "CONSTANT", "compression_level": 0.5}])
def test_cut_mp3(put, builders, settings):
    content = builders.encoded(builders.tones(seconds=4), format="MP3", **settings)
    whole, _ = load({"bytes": content}, sr=None)
    assert len(whole) == 4 * 44100
    path = put("cut.mp3", content[: len(content) // 2])
    with pytest.raises(AudioError, match=message(path, "is damaged or cut short after", COPY_AGAIN)):
        load(path)
    with pytest.raises(AudioError, match="is damaged or cut short"):
        load(path, offset=3.0)
    np.testing.assert_allclose(load(path, sr=None, duration=1.5)[0], whole[:66150], atol=1e-5)
    # Less than two frames are missing: encoders disagree by as much.
    assert 4 * 44100 - 2304 <= len(load(put("little.mp3", content[:-1]), sr=None)[0]) < 4 * 44100


def test_mp3_that_does_not_state_its_length(put, builders):
    settings = {"bitrate_mode": "CONSTANT", "compression_level": 0.5}
    content = builders.without_length(builders.encoded(builders.tones(seconds=4), format="MP3", **settings))
    id3 = b"ID3\x04\0\0\0\0\x07\x68" + bytes(1000)
    for file in (content, id3 + content, content + b"TAG" + bytes(125)):
        path = put("stream.mp3", file)
        with open(path, "rb") as opened:
            for item in (path, opened):
                y, _ = load(item, sr=None)
                assert abs(len(y) - 4 * 44100) < 3 * 1152
                blocks = [block.y for block in iter_blocks(item, block_seconds=1)]
                np.testing.assert_allclose(np.concatenate(blocks), y, atol=1e-6)
            assert opened.tell() == 0


@pytest.mark.parametrize("subtype", ["VORBIS", "OPUS"])
def test_cut_ogg(put, builders, subtype):
    sr = 48000
    content = builders.encoded(builders.tones(sr=sr, seconds=6), sr, "OGG", subtype=subtype)
    whole, _ = load({"bytes": content}, sr=None)
    for n_bytes in (content.rindex(b"OggS") + 20, content.rindex(b"OggS") + 40, len(content) - 1):
        with pytest.raises(AudioError, match="is cut short: it ends inside a page"):
            load({"bytes": content[:n_bytes]})
    path = put("cut.ogg", content[: len(content) // 2])
    with pytest.raises(AudioError, match=message(path, "is cut short: it ends inside a page", COPY_AGAIN)) as caught:
        load(path)
    duration = float(re.search(r"duration=([\d.]+)", str(caught.value))[1])
    np.testing.assert_allclose(load(path, sr=None, duration=duration)[0], whole[: int(duration * sr)], atol=1e-6)
    # The recording of a stream ends between two pages, without saying so.
    between = content.rindex(b"OggS")
    assert 0 < len(load(put("stream.ogg", content[:between]), sr=None)[0]) < len(whole)
    for n_bytes in (125, 100_000):
        assert len(load(put("tagged.ogg", content + b"TAG" + bytes(n_bytes)), sr=None)[0]) == len(whole)


def test_damaged_ogg(put, builders):
    content = bytearray(builders.encoded(builders.tones(seconds=6), format="OGG"))
    content[len(content) // 2 : len(content) // 2 + 200] = b"\xaa" * 200
    with pytest.raises(AudioError, match="is damaged or cut short"):
        load(put("damaged.ogg", content))


def test_cut_caf(put, builders):
    path = put("cut.caf", builders.encoded(format="CAF")[:-1000])
    with pytest.raises(AudioError, match=message(path, "(cannot be decoded|is cut short)", "(malformed|states)")):
        load(path)


def test_a_cut_recording_gives_its_whole_blocks_first(put, builders):
    content = builders.encoded(format="FLAC")
    blocks = []
    with pytest.raises(AudioError, match="is damaged or cut short"):
        blocks.extend(iter_blocks(put("cut.flac", content[: len(content) // 2]), block_seconds=0.1))

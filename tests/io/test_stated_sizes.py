"""Files whose headers state another length than they have: never finished, stale, wrapped, joined."""

import io
import re
import struct

import numpy as np
import pytest
import soundfile as sf

from skaudio.features import MFCC
from skaudio.io import AudioError, audio_info, iter_blocks, load

SR = 8000
FORMAT = b"fmt " + struct.pack("<IHHIIHH", 16, 1, 1, SR, 2 * SR, 2, 16)


@pytest.fixture
def pcm():
    """One second of samples that are no chunk, and what they decode to."""
    samples = np.round(8000 * np.sin(np.arange(SR) / 5) + 3).astype("<i2")
    return samples.tobytes(), samples.astype(np.float32) / 2**15


def chunk(name, content, size=None):
    return name + struct.pack("<I", len(content) if size is None else size) + content


def wav(*chunks, riff=None):
    body = b"WAVE" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body) if riff is None else riff) + body


def same_in_all_ways(path, expected):
    np.testing.assert_array_equal(load(path, sr=None)[0], expected)
    np.testing.assert_array_equal(load({"bytes": path.read_bytes()}, sr=None)[0], expected)
    with open(path, "rb") as file:
        np.testing.assert_array_equal(load(file, sr=None)[0], expected)
        assert file.tell() == 0
    np.testing.assert_array_equal(load(path, sr=None, offset=0.25, duration=0.5)[0], expected[SR // 4 : 3 * SR // 4])
    blocks = [block.y for block in iter_blocks(path, block_seconds=0.3)]
    np.testing.assert_array_equal(np.concatenate(blocks), expected)
    assert audio_info(path).n_samples == len(expected)


@pytest.mark.parametrize("riff", [0, 36, 0xFFFFFFFF, None])
@pytest.mark.parametrize("n_padding", [0, 10, 70_000, 400_001])
@pytest.mark.parametrize("size", [0, 0xFFFFFFFF, 0x7FFFF000])
def test_a_wav_file_that_was_never_finished_reaches_to_its_end(put, pcm, size, n_padding, riff):
    padding = chunk(b"JUNK", bytes(n_padding)) + bytes(n_padding % 2)
    path = put("open.wav", wav(FORMAT, padding, chunk(b"data", pcm[0], size), riff=riff))
    same_in_all_ways(path, pcm[1])


def test_silence_that_was_never_finished_has_its_length(put):
    path = put("silence.wav", wav(FORMAT, chunk(b"data", bytes(2 * SR), 0)))
    same_in_all_ways(path, np.zeros(SR, np.float32))


@pytest.mark.parametrize("stated", [0, 2**64 - 1, None])
def test_an_rf64_file_that_was_never_finished_reaches_to_its_end(put, pcm, stated):
    n = len(pcm[0]) if stated is None else stated
    sizes = struct.pack("<QQQI", n if stated == 0 else 0, n, 0, 0)
    body = b"WAVE" + chunk(b"ds64", sizes) + FORMAT + chunk(b"data", pcm[0], 0xFFFFFFFF)
    same_in_all_ways(put("open.wav", b"RF64\xff\xff\xff\xff" + body), pcm[1])


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24", "FLOAT", "ULAW"])
@pytest.mark.parametrize("n_channels", [1, 2])
@pytest.mark.parametrize(
    ("format_", "endian", "marker", "n_between", "size"),
    [
        ("WAV", "BIG", b"data", 0, b"\0\0\0\0"),
        ("AIFF", "FILE", b"SSND", 0, b"\0\0\0\0"),
        ("AIFF", "FILE", b"SSND", 0, b"\xff\xff\xff\xff"),
        ("AU", "FILE", b".snd", 4, b"\xff\xff\xff\xff"),
        ("AU", "LITTLE", b"dns.", 4, b"\xff\xff\xff\xff"),
        ("CAF", "FILE", b"data", 0, b"\xff" * 8),
        ("CAF", "LITTLE", b"data", 0, b"\xff" * 8),
        ("W64", "FILE", b"data", 12, b"\xff" * 7 + b"\x7f"),
    ],
)
def test_other_formats_that_were_never_finished(
    put, builders, format_, endian, marker, n_between, size, n_channels, subtype
):
    y = builders.tones(n_channels, SR, seconds=1)
    content = builders.encoded(y, SR, format=format_, subtype=subtype, endian=endian)
    expected = sf.read(io.BytesIO(content), dtype="float32", always_2d=True)[0].mean(axis=1)
    begin = content.index(marker) + len(marker) + n_between
    samples_end = (
        begin + len(size) + (8 if marker == b"SSND" else 4 if format_ == "CAF" else 8 if format_ == "AU" else 0)
    )
    if format_ == "AU":
        samples_end = begin + 20 - 4
    width = {"PCM_16": 2, "PCM_24": 3, "FLOAT": 4, "ULAW": 1}[subtype] * n_channels
    path = put("open", content[:begin] + size + content[begin + len(size) : samples_end + SR * width])
    np.testing.assert_allclose(load(path, sr=None)[0], expected, atol=1e-7)


def test_a_wav_file_with_the_size_of_a_while_ago_warns_of_the_seconds_that_are_left_out(put, pcm):
    path = put("stale.wav", wav(FORMAT, chunk(b"data", pcm[0], len(pcm[0]) // 4), riff=36 + len(pcm[0]) // 4))
    with pytest.warns(
        UserWarning,
        match=r"stale.wav': it continues after .*\(0.25 s\): up to 0.75 s of audio are ignored.*ffmpeg",
    ):
        y, _ = load(path, sr=None)
    np.testing.assert_array_equal(y, pcm[1][: SR // 4])
    with pytest.warns(UserWarning, match="up to 0.75 s of audio are ignored"):
        list(iter_blocks(path))
    with pytest.warns(UserWarning, match="up to 0.75 s of audio are ignored"):
        audio_info(path)
    with pytest.warns(UserWarning, match="up to 0.75 s of audio are ignored"):
        MFCC(sr=SR).transform([path])


@pytest.mark.filterwarnings("error")
def test_no_warning_where_what_is_left_out_is_not_wanted(put, pcm):
    path = put("stale.wav", wav(FORMAT, chunk(b"data", pcm[0], len(pcm[0]) // 4)))
    assert len(load(path, sr=None, duration=0.2)[0]) == SR // 5


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "rest",
    [
        b"",
        bytes(5000),
        b"TAG" + bytes(range(125)),
        chunk(b"LIST", b"INFOICMT\x1e\0\0\0a comment that is long enough."),
        chunk(b"LIST", b"INFOICMT" + bytes(3000)) + chunk(b"id3 ", bytes(range(200))),
        chunk(b"LIST", b"cut" * 30, 5000),
        b"some bytes that are no chunk"[:-3],
    ],
)
def test_what_follows_the_samples_and_is_no_sound_is_left_out_without_a_word(put, pcm, rest):
    same_in_all_ways(put("tagged.wav", wav(FORMAT, chunk(b"data", pcm[0]), rest)), pcm[1])


def test_a_wav_file_above_4_gib_reaches_to_its_end(tmp_path):
    path = tmp_path / "wrapped.wav"
    n = 2**32 + 10 * SR * 2
    with open(path, "wb") as file:
        file.write(wav(FORMAT, chunk(b"data", b"", n % 2**32), riff=(n + 36) % 2**32))
        file.write(b"\1\0" * SR)
        file.truncate(44 + n)  # sparse
    info = audio_info(path)
    assert info.n_samples == n // 2
    np.testing.assert_array_equal(load(path, sr=None, offset=-1)[0], np.zeros(SR, np.float32))
    np.testing.assert_array_equal(load(path, sr=None, duration=1)[0], np.full(SR, 2.0**-15, np.float32))


@pytest.mark.parametrize(
    ("format_", "subtype"),
    [
        ("AVR", "PCM_16"), ("AVR", "PCM_S8"), ("VOC", "PCM_16"), ("VOC", "PCM_U8"), ("VOC", "ULAW"), ("NIST", "PCM_16"),
        ("NIST", "PCM_24"), ("NIST", "ALAW"), ("MAT4", "PCM_16"), ("MAT4", "DOUBLE"), ("MAT5", "PCM_16"),
        ("MAT5", "FLOAT"), ("MPC2K", "PCM_16"), ("WVE", "ALAW"), ("SVX", "PCM_16"), ("HTK", "PCM_16"),
        ("CAF", "PCM_16"), ("CAF", "PCM_24"), ("CAF", "ALAC_16"), ("SDS", "PCM_16"), ("W64", "MS_ADPCM"),
        ("WAV", "IMA_ADPCM"), ("WAV", "GSM610"), ("AIFF", "PCM_16"), ("AU", "G721_32"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("part", [0.06, 0.5, 0.93])
def test_cut_files_of_less_known_formats(put, builders, format_, subtype, part):
    content = builders.encoded(builders.tones(1, SR), SR, format=format_, subtype=subtype)
    assert len(load(put("whole", content), sr=None)[0]) >= 12000
    path = put("cut", content[: int(len(content) * part)])
    with pytest.raises(AudioError, match=f"^{re.escape(repr(str(path)))} .*(cut short|cannot be decoded)"):
        load(path)


@pytest.mark.parametrize(
    ("format_", "subtype"), [("PVF", "PCM_16"), ("PAF", "PCM_16"), ("PAF", "PCM_24"), ("IRCAM", "FLOAT")]
)
def test_formats_without_a_length_are_cut_where_they_end_inside_a_sample(put, builders, format_, subtype):
    content = builders.encoded(builders.tones(1, SR), SR, format=format_, subtype=subtype)
    assert len(load(put("whole", content), sr=None)[0]) >= 12000
    with pytest.raises(AudioError, match=r"is cut short: (it ends inside a sample|its last block is shorter)"):
        load(put("cut", content[:-1]))


@pytest.mark.parametrize(
    ("format_", "subtype"), [("AVR", "PCM_16"), ("NIST", "PCM_16"), ("MAT5", "PCM_16"), ("SVX", "PCM_16")]
)
def test_less_known_formats_that_go_on_behind_their_length(put, builders, format_, subtype):
    content = builders.encoded(builders.tones(1, SR), SR, format=format_, subtype=subtype)
    whole, _ = load(put("whole", content), sr=None)
    with pytest.warns(
        UserWarning,
        match=r"continues after the length in its header \(1.50 s\): up to 0.2\d s of audio are ignored",
    ):
        y, _ = load(put("more", content + b"\1\2" * 2000), sr=None)
    np.testing.assert_array_equal(y, whole)


@pytest.mark.parametrize("format_", ["WAV", "RF64", "AIFF", "W64", "CAF", "AU"])
def test_joined_files_are_read_one_after_another(put, format_):
    rng = np.random.default_rng(0)
    parts, content = [rng.uniform(-0.5, 0.5, n).astype(np.float32) for n in (SR // 2, SR // 4 + 1, SR)], b""
    for y in parts:
        file = io.BytesIO()
        sf.write(file, y, SR, format=format_, subtype="FLOAT")
        content += file.getvalue()
    same_in_all_ways(put("joined.snd", content), np.concatenate(parts))


@pytest.mark.parametrize(("format_", "subtype"), [("FLAC", "PCM_16"), ("OGG", "VORBIS")])
@pytest.mark.parametrize("seconds", [0.1, 30])
def test_a_joined_file_that_cannot_be_read_whole_is_warned_of(put, format_, subtype, seconds):
    y = np.random.default_rng(0).uniform(-0.5, 0.5, int(seconds * SR))
    file = io.BytesIO()
    sf.write(file, y, SR, format=format_, subtype=subtype)
    once, twice = put("once.snd", file.getvalue()), put("twice.snd", 2 * file.getvalue())
    for source in (twice, {"bytes": twice.read_bytes()}):
        with pytest.warns(UserWarning, match=rf"another {format_} file was appended to it: about {seconds:.2f} s"):
            np.testing.assert_array_equal(load(source, sr=None)[0], load(once, sr=None)[0])
    load(twice, sr=None, duration=seconds / 2)

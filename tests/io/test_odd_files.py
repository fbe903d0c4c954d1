"""Headers that are damaged: an AudioError that names the clip, at once, and nothing on standard output."""

import os
import re
import shutil
import struct
import subprocess
import sys
import tracemalloc

import numpy as np
import pytest

from skaudio.features import MFCC
from skaudio.io import AudioError, load


def refused(path, match=""):
    with pytest.raises(AudioError, match=f"^{re.escape(repr(str(path)))} .*{match}"):
        load(path)


@pytest.mark.parametrize("rate", [1, 16, 99, 10_000_001, 2_000_000_000, 2**32 - 1])
@pytest.mark.parametrize(("format_", "endian"), [("WAV", "<"), ("AU", ">")])
def test_rates_that_no_sound_has_are_refused_before_anything_is_allocated(put, builders, format_, endian, rate):
    content = bytearray(builders.encoded(format=format_))
    begin = 24 if format_ == "WAV" else 16
    content[begin : begin + 4] = struct.pack(endian + "I", rate)
    path = put("rate", bytes(content))
    tracemalloc.start()
    refused(path, "(sampling rate of|cannot be decoded)")
    assert tracemalloc.get_traced_memory()[1] < 1e6
    tracemalloc.stop()


@pytest.mark.parametrize("rate", [100, 250, 4000, 500_000, 2_000_000, 10_000_000])
def test_rates_of_slow_and_of_fast_sensors_are_read(put, builders, rate):
    y, sr = load(put("rate.wav", builders.encoded(np.ones(300) / 4, rate)), sr=None)
    assert (len(y), sr) == (300, rate)


def test_arrays_may_have_any_rate():
    assert load((np.ones(300), 2), sr=None)[1] == 2


@pytest.mark.parametrize("n_channels", [0, 1025, 32768, 65535])
@pytest.mark.parametrize("name", ["a.wav", "a.aiff", "a.au"])
def test_numbers_of_channels_that_no_sound_has(put, builders, name, n_channels):
    content = bytearray(builders.encoded(format=name[2:].upper()))
    position, format_ = {"a.wav": (22, "<H"), "a.aiff": (20, ">H"), "a.au": (20, ">I")}[name]
    struct.pack_into(format_, content, position, n_channels)
    path = put(name, bytes(content))
    refused(path, "cannot be decoded")
    good = put("good.wav", builders.encoded())
    with pytest.warns(UserWarning, match=re.escape(str(path))):
        frames = MFCC(on_error="warn").transform([good, path])
    assert np.isnan(frames[1]).all()
    assert not np.isnan(frames[0]).any()


def test_a_length_in_a_header_allocates_nothing(put, builders):
    content = bytearray(builders.encoded(format="FLAC"))
    content[21] |= 0x0F
    content[22:26] = b"\xff\xff\xff\x00"
    tracemalloc.start()
    refused(put("huge.flac", bytes(content)), "(do not fit into memory|is damaged or cut short)")
    assert tracemalloc.get_traced_memory()[1] < 1e8
    tracemalloc.stop()


@pytest.mark.parametrize("name", ["a.au", "b.snd", "c.wav", "d.AU"])
def test_no_ending_makes_sound_of_what_is_none(put, name):
    refused(put(name, b"This is a text of some length, and no telephone speech.\n" * 30), "cannot be decoded")


def test_an_au_file_with_a_damaged_mark_is_no_speech(put, builders):
    content = builders.encoded(format="AU")
    refused(put("a.au", b".smd" + content[4:]), "cannot be decoded")


def test_formats_that_are_known_by_their_ending_only(put, builders):
    y = builders.tones(1, 8000)
    content = builders.encoded(y, 8000, format="RAW", subtype="VOX_ADPCM")
    decoded, sr = load(put("speech.vox", content), sr=None)
    assert sr == 8000
    assert np.corrcoef(decoded[: len(y)], y)[0, 1] > 0.9


@pytest.mark.parametrize("damage", ["mark", "second", "cut"])
def test_broken_sample_dumps_print_nothing(put, builders, damage):
    content = bytearray(builders.encoded(builders.tones(1, 8000), 8000, format="SDS", subtype="PCM_16"))
    assert len(load(put("good.sds", bytes(content)), sr=None)[0]) == 12000
    if damage == "mark":
        content[21 + 127 * 30] ^= 0xFF
    elif damage == "second":
        content[22 + 127 * 7] ^= 1
    else:
        content = content[: len(content) // 2]
    path = put("bad.wav", bytes(content))
    program = f"import skaudio.io\ntry:\n    skaudio.io.load({str(path)!r})\nexcept skaudio.io.AudioError: pass"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, env=dict(os.environ))
    assert done.stdout == b""
    refused(path)


@pytest.mark.parametrize("reader", [True, False])
def test_what_libsndfile_calls_malformed_goes_to_no_other_reader(put, builders, monkeypatch, reader):
    from types import SimpleNamespace

    opened = []
    module = SimpleNamespace(DecodeError=ValueError, audio_open=opened.append) if reader else None
    monkeypatch.setitem(sys.modules, "audioread", module)
    for format_ in ("WAV", "AIFF", "AU", "CAF", "FLAC", "OGG", "W64"):
        content = builders.encoded(format=format_)
        refused(put("a.bin", content[:30]), "(cannot be decoded|is cut short)")
        assert not opened


def test_a_system_error_is_no_broken_clip(put, builders, monkeypatch):
    path = put("a.wav", builders.encoded())

    def fails(*_, **__):
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(os, "open", fails)
    with pytest.raises(OSError, match="Too many open files") as caught:
        load(path)
    assert not isinstance(caught.value, AudioError)


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="needs ffmpeg, to encode and decode M4A and WebM")
@pytest.mark.parametrize("ending", ["m4a", "webm", "wma"])
def test_formats_of_ffmpeg_are_read_whole_or_are_cut(put, builders, tmp_path, ending):
    pytest.importorskip("audioread")
    source = put("source.wav", builders.encoded(builders.tones(1, 16000, seconds=5), 16000))
    path = tmp_path / f"made.{ending}"
    flags = ["-movflags", "faststart"] if ending == "m4a" else []
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", source, *flags, path], check=True)
    y, sr = load(path, sr=None)
    assert len(y) / sr == pytest.approx(5, abs=0.2)
    content = path.read_bytes()
    if ending != "wma":  # ffmpeg takes the length of what is there
        refused(put(f"cut.{ending}", content[: len(content) // 2]), "(damaged or cut short|cannot be decoded)")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_pipes_are_read(tmp_path, put, builders):
    content = builders.encoded()
    expected, _ = load({"bytes": content}, sr=None)
    os.mkfifo(tmp_path / "pipe")
    with subprocess.Popen(["sh", "-c", f"cat {put('a.wav', content)} > {tmp_path}/pipe"]):
        np.testing.assert_array_equal(load(tmp_path / "pipe", sr=None)[0], expected)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("subtype", ["VORBIS", "OPUS"])
def test_chained_ogg_files_are_read_one_after_another(put, builders, subtype):
    parts = [builders.encoded(builders.tones(1, 16000, n), 16000, "OGG", subtype=subtype) for n in (1.0, 0.5, 2.0)]
    expected = np.concatenate([load({"bytes": part}, sr=None)[0] for part in parts])
    path = put("chain.ogg", b"".join(parts))
    np.testing.assert_allclose(load(path, sr=None)[0], expected, atol=1e-6)
    np.testing.assert_allclose(load(path, sr=None, offset=1.2, duration=1)[0], expected[19200:35200], atol=1e-4)
    with pytest.raises(AudioError, match="it ends inside a page"):
        load({"bytes": b"".join(parts)[:-5]})

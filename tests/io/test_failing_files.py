"""File objects that fail while they are read: their exceptions are raised, and are no broken clips."""

import io
import warnings

import numpy as np
import pytest

from skaudio.features import MFCC
from skaudio.io import AudioError, audio_info, iter_blocks, load

FORMATS = [
    ("WAV", "PCM_16"), ("WAV", "FLOAT"), ("WAV", "IMA_ADPCM"), ("FLAC", "PCM_16"), ("OGG", "VORBIS"), ("OGG", "OPUS"),
    ("MP3", "MPEG_LAYER_III"), ("AIFF", "PCM_16"), ("CAF", "PCM_16"), ("CAF", "ALAC_16"), ("AU", "PCM_16"),
    ("W64", "PCM_16"), ("RF64", "PCM_16"), ("NIST", "PCM_16"), ("VOC", "PCM_16"), ("MAT5", "PCM_16"),
]  # fmt: skip


class LostConnectionError(Exception):
    """What a network library raises that does not derive from OSError."""


class Unreliable(io.BytesIO):
    """A file whose n-th call of a method raises."""

    def __init__(self, content, method="read", n=None, error=TimeoutError):
        super().__init__(content)
        self.n_calls, self._method, self._n, self._error = 0, method, n, error

    def _call(self, method, *args):
        if method == self._method:
            self.n_calls += 1
            if self.n_calls == self._n:
                raise self._error("timed out")
        return getattr(super(), method)(*args)

    def read(self, *args):
        return self._call("read", *args)

    def seek(self, *args):
        return self._call("seek", *args)


def content_of(builders, format_, subtype):
    sr = 16000
    return builders.encoded(builders.tones(1, sr, seconds=0.5), sr, format_, subtype=subtype)


@pytest.mark.parametrize("error", [TimeoutError, OSError, LostConnectionError])
@pytest.mark.parametrize(("format_", "subtype"), FORMATS)
def test_an_exception_at_any_read_is_raised(builders, format_, subtype, error):
    content = content_of(builders, format_, subtype)
    whole, _ = load({"bytes": content}, sr=None)
    probe = Unreliable(content)
    np.testing.assert_array_equal(load(probe, sr=None)[0], whole)
    for n in range(1, probe.n_calls + 1):
        with pytest.raises(error, match="timed out"):
            load(Unreliable(content, n=n, error=error), sr=None)


@pytest.mark.parametrize(("format_", "subtype"), FORMATS)
def test_an_exception_at_any_seek_is_raised(builders, format_, subtype):
    content = content_of(builders, format_, subtype)
    probe = Unreliable(content, "seek")
    load(probe, sr=None, offset=0.3)
    for n in range(1, probe.n_calls + 1):
        with pytest.raises(TimeoutError):
            load(Unreliable(content, "seek", n), sr=None, offset=0.3)


@pytest.mark.parametrize(("format_", "subtype"), FORMATS)
def test_an_exception_while_a_part_is_read_block_by_block_is_raised(builders, format_, subtype):
    content = content_of(builders, format_, subtype)

    def read(file):
        return [block.y for block in iter_blocks(file, block_seconds=0.1, offset=0.1)]

    probe = Unreliable(content)
    read(probe)
    for n in range(1, probe.n_calls + 1):
        with pytest.raises(TimeoutError):
            read(Unreliable(content, n=n))


@pytest.mark.parametrize("n_broken", [1, 3])
def test_on_error_warn_does_not_take_a_file_that_failed_for_a_broken_clip(builders, n_broken):
    content = content_of(builders, "WAV", "PCM_16")
    front_end = MFCC(sr=16000, on_error="warn")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for n in range(n_broken, 5):
            with pytest.raises(TimeoutError, match="timed out"):
                front_end.transform([io.BytesIO(content), Unreliable(content, n=n)])
    with pytest.warns(UserWarning, match=r"1 clip\(s\) cannot be used"):
        front_end.transform([io.BytesIO(content), io.BytesIO(b"no sound" * 99)])


def test_a_keyboard_interrupt_while_libsndfile_reads_is_raised(builders):
    content = content_of(builders, "OGG", "VORBIS")
    for n in (2, 4):
        with pytest.raises(KeyboardInterrupt):
            load(Unreliable(content, n=n, error=KeyboardInterrupt))


@pytest.mark.parametrize(("format_", "subtype"), FORMATS)
def test_files_that_return_less_than_asked_for_are_read_to_their_end(builders, format_, subtype):
    class Slow(io.BytesIO):
        def read(self, n=-1):
            return super().read(n if n < 0 else min(n, 700))

        def readinto(self, buffer):
            raise io.UnsupportedOperation("no such thing")

    content = content_of(builders, format_, subtype)
    whole, sr = load({"bytes": content}, sr=None)
    np.testing.assert_array_equal(load(Slow(content), sr=None)[0], whole)
    assert audio_info(Slow(content)).duration_seconds == len(whole) / sr


def test_a_file_without_bytes_for_now_is_an_error(builders):
    class NonBlocking(io.BytesIO):
        def read(self, n=-1):
            return None if n else b""

    with pytest.raises(BlockingIOError, match="no bytes yet"):
        load(NonBlocking(content_of(builders, "WAV", "PCM_16")))


def test_a_closed_file_and_one_open_for_writing_are_named(tmp_path):
    with open(tmp_path / "new.wav", "wb") as file, pytest.raises(AudioError, match=r"new.wav' cannot be read"):
        load(file)
    with open(tmp_path / "new.wav", "rb") as file:
        pass
    with pytest.raises(AudioError, match=r"cannot be read: (I/O operation on closed file|read of closed file)"):
        load(file)

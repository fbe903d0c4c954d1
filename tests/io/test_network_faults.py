"""Faults of a network: passing ones change nothing, lasting ones are raised, and none is a broken clip."""

import errno
import warnings

import numpy as np
import pytest

from skaudio.features import MFCC
from skaudio.io import AudioError, audio_info, clip_key, iter_blocks, load

fsspec = pytest.importorskip("fsspec")
FORMATS = [("WAV", "PCM_16"), ("WAV", "FLOAT"), ("FLAC", "PCM_16"), ("OGG", "VORBIS"), ("MP3", "MPEG_LAYER_III")]


class LostConnectionError(Exception):
    """What a network library raises that does not derive from OSError."""


class FaultyFile(fsspec.spec.AbstractBufferedFile):
    def _fetch_range(self, start, end):
        self.fs.count("read")
        content = self.fs.contents[self.path][start:end]
        return content[: len(content) // 2] if self.fs.is_faulty("short read") else content


class FaultyFiles(fsspec.AbstractFileSystem):
    """Files of which the first, or every, call from the n-th on fails."""

    protocol = "faulty"
    cachable = False
    contents: dict = {}  # noqa: RUF012

    def info(self, path, **_):
        self.count("info")
        if path not in self.contents:
            raise FileNotFoundError(path)
        return {"name": path, "size": len(self.contents[path]), "type": "file", "ETag": "1"}

    def _open(self, path, mode="rb", **settings):
        self.count("open")
        return FaultyFile(self, path, mode, **settings)

    @classmethod
    def set_faults(cls, method=None, first=1, n=1, error=TimeoutError):
        cls.faults, cls.n_calls = (method, range(first, first + n), error), 0

    @classmethod
    def is_faulty(cls, method):
        return method == cls.faults[0] and cls.n_calls in cls.faults[1]

    @classmethod
    def count(cls, method):
        name, numbers, error = cls.faults
        cls.n_calls += method == name.removeprefix("short ") if name else method == "read"
        if method == name and cls.n_calls in numbers:
            raise error("timed out")


@pytest.fixture
def faulty(monkeypatch):
    fsspec.register_implementation("faulty", FaultyFiles, clobber=True)
    monkeypatch.setattr("skaudio._remote.RETRY_SECONDS", (0.0, 0.0))
    # Small blocks, so that there are many requests.
    monkeypatch.setattr("skaudio.io._remote_file.FIRST_BLOCK_BYTES", 2**11)
    monkeypatch.setattr("skaudio.io._remote_file.MAX_BLOCK_BYTES", 2**12)
    monkeypatch.setattr("skaudio.io._remote_file.SMALL_FILE_BYTES", 0)
    FaultyFiles.set_faults()
    yield FaultyFiles
    FaultyFiles.contents.clear()


def put(faulty, builders, format_="WAV", subtype="PCM_16"):
    """Put a clip there; return its URL and its samples, and the number of requests that it takes."""
    content = builders.encoded(builders.tones(1, 16000, seconds=0.5), 16000, format_, subtype=subtype)
    faulty.contents["night"] = content
    faulty.set_faults()
    y, _ = load("faulty://night", sr=None)
    np.testing.assert_array_equal(y, load({"bytes": content}, sr=None)[0])
    return "faulty://night", y, faulty.n_calls


@pytest.mark.parametrize("fault", ["read", "short read"])
@pytest.mark.parametrize(("format_", "subtype"), FORMATS)
def test_a_passing_fault_at_any_request_changes_nothing(faulty, builders, format_, subtype, fault):
    url, y, n_requests = put(faulty, builders, format_, subtype)
    assert n_requests > 1
    for first in range(1, n_requests + 1):
        faulty.set_faults(fault, first, n=2)
        np.testing.assert_array_equal(load(url, sr=None)[0], y)
        assert faulty.n_calls == n_requests + 2


@pytest.mark.parametrize("error", [TimeoutError, ConnectionResetError, LostConnectionError, TypeError, ValueError])
@pytest.mark.parametrize(("format_", "subtype"), FORMATS)
def test_a_lasting_fault_at_any_request_is_raised(faulty, builders, format_, subtype, error):
    url, _, n_requests = put(faulty, builders, format_, subtype)
    for first in range(1, n_requests + 1):
        faulty.set_faults("read", first, n=9, error=error)
        with pytest.raises(OSError, match=rf"'faulty://night' cannot be read: {error.__name__}: timed out") as raised:
            load(url, sr=None)
        assert not isinstance(raised.value, AudioError)


@pytest.mark.parametrize(("format_", "subtype"), FORMATS)
def test_a_file_that_ends_early_on_the_way_is_not_a_damaged_one(faulty, builders, format_, subtype):
    url, _, n_requests = put(faulty, builders, format_, subtype)
    for first in range(1, n_requests + 1):
        faulty.set_faults("short read", first, n=99)
        with pytest.raises(OSError, match=r"'faulty://night' cannot be read: ConnectionError: \d+ of \d+ bytes"):
            load(url, sr=None)


def test_faults_while_a_file_is_opened(faulty, builders):
    url, y, _ = put(faulty, builders)
    for method in ("open", "info"):
        faulty.set_faults(method, n=2)
        np.testing.assert_array_equal(load(url, sr=None)[0], y)
        faulty.set_faults(method, n=3)
        with pytest.raises(OSError, match="'faulty://night' cannot be read: TimeoutError"):
            audio_info(url)
    faulty.set_faults("open", n=9, error=PermissionError)
    with pytest.raises(PermissionError, match=r"'faulty://night' cannot be read: permission denied .* credentials"):
        load(url)
    faulty.set_faults("info", n=2)
    assert clip_key(url) == clip_key(url)


def test_a_fault_never_gives_a_key_that_two_clips_share(faulty, builders):
    url, _, _ = put(faulty, builders)
    for record in ({"path": url}, {"audio": url, "label": "owl"}, {"audio": {"path": url}}):
        key = clip_key(record)
        faulty.set_faults("info", n=9)
        with pytest.raises(OSError, match="'faulty://night' cannot be read"):
            clip_key(record)
        faulty.set_faults()
        assert clip_key(record) == key
    faulty.set_faults("info", n=9)
    for record in ({"path": url, "bytes": b"content"}, {"audio": {"path": None, "bytes": b"content"}, "page": url}):
        assert clip_key(record) == clip_key(record)  # the URL is only a name: nothing is asked for


def test_blocks_before_a_lasting_fault_are_yielded(faulty, builders):
    y = builders.tones(1, 16000, seconds=30)
    faulty.contents["night"] = builders.encoded(y, 16000, "WAV", subtype="FLOAT")
    blocks = iter_blocks("faulty://night", block_seconds=2)
    np.testing.assert_array_equal(next(blocks).y, y[:32000].astype(np.float32))
    faulty.set_faults("read", n=999)
    with pytest.raises(OSError, match="TimeoutError"):
        list(blocks)


def test_on_error_warn_does_not_take_a_fault_for_a_broken_clip(faulty, builders):
    url, _, n_requests = put(faulty, builders)
    front_end = MFCC(sr=16000, on_error="warn")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for first in range(1, n_requests + 1):
            faulty.set_faults("read", first, n=9)
            with pytest.raises(OSError, match="'faulty://night' cannot be read"):
                front_end.transform([url])


def test_a_file_that_is_deleted_while_it_is_read_is_not_a_broken_clip(faulty, builders):
    url, _, n_requests = put(faulty, builders)
    faulty.set_faults("read", n_requests, n=9, error=FileNotFoundError)
    with pytest.raises(FileNotFoundError, match="'faulty://night' does not exist"):
        load(url)


def test_a_server_that_does_not_answer_is_not_a_missing_file(monkeypatch):
    pytest.importorskip("aiohttp")
    monkeypatch.setattr("skaudio._remote.RETRY_SECONDS", (0.0, 0.0))
    with pytest.raises(OSError, match=r"'http://127\.0\.0\.1:9/a\.wav' cannot be read: ConnectionRefusedError"):
        MFCC(on_error="warn").transform(["http://127.0.0.1:9/a.wav"])  # the discard port: nothing answers


@pytest.mark.parametrize(
    ("status", "error", "message"),
    [(403, PermissionError, "the link has not expired"), (500, OSError, "500"), (503, OSError, "check the network")],
)
def test_the_status_of_a_server(web, builders, monkeypatch, status, error, message):
    monkeypatch.setattr("skaudio._remote.RETRY_SECONDS", (0.0, 0.0))
    web.files["/a.wav"] = builders.encoded()
    web.status = status
    with pytest.raises(error, match=message) as raised:
        MFCC(on_error="warn").transform([f"{web.url}/a.wav"])
    assert raised.value.errno != errno.ENOENT

"""Small recordings in every format, whole and broken."""

import io
import struct
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
import soundfile as sf

SECONDS = 1.5


def tones(n_channels=1, sr=44100, seconds=SECONDS):
    """Noise and a tone that differ from channel to channel, shape (n_samples, n_channels) or (n_samples,)."""
    rng = np.random.default_rng(n_channels)
    t = np.arange(int(seconds * sr)) / sr
    channels = [
        0.3 * np.sin(2 * np.pi * 440 * (c + 1) * t) + 0.05 * rng.standard_normal(len(t)) for c in range(n_channels)
    ]
    return np.stack(channels, axis=1).squeeze()


def encoded(y=None, sr=44100, format="WAV", **settings):  # noqa: A002
    """Give the content of a file."""
    file = io.BytesIO()
    sf.write(file, tones() if y is None else y, sr, format=format, **settings)
    return file.getvalue()


def without_length(mp3):
    """Take the first frame, which states the length, off an MP3 file."""
    sync = mp3[:2]
    second = mp3.index(sync, 4)
    assert b"Xing" in mp3[:second] or b"Info" in mp3[:second]
    return mp3[second:]


def with_sizes(wav, *, riff=None, data=None):
    """Write other sizes into the header of a WAV file."""
    wav = bytearray(wav)
    if riff is not None:
        wav[4:8] = struct.pack("<I", riff)
    if data is not None:
        begin = wav.index(b"data") + 4
        wav[begin : begin + 4] = struct.pack("<I", data)
    return bytes(wav)


@pytest.fixture(scope="session")
def builders():
    from types import SimpleNamespace

    return SimpleNamespace(tones=tones, encoded=encoded, without_length=without_length, with_sizes=with_sizes)


@pytest.fixture
def put(tmp_path):
    """Write a file; give its path."""

    def write(name, content):
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


class Server(BaseHTTPRequestHandler):
    """Serves files; with ranges of them, if allowed."""

    files: dict = {}  # noqa: RUF012
    log: list = []  # noqa: RUF012
    ranges = states_size = states_version = True
    status = 200

    def do_HEAD(self):
        self.answer(with_content=False)

    def do_GET(self):
        self.answer(with_content=True)

    def answer(self, with_content):
        content = self.files.get(self.path)
        wanted = self.headers.get("Range") if self.ranges else None
        if content is None or self.status != 200:
            self.send_error(404 if content is None else self.status)
            return
        n_bytes = len(content)
        if wanted:
            first, last = wanted.removeprefix("bytes=").split("-")
            content = content[int(first) : int(last) + 1]
        self.send_response(206 if wanted else 200)
        if self.states_size:
            self.send_header("Content-Length", str(len(content)))
        if wanted:
            self.send_header("Content-Range", f"bytes {first}-{int(first) + len(content) - 1}/{n_bytes}")
        if self.states_version:
            self.send_header("ETag", f'"{hash(content)}"')
        self.end_headers()
        if with_content:
            self.log.append(len(content))
            self.wfile.write(content)

    def log_message(self, *_):
        pass


@pytest.fixture
def web():
    """A server of files on this machine; its log has the sizes of what it sent."""
    pytest.importorskip("aiohttp")
    handler = type("Handler", (Server,), {"files": {}, "log": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        handler.url = f"http://127.0.0.1:{server.server_port}"
        yield handler
        server.shutdown()
        thread.join()

"""Small recordings in every format, whole and broken."""

import io
import struct

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

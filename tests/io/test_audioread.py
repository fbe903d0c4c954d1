"""The optional way for what libsndfile cannot decode; audioread and its backends are stood in for."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest

from skaudio.io import AudioError, audio_info, iter_blocks, load


class DecodeError(Exception):
    pass


class Decoder:
    """What audioread.audio_open returns: blocks of 16-bit samples, channels interleaved."""

    samplerate = 8000

    def __init__(self, pcm, fails=False):
        self.channels = pcm.shape[1]
        self.is_open = True
        self._content = pcm.astype("<i2").tobytes()
        self._fails = fails

    def __iter__(self):
        for i in range(0, len(self._content), 1000):
            yield self._content[i : i + 1000]
        if self._fails:
            raise DecodeError

    def close(self):
        self.is_open = False


@pytest.fixture
def m4a(put):
    return str(put("clip.m4a", b"\0\0\0\x20ftypM4A " * 20))


@pytest.fixture
def decodes_to(monkeypatch):
    def install(decoder):
        module = SimpleNamespace(DecodeError=DecodeError, audio_open=lambda path: decoder)
        monkeypatch.setitem(sys.modules, "audioread", module)
        return decoder

    return install


@pytest.mark.parametrize("n_channels", [1, 2])
def test_decoding(m4a, decodes_to, n_channels):
    pcm = np.random.default_rng(0).integers(-(2**15), 2**15, (12001, n_channels)).astype(np.int16)
    decoder = decodes_to(Decoder(pcm))
    expected = (pcm / 2**15).mean(axis=1).astype(np.float32)
    np.testing.assert_allclose(load(m4a, sr=None)[0], expected, atol=1e-7)
    assert not decoder.is_open
    part, sr = load(m4a, sr=8000, offset=0.5, duration=0.25)
    np.testing.assert_allclose(part, expected[4000:6000], atol=1e-7)
    assert sr == 8000
    joined = np.concatenate([block.y for block in iter_blocks(m4a, block_seconds=0.1)])
    np.testing.assert_allclose(joined, expected, atol=1e-7)
    assert audio_info({"path": m4a}).n_samples == 12001


def test_bad_parts(m4a, decodes_to):
    decodes_to(Decoder(np.zeros((8000, 1))))
    with pytest.raises(AudioError, match="has no samples, or none after offset"):
        load(m4a, offset=2)
    with pytest.raises(
        AudioError, match=r"offset=-1 is relative to the end, but the header of '.*clip.m4a' does not state"
    ):
        load(m4a, offset=-1)


def test_damaged_file(m4a, decodes_to):
    decodes_to(Decoder(np.zeros((8000, 1)), fails=True))
    with pytest.raises(AudioError, match=r"clip.m4a' cannot be decoded completely: audioread raised DecodeError"):
        load(m4a)


def test_no_sampling_rate(m4a, decodes_to):
    decodes_to(Decoder(np.zeros((8000, 1)))).samplerate = 0
    with pytest.raises(AudioError, match=r"clip.m4a' cannot be decoded: .*audioread failed, too"):
        load(m4a)


def test_audioread_is_not_installed(m4a, monkeypatch):
    monkeypatch.setitem(sys.modules, "audioread", None)
    with pytest.raises(
        AudioError, match=r"clip.m4a' cannot be decoded.*M4A or WMA, need ffmpeg and `pip install audioread`"
    ):
        load(m4a)


def test_audioread_has_no_backend(m4a):
    pytest.importorskip("audioread")
    with pytest.raises(AudioError, match=r"audioread failed, too .*need ffmpeg"):
        load(m4a)

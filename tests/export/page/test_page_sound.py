"""The page's own reading and resampling of sound, against soundfile and soxr."""

import base64

import numpy as np
import pytest
import soundfile
import soxr
from tests.common.chromium import chromium

from skaudio._html_page import page_file

pytestmark = pytest.mark.slow

CODE = "".join(page_file("skaudio.export.page", f"{part}.js") for part in ("formats", "resampling"))
BYTES = "const bytes = Uint8Array.from(atob(arguments[0]), letter => letter.charCodeAt(0)).buffer;"


@pytest.fixture(scope="module")
def call(tmp_path_factory):
    """Run an expression of the functions of the page."""
    with chromium(tmp_path_factory.mktemp("profile")) as browser:
        browser.get("about:blank")
        yield lambda code, *arguments: browser.execute_script(f"{CODE}\n{code}", *arguments)


@pytest.mark.parametrize(("rate", "sr"), [(44100, 8000), (48000, 22050), (22050, 16000), (8000, 44100), (8000, 8000)])
def test_resampling(call, rate, sr):
    y = np.random.default_rng(0).normal(size=rate // 2)
    code = "return [...resample(Float32Array.from(arguments[0]), arguments[1], arguments[2])]"
    found = np.array(call(code, y.tolist(), rate, sr))
    expected = soxr.resample(y, rate, sr, quality="HQ")
    assert abs(len(found) - len(expected)) <= 1
    n = min(len(found), len(expected))
    spectra = [np.abs(np.fft.rfft(each[:n] * np.hanning(n))) for each in (found, expected)]
    passed = np.arange(len(spectra[0])) < 0.9 * len(spectra[0]) * min(1, rate / sr)
    np.testing.assert_allclose(spectra[0][passed], spectra[1][passed], rtol=2e-3, atol=1e-3)  # 0.02 dB
    assert (found[:n] - expected[:n]).std() < 0.02 * expected.std()  # by the transition of the filters


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE"])
@pytest.mark.parametrize("kind", ["WAV", "WAVEX"])
def test_wav_files(call, kind, subtype, tmp_path):
    y = np.random.default_rng(0).uniform(-1, 1, (101, 2))
    y[:2] = [[-1, 1], [1, -1]]
    soundfile.write(tmp_path / "clip.wav", y, 11025, subtype=subtype, format=kind)
    code = f"{BYTES} const sound = readWav(bytes); return [sound.rate, ...sound.channels.map(y => [...y])]"
    rate, *channels = call(code, base64.b64encode((tmp_path / "clip.wav").read_bytes()).decode())
    assert rate == 11025
    np.testing.assert_array_equal(np.float32(channels).T, soundfile.read(tmp_path / "clip.wav", dtype="float32")[0])


@pytest.mark.parametrize("content", [b"", b"RIFF", b"no sound at all" * 10, b"RIFF0000WAVEfmt " + bytes(40)])
def test_no_wav_file(call, content):
    code = f"{BYTES} return [readWav(bytes), statedRate(bytes)]"
    assert call(code, base64.b64encode(content).decode()) == [None, 48000]


@pytest.mark.parametrize("rate", [8000, 11025, 22050, 44100, 48000])
@pytest.mark.parametrize("kind", ["FLAC", "OGG", "MP3"])
def test_stated_rates(call, kind, rate, tmp_path):
    soundfile.write(tmp_path / "clip", np.zeros(rate), rate, format=kind)
    content = (tmp_path / "clip").read_bytes()
    assert call(f"{BYTES} return statedRate(bytes)", base64.b64encode(content).decode()) == rate
    if kind == "MP3":
        tag = b"ID3\x04\0\0\0\0\x01\x02" + bytes(130)
        assert call(f"{BYTES} return statedRate(bytes)", base64.b64encode(tag + content).decode()) == rate

"""Fourier transforms by either library: equal to NumPy's in float64; other settings stay as they are."""

import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import skaudio
from skaudio.dsp._fft import SWITCH, fft_library, power_spectrum, rfft, spectrum_parts

FRAMES = np.random.default_rng(0).standard_normal((37, 1050)).astype(np.float32)


@pytest.fixture
def unknown(monkeypatch):
    """No library is chosen yet."""
    monkeypatch.delenv(SWITCH, raising=False)
    fft_library.cache_clear()
    yield
    fft_library.cache_clear()


@pytest.mark.parametrize("n_fft", [2, 3, 16, 25, 256, 401, 1024, 1050])
def test_equal_to_numpy(fft, n_fft):
    frames = np.ascontiguousarray(FRAMES[:, :n_fft])
    expected = np.fft.rfft(frames.astype(np.float64))
    spectrum, power = np.empty(expected.shape, np.complex64), np.empty(expected.shape, np.float32)
    rfft(frames, spectrum)
    np.testing.assert_allclose(spectrum, expected, atol=1e-6 * np.abs(expected).max())
    parts = np.empty((len(frames), 2 * expected.shape[1]), np.float32)
    spectrum_parts(frames.copy(), parts)
    np.testing.assert_allclose(
        parts, np.concatenate([expected.real, expected.imag], axis=1), atol=1e-6 * np.abs(expected).max()
    )
    for exponent in (1.0, 2.0, 0.5):
        power_spectrum(frames.copy(), exponent, power)
        np.testing.assert_allclose(power**2, np.abs(expected) ** (2 * exponent), rtol=1e-3, atol=1e-4)


def test_a_frame_does_not_depend_on_its_block_or_on_threads(fft):
    frames = np.ascontiguousarray(FRAMES[:, :1024])
    whole = np.empty((37, 513), np.float32)
    power_spectrum(frames.copy(), 2.0, whole)

    def part(start):
        out = np.empty((min(5, 37 - start), 513), np.float32)
        power_spectrum(frames[start : start + 5].copy(), 2.0, out)
        return np.array_equal(out, whole[start : start + 5])

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(part, list(range(37)) * 20))


def test_mkl_keeps_the_number_of_threads_of_the_caller():
    mkl = pytest.importorskip("mkl")
    before = mkl.set_num_threads_local(3)
    try:
        rfft(FRAMES, np.empty((37, 526), np.complex64))
        assert mkl.set_num_threads_local(3) == 3
    finally:
        mkl.set_num_threads_local(before)


def test_without_mkl_it_is_scipy(unknown, monkeypatch):
    monkeypatch.setitem(sys.modules, "mkl_fft", None)
    assert fft_library() == "scipy"
    monkeypatch.setenv(SWITCH, "mkl")
    fft_library.cache_clear()
    with pytest.raises(ImportError, match=r"SKAUDIO_FFT=mkl, but .* pip install 'skaudio\[mkl\]'"):
        fft_library()


def test_the_switch(unknown, monkeypatch):
    monkeypatch.setenv(SWITCH, "fftw")
    with pytest.raises(ValueError, match=r"SKAUDIO_FFT='fftw'; expected 'mkl' or 'scipy'"):
        fft_library()


def test_versions_say_which_is_in_use(fft, capsys):
    skaudio.show_versions()
    lines = dict(line.split(": ", 1) for line in capsys.readouterr().out.splitlines())
    assert lines["FFT"] == fft
    assert lines["skaudio"] == skaudio.__version__
    assert lines["numpy"] == np.__version__
    assert {"machine", "Python", "scikit-learn", "tensorflow", "onnx", "mkl-service"} <= lines.keys()
    assert "pytest" not in lines

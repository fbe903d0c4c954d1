"""Both libraries of Fourier transforms."""

import pytest

from skaudio.dsp._fft import SWITCH, fft_library


@pytest.fixture(params=["scipy", "mkl"])
def fft(request, monkeypatch):
    """The library in use: each test runs with both."""
    if request.param == "mkl":
        pytest.importorskip("mkl_fft")  # has no wheels for some machines
    monkeypatch.setenv(SWITCH, request.param)
    fft_library.cache_clear()
    yield request.param
    fft_library.cache_clear()

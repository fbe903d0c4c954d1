"""Fourier transforms of blocks of frames, by Intel's library where it is installed, else by SciPy.

Intel's library (``mkl_fft``, extra ``skaudio[mkl]``) is called directly and in one thread: SciPy's and MKL's global
settings stay as they are, and front ends compute clips in threads of their own (``n_jobs``). The environment variable
``SKAUDIO_FFT=scipy`` switches it off; `skaudio.show_versions` prints which library is in use.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import numpy as np

SWITCH = "SKAUDIO_FFT"


@lru_cache(maxsize=1)
def fft_library() -> str:
    """Return "mkl" if Intel's library is installed and not switched off, else "scipy".

    Raises
    ------
    ValueError
        If the environment variable names neither.
    ImportError
        If it selects Intel's library, which is not installed.
    """
    wanted = os.environ.get(SWITCH)
    if wanted not in {None, "mkl", "scipy"}:
        raise ValueError(f"The environment variable {SWITCH}={wanted!r}; expected 'mkl' or 'scipy'.")
    if wanted == "scipy":
        return "scipy"
    try:
        import mkl  # noqa: F401
        import mkl_fft  # noqa: F401
    except ImportError as error:
        if wanted == "mkl":
            raise ImportError(f"{SWITCH}=mkl, but mkl_fft cannot be imported: pip install 'skaudio[mkl]'.") from error
        return "scipy"
    return "mkl"


def rfft(frames: np.ndarray, out: np.ndarray) -> None:
    """Write the transform of float32 frames ``(n_block, n_fft)`` to complex64 ``(n_block, 1 + n_fft // 2)``."""
    if fft_library() == "mkl":
        with _one_thread_of_mkl() as mkl_fft:
            mkl_fft.rfft(frames, out=out)
    else:
        from scipy.fft import rfft as scipy_rfft

        out[...] = scipy_rfft(frames)


# In the following, a complex FFT of half the length with unpacking takes a sixth less time than SciPy's real FFT, and a
# tenth less than Intel's.


def power_spectrum(frames: np.ndarray, power: float, out: np.ndarray) -> None:
    """Write ``abs(rfft(frames)) ** power`` to float32 ``(n_block, 1 + n_fft // 2)``; frames are overwritten."""
    from skaudio.dsp._kernels import packed_power, power_of_spectrum

    n_fft = frames.shape[1]
    if n_fft % 2:
        power_of_spectrum(_rfft(frames), power, out)
    else:
        packed_power(_fft_in_place(frames.view(np.complex64)), *_twiddles(n_fft), power, out)


def spectrum_parts(frames: np.ndarray, out: np.ndarray) -> None:
    """Write the real and then the imaginary parts to float32 ``(n_block, 2 + 2 * (n_fft // 2))``; as above."""
    from skaudio.dsp._kernels import packed_parts

    n_fft = frames.shape[1]
    if n_fft % 2:
        spectrum = _rfft(frames)
        out[:, : spectrum.shape[1]], out[:, spectrum.shape[1] :] = spectrum.real, spectrum.imag
    else:
        packed_parts(_fft_in_place(frames.view(np.complex64)), *_twiddles(n_fft), out)


def _rfft(frames: np.ndarray) -> np.ndarray:
    out = np.empty((len(frames), 1 + frames.shape[1] // 2), np.complex64)
    rfft(frames, out)
    return out


def _fft_in_place(frames: np.ndarray) -> np.ndarray:
    """Return the transform of complex64 frames, which are overwritten."""
    if fft_library() == "mkl":
        with _one_thread_of_mkl() as mkl_fft:
            return mkl_fft.fft(frames, out=frames)
    from scipy.fft import fft

    return fft(frames, overwrite_x=True)


@contextmanager
def _one_thread_of_mkl() -> Iterator[Any]:
    """Yield `mkl_fft`, which computes in one thread meanwhile, in calls of this thread."""
    import mkl
    import mkl_fft

    n_threads = mkl.set_num_threads_local(1)
    try:
        yield mkl_fft
    finally:
        mkl.set_num_threads_local(n_threads)


@lru_cache(maxsize=32)
def _twiddles(n_fft: int) -> tuple[np.ndarray, np.ndarray]:
    angles = 2 * np.pi / n_fft * np.arange(n_fft // 4 + 1)
    return np.cos(angles).astype(np.float32), np.sin(angles).astype(np.float32)

"""Inner loops that NumPy cannot fuse, compiled by numba; they release the GIL.

This module imports numba, a dependency of librosa, and is imported only inside the functions that use it. Compiled code
is cached on disk (``cache=True``): the first call on a machine compiles for a second or two, once.
"""

import numba
import numpy as np

_jit = numba.njit(nogil=True, cache=True, fastmath={"contract", "reassoc", "nsz"})


@_jit
def window_frames(y, window, hop_length, first, out):
    """Write ``out[t, i] = window[i] * y[first + t * hop_length + i]``, with silence before and after ``y``."""
    n_samples, n_fft = y.shape[0], window.shape[0]
    for t in range(out.shape[0]):
        start = first + t * hop_length
        lo = min(max(-start, 0), n_fft)
        hi = max(min(n_samples - start, n_fft), lo)
        out[t, :lo] = 0.0
        out[t, hi:] = 0.0
        # Slices, since the compiler does not vectorise an index such as start + i, which might be negative.
        taper, source, target = window[lo:hi], y[start + lo : start + hi], out[t, lo:hi]
        for i in range(hi - lo):
            target[i] = taper[i] * source[i]


@_jit
def raise_power(row, power):
    """Convert squared magnitudes to magnitudes raised to ``power``, in place."""
    if power == 1.0:
        for k in range(row.shape[0]):
            row[k] = np.sqrt(row[k])
    elif power != 2.0:
        for k in range(row.shape[0]):
            row[k] = row[k] ** np.float32(0.5 * power)


@_jit
def power_of_spectrum(spectrum, power, out):
    """Write ``out = abs(spectrum) ** power``."""
    for t in range(out.shape[0]):
        row, target = spectrum[t], out[t]
        for k in range(row.shape[0]):
            target[k] = row[k].real * row[k].real + row[k].imag * row[k].imag
        raise_power(target, power)


@_jit
def packed_power(packed, cos, sin, power, out):
    """Write ``out = abs(rfft(x)) ** power``, given the complex FFT of ``x`` with even samples real and odd imaginary.

    With ``z`` that FFT of ``m`` values and ``w = exp(-1j * pi * k / m)``, the spectrum is ``even + w * odd`` at ``k``
    and the conjugate of ``even - w * odd`` at ``m - k``, where ``2 * even = z[k] + conj(z[m - k])`` and ``2j * odd``
    ``= z[k] - conj(z[m - k])``.
    """
    m, n_low = packed.shape[1], cos.shape[0]
    real, imag = np.empty(m + 1, np.float32), np.empty(m + 1, np.float32)
    mirrored_real, mirrored_imag = real[::-1], imag[::-1]
    high = np.empty(n_low, np.float32)  # reversed afterwards: a loop that writes at both ends is not vectorised
    reversed_high = high[::-1]
    for t in range(out.shape[0]):
        row, low, tail = packed[t], out[t], out[t, m + 1 - n_low :]
        for k in range(m):
            real[k], imag[k] = row[k].real, row[k].imag
        real[m], imag[m] = real[0], imag[0]
        for k in range(n_low):
            even_real, even_imag = real[k] + mirrored_real[k], imag[k] - mirrored_imag[k]
            odd_real, odd_imag = imag[k] + mirrored_imag[k], mirrored_real[k] - real[k]
            turned_real = cos[k] * odd_real + sin[k] * odd_imag
            turned_imag = cos[k] * odd_imag - sin[k] * odd_real
            low[k] = np.float32(0.25) * ((even_real + turned_real) ** 2 + (even_imag + turned_imag) ** 2)
            high[k] = np.float32(0.25) * ((even_real - turned_real) ** 2 + (even_imag - turned_imag) ** 2)
        for k in range(n_low):
            tail[k] = reversed_high[k]
        raise_power(low, power)


@_jit
def band_sums(power, starts, stops, weights, out):
    """Write the sums ``out[t, m]`` of ``power[t]`` over bins ``starts[m]:stops[m]``, weighted."""
    for t in range(out.shape[0]):
        for m in range(out.shape[1]):
            total = np.float32(0.0)
            band, weight = power[t, starts[m] : stops[m]], weights[m]
            for k in range(band.shape[0]):
                total += weight[k] * band[k]
            out[t, m] = total


@_jit
def overlap_add(frames, hop_length, out):
    """Add ``frames[t]`` to ``out`` from sample ``t * hop_length`` on."""
    for t in range(frames.shape[0]):
        start = t * hop_length
        for i in range(frames.shape[1]):
            out[start + i] += frames[t, i]

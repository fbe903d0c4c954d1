"""Inner loops that NumPy cannot fuse, compiled by numba; they release the GIL.

This module imports numba, a dependency of librosa, and is imported only inside the functions that use it. Compiled code
is cached on disk (``cache=True``): the first call on a machine compiles for a second or two, once.
"""

import numba
import numpy as np

# glibc returns the memory of freed arrays of some MiB to the system, and each new one is mapped page by page, which can
# take longer than the transforms in it, until a larger array has been freed (mallopt(3), M_MMAP_THRESHOLD): this one,
# which is never written to and takes no memory.
np.empty(2**24, np.uint8)

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
def _unpack_bin(real, imag, mirrored_real, mirrored_imag, cos, sin):
    """Return twice the values at bins ``k`` and ``m - k`` of a spectrum: real, imaginary, real, imaginary.

    The spectrum is that of ``x`` of even length; given are bins ``k`` and ``m - k`` of ``z``, the complex FFT of ``m``
    values whose real parts are the even samples of ``x``, and the imaginary parts the odd ones. With
    ``w = exp(-1j * pi * k / m)``, the spectrum is ``even + w * odd`` at ``k`` and the conjugate of ``even - w * odd``
    at ``m - k``, where ``2 * even = z[k] + conj(z[m - k])`` and ``2j * odd = z[k] - conj(z[m - k])``.
    """
    even_real, even_imag = real + mirrored_real, imag - mirrored_imag
    odd_real, odd_imag = imag + mirrored_imag, mirrored_real - real
    turned_real = cos * odd_real + sin * odd_imag
    turned_imag = cos * odd_imag - sin * odd_real
    return even_real + turned_real, even_imag + turned_imag, even_real - turned_real, turned_imag - even_imag


@_jit
def packed_power(packed, cos, sin, power, out):
    """Write ``out = abs(rfft(x)) ** power``, given complex FFTs as in `_unpack_bin`."""
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
            a, b, c, d = _unpack_bin(real[k], imag[k], mirrored_real[k], mirrored_imag[k], cos[k], sin[k])
            low[k] = np.float32(0.25) * (a * a + b * b)
            high[k] = np.float32(0.25) * (c * c + d * d)
        for k in range(n_low):
            tail[k] = reversed_high[k]
        raise_power(low, power)


@_jit
def packed_parts(packed, cos, sin, out):
    """Write the real and then the imaginary parts of ``rfft(x)`` to rows of ``out``, given FFTs as in `_unpack_bin`."""
    m, n_low = packed.shape[1], cos.shape[0]
    real, imag = np.empty(m + 1, np.float32), np.empty(m + 1, np.float32)
    mirrored_real, mirrored_imag = real[::-1], imag[::-1]
    low_real, low_imag = np.empty(n_low, np.float32), np.empty(n_low, np.float32)
    high_real, high_imag = np.empty(n_low, np.float32), np.empty(n_low, np.float32)
    reversed_real, reversed_imag = high_real[::-1], high_imag[::-1]
    half = np.float32(0.5)
    for t in range(out.shape[0]):
        row, real_part, imag_part = packed[t], out[t, : m + 1], out[t, m + 1 :]
        real_tail, imag_tail = real_part[m + 1 - n_low :], imag_part[m + 1 - n_low :]
        for k in range(m):
            real[k], imag[k] = row[k].real, row[k].imag
        real[m], imag[m] = real[0], imag[0]
        for k in range(n_low):
            a, b, c, d = _unpack_bin(real[k], imag[k], mirrored_real[k], mirrored_imag[k], cos[k], sin[k])
            low_real[k], low_imag[k], high_real[k], high_imag[k] = half * a, half * b, half * c, half * d
        for k in range(n_low):
            real_part[k], imag_part[k] = low_real[k], low_imag[k]
            real_tail[k], imag_tail[k] = reversed_real[k], reversed_imag[k]


@_jit
def band_sums(power, starts, stops, weights, out):
    """Write the sums ``out[t, m]`` of ``power[t]`` over bins ``starts[m]:stops[m]``, weighted.

    Four frames at a time share a weight: ``power`` has a multiple of four rows, at least those of ``out``. All frames
    are summed in the same order.
    """
    n = out.shape[0]
    for t in range(0, n, 4):
        for m in range(out.shape[1]):
            weight, first, last = weights[m], starts[m], stops[m]
            row_0, row_1 = power[t, first:last], power[t + 1, first:last]
            row_2, row_3 = power[t + 2, first:last], power[t + 3, first:last]
            sum_0 = sum_1 = sum_2 = sum_3 = np.float32(0.0)
            for k in range(row_0.shape[0]):
                sum_0 += weight[k] * row_0[k]
                sum_1 += weight[k] * row_1[k]
                sum_2 += weight[k] * row_2[k]
                sum_3 += weight[k] * row_3[k]
            out[t, m] = sum_0
            if t + 1 < n:
                out[t + 1, m] = sum_1
            if t + 2 < n:
                out[t + 2, m] = sum_2
            if t + 3 < n:
                out[t + 3, m] = sum_3


@numba.njit(nogil=True, cache=True, fastmath={"contract"})
def decibels_of_power(power, bits, lowest, floor, out):
    """Write ``out = 10 * log10(power)``, or ``floor`` where ``power <= lowest``; NaN and infinity remain.

    ``power`` is one-dimensional float32, ``bits`` its view as int32, ``lowest`` a normal number; ``out`` may be
    ``power``. The logarithm is that of Cephes's ``logf``: the exponent, plus a polynomial of the mantissa,
    which is in [sqrt(1/2), sqrt(2)).
    """
    sqrt_half, largest = np.int32(0x3F3504F3), np.float32(3.4028235e38)
    # Chunks that stay in the fastest cache.
    mantissa, exponent = np.empty(1024, np.float32), np.empty(1024, np.float32)
    mantissa_bits = mantissa.view(np.int32)
    for start in range(0, power.shape[0], 1024):
        source, source_bits, target = power[start : start + 1024], bits[start : start + 1024], out[start : start + 1024]
        for i in range(source.shape[0]):
            power_of_two = (source_bits[i] - sqrt_half) >> np.int32(23)
            mantissa_bits[i] = source_bits[i] - (power_of_two << np.int32(23))
            exponent[i] = np.float32(power_of_two)
        for i in range(source.shape[0]):
            x = mantissa[i] - np.float32(1.0)
            p = np.float32(7.0376836292e-2)
            p = p * x - np.float32(1.1514610310e-1)
            p = p * x + np.float32(1.1676998740e-1)
            p = p * x - np.float32(1.2420140846e-1)
            p = p * x + np.float32(1.4249322787e-1)
            p = p * x - np.float32(1.6668057665e-1)
            p = p * x + np.float32(2.0000714765e-1)
            p = p * x - np.float32(2.4999993993e-1)
            p = p * x + np.float32(3.3333331174e-1)
            log = x + (x * p - np.float32(0.5)) * (x * x)
            value = np.float32(4.342944819) * log + np.float32(3.010299957) * exponent[i]
            value = floor if source[i] <= lowest else value
            mantissa[i] = value if source[i] <= largest else source[i]  # not to the target: an alias is not vectorised
        for i in range(source.shape[0]):
            target[i] = mantissa[i]


@_jit
def overlap_add(frames, hop_length, out):
    """Add ``frames[t]`` to ``out`` from sample ``t * hop_length`` on."""
    for t in range(frames.shape[0]):
        start = t * hop_length
        for i in range(frames.shape[1]):
            out[start + i] += frames[t, i]

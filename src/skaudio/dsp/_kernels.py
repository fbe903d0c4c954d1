"""The four inner loops that NumPy cannot fuse, compiled by numba; they release the GIL.

This module imports numba, which librosa brings along, so it is itself imported only inside the functions that use it.
Compiled code is kept on disk (``cache=True``): the first call on a machine compiles for a second or two, once.
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
        # Slices: an index such as start + i may be negative for all the compiler knows, and is then not vectorised.
        taper, source, target = window[lo:hi], y[start + lo : start + hi], out[t, lo:hi]
        for i in range(hi - lo):
            target[i] = taper[i] * source[i]


@_jit
def power_spectrum(spectrum, power, out):
    """Write ``out = abs(spectrum) ** power``."""
    for t in range(out.shape[0]):
        for k in range(out.shape[1]):
            z = spectrum[t, k]
            out[t, k] = z.real * z.real + z.imag * z.imag
        if power == 1.0:
            for k in range(out.shape[1]):
                out[t, k] = np.sqrt(out[t, k])
        elif power != 2.0:
            for k in range(out.shape[1]):
                out[t, k] = out[t, k] ** np.float32(0.5 * power)


@_jit
def band_sums(spectrum, power, starts, stops, weights, out):
    """Write the sums ``out[t, m]`` of ``abs(spectrum[t]) ** power`` over bins ``starts[m]:stops[m]``, weighted."""
    n_bins = spectrum.shape[1]
    row = np.empty((1, n_bins), np.float32)
    for t in range(out.shape[0]):
        power_spectrum(spectrum[t : t + 1], power, row)
        for m in range(out.shape[1]):
            total = np.float32(0.0)
            band, weight = row[0, starts[m] : stops[m]], weights[m]
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

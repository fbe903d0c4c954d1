"""Short-time Fourier transforms and mel bands, as matrix products.

The transform of a frame of ``n_fft = n_columns * n_rows`` samples is computed in two steps, as in the fast Fourier
transform of Cooley and Tukey [1]_: transforms of ``n_rows`` samples that are ``n_columns`` apart, a rotation by
"twiddle factors", and transforms of ``n_columns`` of the results. With two factors of about the same size, this takes
an order of magnitude less time, and space in the file, than a product with the whole Fourier matrix.

Samples are real numbers, so that bin ``n_fft - k`` is the conjugate of bin ``k``: the first transforms are computed for
half of the rows, and bins of the others are read from their mirror images.

References
----------
.. [1] J. W. Cooley and J. W. Tukey, "An algorithm for the machine calculation of complex Fourier series", Mathematics
   of Computation 19(90), 1965.
"""

from math import gcd
from typing import Any

import numpy as np

from skaudio.dsp import fft_window, mel_filter_bank
from skaudio.export.graph import Graph

MAX_PARTS = 64  # slices that frames are concatenated from; beyond, they are gathered sample by sample


class Spectra:
    """Spectra of the frames of a waveform, with the bins in the order of the two steps.

    Parameters
    ----------
    graph : Graph
        The graph.
    waveform : str
        Float32 ``(n_clips, n_samples)``.
    settings : dict
        ``n_fft``, ``hop_length``, ``win_length``, ``window`` and ``center``, as of `skaudio.dsp.stft`.

    Attributes
    ----------
    real, imag : str
        Float32 ``(n_clips, n_frames, 1 + n_rows // 2, n_columns)``: bin ``row + n_rows * column``, of which some are
        beyond ``n_fft // 2``.
    """

    def __init__(self, graph: Graph, waveform: str, settings: dict[str, Any]) -> None:
        self._graph, self._n_fft = graph, settings["n_fft"]
        self._n_columns, self._n_rows = factors(self._n_fft)
        n_columns, half = self._n_columns, self._n_rows // 2 + 1
        frames = framed(graph, waveform, self._n_fft, settings["hop_length"], center=settings["center"])
        frames = graph.add("Mul", frames, fft_window(settings["window"], settings["win_length"], self._n_fft))
        # Sample row * n_columns + column, with rows last, so that they are summed over by a product.
        frames = graph.add("Reshape", frames, [0, 0, self._n_rows, n_columns])
        frames = graph.add("Transpose", frames, perm=[0, 1, 3, 2])
        rows, columns = np.arange(self._n_rows), np.arange(n_columns)
        turns = np.exp(-2j * np.pi / self._n_rows * np.outer(rows, rows[:half]))
        matrix = np.concatenate([turns.real, turns.imag], axis=1).astype(np.float32)
        inner = graph.add("MatMul", frames, matrix)  # (n_clips, n_frames, n_columns, 2 * half)
        real, imag = graph.add_several("Split", inner, n_outputs=2, axis=3, num_outputs=2)
        twiddles = np.exp(-2j * np.pi / self._n_fft * np.outer(columns, rows[:half]))
        cos, sin = twiddles.real.astype(np.float32), twiddles.imag.astype(np.float32)
        turned_real = graph.add("Sub", graph.add("Mul", real, cos), graph.add("Mul", imag, sin))
        turned_imag = graph.add("Add", graph.add("Mul", real, sin), graph.add("Mul", imag, cos))
        turned = graph.add("Concat", turned_real, turned_imag, axis=2)  # (n_clips, n_frames, 2 * n_columns, half)
        turned = graph.add("Transpose", turned, perm=[0, 1, 3, 2])
        turns = np.exp(-2j * np.pi / n_columns * np.outer(columns, columns))
        matrix = np.block([[turns.real, turns.imag], [-turns.imag, turns.real]]).astype(np.float32)
        outer = graph.add("MatMul", turned, matrix)
        self.real, self.imag = graph.add_several("Split", outer, n_outputs=2, axis=3, num_outputs=2)

    def power(self, exponent: float) -> str:
        """Return magnitudes raised to an exponent, ``(n_clips, n_frames, n_inner)``, in the inner order."""
        graph = self._graph
        squares = graph.add("Add", graph.add("Mul", self.real, self.real), graph.add("Mul", self.imag, self.imag))
        if exponent == 1.0:
            squares = graph.add("Sqrt", squares)
        elif exponent != 2.0:
            squares = graph.add("Pow", squares, float(0.5 * exponent))
        return graph.add("Reshape", squares, [0, 0, -1])

    def in_order(self, values: str) -> str:
        """Sort values in the inner order by bin, ``(n_clips, n_frames, 1 + n_fft // 2)``."""
        graph = self._graph
        return graph.add("Gather", graph.add("Reshape", values, [0, 0, -1]), self._places()[0], axis=2)

    def parts(self) -> str:
        """Return the real and then the imaginary parts, ``(n_clips, n_frames, 2 * (1 + n_fft // 2))``."""
        sign = np.where(self._places()[1], np.float32(-1.0), np.float32(1.0))
        imag = self._graph.add("Mul", self.in_order(self.imag), sign)
        return self._graph.add("Concat", self.in_order(self.real), imag, axis=2)

    def mel(self, exponent: float, mel_settings: dict[str, Any]) -> str:
        """Return the sums of magnitudes over mel bands, ``(n_clips, n_frames, n_mels)``."""
        bank = mel_filter_bank(n_fft=self._n_fft, **mel_settings)
        band, offset = np.nonzero(bank.weights)
        bins = self._places()[0][bank.starts[band] + offset]
        # Only the weights that are not zero are stored; the matrix is made of them when the file is loaded.
        graph = self._graph
        shape = np.array([(self._n_rows // 2 + 1) * self._n_columns, len(bank.weights)])
        empty = graph.add("ConstantOfShape", shape)
        where = np.stack([bins, band], axis=1).astype(np.int64)
        matrix = graph.add("ScatterND", empty, where, bank.weights[band, offset].astype(np.float32))
        return graph.add("MatMul", self.power(exponent), matrix)

    def _places(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the place of each bin in the inner order, and whether that is the place of its mirror image."""
        bins = np.arange(1 + self._n_fft // 2)
        mirrored = bins % self._n_rows > self._n_rows // 2
        bins = np.where(mirrored, self._n_fft - bins, bins)
        return (bins % self._n_rows) * self._n_columns + bins // self._n_rows, mirrored


def factors(n_fft: int) -> tuple[int, int]:
    """Return the two factors of a number that are nearest to each other, the smaller one first.

    Parameters
    ----------
    n_fft : int
        The number.

    Returns
    -------
    tuple of (int, int)
        Their product is `n_fft`; the first is 1 for a prime number.
    """
    smaller = next(factor for factor in range(int(np.sqrt(n_fft)), 0, -1) if n_fft % factor == 0)
    return smaller, n_fft // smaller


def framed(graph: Graph, waveform: str, n_fft: int, hop_length: int, *, center: bool) -> str:
    """Cut waveforms into overlapping frames, as `skaudio.dsp.frame` does.

    Parameters
    ----------
    graph : Graph
        The graph.
    waveform : str
        Float32 ``(n_clips, n_samples)``.
    n_fft, hop_length : int
        Length of a frame, and hop between frames.
    center : bool
        Whether frame ``t`` is centred at sample ``t * hop_length``.

    Returns
    -------
    str
        Float32 ``(n_clips, n_frames, n_fft)``.
    """
    before = n_fft // 2 if center else 0
    surplus = graph.add("Add", graph.length(waveform), 2 * before - n_fft)
    n_hops = graph.add("Div", graph.add("Max", surplus, np.array([0])), hop_length)
    padded = graph.add("Pad", waveform, [0, before, 0, n_fft], 0.0)
    n_used = graph.add("Add", graph.add("Mul", n_hops, hop_length), n_fft)
    padded = graph.add("Slice", padded, [0], n_used, [1])
    step = gcd(n_fft, hop_length)
    if n_fft // step > MAX_PARTS:
        starts = graph.add("Mul", graph.indices(graph.add("Add", n_hops, 1)), hop_length)
        index = graph.add("Add", graph.add("Unsqueeze", starts, [1]), np.arange(n_fft))
        return graph.add("Gather", padded, index, axis=1)
    blocks = graph.add("Reshape", padded, [0, -1, step])
    stride = hop_length // step
    span = graph.add("Add", graph.add("Mul", n_hops, stride), 1)  # from the first to the last block of a part
    parts = [
        graph.add("Slice", blocks, [part], graph.add("Add", span, part), [1], [stride]) for part in range(n_fft // step)
    ]
    return graph.add("Concat", *parts, axis=2) if len(parts) > 1 else parts[0]

"""Statistics over time, as `skaudio.pooling.StatPooling` computes them: moments in float64, percentiles by sorting."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any

import numpy as np

from skaudio.export.graph import Graph, Value

ROUNDING = np.float64(np.finfo(np.float32).eps)  # relative, up to which a mean is 0
STD_BITS = 22  # significant ones of a standard deviation
DOUBLE_BITS = 53


def stat_pooling(graph: Graph, pooling: Any, value: Value) -> Value:
    """Convert a `StatPooling`."""
    stats, segments, segment_stats = pooling.stats, pooling.segments, pooling.segment_stats
    rows = list(Statistics(graph, value.name).of(stats))
    if segments > 1:
        n_frames = graph.length(value.name)
        for segment in range(segments):
            start = graph.add("Div", graph.add("Mul", n_frames, segment), segments)
            stop = graph.add("Div", graph.add("Mul", n_frames, segment + 1), segments)
            stop = graph.add("Max", stop, graph.add("Add", start, 1))
            part = graph.add("Slice", value.name, start, stop, [1])
            rows.extend(Statistics(graph, part).of(segment_stats))
    table = graph.add("Concat", *rows, axis=1) if len(rows) > 1 else rows[0]
    return Value(table, "table", len(rows) * value.width)


class Statistics:
    """Statistics of frames; intermediate results are computed once.

    Parameters
    ----------
    graph : Graph
        The graph.
    frames : str
        Float32 ``(n_clips, n_frames, n_channels)``.
    """

    def __init__(self, graph: Graph, frames: str) -> None:
        self._graph, self._frames = graph, frames

    def of(self, names: Iterable[str]) -> Iterable[str]:
        """Yield statistics by name, float32 ``(n_clips, n_channels)``."""
        for name in names:
            percentile = name.startswith("p") and name[1:].isdigit()
            value = self._percentile(int(name[1:])) if percentile else getattr(self, f"_{name}")
            yield self._graph.cast(value, np.float32)

    # ---- moments, float64 (n_clips, n_channels)

    @cached_property
    def _mean(self) -> str:
        graph = self._graph
        mean = graph.time_mean(self._values, keepdims=False)
        level = self._time_mean(graph.add("Abs", self._values))
        small = graph.add("LessOrEqual", graph.add("Abs", mean), graph.add("Mul", level, ROUNDING))
        return graph.add("Where", small, np.float64(0.0), mean)

    @property
    def _std(self) -> str:
        """Standard deviation, rounded from float64 to its significant bits by the splitting of Veltkamp."""
        graph = self._graph
        deviation = graph.add("Sqrt", self._variance)
        if graph.single:
            return deviation
        large = graph.add("Mul", deviation, np.float64(2.0 ** (DOUBLE_BITS - STD_BITS) + 1))
        return graph.add("Sub", large, graph.add("Sub", large, deviation))

    @property
    def _skew(self) -> str:
        graph = self._graph
        third = self._time_mean(graph.add("Mul", self._squares, self._deviations))
        return self._standardized(third, graph.add("Pow", self._variance, np.float64(1.5)))

    @property
    def _kurtosis(self) -> str:
        graph = self._graph
        square = graph.add("Mul", self._variance, self._variance)
        fourth = self._time_mean(graph.add("Mul", self._squares, self._squares))
        return self._standardized(graph.add("Sub", fourth, graph.add("Mul", square, np.float64(3.0))), square)

    @property
    def _slope(self) -> str:
        graph = self._graph
        last = graph.cast(graph.add("Sub", self._length, 1), np.float64)
        divisor = graph.add("Max", last, np.array([1.0]))
        steps = graph.cast(graph.indices(self._length), np.float64)
        time = graph.add(
            "Sub", graph.add("Div", steps, divisor), graph.add("Div", graph.add("Mul", last, np.float64(0.5)), divisor)
        )
        single = graph.add("Equal", self._length, 1)  # numpy.linspace begins, and here ends, at -0.5
        time = graph.add("Where", single, np.float64(-0.5), time)
        squares = graph.add("ReduceSum", graph.add("Mul", time, time), [0])
        products = graph.add("Mul", self._deviations, graph.add("Unsqueeze", time, [1]))
        return graph.add("Div", graph.add("ReduceSum", products, [1], keepdims=0), squares)

    # ---- order statistics

    @property
    def _min(self) -> str:
        return self._graph.add("ReduceMin", self._frames, [1], keepdims=0)

    @property
    def _max(self) -> str:
        return self._graph.add("ReduceMax", self._frames, [1], keepdims=0)

    @property
    def _median(self) -> str:
        return self._percentile(50)

    @property
    def _iqr(self) -> str:
        return self._graph.add("Sub", self._percentile(75), self._percentile(25))

    def _percentile(self, q: int) -> str:
        """Interpolate linearly between the two values next to a percentile, as `numpy.percentile` does."""
        graph = self._graph
        scaled = graph.add("Mul", graph.add("Sub", self._length, 1), q)
        below = graph.add("Div", scaled, 100)
        remainder = graph.cast(graph.add("Sub", scaled, graph.add("Mul", below, 100)), np.float64)
        above = graph.add("Min", graph.add("Add", below, 1), graph.add("Sub", self._length, 1))
        low, high = (
            graph.cast(graph.add("Squeeze", graph.add("Gather", self._ordered, at, axis=1), [1]), np.float64)
            for at in (below, above)
        )
        share = graph.add("Div", remainder, np.float64(100.0))
        return graph.add("Add", low, graph.add("Mul", graph.add("Sub", high, low), share))

    # ---- intermediate results

    @cached_property
    def _length(self) -> str:
        return self._graph.length(self._frames)

    @cached_property
    def _values(self) -> str:
        return self._graph.cast(self._frames, np.float64)

    @cached_property
    def _ordered(self) -> str:
        ordered, _ = self._graph.add_several("TopK", self._frames, self._length, n_outputs=2, axis=1, largest=0)
        return ordered

    @cached_property
    def _deviations(self) -> str:
        return self._graph.add("Sub", self._values, self._graph.add("Unsqueeze", self._mean, [1]))

    @cached_property
    def _squares(self) -> str:
        return self._graph.add("Mul", self._deviations, self._deviations)

    @cached_property
    def _variance(self) -> str:
        return self._time_mean(self._squares)

    def _time_mean(self, values: str) -> str:
        return self._graph.add("ReduceMean", values, [1], keepdims=0)

    def _standardized(self, moment: str, scale: str) -> str:
        graph = self._graph
        constant = graph.add("Equal", scale, np.float64(0.0))
        ratio = graph.add("Div", moment, graph.add("Where", constant, np.float64(1.0), scale))
        return graph.add("Where", constant, np.float64(0.0), ratio)

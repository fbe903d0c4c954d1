"""Common functions of the benchmarks: interleaved timing, a description of the machine, and a report."""

import gc
import os
import platform
import time
from collections import deque
from collections.abc import Callable, Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"


def interleaved(*functions: Callable[[], object], repeats: int) -> list[float]:
    """Time functions in turns, so that other load affects all equally; return the minimum in seconds of each."""
    best = [float("inf")] * len(functions)
    for function in functions:
        function()  # compile and fill caches
    for _ in range(repeats):
        for i, function in enumerate(functions):
            gc.collect()
            start = time.perf_counter()
            function()
            best[i] = min(best[i], time.perf_counter() - start)
    return best


def one_by_one(function: Callable[[Any], object], batch: Iterable[Any]) -> None:
    """Call a function for each item, and drop its results: kept, each would be written to new memory."""
    deque(map(function, batch), maxlen=0)


def machine() -> str:
    """Describe the machine."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        model = next((line.split(":")[1].strip() for line in cpuinfo.open() if line.startswith("model name")), model)
    packages = ", ".join(f"{name} {version(name)}" for name in ("numpy", "scipy", "scikit-learn", "librosa"))
    return f"{os.cpu_count()} cores of {model}, Python {platform.python_version()}, {packages}"


class Report:
    """Lines that are printed at once, and written to ``results/<name>.txt`` at the end."""

    def __init__(self, name: str) -> None:
        self._path = RESULTS / f"{name}.txt"
        self._lines: list[str] = []
        self.line(machine())

    def line(self, text: str) -> None:
        """Print a line and store it."""
        print(text, flush=True)
        self._lines.append(text)

    def figure(self, what: str, value: float, target: float, *, unit: str = "", at_most: bool = False) -> None:
        """Report a figure with its target, and whether it misses the target."""
        met = value <= target if at_most else value >= target
        bound = "at most" if at_most else "at least"
        self.line(f"{what:<62} {value:8.3f}{unit}  ({bound} {target:g}{unit}: {'yes' if met else 'NO'})")

    def write(self) -> None:
        """Write the lines to the file."""
        RESULTS.mkdir(exist_ok=True)
        self._path.write_text("\n".join(self._lines) + "\n")

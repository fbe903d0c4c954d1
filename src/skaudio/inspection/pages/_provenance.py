"""Where the results of a page come from: date, data, parameters, versions."""

import os
import platform
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from html import escape
from importlib.metadata import version
from os import PathLike
from typing import Any

import numpy as np

from skaudio import __version__
from skaudio._urls import is_url

PACKAGES = ("numpy", "scipy", "scikit-learn")
MAX_NAMES = 30


def provenance_table(rows: Mapping[str, Any]) -> str:
    """Return a table of what is known, with the date before it, and versions after it."""
    now = datetime.now().astimezone()
    packages = [f"{name} {version(name)}" for name in PACKAGES]
    if "keras" in sys.modules:  # networks take part
        packages += [
            f"{name} {sys.modules[name].__version__}" for name in ("tensorflow", "keras") if name in sys.modules
        ]
    versions = f"skaudio {__version__}, Python {platform.python_version()}, {', '.join(packages)}"
    whole = {"Date": f"{now:%Y-%m-%d %H:%M} {now:%Z}", **rows}
    whole = {**whole, "Versions": versions, "Machine": platform.platform(), **rows}
    lines = (
        f'<tr><th scope="row">{escape(name)}</th><td>{escape(str(value))}</td></tr>'
        for name, value in whole.items()
        if value is not None
    )
    return '<table class="facts" aria-label="provenance">\n<tbody>\n' + "\n".join(lines) + "\n</tbody>\n</table>"


def counted(values: Iterable) -> str:
    """Return the different values, and how often each occurs.

    Examples
    --------
    >>> from skaudio.inspection.pages._provenance import counted
    >>> counted(["owl", "fox", "owl"])
    '2: owl (2), fox (1)'
    """
    counts = Counter(map(str, values))
    names = ", ".join(f"{name} ({n})" for name, n in counts.most_common(MAX_NAMES))
    more = len(counts) - MAX_NAMES
    return f"{len(counts)}: {names}{f', and {more} more' if more > 0 else ''}"


def seeds_of(estimators: Mapping[str, Any]) -> str | None:
    """Return the random states of estimators or splitters by their names, or None if there are none."""
    found = {}
    for name, estimator in estimators.items():
        given = estimator.get_params() if hasattr(estimator, "get_params") else vars(estimator)
        seeds = {key: value for key, value in given.items() if key.endswith("random_state") and value is not None}
        found.update({f"{name}.{key}": value for key, value in seeds.items()})
    return ", ".join(f"{key}={value}" for key, value in found.items()) or None


def folder_of(clips: Sequence | np.ndarray) -> str | None:
    """Return the folder that all clips are in, or None if they are not all files."""
    if not len(clips) or not all(isinstance(clip, (str, PathLike)) for clip in clips):
        return None
    names = list(map(os.fspath, clips))
    return None if any(map(is_url, names)) or any(isinstance(name, bytes) for name in names) else _common(names)


def _common(names: Sequence[str]) -> str | None:
    try:
        return os.path.commonpath([os.path.dirname(os.path.abspath(name)) for name in names])
    except ValueError:  # on several drives
        return None

"""Digests of the settings of front ends."""

from collections.abc import Mapping
from typing import Any

import joblib

import skaudio


def settings_digest(front_end: Any, settings: Mapping[str, Any]) -> bytes:
    """Compute a digest of the class and settings of a front end, and of the version of skaudio."""
    return joblib.hash((skaudio.__version__, type(front_end).__qualname__, sorted(settings.items()))).encode()

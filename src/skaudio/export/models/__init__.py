"""Conversion of fitted models to graphs, and verification against the original."""

from skaudio.export.models._conversion import Conversion, converted
from skaudio.export.models._exporting import exported
from skaudio.export.models._methods import OUTPUTS
from skaudio.export.models._verification import TOLERANCE, default_sample, verify

__all__ = ["Conversion", "OUTPUTS", "TOLERANCE", "converted", "default_sample", "exported", "verify"]

"""Explanations of predictions: saliency, importance of bands and segments, and activations of layers."""

from skaudio.inspection.explanations._activations import activations
from skaudio.inspection.explanations._band_importance import BandImportance, BandImportanceDisplay, band_importance
from skaudio.inspection.explanations._importances import Importances
from skaudio.inspection.explanations._listen import listen
from skaudio.inspection.explanations._saliency import Saliency, SaliencyDisplay, saliency
from skaudio.inspection.explanations._sound import Sound

__all__ = [
    "BandImportance",
    "BandImportanceDisplay",
    "Importances",
    "Saliency",
    "SaliencyDisplay",
    "Sound",
    "activations",
    "band_importance",
    "listen",
    "saliency",
]

"""Model inspection: displays, saliency maps, importance of bands, feature space, reports, review of detections.

Displays follow scikit-learn's API: create them with ``from_estimator``, ``from_predictions`` or ``from_array``, redraw
them with ``plot(ax=)``; ``ax_`` and ``figure_`` are attributes. They need matplotlib: ``pip install "skaudio[plot]"``.
"""

from skaudio.inspection.displays import (
    DetectionErrorDisplay,
    EventsDisplay,
    FeatureSpaceDisplay,
    FilterDisplay,
    SearchDisplay,
    SpectrogramDisplay,
    TrainingDisplay,
    WaveformDisplay,
)
from skaudio.inspection.explanations import (
    BandImportance,
    BandImportanceDisplay,
    Importances,
    Saliency,
    SaliencyDisplay,
    Sound,
    activations,
    band_importance,
    listen,
    saliency,
)
from skaudio.inspection.pages import Report, ReviewPage

__all__ = [
    "SpectrogramDisplay",
    "WaveformDisplay",
    "EventsDisplay",
    "TrainingDisplay",
    "FeatureSpaceDisplay",
    "DetectionErrorDisplay",
    "SearchDisplay",
    "FilterDisplay",
    "saliency",
    "SaliencyDisplay",
    "listen",
    "Sound",
    "band_importance",
    "BandImportance",
    "Importances",
    "BandImportanceDisplay",
    "activations",
    "Report",
    "ReviewPage",
    "Saliency",
]

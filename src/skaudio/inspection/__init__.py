"""Model inspection: displays, saliency maps, importance of bands, feature space, reports, review of detections.

Displays follow scikit-learn's API: create them with ``from_estimator``, ``from_predictions`` or ``from_array``, redraw
them with ``plot(ax=)``; ``ax_`` and ``figure_`` are attributes. They need matplotlib: ``pip install "skaudio[plot]"``.
"""

from skaudio.inspection._activations import activations
from skaudio.inspection._band_importance import BandImportance, BandImportanceDisplay, band_importance
from skaudio.inspection._detection_error_display import DetectionErrorDisplay
from skaudio.inspection._events_display import EventsDisplay
from skaudio.inspection._feature_space_display import FeatureSpaceDisplay
from skaudio.inspection._filter_display import FilterDisplay
from skaudio.inspection._importances import Importances
from skaudio.inspection._listen import listen
from skaudio.inspection._report import Report
from skaudio.inspection._review_page import ReviewPage
from skaudio.inspection._saliency import Saliency, SaliencyDisplay, saliency
from skaudio.inspection._search_display import SearchDisplay
from skaudio.inspection._sound import Sound
from skaudio.inspection._spectrogram_display import SpectrogramDisplay
from skaudio.inspection._training_display import TrainingDisplay
from skaudio.inspection._waveform_display import WaveformDisplay

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

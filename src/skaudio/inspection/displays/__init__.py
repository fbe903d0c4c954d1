"""Displays of sound, events, training, searches, feature spaces and the kernels of networks."""

from skaudio.inspection.displays._base import Display, png_uri, pyplot
from skaudio.inspection.displays._colours import class_colours
from skaudio.inspection.displays._detection_error import DetectionErrorDisplay
from skaudio.inspection.displays._events import EventsDisplay
from skaudio.inspection.displays._feature_space import FeatureSpaceDisplay
from skaudio.inspection.displays._filter import FilterDisplay
from skaudio.inspection.displays._search import SearchDisplay
from skaudio.inspection.displays._search_table import search_table
from skaudio.inspection.displays._spectrogram import SpectrogramDisplay, add_colorbar, frequency_scale
from skaudio.inspection.displays._subdivision import subdivided
from skaudio.inspection.displays._training import TrainingDisplay
from skaudio.inspection.displays._waveform import WaveformDisplay

__all__ = [
    "DetectionErrorDisplay",
    "Display",
    "EventsDisplay",
    "FeatureSpaceDisplay",
    "FilterDisplay",
    "SearchDisplay",
    "SpectrogramDisplay",
    "TrainingDisplay",
    "WaveformDisplay",
    "add_colorbar",
    "class_colours",
    "frequency_scale",
    "png_uri",
    "pyplot",
    "search_table",
    "subdivided",
]

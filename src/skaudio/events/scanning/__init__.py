"""Windows and frames of recordings: reading, labels for training, and scores of a classifier."""

from skaudio.events.scanning._frame_labels import frame_labels
from skaudio.events.scanning._kept_units import kept_units
from skaudio.events.scanning._reader import Reader
from skaudio.events.scanning._resolutions import FrameResolution, WindowResolution
from skaudio.events.scanning._scanner import Scanner
from skaudio.events.scanning._training_windows import named_targets
from skaudio.events.scanning._units import Units
from skaudio.events.scanning._window_scores import WINDOWS_PER_BATCH

__all__ = [
    "FrameResolution",
    "Reader",
    "Scanner",
    "Units",
    "WINDOWS_PER_BATCH",
    "WindowResolution",
    "frame_labels",
    "kept_units",
    "named_targets",
]

"""Data augmentation: random, label-preserving changes of waveforms and frames, and training with them.

An augmenter draws parameters from a generator and applies them to a clip, in two steps: a draw can be stored, shown and
replayed. Default ranges are mild: tuned on parts of ESC-10's training folds, where stronger ones cost an SVM on
statistics two or three points (`benchmarks/augment.py`). Across speakers, stronger ones help: tune them by a search.
"""

from skaudio.augment._add_noise import AddNoise, Mix
from skaudio.augment._augmented_estimator import AugmentedEstimator
from skaudio.augment._augmenter import Augmenter
from skaudio.augment._band_filter import BandFilter
from skaudio.augment._clip import Clip
from skaudio.augment._compose import Compose, OneOf
from skaudio.augment._convolve import Convolve
from skaudio.augment._frame_vtlp import FrameVTLP
from skaudio.augment._gain import Gain
from skaudio.augment._pitch_shift import PitchShift
from skaudio.augment._random_crop import RandomCrop
from skaudio.augment._spec_mask import SpecMask
from skaudio.augment._time_shift import TimeShift
from skaudio.augment._time_stretch import TimeStretch
from skaudio.augment._vtlp import VTLP

__all__ = [
    "VTLP",
    "AddNoise",
    "AugmentedEstimator",
    "Augmenter",
    "BandFilter",
    "Clip",
    "Compose",
    "Convolve",
    "FrameVTLP",
    "Gain",
    "Mix",
    "OneOf",
    "PitchShift",
    "RandomCrop",
    "SpecMask",
    "TimeShift",
    "TimeStretch",
]

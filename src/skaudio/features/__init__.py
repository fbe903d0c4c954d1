"""Front ends: from batches of clips to batches of frame sequences, time first."""

from skaudio._frames import Channels
from skaudio.features._block_extractor import BlockExtractor
from skaudio.features._cache import FeatureCache
from skaudio.features._extract_to import extract_to
from skaudio.features._front_end import FrontEnd
from skaudio.features._function_front_end import FunctionFrontEnd
from skaudio.features._mel_spectrogram import MelSpectrogram
from skaudio.features._mfcc import MFCC
from skaudio.features._read_extracted import read_extracted
from skaudio.features._spectral_front_end import SpectralFrontEnd
from skaudio.features._spectrogram import Spectrogram
from skaudio.features._stft import STFT
from skaudio.features._waveform import Waveform

__all__ = [
    "Waveform",
    "STFT",
    "Spectrogram",
    "MelSpectrogram",
    "MFCC",
    "FunctionFrontEnd",
    "FrontEnd",
    "SpectralFrontEnd",
    "BlockExtractor",
    "Channels",
    "FeatureCache",
    "extract_to",
    "read_extracted",
]

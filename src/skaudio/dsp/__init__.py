"""Pure functions on arrays: framing, STFT and its inverse, mel, decibels, cepstrum, deltas, levels, noise.

All are time first, ``(n_frames, n_channels)``, unlike librosa, and return float32 (complex64 for the STFT). Results
equal those of librosa, but never depend on other clips of a batch.
"""

from skaudio.dsp._cepstrum import cepstrum, dct_matrix, inverse_cepstrum
from skaudio.dsp._decibel import db_to_power, power_to_db
from skaudio.dsp._delta import delta
from skaudio.dsp._framing import frame, frame_count
from skaudio.dsp._loudness import set_level, trim_silence
from skaudio.dsp._mel import MelFilterBank, mel_filter_bank, melspectrogram
from skaudio.dsp._noise import coloured_noise, rms, shaped_noise
from skaudio.dsp._normalize import normalize
from skaudio.dsp._pcen import pcen
from skaudio.dsp._stft import fft_window, istft, spectrogram, stft, stft_parts
from skaudio.dsp._warping import read_between

__all__ = [
    "MelFilterBank",
    "cepstrum",
    "coloured_noise",
    "db_to_power",
    "dct_matrix",
    "delta",
    "fft_window",
    "frame",
    "frame_count",
    "inverse_cepstrum",
    "istft",
    "mel_filter_bank",
    "melspectrogram",
    "normalize",
    "pcen",
    "power_to_db",
    "read_between",
    "rms",
    "set_level",
    "shaped_noise",
    "spectrogram",
    "stft",
    "stft_parts",
    "trim_silence",
]

"""An instance of everything public that can be fitted, with fast parameters, and what it is excused from, and why."""

from skaudio.features import MFCC, STFT, MelSpectrogram, Spectrogram, Waveform
from skaudio.pooling import FramePadder, FrameStacker, MixturePooling, StatPooling

FRONT_ENDS = [
    Waveform(sr=8000),
    STFT(sr=8000),
    Spectrogram(sr=8000, deltas=1),
    MelSpectrogram(sr=8000, n_mels=20, normalize="standard"),
    MFCC(sr=8000, n_mels=20, n_mfcc=8, deltas=2, trim_db=40.0, level=-20.0),
]
POOLING = [
    StatPooling(stats=("mean", "std", "p10", "median", "iqr", "skew", "kurtosis", "slope"), segments=3),
    FrameStacker(),
    FramePadder(),
    MixturePooling(n_components=2, random_state=0),
]
ESTIMATORS = [*FRONT_ENDS, *POOLING]

# Estimator -> {check: why it cannot pass}.
EXPECTED_FAILURES: dict[str, dict[str, str]] = {}


def name(estimator) -> str:
    return type(estimator).__name__

"""An instance of everything public that can be fitted, with fast parameters, and what it is excused from, and why."""

import importlib
import inspect
from pathlib import Path

import librosa
import numpy as np
from sklearn.base import BaseEstimator

import skaudio
from skaudio.augment import Augmenter
from skaudio.estimators import (
    AutoencoderLatent,
    AutoencoderOutlierDetector,
    CNNClassifier,
    CNNRegressor,
    CRNNClassifier,
    GRUClassifier,
    GRURegressor,
    LSTMClassifier,
    LSTMRegressor,
    MixtureClassifier,
    SiameseMatcher,
)
from skaudio.features import MFCC, STFT, FunctionFrontEnd, MelSpectrogram, Spectrogram, Waveform
from skaudio.matching import RecordingMatcher
from skaudio.pooling import FramePadder, FrameStacker, MixturePooling, StatPooling
from skaudio.preprocessing import GroupScaler
from skaudio.pretrained import PretrainedEmbedding, TransferClassifier

# The folders that a user imports from; skaudio.cli is run.
PUBLIC_FOLDERS = sorted(
    path.parent.name
    for path in Path(skaudio.__file__).parent.glob("*/__init__.py")
    if not path.parent.name.startswith("_") and path.parent.name != "cli"
)


def name(estimator) -> str:
    return type(estimator).__name__


def public_estimators() -> list[type]:
    """Find every public class with parameters that can be instantiated, whatever folder exports it."""
    packages = [importlib.import_module(f"skaudio.{folder}") for folder in PUBLIC_FOLDERS]
    members = [getattr(package, member) for package in packages for member in package.__all__]
    return [
        member
        for member in members
        if isinstance(member, type)
        and issubclass(member, BaseEstimator)
        and not inspect.isabstract(member)
        and member is not Augmenter
    ]


def taking_floats(estimator):
    """Make an estimator of the same kind that is given floats where a check gives integers."""

    def cast(method):
        return lambda self, X, *args, **params: method(self, np.asarray(X, np.float64), *args, **params)

    kind = type(estimator)
    names = ("fit", "transform", "predict", "predict_proba", "decision_function")
    methods = {part: cast(getattr(kind, part)) for part in names if hasattr(estimator, part)}
    return type(kind.__name__, (kind,), methods)(**estimator.get_params(deep=False))


def samples(windows):
    """Be a pretrained model that says what it hears."""
    return windows


FRONT_ENDS = [
    Waveform(sr=8000),
    STFT(sr=8000),
    Spectrogram(sr=8000, deltas=1),
    MelSpectrogram(sr=8000, n_mels=20, normalize="standard"),
    MFCC(sr=8000, n_mels=20, n_mfcc=8, deltas=2, trim_db=40.0, level=-20.0),
    FunctionFrontEnd(librosa.feature.rms, sr=8000, hop_length=256, channel_names=["rms"]),
]
POOLING = [
    StatPooling(stats=("mean", "std", "p10", "median", "iqr", "skew", "kurtosis", "slope"), segments=3),
    FrameStacker(),
    FramePadder(),
    MixturePooling(n_components=2, random_state=0),
    GroupScaler(),
]
# Tables of a few rows are all that scikit-learn's checks have: large steps, and nothing that makes learning harder.
FAST = {
    "epochs": 20,
    "batch_size": 64,
    "learning_rate": 0.05,
    "schedule": "constant",
    "dropout": 0.0,
    "mixup": 0.0,
    "time_shift": 0.0,
    "time_stretch": 0.0,
    "frequency_warp": 0.0,
    "equalization": 0.0,
    "spec_augment": False,
    "weight_decay": 0.0,
    "label_smoothing": 0.0,
    "random_state": 0,
}
FAST_REGRESSOR = {name: value for name, value in FAST.items() if name != "label_smoothing"}
SMALL_CNN = {"architecture": "residual", "filters": 8, "depth": 1}
SMALL_RNN = {"units": 8, "n_layers": 1, "bidirectional": False}
NETWORKS = [
    CNNClassifier(**SMALL_CNN, **FAST),
    CNNRegressor(**SMALL_CNN, **FAST_REGRESSOR),
    CRNNClassifier(filters=8, depth=1, units=8, pooling="mean_max", **FAST),
    LSTMClassifier(**SMALL_RNN, **FAST),
    LSTMRegressor(**SMALL_RNN, **FAST_REGRESSOR),
    GRUClassifier(**SMALL_RNN, **FAST),
    GRURegressor(**SMALL_RNN, **FAST_REGRESSOR),
]
FAST_AUTOENCODER = {
    "n_components": 2,
    "hidden": (8,),
    "epochs": 20,
    "batch_size": 64,
    "learning_rate": 0.05,
    "random_state": 0,
}
FAST_SIAMESE = {name: value for name, value in FAST.items() if name != "label_smoothing"}
SIAMESE = [SiameseMatcher(tower_params={"filters": 8, "depth": 1}, embedding_dim=8, **FAST_SIAMESE)]
AUTOENCODERS = [AutoencoderLatent(**FAST_AUTOENCODER), AutoencoderOutlierDetector(**FAST_AUTOENCODER)]
MIXTURES = [MixtureClassifier(n_components=2, random_state=0)]
MATCHERS = [RecordingMatcher(sr=8000, unknown_label=-1, random_state=0)]
PRETRAINED = [
    PretrainedEmbedding(samples, sr=8000, window_seconds=0.001, pooling="meanmax"),
    PretrainedEmbedding(samples, sr=8000, window_seconds=0.001, hop_seconds=0.0005, pooling=None),
]
TRANSFER = [TransferClassifier(PretrainedEmbedding(samples, sr=8000, window_seconds=0.001))]
# scikit-learn's checks fit tables of many shapes, each a network to compile: those that are quickest to compile.
LENET = {"architecture": "lenet", "filters": 8}
OF_TABLES = [
    CNNClassifier(**LENET, **FAST),
    CNNRegressor(**LENET, **FAST_REGRESSOR),
    *NETWORKS[2:],
    SiameseMatcher("dense", embedding_dim=8, **FAST_SIAMESE),
]
ESTIMATORS = [*PRETRAINED, *TRANSFER, *FRONT_ENDS, *POOLING, *OF_TABLES, *AUTOENCODERS, *MIXTURES, *MATCHERS]

MINI_BATCHES = (
    "A clip of weight 2 and the same clip twice fall into mini-batches differently. "
    "tests/estimators/test_classification.py and test_autoencoders.py make sure of it in one full batch."
)
ROUNDING = (
    "Embeddings are float32, as everywhere in skaudio, and sums of more clips are rounded otherwise. "
    "tests/pretrained/test_transfer_classifier.py makes sure of it to float32's precision."
)
FULL_SCALE = (
    "It feeds a table of int64 as clips. Nothing says what full scale is, in a table as little as in one clip: it is "
    "refused, with advice. test_checks_of_integers_pass_where_they_are_floats gives the same table as floats."
)
CHECKS_OF_CLASSIFIERS = [
    "check_estimators_dtypes",
    "check_sample_weights_pandas_series",
    "check_sample_weights_not_an_array",
    "check_sample_weights_shape",
    "check_classifier_data_not_an_array",
]
INTEGER_CHECKS: dict[str, list[str]] = {
    name(estimator): ["check_estimators_dtypes"] for estimator in [*FRONT_ENDS, *PRETRAINED, *MATCHERS]
} | {"TransferClassifier": CHECKS_OF_CLASSIFIERS}
# Estimator -> {check: why it cannot pass}.
EXPECTED_FAILURES: dict[str, dict[str, str]] = {
    **{name(network): {"check_sample_weight_equivalence_on_dense_data": MINI_BATCHES} for network in NETWORKS},
    **{name(network): {"check_sample_weight_equivalence_on_dense_data": MINI_BATCHES} for network in AUTOENCODERS},
    **{estimator: dict.fromkeys(checks, FULL_SCALE) for estimator, checks in INTEGER_CHECKS.items()},
}
EXPECTED_FAILURES["TransferClassifier"]["check_sample_weight_equivalence_on_dense_data"] = ROUNDING

"""Table of converters: the function that adds a fitted step to a graph, by class."""

from collections.abc import Callable
from typing import Any

from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR, NuSVC, NuSVR, OneClassSVM

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
)
from skaudio.export._register_converter import REGISTERED, Converter
from skaudio.export.estimators import (
    autoencoder_latent,
    autoencoder_outlier_detector,
    mixture_classifier,
    neural_classifier,
    neural_regressor,
    one_class_machine,
    pretrained_embedding,
    standard_scaler,
    support_vector_classifier,
    support_vector_regressor,
)
from skaudio.export.features import (
    frame_padder,
    frame_stacker,
    mel_frames,
    mfcc_frames,
    mixture_pooling,
    spectrogram_frames,
    stat_pooling,
    stft_frames,
    waveform_frames,
)
from skaudio.export.graph import Graph, Value
from skaudio.features import MFCC, STFT, MelSpectrogram, Spectrogram, Waveform
from skaudio.pooling import FramePadder, FrameStacker, MixturePooling, StatPooling
from skaudio.pretrained import PretrainedEmbedding


def _transformer(function: Callable[[Graph, Any, Value], Value]) -> Converter:
    """Return the converter of a step that only transforms."""
    return lambda graph, step, value, _: function(graph, step, value)


CONVERTERS: dict[type, Converter] = {
    Waveform: _transformer(waveform_frames),
    STFT: _transformer(stft_frames),
    Spectrogram: _transformer(spectrogram_frames),
    MelSpectrogram: _transformer(mel_frames),
    MFCC: _transformer(mfcc_frames),
    PretrainedEmbedding: _transformer(pretrained_embedding),
    StatPooling: _transformer(stat_pooling),
    FrameStacker: _transformer(frame_stacker),
    FramePadder: _transformer(frame_padder),
    MixturePooling: _transformer(mixture_pooling),
    StandardScaler: _transformer(standard_scaler),
    **dict.fromkeys((SVC, NuSVC), support_vector_classifier),
    **dict.fromkeys((SVR, NuSVR), support_vector_regressor),
    OneClassSVM: one_class_machine,
    **dict.fromkeys((CNNClassifier, CRNNClassifier, LSTMClassifier, GRUClassifier), neural_classifier),
    **dict.fromkeys((CNNRegressor, LSTMRegressor, GRURegressor), neural_regressor),
    AutoencoderLatent: autoencoder_latent,
    AutoencoderOutlierDetector: autoencoder_outlier_detector,
    MixtureClassifier: mixture_classifier,
}


def converter_of(step: Any) -> Converter | None:
    """Return the converter of a step, those registered by users first; None if its class has none."""
    table = {**CONVERTERS, **REGISTERED}
    return next((table[cls] for cls in type(step).__mro__ if cls in table), None)

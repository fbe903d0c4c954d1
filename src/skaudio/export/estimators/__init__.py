"""Converters of estimators: those of scikit-learn and skaudio, and networks, layer by layer."""

from skaudio.export.estimators._classifiers import mixture_classifier, neural_classifier, neural_regressor
from skaudio.export.estimators._ensembles import ENSEMBLES
from skaudio.export.estimators._neural import matcher_embedding
from skaudio.export.estimators._novelty import autoencoder_latent, autoencoder_outlier_detector
from skaudio.export.estimators._pretrained import pretrained_embedding
from skaudio.export.estimators._sklearn_steps import convert_sklearn_step, standard_scaler
from skaudio.export.estimators._support_vectors import (
    one_class_machine,
    support_vector_classifier,
    support_vector_regressor,
)

__all__ = [
    "ENSEMBLES",
    "autoencoder_latent",
    "autoencoder_outlier_detector",
    "convert_sklearn_step",
    "matcher_embedding",
    "mixture_classifier",
    "neural_classifier",
    "neural_regressor",
    "one_class_machine",
    "pretrained_embedding",
    "standard_scaler",
    "support_vector_classifier",
    "support_vector_regressor",
]

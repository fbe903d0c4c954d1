"""Neural networks as scikit-learn estimators: CNN, CRNN, LSTM, GRU, autoencoders, siamese; Gaussian mixtures.

Inputs are frame sequences of equal or different length, as front ends return them, sensor time series, or tables.
TensorFlow is imported at the first fit.
"""

from skaudio.estimators._autoencoder_latent import AutoencoderLatent
from skaudio.estimators._autoencoder_outlier_detector import AutoencoderOutlierDetector
from skaudio.estimators._cnn_classifier import CNNClassifier
from skaudio.estimators._cnn_regressor import CNNRegressor
from skaudio.estimators._crnn_classifier import CRNNClassifier
from skaudio.estimators._gru_classifier import GRUClassifier
from skaudio.estimators._gru_regressor import GRURegressor
from skaudio.estimators._lstm_classifier import LSTMClassifier
from skaudio.estimators._lstm_regressor import LSTMRegressor
from skaudio.estimators._mixture_classifier import MixtureClassifier
from skaudio.estimators._siamese_matcher import SiameseMatcher

__all__ = [
    "AutoencoderLatent",
    "AutoencoderOutlierDetector",
    "CNNClassifier",
    "CNNRegressor",
    "CRNNClassifier",
    "GRUClassifier",
    "GRURegressor",
    "LSTMClassifier",
    "LSTMRegressor",
    "MixtureClassifier",
    "SiameseMatcher",
]

"""Neural networks as scikit-learn estimators: CNN, CRNN, LSTM, GRU, autoencoders, siamese; Gaussian mixtures.

Inputs are frame sequences of equal or different length, as front ends return them, sensor time series, or tables.
TensorFlow is imported at the first fit.
"""

from skaudio.estimators._autoencoder_latent import AutoencoderLatent
from skaudio.estimators._autoencoder_outlier_detector import AutoencoderOutlierDetector
from skaudio.estimators._cnn import CNNClassifier, CNNRegressor
from skaudio.estimators._crnn import CRNNClassifier
from skaudio.estimators._mixture_classifier import MixtureClassifier
from skaudio.estimators._rnn import GRUClassifier, GRURegressor, LSTMClassifier, LSTMRegressor
from skaudio.estimators.siamese import SiameseMatcher

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

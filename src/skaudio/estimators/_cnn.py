"""Convolutional neural networks: the body, a classifier and a regressor."""

from collections.abc import Callable
from dataclasses import dataclass, field
from numbers import Integral, Real
from typing import Any, ClassVar

from sklearn.utils._param_validation import Interval, StrOptions

from skaudio._assembly import assembled
from skaudio.estimators._frame_classifier import FrameClassifierHead
from skaudio.estimators._regressor import RegressorHead

# Default sizes of each architecture; filters are those of the first stage and double with each further one.
SIZES = {
    "residual": {"filters": 24, "depth": 3, "kernel_size": 3},
    "lenet": {"filters": 20, "depth": 2, "kernel_size": 5},
    "keyword": {"filters": 64},
}


@dataclass(kw_only=True, eq=False, repr=False)
class ConvolutionalBody:
    """Mixin that makes a neural estimator a CNN, to the left of `SupervisedEstimator`.

    Parameters
    ----------
    architecture : {"residual", "lenet", "keyword", "plain"} or callable, default="residual"
        - ``"residual"``: a 5 x 5 convolution, then stages of two 3 x 3 ones with batch normalisation and skip
          connections;
        - ``"lenet"``: convolutions, pooling and a hidden layer, for clips of any length;
        - ``"keyword"``: cnn-trad-fpool3 of Sainath and Parada (2015), with a context of about 32 frames of 40 mel
          bands;
        - ``"plain"``: two convolutions and a dense layer on their flattened output, as in tutorials, for clips of equal
          length (see `skaudio.pooling.FramePadder`);
        - a callable from ``(n_frames, n_channels)`` and the number of outputs to a `keras.Model` with as many linear
          output units, for clips of equal length. It is called at each fit and must return the same network each time.
    filters : int or None, default=None
        Number of filters of the first stage; each further one has twice as many. None: 24 (``"residual"``), 20
        (``"lenet"``) or 64 (``"keyword"``, whose two convolutions have as many each).
    depth : int or None, default=None
        Number of stages, each of which halves time and channel axes. None: 3 (``"residual"``) or 2 (``"lenet"``).
    kernel_size : int or None, default=None
        Size of the convolution kernels. None: 3 (``"residual"``) or 5 (``"lenet"``).
    pooling : {"mean_max", "mean", "max", "attention", "linear_softmax"}, default="mean_max"
        Pooling over time: concatenated mean and maximum, either of them, a mean weighted by learned attention, or, of
        frame probabilities, a mean weighted by themselves.
    dropout : float, default=0.2
        Dropout rate after pooling over time; half of it is applied before.
    """

    architecture: str | Callable = field(default="residual", kw_only=False)
    filters: int | None = None
    depth: int | None = None
    kernel_size: int | None = None
    pooling: str = "mean_max"
    dropout: float = 0.2

    _parameter_constraints: ClassVar[dict] = {
        "architecture": [StrOptions({"residual", "lenet", "keyword", "plain"}), callable],
        "filters": [None, Interval(Integral, 1, None, closed="left")],
        "depth": [None, Interval(Integral, 1, 8, closed="both")],
        "kernel_size": [None, Interval(Integral, 1, None, closed="left")],
        "pooling": [StrOptions({"mean", "max", "mean_max", "attention", "linear_softmax"})],
        "dropout": [Interval(Real, 0, 1, closed="left")],
    }

    def _tower(self) -> tuple[Any, dict[str, Any]]:
        if callable(self.architecture) or self.architecture not in SIZES:
            return self.architecture, {}
        sizes = SIZES[self.architecture]
        given = {name: getattr(self, name) for name in sizes if getattr(self, name) is not None}
        return self.architecture, {**sizes, **given, "dropout": 0.5 * self.dropout}

    def _needs_equal_lengths(self) -> bool:
        return callable(self.architecture) or self.architecture == "plain"

    def _masks_by_default(self) -> bool:
        return self.architecture != "keyword"  # its kernels span 20 frames, so that a mask affects most of its features


@assembled
class CNNClassifier(ConvolutionalBody, FrameClassifierHead):
    """Convolutional neural network classifier for frame sequences.

    Each clip is treated as an image of time x channels. With decibel-scaled spectrograms as input, the default
    architecture and training are a good baseline.

    Parameters
    ----------
    {parameters}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    CNNRegressor : Convolutional neural network regressor.
    skaudio.pooling.StatPooling : Statistics over time, for models that take vectors.

    References
    ----------
    {references}

    Examples
    --------
    Classify frame sequences of different lengths, and each of their frames.

    >>> import numpy as np
    >>> from skaudio.estimators import CNNClassifier
    >>> rng = np.random.default_rng(0)
    >>> y = np.array(["hum", "hiss"] * 20)
    >>> X = [rng.normal(label == "hiss", 1, (rng.integers(20, 40), 8)) for label in y]  # of different lengths
    >>> model = CNNClassifier(architecture="lenet", filters=4, epochs=10, random_state=0).fit(X, y)
    >>> bool(model.score(X, y) > 0.9)
    True
    >>> model.predict_proba(X).shape
    (40, 2)
    >>> model.predict_frames(X)[0].shape == (len(X[0]), 2)
    True

    Classify waveforms by their mel spectrograms, in a pipeline.

    >>> from sklearn.pipeline import make_pipeline
    >>> from skaudio.features import MelSpectrogram
    >>> tones = [np.sin(frequency * np.arange(2000)) for frequency in np.linspace(0.3, 2.4, 10)]
    >>> noises = list(rng.normal(size=(10, 2000)))
    >>> network = CNNClassifier(architecture="lenet", filters=4, epochs=3, random_state=0)
    >>> pipeline = make_pipeline(MelSpectrogram(sr=8000, n_mels=16), network)
    >>> pipeline = pipeline.fit(tones + noises, ["tone"] * 10 + ["noise"] * 10)
    >>> pipeline.predict_proba(tones[:3]).shape
    (3, 2)
    >>> pipeline.classes_
    array(['noise', 'tone'], dtype='<U5')
    """


@assembled
class CNNRegressor(ConvolutionalBody, RegressorHead):
    """Convolutional neural network regressor for frame sequences.

    Each clip is treated as an image of time x channels. With decibel-scaled spectrograms as input, the default
    architecture and training are a good baseline.

    Parameters
    ----------
    {parameters}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    CNNClassifier : Convolutional neural network classifier.

    References
    ----------
    {references}

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.estimators import CNNRegressor
    >>> rng = np.random.default_rng(0)
    >>> y = rng.uniform(50, 100, 40)
    >>> X = [rng.normal(0, weight / 50, (30, 3)) for weight in y]
    >>> model = CNNRegressor(architecture="lenet", filters=4, epochs=20, random_state=0).fit(X, y)
    >>> model.predict(X).shape
    (40,)
    """

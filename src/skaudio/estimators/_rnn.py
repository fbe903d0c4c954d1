"""Recurrent neural networks: the body, and classifiers and regressors of LSTM and GRU layers."""

from collections.abc import Callable
from dataclasses import dataclass, field
from numbers import Integral, Real
from typing import Any, ClassVar

from sklearn.utils._param_validation import Interval, StrOptions

from skaudio._assembly import assembled
from skaudio.estimators._frame_classifier import FrameClassifierHead
from skaudio.estimators._regressor import RegressorHead


@dataclass(kw_only=True, eq=False, repr=False)
class RecurrentBody:
    """Mixin that makes a neural estimator a recurrent network, to the left of `SupervisedEstimator`.

    Parameters
    ----------
    units : int, default=96
        Number of units of each layer, per direction.
    n_layers : int, default=1
        Number of stacked layers. A second one doubles the time of training, and made no difference to accuracy on
        digits, environmental sounds and embeddings.
    frames_per_step : int, default=2
        Number of adjacent frames stacked per time step: half the steps take half the time.
    bidirectional : bool, default=True
        Whether layers are bidirectional.
    pooling : {"mean_max", "mean", "max", "attention", "last", "linear_softmax"}, default="mean_max"
        Pooling over time: concatenated mean and maximum, either of them, a mean weighted by learned attention, the
        state at the end of the clip (backwards, at its start), or, of frame probabilities, a mean weighted by
        themselves.
    dropout : float, default=0.3
        Dropout rate between layers and after pooling over time.
    input_dropout : float, default=0.0
        Dropout rate of the input frames, before the first layer.
    architecture : callable or None, default=None
        User-defined layers: from ``(None, n_channels)`` and the number of outputs to a `keras.Model` with as many
        linear output units, for clips of any length. Padding frames are masked, which recurrent layers,
        `keras.layers.GlobalAveragePooling1D` and others support; convolutions do not. It is called at each fit and must
        return the same network each time; the parameters above are ignored then. None: the layers are defined by them.
    """

    units: int = field(default=96, kw_only=False)
    n_layers: int = 1
    frames_per_step: int = 2
    bidirectional: bool = True
    pooling: str = "mean_max"
    dropout: float = 0.3
    input_dropout: float = 0.0
    architecture: Callable | None = None

    _cell: ClassVar[str]
    _parameter_constraints: ClassVar[dict] = {
        "units": [Interval(Integral, 1, None, closed="left")],
        "n_layers": [Interval(Integral, 1, None, closed="left")],
        "frames_per_step": [Interval(Integral, 1, None, closed="left")],
        "bidirectional": ["boolean"],
        "pooling": [StrOptions({"last", "mean", "max", "mean_max", "attention", "linear_softmax"})],
        "dropout": [Interval(Real, 0, 1, closed="left")],
        "input_dropout": [Interval(Real, 0, 1, closed="left")],
        "architecture": [None, callable],
    }

    def _pools_time(self) -> bool:
        return self.architecture is None

    def _tower(self) -> tuple[Any, dict[str, Any]]:
        if self.architecture is not None:
            return self.architecture, {}
        return "recurrent", {
            "cell": self._cell,
            "units": self.units,
            "n_layers": self.n_layers,
            "frames_per_step": self.frames_per_step,
            "bidirectional": self.bidirectional,
            "dropout": self.dropout,
            "input_dropout": float(self.input_dropout),
        }


@assembled
class LSTMClassifier(RecurrentBody, FrameClassifierHead):
    """Long short-term memory (LSTM) network classifier for frame sequences.

    A recurrent network processes a clip frame by frame. It takes longer to train than a CNN of the same accuracy, but
    its memory spans the whole clip.

    Parameters
    ----------
    {parameters}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    LSTMRegressor : LSTM network regressor.
    skaudio.pooling.StatPooling : Statistics over time, for models that take vectors.

    References
    ----------
    {references}

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.estimators import LSTMClassifier
    >>> rng = np.random.default_rng(0)
    >>> y = np.array(["hum", "hiss"] * 20)
    >>> X = [rng.normal(label == "hiss", 1, (rng.integers(20, 40), 8)) for label in y]  # of different lengths
    >>> model = LSTMClassifier(units=8, n_layers=1, epochs=10, random_state=0).fit(X, y)
    >>> bool(model.score(X, y) > 0.9)
    True
    >>> model.predict_proba(X).shape
    (40, 2)
    >>> model.predict_frames(X)[0].shape == (len(X[0]), 2)
    True
    """

    _cell = "LSTM"


@assembled
class GRUClassifier(RecurrentBody, FrameClassifierHead):
    """Gated recurrent unit (GRU) network classifier for frame sequences.

    A recurrent network processes a clip frame by frame. It takes longer to train than a CNN of the same accuracy, but
    its memory spans the whole clip. A GRU has three quarters of the weights of an LSTM.

    Parameters
    ----------
    {parameters}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    GRURegressor : GRU network regressor.
    skaudio.pooling.StatPooling : Statistics over time, for models that take vectors.

    References
    ----------
    {references}

    Examples
    --------
    Classify frame sequences of different lengths, and each of their frames.

    >>> import numpy as np
    >>> from skaudio.estimators import GRUClassifier
    >>> rng = np.random.default_rng(0)
    >>> y = np.array(["hum", "hiss"] * 20)
    >>> X = [rng.normal(label == "hiss", 1, (rng.integers(20, 40), 8)) for label in y]  # of different lengths
    >>> model = GRUClassifier(units=8, n_layers=1, epochs=10, random_state=0).fit(X, y)
    >>> bool(model.score(X, y) > 0.9)
    True
    >>> model.predict_proba(X).shape
    (40, 2)
    >>> model.predict_frames(X)[0].shape == (len(X[0]), 2)
    True

    Distinguish waveforms by the order of their frames: the same tones, rising or falling.

    >>> from sklearn.pipeline import make_pipeline
    >>> from skaudio.features import MFCC
    >>> rising = [np.sin(np.cumsum(np.linspace(0.3, 2.0, n_samples))) for n_samples in range(1200, 3200, 100)]
    >>> falling = [y[::-1] for y in rising]
    >>> network = GRUClassifier(units=8, n_layers=1, epochs=5, learning_rate=0.02, random_state=0)
    >>> pipeline = make_pipeline(MFCC(sr=8000, n_mfcc=8), network)
    >>> pipeline = pipeline.fit(rising + falling, ["rising"] * 20 + ["falling"] * 20)
    >>> pipeline.predict([rising[0], falling[0]])
    array(['rising', 'falling'], dtype='<U7')
    """

    _cell = "GRU"


@assembled
class LSTMRegressor(RecurrentBody, RegressorHead):
    """Long short-term memory (LSTM) network regressor for frame sequences.

    A recurrent network processes a clip frame by frame. It takes longer to train than a CNN of the same accuracy, but
    its memory spans the whole clip.

    Parameters
    ----------
    {parameters}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    LSTMClassifier : LSTM network classifier.

    References
    ----------
    {references}

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.estimators import LSTMRegressor
    >>> rng = np.random.default_rng(0)
    >>> y = rng.uniform(50, 100, 40)
    >>> X = [rng.normal(0, weight / 50, (30, 3)) for weight in y]
    >>> model = LSTMRegressor(units=8, n_layers=1, epochs=20, random_state=0).fit(X, y)
    >>> model.predict(X).shape
    (40,)
    """

    _cell = "LSTM"


@assembled
class GRURegressor(RecurrentBody, RegressorHead):
    """Gated recurrent unit (GRU) network regressor for frame sequences.

    A recurrent network processes a clip frame by frame. It takes longer to train than a CNN of the same accuracy, but
    its memory spans the whole clip. A GRU has three quarters of the weights of an LSTM.

    Parameters
    ----------
    {parameters}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    GRUClassifier : GRU network classifier.

    References
    ----------
    {references}

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.estimators import GRURegressor
    >>> rng = np.random.default_rng(0)
    >>> y = rng.uniform(50, 100, 40)
    >>> X = [rng.normal(0, weight / 50, (30, 3)) for weight in y]
    >>> model = GRURegressor(units=8, n_layers=1, epochs=20, random_state=0).fit(X, y)
    >>> model.predict(X).shape
    (40,)
    """

    _cell = "GRU"

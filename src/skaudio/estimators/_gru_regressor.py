"""Gated recurrent unit (GRU) network regressor."""

from skaudio._assembly import assembled
from skaudio.estimators._recurrent import RecurrentBody
from skaudio.estimators._regression import RegressorHead


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
    >>> model = GRURegressor(units=8, epochs=20, random_state=0).fit(X, y)
    >>> model.predict(X).shape
    (40,)
    """

    _cell = "GRU"

"""Random states independent of NumPy's global state."""

from typing import Any

import numpy as np
from sklearn.utils import check_random_state


def own_random_state(random_state: Any) -> np.random.RandomState:
    """Turn `random_state` into a RandomState; None creates a new, unseeded one.

    Unlike in scikit-learn, None does not draw from NumPy's global state.

    Parameters
    ----------
    random_state : int, RandomState instance or None
        As in scikit-learn.

    Returns
    -------
    RandomState
        An instance is returned as is.
    """
    return np.random.RandomState() if random_state is None else check_random_state(random_state)

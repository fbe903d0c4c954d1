"""Random states that are never the caller's global one."""

from typing import Any

import numpy as np
from sklearn.utils import check_random_state


def own_random_state(random_state: Any) -> np.random.RandomState:
    """Make what `random_state` says; None makes a new one, which no seed repeats.

    scikit-learn takes None for NumPy's global state, and draws from it; that one is left alone here.

    Parameters
    ----------
    random_state : int, RandomState instance or None
        As in scikit-learn.

    Returns
    -------
    RandomState
        An instance that is given is itself.
    """
    return np.random.RandomState() if random_state is None else check_random_state(random_state)

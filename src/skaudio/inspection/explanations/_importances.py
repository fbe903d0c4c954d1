"""`Importances`: decrease of a score without parts of the sound."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Importances:
    """Decrease of a score without parts of the sound.

    Attributes
    ----------
    edges : ndarray of shape (n_parts + 1,)
        Edges of the parts, in Hz or in seconds.
    values : ndarray of shape (n_parts, n_repeats)
        Decrease of the score in each repetition.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.inspection import Importances
    >>> bands = Importances(edges=np.array([0.0, 500.0, 4000.0]), values=np.array([[0.3, 0.5], [0.0, 0.0]]))
    >>> bands.mean
    array([0.4, 0. ])
    """

    edges: np.ndarray
    values: np.ndarray

    @property
    def mean(self) -> np.ndarray:
        """Mean decrease of the score, ``(n_parts,)``."""
        return self.values.mean(axis=1)

    @property
    def standard_error(self) -> np.ndarray:
        """Standard error of the mean over clips and permutations, ``(n_parts,)``."""
        return self.values.std(axis=1, ddof=1) if self.values.shape[1] > 1 else np.full(len(self.values), np.nan)

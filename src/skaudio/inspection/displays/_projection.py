"""Projection of embeddings of clips to two dimensions."""

from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE
from sklearn.preprocessing import StandardScaler

from skaudio._randomness import own_random_state
from skaudio._validation import as_frames
from skaudio.pooling import StatPooling

METHODS = ("pca", "tsne", "umap")
PERPLEXITY = 30.0  # of t-SNE, if there are enough clips


def as_vectors(embeddings: Any) -> np.ndarray:
    """Convert embeddings to a table: frame sequences are pooled over time.

    Parameters
    ----------
    embeddings : array-like
        A table, or a batch of frame sequences.

    Returns
    -------
    ndarray of shape (n_clips, n_features)

    Raises
    ------
    ValueError
        If there are fewer than three clips, or if one is not finite.
    """
    frames = as_frames(embeddings, allow_nan=True)
    if frames is not None:
        embeddings = StatPooling().set_output(transform="default").fit_transform(frames)
    embeddings = np.asarray(embeddings)
    if embeddings.ndim != 2 or len(embeddings) < 3:
        raise ValueError(
            f"Embeddings have shape {embeddings.shape}; expected (n_clips, n_features), for at least three clips."
        )
    invalid = np.flatnonzero(~np.isfinite(embeddings).all(axis=1)).tolist()
    if invalid:
        raise ValueError(f"The embeddings of clips {invalid[:5]} are NaN or infinite. Remove these clips.")
    return embeddings


def project(vectors: np.ndarray, method: Any, standardize: bool, random_state: Any) -> tuple[np.ndarray, list[str]]:
    """Project embeddings to two dimensions.

    Parameters
    ----------
    vectors : ndarray of shape (n_clips, n_features)
        Embeddings from `as_vectors`.
    method : {"pca", "tsne", "umap"} or object with fit_transform
        Method of projection.
    standardize : bool
        Whether to standardize each column to mean 0 and deviation 1 first.
    random_state : int, RandomState instance or None
        Seed.

    Returns
    -------
    positions : ndarray of shape (n_clips, 2)
    axis_names : list of str
        Labels of the x and y axes.

    Raises
    ------
    ImportError
        If UMAP is requested and umap-learn is not installed.
    TypeError, ValueError
        If the method is invalid, or does not return two columns.
    """
    vectors = np.asarray(StandardScaler().fit_transform(vectors)) if standardize else vectors
    name, reducer = _reducer(method, len(vectors), own_random_state(random_state))
    if name == "PCA" and vectors.shape[1] < 2:
        raise ValueError(f"Embeddings have {vectors.shape[1]} column; expected at least two.")
    positions = np.asarray(reducer.fit_transform(vectors))
    if positions.shape != (len(vectors), 2):
        raise ValueError(
            f"method={method!r} returned positions of shape {positions.shape}; expected {(len(vectors), 2)}."
        )
    if name == "PCA":
        shares = reducer.explained_variance_ratio_
        return positions, [f"PCA {i + 1} ({share:.0%} of variance)" for i, share in enumerate(shares)]
    return positions, [f"{name} 1", f"{name} 2"]


def _reducer(method: Any, n_clips: int, random_state: np.random.RandomState) -> tuple[str, Any]:
    if hasattr(method, "fit_transform") and not isinstance(method, type):
        return type(method).__name__, clone(method, safe=False)
    if method == "pca":
        return "PCA", PCA(n_components=2, random_state=random_state)
    if method == "tsne":
        perplexity = min(PERPLEXITY, (n_clips - 1) / 3)
        return "t-SNE", TSNE(perplexity=perplexity, init="pca", random_state=random_state)
    if method != "umap":
        raise TypeError(f"method={method!r}; expected one of {METHODS}, or an object with fit_transform.")
    try:
        from umap import UMAP
    except ImportError as error:
        raise ImportError('method="umap" requires umap-learn: pip install umap-learn') from error
    return "UMAP", UMAP(n_neighbors=min(15, n_clips - 1), random_state=random_state)


def spread_out(positions: np.ndarray, n_points: int) -> np.ndarray:
    """Choose points that are far from each other: always the one farthest from all chosen before.

    Parameters
    ----------
    positions : ndarray of shape (n_clips, 2)
        Positions of the points.
    n_points : int
        Number of points to choose; all, if there are fewer.

    Returns
    -------
    ndarray of int, shape (n_points,)
        Indices of the points; the first is the farthest from the centre.
    """
    scaled = (positions - positions.mean(axis=0)) / np.maximum(np.ptp(positions, axis=0), np.finfo(float).tiny)
    chosen: list[int] = []
    distances = np.linalg.norm(scaled, axis=1)
    for _ in range(min(n_points, len(positions))):
        chosen.append(int(np.argmax(distances)))
        from_last = np.linalg.norm(scaled - scaled[chosen[-1]], axis=1)
        distances = from_last if len(chosen) == 1 else np.minimum(distances, from_last)
        distances[chosen] = -1.0  # also if several clips have one position
    return np.array(chosen, dtype=int)

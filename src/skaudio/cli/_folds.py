"""Folds for cross-validation, without leakage between groups."""

from collections.abc import Sequence

import numpy as np

Fold = tuple[np.ndarray, np.ndarray]  # indices of the clips to train on and to test on


def make_folds(target: np.ndarray, groups: np.ndarray | None, n_folds: int, seed: int) -> list[Fold]:
    """Split clips into stratified folds without splitting groups.

    Parameters
    ----------
    target : ndarray of shape (n_clips,)
        Class names.
    groups : ndarray of shape (n_clips,) or None
        Group of each clip.
    n_folds : int
        Number of folds; reduced if there are fewer groups.
    seed : int
        Seed of the shuffling.

    Returns
    -------
    list of (ndarray, ndarray)
        Train and test indices of each fold.

    Raises
    ------
    ValueError
        If there is only one class or group, a class has fewer clips than folds, or classes coincide with groups.
    """
    from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

    if groups is not None:
        n_folds = min(n_folds, len(np.unique(groups)))
        if n_folds < 2:
            raise ValueError(f"--groups: all clips are of one group, {str(groups[0])!r}; folds require at least two.")
    _check_classes(target, n_folds)
    X = np.zeros(len(target))
    if groups is None:
        return list(StratifiedKFold(n_folds, shuffle=True, random_state=seed).split(X, target))
    folds = list(StratifiedGroupKFold(n_folds, shuffle=True, random_state=seed).split(X, target, groups))
    for train, test in folds:
        if len(np.unique(target[train])) < 2:
            raise ValueError(
                f"--groups: without the groups {_abbreviate(np.unique(groups[test]))} there is one class only to train "
                "on. Each class requires clips of several groups."
            )
    return folds


def classes_of_one_group(target: np.ndarray, groups: np.ndarray) -> list[str]:
    """Return the classes whose clips are all of one group: no fold both trains and tests on them."""
    return [name for name in np.unique(target).tolist() if len(np.unique(groups[target == name])) == 1]


def count_straddling(groups: np.ndarray, folds: Sequence[Fold]) -> tuple[int, int]:
    """Count the groups with clips in more than one test fold, and all groups."""
    fold_of = np.empty(len(groups), dtype=int)
    for number, (_, test) in enumerate(folds):
        fold_of[test] = number
    names = np.unique(groups)
    return sum(len(np.unique(fold_of[groups == name])) > 1 for name in names), len(names)


def _check_classes(target: np.ndarray, n_folds: int) -> None:
    names, counts = np.unique(target, return_counts=True)
    if len(names) < 2:
        raise ValueError(f"There is one class only, {str(names[0])!r}; a classifier requires at least two.")
    if counts.min() < n_folds:
        rare = [f"{name!s} ({count})" for name, count in zip(names, counts, strict=True) if count < n_folds]
        remedy = f"or pass --folds {counts.min()}" if counts.min() > 1 else "or remove the class"
        raise ValueError(f"Fewer clips than the {n_folds} folds in: {_abbreviate(rare)}. Add clips, {remedy}.")


def _abbreviate(names: Sequence | np.ndarray, max_names: int = 8) -> str:
    shown = ", ".join(map(str, names[:max_names]))
    return shown if len(names) <= max_names else f"{shown} and {len(names) - max_names} more"

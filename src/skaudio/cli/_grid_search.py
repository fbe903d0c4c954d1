"""The search itself: scikit-learn's `GridSearchCV`, out-of-fold predictions of the best candidate, and its refit."""

from collections.abc import Callable, Sequence

import numpy as np
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.model_selection import GridSearchCV, ParameterGrid
from sklearn.pipeline import Pipeline
from sklearn.utils import Bunch
from tqdm import tqdm

from skaudio.cli._folds import Fold, make_folds
from skaudio.model_selection import OutOfFold, out_of_fold


class BlockwiseGridSearch(GridSearchCV):
    """`GridSearchCV` that reports after each block of candidates.

    A block contains the candidates that differ only in their model: enough fits to keep the processes busy, but few
    enough for regular progress updates.

    Attributes
    ----------
    on_block : callable
        Called with the number of candidates of each evaluated block; must be set before `fit`.
    """

    on_block: Callable[[int], object]

    def _run_search(self, evaluate_candidates: Callable) -> None:  # the hook that scikit-learn documents for subclasses
        blocks: dict[tuple, list[dict]] = {}
        for candidate in ParameterGrid(self.param_grid):
            blocks.setdefault((id(candidate["sound"]), candidate.get("pool__segments")), []).append(candidate)
        for block in blocks.values():
            evaluate_candidates(block)
            self.on_block(len(block))

    def __getstate__(self) -> dict:
        # scikit-learn 1.9 sends the search to its workers with each fit, but the progress bar belongs to this process.
        return {name: value for name, value in super().__getstate__().items() if name != "on_block"}


def evaluate(
    pipeline: Pipeline,
    grid: list[dict[str, list]],
    clips: Bunch,
    folds: Sequence[Fold],
    *,
    scoring: str,
    jobs: int,
    quiet: bool,
) -> tuple[GridSearchCV, OutOfFold, Pipeline]:
    """Search the grid, compute out-of-fold predictions of the best candidate, and refit it on all clips.

    Parameters
    ----------
    pipeline : Pipeline
        Pipeline whose parameters the grid sets.
    grid : list of dict
        See `skaudio.cli._grid.make_grid`.
    clips : Bunch
        Paths or arrays ``data``, class names ``target``, and ``groups`` or None; see `skaudio.cli._clips.user_clips`.
    folds : sequence of (ndarray, ndarray)
        Train and test indices.
    scoring : str
        Name of a scikit-learn scorer.
    jobs : int
        Number of processes.
    quiet : bool
        Whether to hide the progress bar.

    Returns
    -------
    searched : GridSearchCV
        The fitted search.
    predictions : OutOfFold
        Out-of-fold predictions of the best candidate, and the estimators.
    best : Pipeline
        The best candidate, refitted, with probabilities and without the cache.
    """
    searched = BlockwiseGridSearch(
        pipeline, grid, scoring=scoring, cv=folds, refit=False, n_jobs=jobs, error_score="raise"
    )
    n_fits = (len(ParameterGrid(grid)) + 1) * len(folds) + 1
    with tqdm(total=n_fits, desc="fitting", unit="fit", disable=quiet, leave=False) as bar:
        searched.on_block = lambda n_candidates: bar.update(n_candidates * len(folds))
        searched.fit(clips.data, clips.target)
        best = clone(pipeline).set_params(**clone(searched.best_params_, safe=False))
        predictions = out_of_fold(best, clips.data, clips.target, groups=clips.groups, cv=folds, n_jobs=jobs)
        bar.update(len(folds))
        _fit_with_probabilities(best, clips.data, clips.target, folds, jobs)
        bar.update(1)
    best.set_params(sound__memory=None)  # the cache is a local folder, deleted at the end by default
    return searched, predictions, best


def _fit_with_probabilities(
    best: Pipeline, clips: np.ndarray, target: np.ndarray, folds: Sequence[Fold], jobs: int
) -> None:
    """Fit to all clips; a model without probabilities is calibrated by its out-of-fold scores."""
    model = best.named_steps["model"]
    if hasattr(model, "predict_proba"):
        best.fit(clips, target)
        return
    if any(len(np.unique(target[train])) < len(np.unique(target)) for train, _ in folds):
        # Scores of a class within one group require folds that split the group.
        folds = make_folds(target, None, len(folds), seed=0)
    # With the folds of the search, no group is split.
    best.set_params(model=CalibratedClassifierCV(model, ensemble=False, cv=folds, n_jobs=jobs))
    best.fit(clips, target)
    # Indices of these clips would be invalid for a later fit to others.
    best.set_params(model__cv=len(folds), model__n_jobs=None)

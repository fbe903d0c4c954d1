"""The search itself: scikit-learn's `GridSearchCV`, out-of-fold predictions of the best candidate, and its refit."""

from collections.abc import Callable, Sequence

import numpy as np
from joblib import cpu_count, effective_n_jobs, parallel_config
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.model_selection import GridSearchCV, ParameterGrid
from sklearn.pipeline import Pipeline
from sklearn.utils import Bunch
from tqdm import tqdm

from skaudio.cli._folds import Fold, make_folds
from skaudio.model_selection import OutOfFold, out_of_fold

FITS_PER_WORKER = 4  # of a cluster, in a block


class BlockwiseGridSearch(GridSearchCV):
    """`GridSearchCV` that reports after each block of candidates.

    A block contains the candidates that differ only in their model: enough fits to keep the processes busy, but few
    enough for regular progress updates.

    Attributes
    ----------
    on_block : callable
        Called with the number of candidates of each evaluated block; must be set before `fit`.
    min_candidates : int
        Number of candidates to which blocks are merged, so that each worker of a cluster has some fits.
    """

    on_block: Callable[[int], object]
    min_candidates: int = 1

    def _run_search(self, evaluate_candidates: Callable) -> None:  # the hook that scikit-learn documents for subclasses
        blocks: dict[tuple, list[dict]] = {}
        for candidate in ParameterGrid(self.param_grid):
            blocks.setdefault((id(candidate["sound"]), candidate.get("pool__segments")), []).append(candidate)
        waiting: list[dict] = []
        for number, block in enumerate(blocks.values(), start=1):
            waiting += block
            if len(waiting) >= self.min_candidates or number == len(blocks):
                evaluate_candidates(waiting)
                self.on_block(len(waiting))
                waiting = []

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
    jobs: int | None,
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
    jobs : int or None
        Number of processes; None: the workers of the active joblib backend, except for the last fit.
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
        pipeline, grid, scoring=scoring, cv=_as_lists(folds), refit=False, n_jobs=jobs, error_score="raise"
    )
    searched.min_candidates = FITS_PER_WORKER * effective_n_jobs(None) // len(folds) if jobs is None else 1
    n_fits = (len(ParameterGrid(grid)) + 1) * len(folds) + 1
    with tqdm(total=n_fits, desc="fitting", unit="fit", disable=quiet, leave=False) as bar:
        searched.on_block = lambda n_candidates: bar.update(n_candidates * len(folds))
        searched.fit(clips.data.tolist(), clips.target.tolist())
        best = clone(pipeline).set_params(**clone(searched.best_params_, safe=False))
        predictions = out_of_fold(best, clips.data, clips.target, groups=clips.groups, cv=folds, n_jobs=jobs)
        bar.update(len(folds))
        with parallel_config("loky"):  # on this machine: one fit, of which Dask would lose the arrays with a worker
            _fit_with_probabilities(best, clips.data, clips.target, folds, jobs or cpu_count())
        bar.update(1)
    best.set_params(sound__memory=None)  # the cache is a local folder, deleted at the end by default
    return searched, predictions, best


def _as_lists(folds: Sequence[Fold]) -> list[tuple[list[int], list[int]]]:
    """Return folds as lists, which Dask sends with each task: of arrays it keeps one copy, which a worker may lose."""
    return [(train.tolist(), test.tolist()) for train, test in folds]


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

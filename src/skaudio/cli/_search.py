"""``skaudio search``: from a folder of audio to a ranked table, a confusion matrix and a fitted pipeline in a file."""

import shlex
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import joblib
import numpy as np
from sklearn.model_selection import GridSearchCV
from sklearn.utils import Bunch

from skaudio.cli._backends import backend_in_force
from skaudio.cli._clips import generated_clips, user_clips
from skaudio.cli._files import check_writable, is_skops, size_of, temporary_folder, write_model
from skaudio.cli._folds import Fold, classes_of_one_group, count_straddling, make_folds
from skaudio.cli._grid import found_pretrained, make_grid, make_pipeline
from skaudio.cli._grid_search import evaluate
from skaudio.cli._messages import warn
from skaudio.cli._precompute import precompute
from skaudio.cli._tables import confusion_table, ranked_table
from skaudio.inspection import Report
from skaudio.inspection.displays import pyplot
from skaudio.model_selection import OutOfFold, rank_candidates


def search(arguments: Namespace, results: TextIO) -> None:
    """Run the command.

    Parameters
    ----------
    arguments : Namespace
        Parsed arguments of ``skaudio search ...``.
    results : text stream
        Stream that results are written to.
    """
    output = Path(arguments.output).expanduser()
    page = None if arguments.report is None else Path(arguments.report).expanduser()
    for path in (output, page):
        if path is not None:
            check_writable(path, force=arguments.force)
    if page is not None:
        if page.resolve() == output.resolve():
            raise ValueError(f"--report and --output are the same file, {str(page)!r}. Use another name for the page.")
        pyplot()  # raises an error early if matplotlib is missing
    clips = _read_clips(arguments)
    pretrained = _pretrained(arguments)
    folds = _make_folds(clips, arguments)  # checks classes and groups before decoding
    _warn_of_leakage(clips, folds)
    quiet, jobs = arguments.quiet, None if arguments.backend else arguments.jobs or joblib.cpu_count()
    with _cache(arguments) as cache:
        grid = make_grid(
            level=arguments.grid,
            front_ends=arguments.front_ends,
            models=arguments.models,
            pretrained=pretrained,
            seed=arguments.seed,
            sound={"sr": clips.sr, "memory": cache},
            network=clips.network,
        )
        front_ends = [front_end for part in grid for front_end in part["sound"]]
        kept = precompute(front_ends, clips.data, jobs=jobs, on_error=arguments.on_error, quiet=quiet)
        if len(kept) < len(clips.data):
            clips = _select(clips, kept)
            folds = _make_folds(clips, arguments)
        _print_task(clips, folds, pretrained, results)
        searched, predictions, best = evaluate(
            make_pipeline(), grid, clips, folds, scoring=arguments.scoring, jobs=jobs, quiet=quiet
        )
        _print_results(searched, predictions, results)
        write_model(best, output)
        if page is not None:  # while the features are cached
            _report(searched, predictions, clips, arguments).save(page)
    _print_usage(output, page, results)


@contextmanager
def _cache(arguments: Namespace) -> Iterator[str]:
    """Yield the folder of the cache, by the name that it has on each machine; delete a temporary one in the end."""
    with backend_in_force(arguments.backend, arguments.jobs) as delete:
        if arguments.cache is not None:
            yield arguments.cache
            return
        with temporary_folder() as folder:
            try:
                yield folder
            finally:
                delete(folder)


def _report(searched: GridSearchCV, predictions: OutOfFold, clips: Bunch, arguments: Namespace) -> Report:
    sources = {
        "Data": clips.source,
        "Sampling rate": f"{clips.sr:g} Hz",
        "Seed": arguments.seed,
        "Command": arguments.command_line,
    }
    title = f"{clips.source}: results of the search"
    return Report.from_predictions(searched, predictions, provenance=sources, title=title)


def _read_clips(arguments: Namespace) -> Bunch:
    if arguments.folder is not None:
        return user_clips(arguments.folder, arguments.labels, arguments.groups, arguments.sr, arguments.encoding)
    if any(option is not None for option in (arguments.labels, arguments.groups, arguments.sr)):
        raise ValueError("--labels, --groups and --sr require FOLDER: skaudio search FOLDER --groups ...")
    return generated_clips(arguments.seed)


def _pretrained(arguments: Namespace) -> list[str]:
    """Return the names of the pretrained models to try; by default, those found, unless front ends are chosen."""
    if arguments.pretrained is not None:
        if arguments.pretrained and arguments.folder is None:
            raise ValueError("--pretrained requires FOLDER: skaudio search FOLDER --pretrained ...")
        return arguments.pretrained
    return found_pretrained() if arguments.folder is not None and arguments.front_ends is None else []


def _select(clips: Bunch, kept: np.ndarray) -> Bunch:
    n_clips = len(clips.data)
    return Bunch(**{k: v[kept] if isinstance(v, np.ndarray) and len(v) == n_clips else v for k, v in clips.items()})


def _make_folds(clips: Bunch, arguments: Namespace) -> list[Fold]:
    return make_folds(clips.target, clips.groups, arguments.folds, arguments.seed)


def _warn_of_leakage(clips: Bunch, folds: list[Fold]) -> None:
    if clips.groups is not None:
        for name in classes_of_one_group(clips.target, clips.groups):
            warn(f"all clips of {name!r} are of one group: no fold both trains and tests on them.")
    if clips.unused_groups is not None:
        straddling, n_groups = count_straddling(clips.unused_groups, folds)
        if straddling:
            warn(
                f"{straddling} of {n_groups} groups straddle folds: models are tested on groups that they were trained "
                "on, which overestimates scores. Pass --groups to keep each group in one fold."
            )


def _print_task(clips: Bunch, folds: list[Fold], pretrained: list[str], results: TextIO) -> None:
    names = np.unique(clips.target)
    grouped = "" if clips.groups is None else f" by group ({len(np.unique(clips.groups))} groups)"
    size = f"{len(clips.data)} clips of {len(names)} classes, {clips.sr:g} Hz"
    models = f"; pretrained models: {', '.join(pretrained)}" if pretrained else ""
    print(f"{clips.source}: {size}; {len(folds)} folds{grouped}{models}\n", file=results, flush=True)


def _print_results(searched: GridSearchCV, predictions: OutOfFold, results: TextIO) -> None:
    ranking = rank_candidates(searched)
    correct = predictions.y_true == predictions.y_pred
    lines = [
        ranked_table(ranking),
        "(mean and standard deviation over folds; mean seconds to fit, with features computed before;",
        f"the best of {len(ranking.indices)} was chosen on these folds: expect somewhat less on new clips)\n",
        f"The best: {ranking.descriptions[0]}.",
        "Its out-of-fold predictions (rows: true, columns: predicted):\n",
        confusion_table(predictions.y_true, predictions.y_pred),
        f"accuracy {correct.mean():.1%}, {correct.sum()} of {len(correct)}\n",
    ]
    print(*lines, sep="\n", file=results)


def _print_usage(output: Path, page: Path | None, results: TextIO) -> None:
    name = str(output)
    lines = [
        f"Fitted on all clips and written to {name} ({size_of(output)}). To use it:\n",
        f"  skaudio predict {shlex.quote(name)} FILES...\n",
        "or, in Python:\n",
        "  from skaudio.export import load" if is_skops(name) else "  from joblib import load",
        f"  model = load({name!r})",
        '  model.predict(["clip.wav"]), model.predict_proba(["clip.wav"]), model.classes_',
    ]
    if page is not None:
        lines.append(f"\nFigures, spectrograms and sounds of the clips are in {page} ({size_of(page)}).")
    print(*lines, sep="\n", file=results)

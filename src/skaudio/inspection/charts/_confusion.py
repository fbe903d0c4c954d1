"""Confusion matrix whose cells filter the cards of the page, and other tables with shades."""

import json
from collections.abc import Sequence
from html import escape

import numpy as np
from sklearn.metrics import confusion_matrix

from skaudio.model_selection import OutOfFold

MAX_SHADE = 9


def clips_to_show(predictions: OutOfFold, max_clips: int) -> np.ndarray:
    """Choose clips: mistakes first, the most confident before others; then correct ones, equally many of each class."""
    target, predicted = predictions.y_true, predictions.y_pred
    mistakes = np.flatnonzero(target != predicted)
    order = mistakes[np.argsort(-predictions.margins[mistakes], kind="stable")].tolist()
    correct = [np.flatnonzero((target == name) & (predicted == name)) for name in np.unique(target)]
    # Round robin over classes.
    order += [int(clips[turn]) for turn in range(max(map(len, correct))) for clips in correct if turn < len(clips)]
    return np.sort(order[:max_clips])


def confusion_table(predictions: OutOfFold, shown: np.ndarray) -> str:
    """Return the matrix: rows are true classes, columns predicted ones. Cells with clips that are shown are buttons."""
    target, predicted = predictions.y_true, predictions.y_pred
    names = np.unique(np.concatenate([target, predicted]))
    counts = confusion_matrix(target, predicted, labels=names)
    of_shown = confusion_matrix(target[shown], predicted[shown], labels=names)
    head = "".join(f'<th scope="col">{escape(str(name))}</th>' for name in names)
    rows = []
    for row, name in enumerate(names):
        total = counts[row].sum()
        cells = "".join(
            _cell(counts[row, column], total, names[[row, column]], bool(of_shown[row, column]))
            for column in range(len(names))
        )
        recall = f"{counts[row, row] / total:.1%}" if total else "no clips"
        rows.append(f'<tr><th scope="row">{escape(str(name))}</th>{cells}<td><span>{recall}</span></td></tr>')
    corner = '<th scope="col">rows: true; columns: predicted</th>'
    return (
        f'<table class="shaded" aria-label="confusion matrix">\n<thead><tr>{corner}{head}'
        '<th scope="col">recall</th></tr></thead>\n<tbody>\n' + "\n".join(rows) + "\n</tbody>\n</table>"
    )


def _cell(count: int, total: int, names: np.ndarray, is_shown: bool) -> str:
    if not count:
        return "<td><span>·</span></td>"
    true, predicted = map(str, names)
    is_right = true == predicted
    clips = f"{count} clip{'' if count == 1 else 's'} of {true}"
    label = escape(f"{clips}, predicted correctly" if is_right else f"{clips}, predicted as {predicted}")
    chosen = escape(json.dumps({"true": true, "predicted": predicted}))
    inside = (
        f'<button type="button" data-chosen="{chosen}" aria-label="{label}">{count}</button>'
        if is_shown
        else f'<span aria-label="{label}" role="img">{count}</span>'
    )
    return f'<td class="{"right" if is_right else "wrong"} shade-{_shade(count / total)}">{inside}</td>'


def heat_table(scores: np.ndarray, row_names: Sequence[str], column_names: Sequence[str], label: str) -> str:
    """Return a table of scores in shades, whose best one is framed; those that are NaN are left out."""
    low, high = np.nanmin(scores), np.nanmax(scores)
    head = "".join(_header(name, "col") for name in column_names)
    rows = []
    for name, row in zip(row_names, scores, strict=True):
        cells = "".join(
            "<td><span>·</span></td>"
            if np.isnan(score)
            else f'<td class="right shade-{_shade((score - low) / max(high - low, 1e-12))}'
            f'{" best" if score == high else ""}"><span>{_score_text(score)}</span></td>'
            for score in row
        )
        rows.append(f"<tr>{_header(name, 'row')}{cells}</tr>")
    return (
        f'<table class="shaded" aria-label="{escape(label)}">\n<thead><tr><td></td>{head}</tr></thead>\n<tbody>\n'
        + "\n".join(rows)
        + "\n</tbody>\n</table>"
    )


def _header(name: str, scope: str) -> str:
    return f'<th scope="{scope}">{escape(name)}</th>' if name else "<td></td>"  # of a search over one parameter


def _shade(share: float) -> int:
    return round(MAX_SHADE * share)


def _score_text(score: float) -> str:
    return f"{score:.3f}" if abs(score) < 10 else f"{score:.3g}"

"""Confusion matrix whose cells link to their clips."""

from collections.abc import Iterator, Mapping
from html import escape

import numpy as np
from sklearn.metrics import confusion_matrix

from skaudio.inspection._clip_card import ClipCard
from skaudio.model_selection import OutOfFold


class Confusion:
    """Confusion matrix, and the choice of clips to show.

    Parameters
    ----------
    predictions : OutOfFold
        True and predicted classes of the clips.
    max_clips : int
        Maximum number of clips to show: mistakes first, the most confident before others; then correct ones, equally
        many of each class.
    """

    def __init__(self, predictions: OutOfFold, max_clips: int) -> None:
        target, predicted = predictions.y_true, predictions.y_pred
        self._names = np.unique(np.concatenate([target, predicted]))
        self._counts = confusion_matrix(target, predicted, labels=self._names)
        self._cells = {
            (row, column): np.flatnonzero((target == true) & (predicted == name))
            for row, true in enumerate(self._names)
            for column, name in enumerate(self._names)
        }
        mistakes = np.flatnonzero(target != predicted)
        order = mistakes[np.argsort(-predictions.margins[mistakes], kind="stable")].tolist()
        correct = [self._cells[row, row] for row in range(len(self._names))]
        # Round robin over classes.
        order += [int(clips[turn]) for turn in range(max(map(len, correct))) for clips in correct if turn < len(clips)]
        self.shown = np.sort(order[:max_clips])
        self._openable = {cell for cell, clips in self._cells.items() if np.isin(clips, self.shown).any()}

    def matrix(self) -> str:
        """Return the table: rows are true classes, columns predicted ones."""
        head = "".join(f'<th scope="col">{escape(str(name))}</th>' for name in self._names)
        rows = []
        for row, name in enumerate(self._names):
            total = max(1, self._counts[row].sum())
            cells = "".join(self._cell(row, column, total) for column in range(len(self._names)))
            rows.append(
                f'<tr><th scope="row">{escape(str(name))}</th>{cells}<td><span>{self._recall(row)}</span></td></tr>'
            )
        corner = '<th scope="col">rows: true; columns: predicted</th>'
        return (
            f'<table class="confusion" aria-label="confusion matrix">\n<thead><tr>{corner}{head}'
            '<th scope="col">recall</th></tr></thead>\n<tbody>\n' + "\n".join(rows) + "\n</tbody>\n</table>"
        )

    def sections(self, cards: Mapping[int, ClipCard], names: Mapping[int, str]) -> Iterator[str]:
        """Return the table, and for each of its cells the clips, which are hidden until its link is followed."""
        yield '<h2 id="matrix">Confusion matrix</h2>'
        yield "<p>Out-of-fold predictions. A number opens its clips.</p>"
        n_clips = int(self._counts.sum())
        if len(self.shown) < n_clips:
            yield (
                f'<p class="note">{len(self.shown)} of {n_clips} clips can be opened: mistakes first, then '
                "equally many others of each class.</p>"
            )
        yield f'<div class="scroll" tabindex="0">{self.matrix()}</div>'
        for (row, column), clips in self._cells.items():
            shown = [int(i) for i in clips if i in cards]
            if shown:
                yield self._section(row, column, [_figure(i, cards[i], names[i]) for i in shown])

    def _section(self, row: int, column: int, figures: list[str]) -> str:
        title = self._description(row, column)
        if len(figures) < self._counts[row, column]:
            title += f"; {len(figures)} of them shown"
        return (
            f'<section class="clips" id="cell-{row}-{column}" aria-label="{escape(title)}">\n<h3>{escape(title)}</h3>\n'
            '<p><a href="#matrix">Back to the table</a></p>\n<div class="cards">\n'
            + "\n".join(figures)
            + "\n</div>\n</section>"
        )

    def _cell(self, row: int, column: int, total: int) -> str:
        count = self._counts[row, column]
        if not count:
            return "<td><span>·</span></td>"
        share = count / total
        red, green = (11, 83) if row == column else (166, 28)
        blue = 148 if row == column else 0
        shade = f"background: rgb({red} {green} {blue} / {0.08 + 0.92 * share:.2f})"
        dark = ' class="dark"' if share > 0.5 else ""
        label = f'aria-label="{escape(self._description(row, column))}"'
        inside = (
            f'<a href="#cell-{row}-{column}" {label}>{count}</a>'
            if (row, column) in self._openable
            else f"<span {label}>{count}</span>"
        )
        return f'<td style="{shade}"{dark}>{inside}</td>'

    def _recall(self, row: int) -> str:
        total = self._counts[row].sum()
        return f"{self._counts[row, row] / total:.1%}" if total else "no clips"

    def _description(self, row: int, column: int) -> str:
        count = self._counts[row, column]
        clips = f"{count} clip{'' if count == 1 else 's'} of {self._names[row]}"
        return f"{clips}, predicted correctly" if row == column else f"{clips}, predicted as {self._names[column]}"


def _figure(i: int, card: ClipCard, name: str) -> str:
    title = f"Mel spectrogram of {name}, {card.seconds:.2f} s, up to {card.top_hz:g} Hz"
    length = f"{card.seconds:.2f} s"
    if card.sound_seconds < card.seconds:
        length += f", sound of the first {card.sound_seconds:.2f} s"
    return (
        f'<figure class="clip" id="clip-{i}"><img alt="{escape(title)}" src="{card.picture}">'
        f'<audio controls preload="none" aria-label="{escape(name)}" src="{card.sound}"></audio>'
        f"<figcaption>{escape(name)}, {length}</figcaption></figure>"
    )

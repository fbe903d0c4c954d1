"""Plain-text tables: ranked candidates and confusion matrices."""

from string import ascii_lowercase

import numpy as np

from skaudio.model_selection import CandidateRanking

MAX_RANKS = 20
MAX_COLUMNS = 15
MAX_ROWS = 40
NAME_WIDTH = 24


def ranked_table(ranking: CandidateRanking) -> str:
    """Format the candidates by rank.

    Parameters
    ----------
    ranking : CandidateRanking
        The candidates, the best first.

    Returns
    -------
    str
        The table of the first 20, without a trailing line break.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.cli._tables import ranked_table
    >>> from skaudio.model_selection import CandidateRanking
    >>> columns = np.array([[0.75, 0.5], [0.05, 0.1], [0.25, 2.0]])
    >>> ranking = CandidateRanking("accuracy", np.array([1, 0]), ["MelSpectrogram, SVC", "MFCC, SVC"], *columns)
    >>> print(ranked_table(ranking))
    rank        accuracy   fit s  candidate
       1   0.750 ± 0.050    0.25  MelSpectrogram, SVC
       2   0.500 ± 0.100    2.00  MFCC, SVC
    """
    means, deviations, seconds = ranking.mean_scores, ranking.std_scores, ranking.fit_times
    lines = [f"rank  {ranking.metric.replace('_', ' '):>15}   fit s  candidate"]
    for i, description in enumerate(ranking.descriptions[:MAX_RANKS]):
        score = f"{means[i]:.3f} ± {deviations[i]:.3f}"
        lines.append(f"{i + 1:4d}  {score:>15}  {seconds[i]:6.2f}  {description}")
    if len(means) > MAX_RANKS:
        lines.append(f" ... and {len(means) - MAX_RANKS} more, down to {means[-1]:.3f}")
    return "\n".join(lines)


def confusion_table(target: np.ndarray, predicted: np.ndarray) -> str:
    """Format the confusion matrix for up to 15 classes, else a list of the classes with the worst recall.

    Parameters
    ----------
    target, predicted : ndarray of str, shape (n_clips,)
        True and predicted class names.

    Returns
    -------
    str
        The table, without a trailing line break.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.cli._tables import confusion_table
    >>> print(confusion_table(np.array(["dog", "dog", "rain"]), np.array(["dog", "rain", "rain"])))
             a  b  recall
    a  dog   1  1   50.0%
    b  rain  .  1  100.0%
    """
    from sklearn.metrics import confusion_matrix

    names = np.unique(target)
    counts = confusion_matrix(target, predicted, labels=names)
    return _matrix(names, counts) if len(names) <= MAX_COLUMNS else _worst_classes(names, counts)


def _matrix(names: np.ndarray, counts: np.ndarray) -> str:
    letters = ascii_lowercase[: len(names)]
    cell = max(2, len(str(counts.max()))) + 1
    width = min(NAME_WIDTH, max(map(len, names)))
    lines = [" " * (3 + width) + "".join(f"{letter:>{cell}}" for letter in letters) + "  recall"]
    for letter, name, row in zip(letters, names, counts, strict=True):
        cells = "".join(f"{count or '.':>{cell}}" for count in row)
        recall = row[letters.index(letter)] / row.sum()
        lines.append(f"{letter}  {_shorten(name):<{width}}{cells}  {recall:6.1%}")
    return "\n".join(lines)


def _worst_classes(names: np.ndarray, counts: np.ndarray) -> str:
    recalls = counts.diagonal() / counts.sum(axis=1)
    mistakes = counts - np.diag(counts.diagonal())
    width = min(NAME_WIDTH, max(map(len, names)))
    lines = [f"{'class':<{width}}  clips  recall  most often confused with"]
    order = np.argsort(recalls, kind="stable")
    for i in order[:MAX_ROWS]:
        other = mistakes[i].argmax()
        mistake = f"{_shorten(names[other])} ({mistakes[i, other]})" if mistakes[i, other] else ""
        lines.append(f"{_shorten(names[i]):<{width}}  {counts[i].sum():5d}  {recalls[i]:6.1%}  {mistake}".rstrip())
    if len(order) > MAX_ROWS:
        lines.append(f"... and {len(order) - MAX_ROWS} more, each at least {recalls[order[MAX_ROWS]]:.1%}")
    return "\n".join(lines)


def _shorten(name: str) -> str:
    return name if len(name) <= NAME_WIDTH else name[: NAME_WIDTH - 3] + "..."

"""Charts of pages as SVG, without style attributes, which the policy of a page with scripts forbids."""

from collections.abc import Sequence
from html import escape

BAR_WIDTH, HEIGHT = 8, 36  # in pixels


def bars(
    values: Sequence[float],
    text: str,
    *,
    labels: Sequence[tuple[int, str]] = (),
    bar_width: int = BAR_WIDTH,
    height: int = HEIGHT,
) -> str:
    """Return a bar chart.

    Parameters
    ----------
    values : sequence of float
        Values of the bars, at least 0.
    text : str
        The same in words, for those who do not see it.
    labels : sequence of (int, str), default=()
        Texts below bars, by their index.
    bar_width, height : int
        Width of a bar, and height of the highest one, in pixels.
    """
    width, foot, largest = bar_width * len(values), 14 if labels else 1, max(values) or 1
    rects = []
    for i, value in enumerate(values):
        length = height * value / largest
        rects.append(
            f'<rect x="{bar_width * i}" y="{height - length:.1f}" width="{bar_width - 1}" height="{length:.1f}"/>'
        )
    texts = (f'<text x="{bar_width * i}" y="{height + 12}">{escape(label)}</text>' for i, label in labels)
    return (
        f'<svg class="bars" viewBox="0 0 {width} {height + foot}" width="{width}" height="{height + foot}" role="img" '
        f'aria-label="{escape(text)}">{"".join(rects)}<rect class="base" x="0" y="{height}" width="{width}" '
        f'height="1"/>{"".join(texts)}</svg>'
    )


def interval_bar(value: float, low: float, high: float) -> str:
    """Return a bar from 0 to 1 with an interval and a value in it, which the text beside it repeats."""
    return (
        '<svg class="interval" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="all" width="100" height="6"/>'
        f'<rect class="range" x="{100 * low:.1f}" width="{100 * (high - low):.1f}" height="6"/>'
        f'<rect class="value" x="{99 * value:.1f}" width="1" height="6"/></svg>'
    )

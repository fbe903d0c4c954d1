"""Points of clips as SVG, which link to the cards of their clips."""

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np

from skaudio.inspection.displays import class_colours

SIZE = (720, 440)  # in pixels
MARGIN = 12
RADIUS = 5


def scatter(
    positions: np.ndarray, labels: Sequence[str], links: Sequence[int], names: Mapping[int, str], text: str
) -> str:
    """Return the points, and a legend of their colours.

    Parameters
    ----------
    positions : ndarray of shape (n_clips, 2)
        Positions of the points.
    labels : sequence of str
        Class of each, which has a colour.
    links : sequence of int
        Number of the clip of each, whose card has the ``id`` ``clip-`` and the number.
    names : dict of int to str
        Names of the clips by number.
    text : str
        Description of the picture.
    """
    classes = sorted(set(labels))
    colours = [_hex(colour) for colour in class_colours(len(classes))]
    low, span = positions.min(axis=0), np.maximum(np.ptp(positions, axis=0), 1e-9)
    places = MARGIN + (positions - low) / span * (np.array(SIZE) - 2 * MARGIN)
    points = [
        f'<a href="#clip-{number}" tabindex="-1"><circle cx="{x:.1f}" cy="{SIZE[1] - y:.1f}" r="{RADIUS}" '
        f'fill="{colours[classes.index(label)]}"><title>{escape(f"{label}: {names[number]}")}</title></circle></a>'
        for (x, y), label, number in zip(places.tolist(), labels, links, strict=True)
    ]
    legend = [
        f'<li><svg viewBox="0 0 12 12" aria-hidden="true"><circle cx="6" cy="6" r="{RADIUS}" fill="{colour}"/></svg> '
        f"{escape(name)}</li>"
        for name, colour in zip(classes, colours, strict=True)
    ]
    return (
        f'<figure class="points">\n<svg viewBox="0 0 {SIZE[0]} {SIZE[1]}" width="{SIZE[0]}" role="group" '
        f'aria-label="{escape(text)}">\n'
        + "\n".join(points)
        + f'\n</svg>\n<ul class="legend">{"".join(legend)}</ul>\n</figure>'
    )


def _hex(colour: np.ndarray) -> str:
    return "#" + "".join(f"{round(255 * part):02x}" for part in colour[:3])

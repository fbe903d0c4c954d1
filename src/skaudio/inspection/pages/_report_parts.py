"""Parts that the pages of reports have in common."""

import re
from collections.abc import Callable, Sequence
from html import escape
from typing import Any

from skaudio.inspection.displays import png_uri, pyplot
from skaudio.inspection.pages._cards import cards

FIGURE_DPI = 150  # sharp on screens of two pixels per point
SHOWN_DPI = 90
PICTURES = (
    "Black is the level that a fifth of each picture is below, the brightest colour its highest one. Quiet sounds are "
    "amplified, by at most 30 dB."
)


def contents(names: Sequence[str]) -> str:
    """Return links to the sections of a page."""
    links = "".join(f'<li><a href="#{anchor(name)}">{escape(name)}</a></li>' for name in names)
    return f'<nav aria-label="Contents"><ul class="contents">{links}</ul></nav>'


def section(name: str, html: str) -> str:
    """Return a section with a heading."""
    return f'<section>\n<h2 id="{anchor(name)}" tabindex="-1">{escape(name)}</h2>\n{html}\n</section>'


def card_section(controls: Sequence[str], note: str = "", *, decibels: bool) -> str:
    """Return the cards, with controls to order and filter them; their spectrograms may be in decibels."""
    return "\n".join(
        [
            note,
            '<form id="filters" aria-label="Order and filters">',
            *controls,
            '<button type="button" id="reset">Show all</button>',
            "</form>",
            '<p id="number" role="status"></p>',
            f'<p class="note">Spectrograms{", in dB" if decibels else ""}. {PICTURES}</p>',
            "<noscript><p>The cards need scripts, which this browser does not run.</p></noscript>",
            cards(),
        ]
    ).lstrip()


def figure(draw: Callable[[], Any], alt: str) -> str:
    """Return a figure of matplotlib, drawn for light and for dark pages."""
    light, width = _drawn(draw, "default")
    dark, _ = _drawn(draw, "dark_background")
    return (
        f'<figure><picture><source media="(prefers-color-scheme: dark)" srcset="{dark}">'
        f'<img alt="{escape(alt)}" width="{width}" src="{light}"></picture></figure>'
    )


def _drawn(draw: Callable[[], Any], style: str) -> tuple[str, int]:
    # A context: what the user set is in place afterwards.
    with pyplot().style.context({} if style == "default" else [style, {"savefig.facecolor": "#16181b"}]):
        drawn = draw()
        uri, width = png_uri(drawn, dpi=FIGURE_DPI), round(SHOWN_DPI * drawn.get_figwidth())
    pyplot().close(drawn)
    return uri, width


def anchor(name: str) -> str:
    """Return the ``id`` of a section's heading."""
    return re.sub(r"\W+", "-", name.lower())

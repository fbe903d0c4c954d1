"""Pages of cards, with controls to order and filter them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from skaudio._html_page import page, page_file

FOLDER = "skaudio.inspection.pages"  # of the parts of pages


def card_page(
    title: str,
    body: Iterable[str],
    content: Mapping[str, Any],
    *,
    scripts: Sequence[str],
    styles: Sequence[str] = (),
) -> str:
    """Return a page whose script builds the cards.

    Parameters
    ----------
    title : str
        Title and heading.
    body : iterable of str
        HTML of its parts, with a form ``filters`` of `order_select`, `field_select` and `number_range`, and with the
        `cards`.
    content : dict
        What the scripts need: ``clips``, a list of dicts with the keys

        - ``title``: str;
        - ``facts``: list of pairs, a class of style and a text, below the title;
        - ``fields``: dict of str, by which cards are filtered;
        - ``numbers``: dict of float or None, by whose range cards are filtered;
        - ``error``: str, or those of `skaudio.inspection.pages._sound_card.SoundCards.encode`;

        and ``ranks``: the rank of each clip in each order.
    scripts, styles : sequence of str
        Files of this folder, besides those of the cards.
    """
    # In a script element, only "<" could end it.
    data = json.dumps(content, separators=(",", ":")).replace("<", "\\u003c")
    return page(
        title,
        [*body, f'<script type="application/json" id="content">{data}</script>'],
        styles=[page_file(FOLDER, name) for name in ("cards.css", *styles)],
        scripts=[page_file(FOLDER, name) for name in ("cards.js", "cards_order.js", *scripts)],
    )


def cards(actions: str = "") -> str:
    """Return the place of the cards, and their template.

    Parameters
    ----------
    actions : str, default=""
        Buttons of each card besides Play.
    """
    return page_file(FOLDER, "cards.html").replace("<!-- actions -->", actions)


def order_select(names: Mapping[str, str], chosen: str) -> str:
    """Return the choice of an order, by its name in ``ranks``."""
    return f'<label>Order <select id="order">{_options(names, chosen)}</select></label>'


def field_select(field: str, text: str, values: Iterable[str]) -> str:
    """Return the choice of one of the values of a field, or of all."""
    options = f'<option value="">All</option>{_options({value: value for value in values})}'
    return f'<label>{escape(text)} <select id="{field}" data-field="{field}">{options}</select></label>'


def number_range(number: str, text: str) -> str:
    """Return the bounds of a number, either of which may be empty."""
    bounds = (("from", f"{escape(text)} from", "least"), ("to", "to", "most"))
    labels = (
        f'<label>{label} <input id="{number}-{name}" type="number" step="any" data-number="{number}" '
        f'data-bound="{bound}"></label>'
        for name, label, bound in bounds
    )
    return f'<span class="range">{" ".join(labels)}</span>'


def _options(texts: Mapping[str, str], chosen: str | None = None) -> str:
    return "".join(
        f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>{escape(text)}</option>'
        for value, text in texts.items()
    )

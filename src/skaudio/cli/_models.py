"""``skaudio models``: the pretrained models known by name."""

from typing import TextIO

from skaudio.pretrained import list_models


def models(results: TextIO) -> None:
    """Write the table of `list_models` as CSV.

    Parameters
    ----------
    results : text stream
        Stream that results are written to.
    """
    list_models().to_csv(results, lineterminator="\n")

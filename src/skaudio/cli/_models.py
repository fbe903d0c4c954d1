"""``skaudio models``: the pretrained models known by name."""

from argparse import Namespace
from typing import TextIO

from skaudio.pretrained import list_models


def models(_: Namespace, results: TextIO) -> None:
    """Write the table of `list_models` as CSV.

    Parameters
    ----------
    _ : Namespace
        Parsed arguments, of which there are none.
    results : text stream
        Stream that results are written to.
    """
    list_models().to_csv(results, lineterminator="\n")

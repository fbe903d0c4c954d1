"""``skaudio export``: a fitted pipeline to a file that runs without Python."""

from argparse import Namespace
from pathlib import Path
from typing import TextIO

from sklearn.utils.validation import check_is_fitted

from skaudio.cli._files import audio_files, check_writable, load_model, size_of
from skaudio.export import load_onnx, to_onnx

SUFFIX = ".onnx"


def export(arguments: Namespace, results: TextIO) -> None:
    """Run the command.

    Parameters
    ----------
    arguments : Namespace
        Parsed arguments of ``skaudio export ...``.
    results : text stream
        Stream that results are written to.
    """
    output = Path(arguments.output).expanduser()
    if output.suffix.lower() != SUFFIX:
        raise ValueError(
            f"{str(output)!r} ends with {output.suffix!r}; expected a file name that ends with {SUFFIX!r}."
        )
    check_writable(output, force=arguments.force)
    sample = None if arguments.check is None else audio_files(arguments.check)
    model = load_model(arguments.model, "fit", expected="pipeline", instead="detect")
    check_is_fitted(model)
    metadata = load_onnx(to_onnx(model, output, method=arguments.method, sample=sample)).metadata
    checked = "generated clips" if sample is None else f"{len(sample)} recordings"
    print(
        f"{metadata['method']} of waveforms at {metadata['sr']:g} Hz written to {output} ({size_of(output)}). On "
        f"{checked}, it differs from the original by at most {metadata['difference']:.1g}.",
        file=results,
    )

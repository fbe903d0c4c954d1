"""``skaudio export``: a fitted pipeline to a file or a page that runs without Python."""

from argparse import Namespace
from pathlib import Path
from typing import Any, TextIO

from sklearn.utils.validation import check_is_fitted

from skaudio.cli._files import audio_files, check_writable, load_model, size_of, temporary_folder
from skaudio.export import load_litert, load_onnx, to_litert, to_onnx, to_page

SUFFIX, LITERT, PAGE = ".onnx", ".tflite", ".html"
SUFFIXES = (SUFFIX, LITERT, PAGE)


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
    suffix = output.suffix.lower()
    if suffix not in SUFFIXES:
        raise ValueError(
            f"{str(output)!r} ends with {output.suffix!r}; expected a file name that ends with one of {SUFFIXES}."
        )
    _check_options(arguments, output, suffix)
    check_writable(output, force=arguments.force)
    sample = None if arguments.check is None else audio_files(arguments.check)
    if suffix == PAGE and arguments.model.lower().endswith(SUFFIX):
        _page_of_file(arguments, output, results)
        return
    model = load_model(arguments.model, "fit", expected="pipeline", instead="detect")
    check_is_fitted(model)
    if suffix == LITERT:
        settings = {"seconds": arguments.seconds, "quantize": arguments.quantize}
        file = to_litert(model, output, method=arguments.method, sample=sample, **settings)
        _report(load_litert(file).metadata, output, sample, results)
        return
    with temporary_folder() as folder:
        file = Path(folder) / "model.onnx" if suffix == PAGE else output
        metadata = load_onnx(to_onnx(model, file, method=arguments.method, sample=sample)).metadata
        if suffix == PAGE:
            to_page(file, output, runtime=arguments.runtime)
    _report(metadata, output, sample, results)


def _check_options(arguments: Namespace, output: Path, suffix: str) -> None:
    """Raise an error for options of other kinds of files, and for a missing one."""
    if suffix != PAGE and arguments.runtime is not None:
        raise ValueError(f"--runtime is for pages, and {str(output)!r} is none. Leave it out.")
    if suffix == LITERT and arguments.seconds is None:
        raise ValueError(f"{str(output)!r} takes clips of one length. Pass it: --seconds 1.")
    if suffix != LITERT and (arguments.seconds is not None or arguments.quantize is not None):
        raise ValueError(
            f"--seconds and --quantize are for {LITERT}, and {str(output)!r} is another file. Leave them out."
        )


def _report(metadata: dict[str, Any], output: Path, sample: list[str] | None, results: TextIO) -> None:
    checked = "generated clips" if sample is None else f"{len(sample)} recordings"
    print(
        f"{metadata['method']} of waveforms at {metadata['sr']:g} Hz written to {output} ({size_of(output)}). On "
        f"{checked}, it differs from the original by at most {metadata['difference']:.1g}.",
        file=results,
    )


def _page_of_file(arguments: Namespace, output: Path, results: TextIO) -> None:
    """Write the page of an exported file, which was verified when it was written."""
    if arguments.check is not None or arguments.method is not None:
        raise ValueError(
            f"--check and --method do not apply to {arguments.model!r}, which is exported already. Leave them out."
        )
    to_page(arguments.model, output, runtime=arguments.runtime)
    print(f"Page of {arguments.model} written to {output} ({size_of(output)}).", file=results)

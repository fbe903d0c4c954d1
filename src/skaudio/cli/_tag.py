"""``skaudio tag``: sound classes of files."""

from argparse import Namespace
from collections.abc import Iterator, Sequence
from typing import TextIO

from skaudio.cli._files import audio_files
from skaudio.cli._rows import output_of, results_by_file, write_rows
from skaudio.pretrained import PretrainedEmbedding


def tag(arguments: Namespace, results: TextIO) -> None:
    """Run the command.

    Parameters
    ----------
    arguments : Namespace
        Parsed arguments of ``skaudio tag ...``.
    results : text stream
        Stream that results are written to.
    """
    output = output_of(arguments)
    paths = [path for name in arguments.files for path in audio_files(name)]
    tagger = PretrainedEmbedding(
        arguments.model,
        output="scores",
        pooling=arguments.pooling,
        sr=arguments.sr,
        class_names=arguments.names,
        allow_saved_model=not arguments.no_saved_model,
        n_jobs=arguments.jobs,
    ).fit(paths)
    write_rows(output or results, ["path", "tag", "score"], _rows(tagger, paths, arguments.top, arguments.on_error))


def _rows(tagger: PretrainedEmbedding, paths: Sequence[str], top: int, on_error: str) -> Iterator[list]:
    for path, tags in results_by_file(lambda portion: tagger.tags(portion, top=top), paths, on_error):
        yield from ([path, name, f"{score:.6f}"] for name, score in (tags or []))
        if tags is None:
            yield [path, "", ""]

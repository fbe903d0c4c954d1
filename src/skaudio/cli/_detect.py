"""``skaudio detect``: a table of the sound events in long recordings."""

import os
from argparse import Namespace
from pathlib import Path
from typing import TextIO

from skaudio._parts._files import files_of
from skaudio._urls import file_name, folder_of, is_url
from skaudio.cli._backends import backend_in_force
from skaudio.cli._files import audio_files, check_writable, load_model
from skaudio.cli._messages import warn, warnings_as_messages
from skaudio.events import EventDetector
from skaudio.io import AudioError
from skaudio.pretrained import list_models

N_LISTED = 20  # broken recordings in the warning of predict_to


def detect(arguments: Namespace, results: TextIO) -> None:
    """Run the command.

    Parameters
    ----------
    arguments : Namespace
        Parsed arguments of ``skaudio detect ...``.
    results : text stream
        Stream that results are written to.
    """
    output = arguments.output
    if output is None and (arguments.scores is not None or arguments.extend or arguments.format is not None):
        raise ValueError("--scores, --extend and --format are for a table: pass --output TABLE.")
    extend = arguments.extend
    if output is not None:
        output, is_folder = _checked(output, replaces=arguments.force or extend)
        extend = not arguments.force if is_folder else extend
    paths = [path for name in arguments.files for path in audio_files(name)]
    with warnings_as_messages(), backend_in_force(arguments.backend, arguments.jobs):
        detector = load_detector(arguments)
        try:
            if output is None:
                detector.predict(paths).to_csv(results, index=False)
                return
            settings = {"scores": arguments.scores, "extend": extend, "format": arguments.format}
            done = detector.predict_to(output, paths, **settings)
        except AudioError as error:
            raise AudioError(f"{error} Pass --on-error warn to skip it.") from error
        for reason in list(done.broken.values())[N_LISTED:]:  # those before are listed in a warning
            warn(reason)


def _checked(name: str, *, replaces: bool) -> tuple[str, bool]:
    """Return an output, and whether it is a folder; raise an error for a table that is not to be replaced."""
    if is_url(name):
        if not name.endswith("/") and not replaces and files_of(folder_of(name)).has(file_name(name)):
            raise FileExistsError(f"{name!r} exists. Pass --force to replace it, or another name.")
        return name, name.endswith("/")
    path = Path(name).expanduser()
    if path.is_dir() or name.endswith(("/", os.sep)):
        return f"{path}{os.sep}", True
    check_writable(path, force=replaces)
    return str(path), False


def load_detector(arguments: Namespace) -> EventDetector:
    """Return the detector that is named, with the settings that are given."""
    if arguments.model in list_models().index:
        detector = EventDetector.from_scores(arguments.model, arguments.classes)
    elif arguments.classes is not None:
        raise ValueError(f"--classes is for models known by name, {', '.join(list_models().index)}.")
    else:
        detector = load_model(arguments.model, "predict_to", expected="EventDetector", instead="predict")
    settings = {"threshold": arguments.threshold, "min_duration": arguments.min_duration}
    detector.set_params(**{name: value for name, value in settings.items() if value is not None})
    n_jobs = -1 if arguments.backend else arguments.jobs
    return detector.set_params(n_jobs=n_jobs, verbose=int(not arguments.quiet), on_error=arguments.on_error)

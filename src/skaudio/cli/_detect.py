"""``skaudio detect``: a table of the sound events in long recordings."""

from argparse import Namespace
from pathlib import Path
from typing import TextIO

from skaudio.cli._backends import backend_in_force
from skaudio.cli._files import audio_files, check_writable, load_model
from skaudio.cli._messages import warnings_as_messages
from skaudio.events import EventDetector
from skaudio.io import AudioError
from skaudio.pretrained import list_models


def detect(arguments: Namespace, results: TextIO) -> None:
    """Run the command.

    Parameters
    ----------
    arguments : Namespace
        Parsed arguments of ``skaudio detect ...``.
    results : text stream
        Stream that results are written to.
    """
    output = None if arguments.output is None else Path(arguments.output).expanduser()
    if output is not None:
        check_writable(output, force=arguments.force or arguments.extend)
    elif arguments.scores is not None or arguments.extend:
        raise ValueError("--scores and --extend are for a table: pass --output TABLE.")
    paths = [path for name in arguments.files for path in audio_files(name)]
    with warnings_as_messages(), backend_in_force(arguments.backend, arguments.jobs):
        detector = load_detector(arguments)
        try:
            if output is None:
                detector.predict(paths).to_csv(results, index=False)
            else:
                detector.predict_to(output, paths, scores=arguments.scores, extend=arguments.extend)
        except AudioError as error:
            raise AudioError(f"{error} Pass --on-error warn to skip it.") from error


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

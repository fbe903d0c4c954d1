"""Computation of parts in processes, some of which may be killed."""

from collections.abc import Iterator, Sequence

from joblib import delayed

from skaudio._cluster import completed, is_death
from skaudio._parts._part_folder import part_name
from skaudio._parts._recording_versions import Recorded
from skaudio.features._feature_layout import FeatureLayout, Row
from skaudio.features._part_writer import KILLED, PartWriter


def computed_parts(
    worker: PartWriter, parts: Sequence[Sequence[Recorded]], layout: FeatureLayout, n_jobs: int | None
) -> Iterator[list[Recorded]]:
    """Compute parts by the active joblib backend.

    When one of its own processes is killed, joblib stops all of them. The parts that they were at are then computed one
    after the other, the recordings that they were at by themselves: if the process is killed again, the recording is
    the reason. It has a row with an error, and the rest continues. Dask, and Ray if it is asked to, start the task of a
    killed worker again, several times, and so come to the same.

    Parameters
    ----------
    worker : PartWriter
        Computes a part.
    parts : sequence of sequences of Recorded
        Recordings of each part.
    layout : FeatureLayout
        Layout of features.
    n_jobs : int or None
        Number of processes.

    Yields
    ------
    list of Recorded
        Recordings of a part that is finished, with their errors.
    """
    left = {part_name(worker.settings, part): part for part in parts}
    while left:
        try:
            tasks = (delayed(worker.write)(part, layout) for part in list(left.values()))
            for recordings in completed(tasks, n_jobs):
                del left[part_name(worker.settings, recordings)]
                yield recordings
        except Exception as error:
            suspects = [name for name in left if any(worker.folder.deaths(name))] if is_death(error) else []
            if not suspects:  # killed before it began, so that another attempt would end likewise
                raise
            for name in suspects:
                yield _computed_alone(worker, left.pop(name), layout, n_jobs)


def _computed_alone(
    worker: PartWriter, part: Sequence[Recorded], layout: FeatureLayout, n_jobs: int | None
) -> list[Recorded]:
    """Compute a part in the only process at work, without the recordings that kill it."""
    name = part_name(worker.settings, part)
    while True:
        before = worker.folder.deaths(name)
        try:
            return next(completed([delayed(worker.write)(part, layout)], n_jobs))
        except Exception as error:
            if not is_death(error) or not any(worker.folder.deaths(name)[len(before) :]):  # nothing to leave out
                raise


def first_row(worker: PartWriter, recorded: Recorded, n_jobs: int | None) -> Row:
    """Compute the first row of a recording in a process, which it may kill."""
    try:
        return next(completed([delayed(worker.first_row)(recorded)], n_jobs))
    except Exception as error:
        if not is_death(error):
            raise
    return Row(*recorded[:2], 0.0, None, None, KILLED)

"""A run of `extract_to`: it finds what is missing, computes it in parts, and removes what is out of date."""

import random
import warnings
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import Any

import numpy as np
from sklearn.utils import Bunch
from tqdm import tqdm

from skaudio.features._extraction_folder import finish_part, part_name
from skaudio.features._extraction_settings import check_settings
from skaudio.features._feature_layout import FeatureLayout
from skaudio.features._part_processes import computed_parts, first_row
from skaudio.features._part_writer import PartWriter
from skaudio.features._recording_versions import MISSING, Recorded
from skaudio.io import AudioError

N_TRIED = 20  # recordings, to find one whose features show the layout
N_LISTED = 20  # broken recordings in a warning


class ExtractionRun:
    """A run.

    Parameters
    ----------
    worker : PartWriter
        Computes parts.
    settings : dict
        What rows depend on.
    wanted : list of Recorded
        Recordings, each once.
    part_size : int
        Recordings in a part.
    extend : bool
        Whether other recordings of the dataset are kept.
    n_jobs : int or None
        Number of processes.
    verbose : int
        Whether to show a progress bar.
    """

    def __init__(
        self,
        worker: PartWriter,
        settings: dict[str, Any],
        wanted: list[Recorded],
        *,
        part_size: int,
        extend: bool,
        n_jobs: int | None,
        verbose: int,
    ) -> None:
        self._worker, self._folder, self._settings = worker, worker.folder, settings
        self._wanted, self._part_size, self._extend = wanted, part_size, extend
        self._n_jobs, self._verbose = n_jobs, verbose

    def __call__(self) -> Bunch:
        """Run; return the number of recordings computed and kept, and the broken ones."""
        self._folder.create()
        with ExitStack() as progress:
            with self._folder.files.locked():
                is_alone = self._folder.files.is_idle()
                if not (is_alone or self._extend):
                    raise ValueError(f"Another run writes to {self._folder.name!r}. Wait for it, or pass extend=True.")
                if is_alone:
                    self._folder.remove_unfinished()
                layout = self._layout()
                stored = [item for recordings in self._folder.parts().values() for item in recordings]
                progress.enter_context(self._folder.files.in_progress())
            known = {item[:2]: item for item in stored}
            last = {item.recording: item for item in reversed(stored)}
            # A disk that is not mounted must not cost the features of its recordings.
            self._wanted = [
                last.get(item.recording, item) if item.version == MISSING else item for item in self._wanted
            ]
            done = [known[item[:2]] for item in self._wanted if item[:2] in known]
            missing = [item for item in self._wanted if item[:2] not in known]
            broken = {item.recording: item.error for item in done if item.error is not None}
            if broken and self._worker.on_error == "raise":
                recording, error = next(iter(broken.items()))
                raise AudioError(f"{recording}: {error} Pass on_error='warn' to keep its row.")
            for recordings in self._computed(missing, layout, shuffled=not is_alone):
                broken.update((item.recording, item.error) for item in recordings if item.error is not None)
        with self._folder.files.locked():
            if self._folder.files.is_idle():  # else the last run to end does it
                self._sweep()
        _warn_of(broken)
        return Bunch(n_computed=len(missing), n_kept=len(done), broken=broken)

    def _layout(self) -> FeatureLayout:
        """Return the layout of the dataset; determine it by one recording, if the dataset is new."""
        stored = self._folder.settings()
        if stored is not None:
            check_settings(stored, self._settings, self._folder.name)
            return FeatureLayout.from_dict(stored["layout"])
        present = [item for item in self._wanted if item.version != MISSING]
        tried = [present[i] for i in np.unique(np.linspace(0, len(present) - 1, N_TRIED).astype(int)) if present]
        error = "The files do not exist."
        for recorded in tried:
            row = first_row(self._worker, recorded, self._n_jobs)
            if row.features is not None:
                windows = self._worker.window_seconds is not None
                layout = FeatureLayout.of(
                    row.features, self._worker.extractor, columns=self._settings["columns"], windows=windows
                )
                self._folder.write_settings({**self._settings, "layout": layout.to_dict()})
                return layout
            error = f"{row.recording}: {row.error}"
        raise AudioError(f"No features of {len(tried) or len(self._wanted)} recordings could be computed. {error}")

    def _computed(
        self, missing: Sequence[Recorded], layout: FeatureLayout, *, shuffled: bool
    ) -> Iterator[list[Recorded]]:
        """Compute parts in processes; yield the recordings of each that is finished."""
        parts = [missing[start : start + self._part_size] for start in range(0, len(missing), self._part_size)]
        if shuffled:  # another run may compute the same parts: each skips what the other has finished
            random.Random().shuffle(parts)
        with tqdm(total=len(missing), unit=" recordings", disable=not self._verbose) as bar:
            for recordings in computed_parts(self._worker, parts, layout, self._n_jobs):
                yield recordings
                bar.update(len(recordings))

    def _sweep(self) -> None:
        """Remove rows of former versions and duplicates, and what killed runs have left."""
        self._folder.remove_unfinished()
        current = {item.recording: item.version for item in self._wanted}
        kept: set[str] = set()
        for name, recordings in self._folder.parts().items():
            own = [item for item in recordings if self._is_current(item, current) and item.recording not in kept]
            kept.update(item.recording for item in own)
            if len(own) < len(recordings):
                if own:
                    self._rewrite(name, own)
                self._folder.files.remove(name)

    def _is_current(self, item: Recorded, current: dict[str, str]) -> bool:
        return current[item.recording] == item.version if item.recording in current else self._extend

    def _rewrite(self, name: str, recordings: list[Recorded]) -> None:
        """Write the rows of some recordings of a part to a new part."""
        import pyarrow as pa
        import pyarrow.compute as pc

        tables = self._folder.row_groups(name)
        own = pa.array([item.recording for item in recordings])
        first = next(tables)
        new = part_name(self._settings["digest"], recordings)
        with self._folder.writing(new, first.schema) as writer:
            for table in (first, *tables):
                writer.write_table(table.filter(pc.is_in(table["recording"], own)))
            finish_part(writer, recordings)


def _warn_of(broken: dict[str, str]) -> None:
    if not broken:
        return
    listed = [f"{recording}: {error}" for recording, error in list(broken.items())[:N_LISTED]]
    more = f"\n... and {len(broken) - N_LISTED} more, in the column 'error'" if len(broken) > N_LISTED else ""
    warnings.warn(
        f"{len(broken)} recording(s) cannot be used; their rows have an error and no features:\n"
        + "\n".join(listed)
        + more,
        stacklevel=5,
    )

"""A run of `extract_to`: the layout of a new dataset, and the computation of parts."""

import random
from collections.abc import Iterator
from typing import Any

import numpy as np
from tqdm import tqdm

from skaudio._parts._parts_run import PartsRun
from skaudio._parts._recording_versions import MISSING, Recorded
from skaudio.features._extraction_settings import check_settings
from skaudio.features._feature_layout import FeatureLayout
from skaudio.features._part_processes import computed_parts, first_row
from skaudio.features._part_writer import PartWriter
from skaudio.io import AudioError

N_TRIED = 20  # recordings, to find one whose features show the layout


class ExtractionRun(PartsRun):
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
        super().__init__(worker.folder, settings["digest"], wanted, extend=extend, on_error=worker.on_error)
        self._worker, self._settings, self._part_size = worker, settings, part_size
        self._n_jobs, self._verbose = n_jobs, verbose
        self._layout: FeatureLayout

    def _begin(self) -> None:
        self._layout = self._stored_layout()

    def _stored_layout(self) -> FeatureLayout:
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

    def _computed(self, missing: list[Recorded], *, shuffled: bool) -> Iterator[list[Recorded]]:
        parts = [missing[start : start + self._part_size] for start in range(0, len(missing), self._part_size)]
        if shuffled:  # another run may compute the same parts: each skips what the other has finished
            random.Random().shuffle(parts)
        with tqdm(total=len(missing), unit=" recordings", disable=not self._verbose) as bar:
            for recordings in computed_parts(self._worker, parts, self._layout, self._n_jobs):
                yield recordings
                bar.update(len(recordings))

"""Units of recordings that are computed once while a detector is fitted, which reads each recording several times."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np


class KeptUnits:
    """Units of recordings in files.

    Parameters
    ----------
    folder : Path
        Folder of the files.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        # Recordings are kept, too, so that their ids are not those of others.
        self._files: dict[int, tuple[Any, Path]] = {}

    def get(self, recording: Any, compute: Callable[[Any], np.ndarray]) -> np.ndarray:
        """Return the units of a recording, computed in the first call; the same object must be passed again."""
        if id(recording) in self._files:
            return np.load(self._files[id(recording)][1], mmap_mode="r")
        units, path = compute(recording), self._folder / f"{len(self._files)}.npy"
        with suppress(OSError):  # without space on the disk, they are computed again
            np.save(path, units)
            self._files[id(recording)] = recording, path
        return units


@contextmanager
def kept_units(keeps: bool) -> Iterator[KeptUnits | None]:
    """Yield a store in a temporary folder; None if nothing is to be kept."""
    if not keeps:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="skaudio-") as folder:
        yield KeptUnits(Path(folder))

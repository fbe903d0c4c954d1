"""A run that writes a dataset in parts: it finds what is missing, computes it, and removes what is out of date."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import ExitStack

from sklearn.utils import Bunch

from skaudio._parts._part_folder import PartFolder, finish_part, part_name
from skaudio._parts._recording_versions import MISSING, Recorded
from skaudio._warnings import warn_user
from skaudio.io import AudioError

N_LISTED = 20  # broken recordings in a warning


class PartsRun(ABC):
    """A run. A subclass checks the settings of the dataset, and computes parts.

    Parameters
    ----------
    folder : PartFolder
        The dataset.
    digest : str
        Digest of what rows depend on.
    wanted : list of Recorded
        Recordings, each once.
    extend : bool
        Whether other recordings of the dataset are kept.
    on_error : {"raise", "warn"}
        What to do with a broken recording.
    """

    def __init__(self, folder: PartFolder, digest: str, wanted: list[Recorded], *, extend: bool, on_error: str) -> None:
        self._folder, self._digest, self._wanted = folder, digest, wanted
        self._extend, self._on_error = extend, on_error

    @abstractmethod
    def _begin(self) -> None:
        """Check the settings of the dataset, or write them."""

    @abstractmethod
    def _computed(self, missing: list[Recorded], *, shuffled: bool) -> Iterator[Sequence[Recorded]]:
        """Compute parts, in random order if another run may do so, too; yield the recordings of each finished one."""

    def __call__(self) -> Bunch:
        """Run; return the number of recordings computed and kept, and the broken ones."""
        self._folder.create()
        files = self._folder.files
        with ExitStack() as progress:
            with files.locked():
                is_alone = files.is_idle()
                if not (is_alone or self._extend):
                    raise ValueError(f"Another run writes to {self._folder.name!r}. Wait for it, or pass extend=True.")
                if is_alone:
                    self._folder.remove_unfinished()
                self._begin()
                stored = [item for recordings in self._folder.parts().values() for item in recordings]
                progress.enter_context(files.in_progress())
            known = {item[:2]: item for item in stored}
            last = {item.recording: item for item in reversed(stored)}
            # A disk that is not mounted must not cost the rows of its recordings.
            self._wanted = [
                last.get(item.recording, item) if item.version == MISSING else item for item in self._wanted
            ]
            done = [known[item[:2]] for item in self._wanted if item[:2] in known]
            missing = [item for item in self._wanted if item[:2] not in known]
            broken = {item.recording: item.error for item in done if item.error is not None}
            if broken and self._on_error == "raise":
                recording, error = next(iter(broken.items()))
                raise AudioError(f"{recording}: {error} Pass on_error='warn' to keep its row.")
            for recordings in self._computed(missing, shuffled=not is_alone):
                broken.update((item.recording, item.error) for item in recordings if item.error is not None)
        with files.locked():
            if files.is_idle():  # else the last run to end does it
                self._sweep()
        self._warn_of(broken)
        return Bunch(n_computed=len(missing), n_kept=len(done), broken=broken)

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
        new = part_name(self._digest, recordings)
        with self._folder.writing(new, first.schema) as writer:
            for table in (first, *tables):
                writer.write_table(table.filter(pc.is_in(table["recording"], own)))
            finish_part(writer, recordings)

    def _warn_of(self, broken: dict[str, str]) -> None:
        if not broken:
            return
        listed = [f"{recording}: {error}" for recording, error in list(broken.items())[:N_LISTED]]
        more = f"\n... and {len(broken) - N_LISTED} more, in the column 'error'" if len(broken) > N_LISTED else ""
        warn_user(
            f"{len(broken)} recording(s) cannot be used; their rows have an error and no {self._folder.kind.content}:\n"
            + "\n".join(listed)
            + more,
        )

"""Clips and their augmented copies, computed lazily."""

from collections.abc import Sequence
from typing import Any

from skaudio.augment._augmenter import Augmenter, Draw
from skaudio.io import clip_kind, load


class AugmentedClips(Sequence):
    """A batch of clips followed by copies, computed lazily: only draws are stored.

    Parameters
    ----------
    clips : sequence
        Clips of one kind, not decoded.
    augmenter : Augmenter
        Augmenter of waveforms.
    draws : list
        Draws for each round of copies, each a list as long as `clips`.
    sr : float or None
        Sampling rate in Hz to which files are resampled, and that of arrays; None: files keep theirs.
    include_original : bool
        Whether to include the original clips, first.
    """

    def __init__(
        self, clips: Sequence, augmenter: Augmenter, draws: list[Draw | None], sr: float | None, include_original: bool
    ) -> None:
        self._clips, self._augmenter, self._sr = clips, augmenter, sr
        self._draws = [None] * len(clips) * include_original + draws
        self._as_arrays = clip_kind(clips[0]) == "array"

    def __len__(self) -> int:
        return len(self._draws)

    def __getitem__(self, i: int | slice) -> Any:
        """Return an array if the clips are arrays, else ``(y, sr)``: all clips of a batch are of one kind."""
        if isinstance(i, slice):
            return [self[j] for j in range(*i.indices(len(self)))]
        clip, drawn = self._clips[i % len(self._clips)], self._draws[i]
        # Arrays are not resampled.
        y, sr = load(clip, sr=1.0 if self._as_arrays else self._sr)
        y = self._augmenter.apply(y, drawn, self._sr if self._as_arrays else sr)
        return y if self._as_arrays else (y, sr)

"""Clips and their augmented copies, each made when it is asked for."""

from collections.abc import Sequence
from typing import Any

from skaudio.augment._augmenter import Augmenter, Draw
from skaudio.io import clip_kind, load


class AugmentedClips(Sequence):
    """A batch of clips with copies behind them: as long as all, and no larger than its draws.

    Parameters
    ----------
    clips : sequence
        Of one kind, not decoded.
    augmenter : Augmenter
        Of waveforms.
    draws : list
        What to do for each clip of the result, the first round of copies first; a list as long as `clips` for each.
    sr : float or None
        Sampling rate in Hz that files are brought to, and that arrays have; None: files keep theirs.
    include_original : bool
        Whether the clips themselves come first.
    """

    def __init__(
        self, clips: Sequence, augmenter: Augmenter, draws: list[Draw | None], sr: float | None, include_original: bool
    ) -> None:
        self._clips, self._augmenter, self._sr = clips, augmenter, sr
        self._draws = [None] * len(clips) * include_original + draws
        self._as_arrays = clip_kind(clips[0]) == "array"

    def __len__(self) -> int:
        return len(self._draws)

    def __getitem__(self, i: int) -> Any:
        """Give an array, where the clips are arrays, and else ``(y, sr)``: a batch is given in one way."""
        if isinstance(i, slice):
            return [self[j] for j in range(*i.indices(len(self)))]
        clip, drawn = self._clips[i % len(self._clips)], self._draws[i]
        # An array is at the rate that all clips have, whatever that is.
        y, sr = load(clip, sr=1.0 if self._as_arrays else self._sr)
        y = self._augmenter.apply(y, drawn, self._sr if self._as_arrays else sr)
        return y if self._as_arrays else (y, sr)

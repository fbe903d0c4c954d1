"""Data augmentation of batches in training.

It is applied in NumPy to padded batches before the network: the network itself is unchanged, and prediction is
deterministic. Augmentations that suit the bands of a spectrum do not suit other channels, such as embeddings.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from skaudio.dsp import read_between


@dataclass(frozen=True)
class Augmentation:
    """Random augmentation of a batch.

    Attributes
    ----------
    crop : float
        Maximum fraction of a clip to crop, at start and end together. Of clips padded to one length, it is a
        fraction of what is between equal frames at start and end: a tenth of the whole can be most of the sound.
    stretch : float
        Maximum relative change of tempo.
    warp : float
        Maximum relative stretch of the channel axis, in addition to a shift by up to half as much. Derivatives are
        stretched like their base channels.
    equalization : float
        Standard deviation of a gain that is smooth over the channels, in standard deviations of the channels. It is not
        applied to derivatives.
    time_masks, channel_masks : int
        Number of masks along time and along the channels [1]_.
    mask_size : float
        Maximum fraction of a clip that a mask covers.
    deltas : int
        Number of derivatives, each an additional block of channels.
    mixup : float
        Parameter of the beta distribution of the mixing weights of two clips [2]_; 0: no mixing.

    References
    ----------
    .. [1] D. Park et al., "SpecAugment: a simple data augmentation method for automatic speech recognition",
       Interspeech, 2019.
    .. [2] H. Zhang, M. Cisse, Y. Dauphin and D. Lopez-Paz, "mixup: beyond empirical risk minimization", International
       Conference on Learning Representations, 2018.
    """

    crop: float = 0.0
    stretch: float = 0.0
    warp: float = 0.0
    equalization: float = 0.0
    time_masks: int = 0
    channel_masks: int = 0
    mask_size: float = 0.15
    mixup: float = 0.0
    deltas: int = 0

    def __call__(
        self,
        frames: np.ndarray,
        lengths: np.ndarray,
        targets: np.ndarray,
        *,
        mean: np.ndarray,
        deviation: np.ndarray,
        rng: np.random.Generator,
        one_length: bool = False,
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Augment a batch.

        Parameters
        ----------
        frames : ndarray of float32, shape (n_clips, n_frames, n_channels)
            Padded clips; may be modified in place.
        lengths : ndarray of int, shape (n_clips,)
            Their numbers of frames.
        targets : ndarray of float32, shape (n_clips, n_outputs) or (n_clips, n_frames, n_outputs)
            Targets; those of frames are transformed along with the frames.
        mean, deviation : ndarrays of float32, shape (n_channels,)
            Mean and standard deviation of each channel over the training set.
        rng : numpy.random.Generator
            Random generator.
        one_length : bool, default=False
            Whether the network takes clips of one length, to which shorter ones were padded.

        Returns
        -------
        frames, lengths, targets : ndarrays
            Augmented batch, of the same shapes.
        """
        if self.crop or self.stretch:
            to_crop = np.minimum(_n_unpadded(frames), lengths) if one_length else lengths
            if targets.ndim == 3:
                both, fill = np.concatenate([frames, targets], axis=2), np.append(mean, np.zeros(targets.shape[2]))
                both, lengths = self._cut_and_stretch(both, lengths, to_crop, fill, rng)
                frames, targets = both[..., : len(mean)], both[..., len(mean) :]
            else:
                frames, lengths = self._cut_and_stretch(frames, lengths, to_crop, mean, rng)
        if self.warp:
            frames = self._warp_channels(frames, rng)
        if self.equalization:
            n_static = frames.shape[2] // (1 + self.deltas)
            curves = np.cos(np.pi * np.outer(np.arange(3), np.linspace(0, 1, n_static)))  # constant, tilt, curvature
            gains = self.equalization * rng.standard_normal((len(frames), 3)) @ curves
            frames[..., :n_static] += (gains * deviation[:n_static]).astype(np.float32)[:, np.newaxis]
        if self.time_masks or self.channel_masks:
            self._mask(frames, lengths, mean, rng)
        if self.mixup:
            frames, lengths, targets = self._mix(frames, lengths, targets, rng)
        return frames, lengths, targets

    def _cut_and_stretch(
        self, frames: np.ndarray, lengths: np.ndarray, to_crop: np.ndarray, fill: np.ndarray, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        """Crop a random fraction of ``to_crop`` frames from each clip, and change its tempo."""
        n_clips, n_frames, _ = frames.shape
        kept = np.ceil(lengths - to_crop * rng.uniform(0.0, self.crop, n_clips))
        start = np.floor(rng.uniform(0.0, 1.0, n_clips) * (lengths - kept + 1))
        tempo = np.exp(rng.uniform(-1.0, 1.0, n_clips) * np.log1p(self.stretch))
        tempo = np.maximum(tempo, kept / n_frames)  # no longer than the batch
        new_lengths = np.clip(np.rint(kept / tempo), 1, n_frames).astype(int)
        positions = start[:, np.newaxis] + tempo[:, np.newaxis] * np.arange(n_frames)
        positions = np.minimum(positions, (lengths - 1)[:, np.newaxis])
        resampled = read_between(frames, positions, axis=1)
        resampled[np.arange(n_frames) >= new_lengths[:, np.newaxis]] = fill
        return resampled, new_lengths

    def _warp_channels(self, frames: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        n_blocks = 1 + self.deltas
        n_clips, n_channels = len(frames), frames.shape[2] // n_blocks
        stretch, shift = rng.uniform(-self.warp, self.warp, (2, n_clips, 1))
        positions = (1 + stretch) * np.arange(n_channels) + 0.5 * shift * n_channels
        positions = np.clip(positions, 0, n_channels - 1)
        positions = np.concatenate([positions + block * n_channels for block in range(n_blocks)], axis=1)
        return read_between(frames, positions, axis=2)

    def _mask(self, frames: np.ndarray, lengths: np.ndarray, mean: np.ndarray, rng: np.random.Generator) -> None:
        n_channels = frames.shape[2]
        for clip, length in zip(frames, lengths, strict=True):
            for _ in range(self.time_masks):
                width = int(rng.uniform(0.0, self.mask_size) * length)
                start = rng.integers(0, length - width + 1)
                clip[start : start + width] = mean
            for _ in range(self.channel_masks):
                width = int(rng.uniform(0.0, self.mask_size) * n_channels)
                start = rng.integers(0, n_channels - width + 1)
                clip[:, start : start + width] = mean[start : start + width]

    def _mix(
        self,
        frames: np.ndarray,
        lengths: np.ndarray,
        targets: np.ndarray,
        rng: np.random.Generator,
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        other = rng.permutation(len(frames))
        weight = rng.beta(self.mixup, self.mixup, len(frames)).astype(np.float32)
        weight = np.maximum(weight, 1.0 - weight)  # the clip itself keeps the larger weight
        clip_weight = weight[:, np.newaxis, np.newaxis]
        mixed = clip_weight * frames + (1.0 - clip_weight) * frames[other]
        weight = weight.reshape(-1, *(1,) * (targets.ndim - 1))
        targets = weight * targets + (1.0 - weight) * targets[other]
        return mixed, np.maximum(lengths, lengths[other]), targets


def _n_unpadded(frames: np.ndarray) -> np.ndarray:
    """Return the number of frames (n_clips,) of each clip, where equal ones at its start and end count as one."""
    changes = np.pad((frames[:, 1:] != frames[:, :-1]).any(axis=2), ((0, 0), (1, 0)))
    n_changes = changes.shape[1] - changes.argmax(axis=1) - changes[:, ::-1].argmax(axis=1)
    return np.where(changes.any(axis=1), 1 + n_changes, 1)


MIN_BANDS = 8  # minimum number of channels, and of frames, for meaningful correlations
N_COMPARED = 50  # maximum number of clips
BAND_CORRELATION = 0.78  # 0.80 to 0.98 in spectra in decibels, up to 0.66 in linear ones, less in all others

# Settings of `augmentation="auto"` for each kind of channels; see benchmarks/defaults.py --choose.
OTHER = Augmentation(crop=0.1, mixup=0.2)
BY_KIND = {
    "bands": Augmentation(
        crop=0.1, stretch=0.15, warp=0.06, equalization=0.25, time_masks=1, channel_masks=1, mixup=0.2
    ),
    "cepstra": OTHER,
    "other": OTHER,
}


def kind_of(channels: Any) -> str:
    """Return the key of `BY_KIND` for frames that carry `skaudio._frames.Channels`, or None."""
    if channels is None:
        return "other"
    if channels.kind == "bands":
        return "bands" if channels.decibels else "other"
    return channels.kind if channels.kind in BY_KIND else "other"


def look_like_bands(frames: np.ndarray) -> bool:
    """Return whether neighbouring channels are correlated like those of a spectrum in decibels."""
    if frames[0].shape[1] < MIN_BANDS:
        return False
    sample = np.concatenate([np.asarray(clip) for clip in frames[:: -(-len(frames) // N_COMPARED)]])
    sample = sample - sample.mean(axis=0)
    energy = np.square(sample).sum(axis=0)
    covariance = np.einsum("tc,tc->c", sample[:, 1:], sample[:, :-1])
    correlation = covariance / np.sqrt(np.maximum(energy[1:] * energy[:-1], np.finfo(np.float32).tiny))
    return len(sample) > MIN_BANDS and float(correlation.mean()) >= BAND_CORRELATION

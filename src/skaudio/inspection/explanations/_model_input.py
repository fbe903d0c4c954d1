"""Input of a model: frames of clips, and their metadata."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sklearn.pipeline import Pipeline

from skaudio._frames import Channels, with_channels
from skaudio._validation import check_clips, frames_and_channels
from skaudio.features import FrontEnd, Spectrogram
from skaudio.inspection._parts import computed_frames, front_end_and_rest


@dataclass(frozen=True, eq=False)
class ModelInput:
    """Frames that a front end passes to a model, with their metadata and their clips.

    Attributes
    ----------
    model : estimator
        Model that takes them.
    frames : ndarray (n_clips, n_frames, n_channels), or object array of ndarrays (n_frames_i, n_channels)
        The frames.
    channels : Channels or None
        Their metadata; if a step changed the channels, of times only.
    clips : batch of clips or None
        Clips that they were computed from, if clips were given.
    front_end : front end or None
        Front end that computed them.
    """

    model: Any
    frames: np.ndarray
    channels: Channels | None
    clips: Any = None
    front_end: FrontEnd | None = None

    def times(self, i: int) -> np.ndarray | None:
        """Return the centres of a clip's frames in seconds, if known."""
        return self.times_of(len(self.frames[i]))

    def times_of(self, n_frames: int) -> np.ndarray | None:
        """Return the centres of the first frames of any clip in seconds, if known."""
        return None if self.channels is None else self.channels.times(n_frames)

    @property
    def frequencies(self) -> np.ndarray | None:
        """Centre frequencies of the channels in Hz, if they are bands."""
        metadata = self._metadata
        return None if metadata is None or metadata.frequencies is None else np.array(metadata.frequencies)

    @property
    def places(self) -> np.ndarray:
        """Positions of the channels: in mel or, if they are not bands, their indices."""
        if self.frequencies is None:
            return np.arange(self.frames[0].shape[1], dtype=np.float64)
        from librosa import hz_to_mel

        return hz_to_mel(self.frequencies)

    @property
    def channel_names(self) -> list[str] | None:
        """Names of the channels, if they are those of the front end."""
        return None if self._metadata is None else list(self._metadata.names)

    def baseline(self, i: int, value: Any) -> np.ndarray:
        """Return the baseline of a clip: frames without its sound.

        Parameters
        ----------
        i : int
            Index of the clip.
        value : {"silence", "mean"}, ndarray of shape (n_channels,), float or None
            Frames of silence from the front end, but no lower than the lowest value of the clip; the mean of each
            channel; a frame; a value. If None, silence or, if that is unknown, the mean.

        Returns
        -------
        ndarray of float32, shape (n_frames, n_channels)
            Equal frames.

        Raises
        ------
        ValueError
            If it is none of these.
        """
        frames = self.frames[i]
        silence = None if self._metadata is None else self._metadata.silence
        if value is None:
            value = "mean" if silence is None else "silence"
        if isinstance(value, str):
            if value == "silence" and silence is not None:
                value = np.maximum(np.array(silence), frames.min())
            elif value == "mean":
                value = frames.mean(axis=0)
            else:
                raise ValueError(
                    f"baseline={value!r}; expected 'mean', a frame ({frames.shape[1]},), a value, or, for clips or "
                    "with front_end=, 'silence'."
                )
        frame = np.asarray(value, np.float32)
        if frame.shape not in {(), (frames.shape[1],)}:
            raise ValueError(
                f"baseline has shape {frame.shape}; expected a value for each of {frames.shape[1]} channels."
            )
        return np.broadcast_to(frame, frames.shape).astype(np.float32)

    @property
    def _metadata(self) -> Channels | None:
        same = self.channels is not None and len(self.channels.names) == self.frames[0].shape[1]
        return self.channels if same else None


def model_input(estimator: Any, X: Any, front_end: FrontEnd | None = None) -> ModelInput:
    """Return the frames of the front end that a pipeline begins with, and the model of the steps after it.

    For an estimator that takes frames itself, `X` are the frames, and ``front_end`` is what computed them, if they
    carry no metadata.
    """
    own_front_end, model = front_end_and_rest(estimator)
    if own_front_end is not None:
        clips = check_clips(own_front_end, X, reset=False)
        return ModelInput(model, *computed_frames(own_front_end, clips), clips, own_front_end)
    frames, channels = frames_and_channels(X)
    if frames is None:
        raise TypeError(
            f"Expected frames (n_clips, n_frames, n_channels), or a pipeline that begins with a front end; got "
            f"{type(X).__name__} of shape {np.shape(X)} for {type(estimator).__name__}."
        )
    if front_end is not None:
        channels = front_end.channels_out()
    return ModelInput(model, frames, channels, front_end=front_end)


def network_input(estimator: Any, X: Any, front_end: FrontEnd | None = None) -> ModelInput:
    """Return the frames that the last step of a pipeline takes, and that step; else as `model_input`."""
    inputs = model_input(estimator, X, front_end)
    if not isinstance(inputs.model, Pipeline):
        return inputs
    before, network = inputs.model[:-1], inputs.model[-1]
    if len(before) == 0:
        return replace(inputs, model=network)
    frames, channels = frames_and_channels(before.transform(with_channels(inputs.frames, inputs.channels)))
    if frames is None:
        raise TypeError(
            f"The input of {type(network).__name__} is a table of vectors; expected frames. Use method='occlusion'."
        )
    if channels is None and [len(clip) for clip in frames] == [len(clip) for clip in inputs.frames]:
        channels = inputs.channels  # of a step that changes values, in the same time
    return replace(inputs, model=network, frames=frames, channels=channels)


def sound_input(estimator: Any, X: Any, spectrogram: Spectrogram) -> ModelInput:
    """Return the clips that an estimator takes, with their spectrograms."""
    clips = check_clips(spectrogram, X, reset=False)
    return ModelInput(estimator, *computed_frames(spectrogram, clips), clips, spectrogram)

"""What a model is given of each clip: frames, and what they stand for."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.pipeline import Pipeline

from skaudio._validation import as_frames, check_clips
from skaudio.features._front_end import FrontEnd
from skaudio.inspection._parts import hearing_and_rest
from skaudio.pooling import FramePadder


@dataclass(frozen=True, eq=False)
class Heard:
    """Frames of clips, on their way from a front end to a model.

    Attributes
    ----------
    model : estimator
        What takes them.
    frames : ndarray (n_clips, n_frames, n_channels), or object array of ndarrays (n_frames_i, n_channels)
        The frames.
    clips : batch of clips or None
        What they were made of, if clips were given.
    front_end : front end or None
        What made them.
    in_time : bool
        Whether the frames are those of the front end, in its time.
    """

    model: Any
    frames: np.ndarray
    clips: Any
    front_end: FrontEnd | None
    in_time: bool

    def times(self, i: int) -> np.ndarray | None:
        """Give the middles of a clip's frames in seconds, if they are known."""
        return self.front_end.frame_times(len(self.frames[i])) if self.in_time else None

    @property
    def frequencies(self) -> np.ndarray | None:
        """The middles of the channels in Hz, if they are bands."""
        return self.front_end.channel_frequencies() if self._has_its_channels() else None

    @property
    def places(self) -> np.ndarray:
        """Where channels are: in mel, or, where they are no bands, their numbers."""
        if self.frequencies is None:
            return np.arange(self.frames[0].shape[1], dtype=np.float64)
        from librosa import hz_to_mel

        return hz_to_mel(self.frequencies)

    @property
    def channel_names(self) -> list[str] | None:
        """The names of the channels, if they are those of the front end."""
        return self.front_end.get_feature_names_out().tolist() if self._has_its_channels() else None

    def baseline(self, i: int, given: Any) -> np.ndarray:
        """Give frames of a clip from which all sound is taken away.

        Parameters
        ----------
        i : int
            Which clip.
        given : {"silence", "mean"}, ndarray of shape (n_channels,), float or None
            What the front end makes of silence, but no lower than the lowest value of the clip; the mean of each
            channel; a frame; a value. None: silence, and where there is no front end the mean.

        Returns
        -------
        ndarray of float32, shape (n_frames, n_channels)
            Equal frames.

        Raises
        ------
        ValueError
            If it is nothing of these.
        """
        frames = self.frames[i]
        if given is None:
            given = "silence" if self._has_its_channels() else "mean"
        if isinstance(given, str):
            if given == "silence" and self._has_its_channels():
                given = np.maximum(_frame_of_silence(self.front_end), frames.min())
            elif given == "mean":
                given = frames.mean(axis=0)
            else:
                raise ValueError(
                    f"baseline={given!r}; expected 'mean', a frame ({frames.shape[1]},), a value, or, for clips or "
                    "with front_end=, 'silence'."
                )
        frame = np.asarray(given, np.float32)
        if frame.shape not in {(), (frames.shape[1],)}:
            raise ValueError(
                f"baseline has shape {frame.shape}; expected a value for each of {frames.shape[1]} channels."
            )
        return np.broadcast_to(frame, frames.shape).astype(np.float32)

    def _has_its_channels(self) -> bool:
        return self.front_end is not None and len(self.front_end.get_feature_names_out()) == self.frames[0].shape[1]


def heard_by_model(estimator: Any, X: Any, front_end: FrontEnd | None = None) -> Heard:
    """Give the frames of the front end that a pipeline begins with, and the model of what follows it.

    Of what takes frames itself, `X` are the frames, and ``front_end`` may tell what made them.
    """
    own, model = hearing_and_rest(estimator)
    if own is not None:
        clips = check_clips(own, X, reset=False)
        return Heard(model, as_frames(own.transform(clips), allow_nan=True), clips, own, True)
    return Heard(model, _frames_given(X, estimator), None, front_end, front_end is not None)


def heard_by_network(estimator: Any, X: Any, front_end: FrontEnd | None = None) -> Heard:
    """Give the frames that the last step of a pipeline gets, and that step; else as `heard_by_model`."""
    heard = heard_by_model(estimator, X, front_end)
    if not isinstance(heard.model, Pipeline):
        return heard
    before, network = heard.model[:-1], heard.model[-1]
    if len(before) == 0:
        return Heard(network, heard.frames, heard.clips, heard.front_end, heard.in_time)
    frames = as_frames(before.transform(heard.frames))
    if frames is None:
        raise TypeError(
            f"{type(network).__name__} gets a table of vectors here, not frames: there is nothing to lay out over "
            "time. Use method='occlusion'."
        )
    same = [len(clip) for clip in frames] == [len(clip) for clip in heard.frames]
    at_end = all(isinstance(step, FramePadder) and step.pad == step.crop == "end" for _, step in before.steps)
    return Heard(network, frames, heard.clips, heard.front_end, heard.in_time and (same or at_end))


def _frames_given(X: Any, estimator: Any) -> np.ndarray:
    frames = as_frames(X)
    if frames is None:
        raise TypeError(
            f"Expected frames (n_clips, n_frames, n_channels), or a pipeline that begins with a front end; got "
            f"{type(X).__name__} of shape {np.shape(X)} for {type(estimator).__name__}."
        )
    return frames


def _frame_of_silence(front_end: FrontEnd) -> np.ndarray:
    silence = np.zeros(max(1, round(front_end._rate())), np.float32)
    return front_end._extractor()(silence)[0]

"""Values that are passed from step to step."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Value:
    """A value of a graph that is passed from step to step.

    Parameters
    ----------
    name : str
        Name in the graph.
    kind : {"waveform", "frames", "table", "labels"}
        Float32: a waveform ``(n_clips, n_samples)``, frames ``(n_clips, n_frames, n_channels)`` or a table
        ``(n_clips, n_columns)``. Of the type of the classes: labels ``(n_clips,)`` or, of several labels for each
        clip, ``(n_clips, n_labels)``.
    width : int
        Number of channels of frames, of columns of a table, or of labels for each clip; 1 for a waveform.

    Examples
    --------
    >>> from skaudio.export import Value
    >>> Value("waveform", "waveform", 1).width
    1
    """

    name: str
    kind: str
    width: int

"""Frames to fixed size: from batches of frame sequences to vector tables, or to sequences of another shape.

Every transformer here accepts the output of a front end (float32 ``(n_clips, n_frames, n_channels)``, or an object
array of ``(n_frames_i, n_channels)`` arrays where clips differ in length, or with pandas output a data frame with one
column of them), a list of such arrays, or a table, each row of which is a sequence of one frame. Frames of a front end
carry the names of their channels, by which columns are named. The result of `transform` for a clip never depends on
other clips of the batch.
"""

from skaudio.pooling._frame_padder import FramePadder
from skaudio.pooling._frame_stacker import FrameStacker
from skaudio.pooling._mixture_pooling import MixturePooling
from skaudio.pooling._stat_pooling import StatPooling

__all__ = ["StatPooling", "FrameStacker", "FramePadder", "MixturePooling"]

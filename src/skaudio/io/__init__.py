"""Audio input: decode, downmix, resample, cut, stream long files.

Every function accepts a clip of each kind that a batch of clips may contain; see `load`.
"""

from skaudio.io._audio_error import AudioError
from skaudio.io._audio_info import AudioInfo, audio_info, duration_seconds
from skaudio.io._channel import split_channels
from skaudio.io._clip import clip_kind, clip_name
from skaudio.io._clip_key import clip_key
from skaudio.io._iter_blocks import AudioBlock, iter_blocks
from skaudio.io._load import load
from skaudio.io._open_clip import OpenClip
from skaudio.io._recording_start import recording_start
from skaudio.io._resample import resample

__all__ = [
    "AudioError",
    "clip_kind",
    "clip_name",
    "clip_key",
    "split_channels",
    "load",
    "iter_blocks",
    "AudioBlock",
    "OpenClip",
    "resample",
    "audio_info",
    "AudioInfo",
    "duration_seconds",
    "recording_start",
]

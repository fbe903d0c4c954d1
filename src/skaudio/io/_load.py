"""Loading a clip, or a part of it."""

from typing import Any

import numpy as np

from skaudio.io._open_clip import OpenClip
from skaudio.io._quantities import check_rate, check_seconds


def load(
    source: Any,
    *,
    sr: float | None = 22050,
    mono: bool = True,
    channel: int | None = None,
    offset: float = 0.0,
    duration: float | None = None,
) -> tuple[np.ndarray, float]:
    """Load a clip, or a part of it, of any kind as a waveform, as `librosa.load` does.

    Only the requested part of a file is read. Decoding and resampling release the GIL, so that several threads can load
    in parallel.

    Parameters
    ----------
    source : path, binary file object, array, pair or dict
        - str or PathLike: path of a file, or as a str the URL of one, such as ``s3://bucket/night.wav`` (see Notes);
        - binary file object: read from its current position, which is restored if it is seekable;
        - list of numbers or array of shape (n_samples,): assumed to be at `sr`, which cannot be checked;
        - ``(y, sr)``: array and its sampling rate;
        - dict with ``"array"`` and ``"sampling_rate"``, with ``"bytes"`` (the content of a file) or with ``"path"``, as
          in Hugging Face datasets; the first one that is not None is used. Also their decoder objects, and rows of a
          data set with any of these as ``"audio"``.

        Arrays contain floating-point numbers, or PCM as int8, int16, int32 or uint8, which is scaled to [-1, 1]. Those
        of pairs and dicts may have several channels, ``(n_samples, n_channels)`` or ``(n_channels, n_samples)``: the
        far shorter axis is assumed to be that of the channels; bare arrays only if `channel` is given or `mono` is
        False. Tensors and columns of other libraries count as arrays.
    sr : float or None, default=22050
        Target sampling rate in Hz. None: the native rate.
    mono : bool, default=True
        Whether to average the channels.
    channel : int or None, default=None
        Index of the only channel to load, from 0, regardless of `mono`; a record may specify it as ``"channel"``.
    offset : float, default=0.0
        Start of the part in seconds; if negative, relative to the end.
    duration : float or None, default=None
        Maximum duration to load, in seconds. None: all.

    Returns
    -------
    y : ndarray of float32, shape (n_samples,), or (n_channels, n_samples) where several and not `mono`
        Contiguous. It may share memory with an input array.
    sr : float
        Sampling rate of `y` in Hz.

    Raises
    ------
    AudioError
        If the file does not exist, cannot be decoded, has fewer samples than its header states (in the requested part),
        a sampling rate below 100 Hz or above 10 MHz in its header, no samples, or samples that are NaN or infinite; or
        if a parameter is out of range.
    TypeError
        If an argument has the wrong type.
    OSError
        If a file cannot be read, as on a fault of the network that lasts for several attempts; a file object's own
        exceptions, of any type, are propagated. They do not imply that the clip is broken, and ``on_error="warn"`` of a
        front end does not catch them.

    Warns
    -----
    UserWarning
        If the end of a file is requested that continues after the length stated in its header, with the seconds that
        are left out; if a WAV, AIFF, W64, CAF or AU file has up to 128 bytes less than its header states, as when a
        writer includes the header; if an MP3 file lacks a part of its last two frames, or has other bytes between its
        frames; or if only the first parts of a concatenated file are compatible.

    See Also
    --------
    iter_blocks : Decode a long recording block by block.

    Notes
    -----
    Files are decoded by libsndfile. Formats that it does not support, such as M4A, are decoded by audioread if that and
    ffmpeg are installed; malformed files of supported formats are not. audioread opens paths only: write M4A or WebM in
    bytes or file objects to a file, or convert it.

    URLs, of any scheme that fsspec supports (``s3://``, ``gs://``, ``https://``, ``memory://``), need ``pip install
    "skaudio[remote]"``; credentials are those of fsspec's configuration and of its file systems. Of a part of a
    recording, the header and little more than the part are transferred: of WAV, FLAC and Ogg about 1 MB around it. MP3
    has no index, so that all before the part is transferred, too. Where a server sends whole files only, and in formats
    of audioread, the file is first copied to a temporary one.

    A size that was never filled in (0, -1, about 2**31) means "to the end of the file". Concatenated MP3 and Ogg files
    are read to their end, part by part; so are MP3 and MP2 files that do not state their length.

    Which damage is detected depends on the format. WAV, AIFF, AU, W64, RF64, CAF: missing bytes. FLAC: any missing or
    damaged block. MP3 with a Xing, Info or VBRI header (which most have): more than two frames missing (52 ms at 44.1
    kHz, 72 ms at 16 kHz); MP3 and MP2 without one: truncation inside a frame. Ogg Vorbis, Opus: a damaged page, and
    truncation inside a page, but not between two pages. AVR, MAT4, MAT5, MPC2K, NIST, SVX, VOC and WVE: missing
    samples. PVF, IRCAM and PAF state no length: truncation inside a sample; XI: nothing. M4A and WebM: missing samples,
    within 1 % and 0.25 s. Changed values of uncompressed samples cannot be detected.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.io import load
    >>> y, sr = load((np.array([0, 16384, -32768], dtype=np.int16), 8000), sr=None)
    >>> y, sr
    (array([ 0. ,  0.5, -1. ], dtype=float32), 8000)
    """
    if sr is not None:
        check_rate(sr, "sr")
    check_seconds(offset, "offset")
    if duration is not None:
        check_seconds(duration, "duration", above=0)
    with OpenClip(source, sr=sr, mono=mono, channel=channel, offset=offset, duration=duration) as clip:
        return clip.waveform(), clip.sr

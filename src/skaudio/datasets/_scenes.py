"""`make_scenes`: continuous recordings in which clips occur at known times."""

from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.random import Generator, RandomState
from sklearn.utils import Bunch
from sklearn.utils._param_validation import Interval, validate_params
from sklearn.utils.validation import check_consistent_length

from skaudio.datasets._synthesis import as_range, make_rng, scale_to_snr
from skaudio.dsp import coloured_noise, rms
from skaudio.io import audio_info, clip_name, load

LEVEL = 0.05  # root mean square of the clips at 0 dB
_DESCR = """\
Scenes
======
Clips one after the other, with pauses, over a background. Events are the clips whose label is not that of the
background.
"""


@validate_params(
    {
        "clips": ["array-like"],
        "labels": ["array-like"],
        "sr": [Interval(Real, 0, None, closed="neither")],
        "n_clips": [Interval(Integral, 1, None, closed="left")],
        "pause_seconds": [tuple],
        "snr_db": [Interval(Real, None, None, closed="neither"), tuple],
        "gain_db": [tuple],
        "background": [None, "array-like"],
        "background_label": "no_validation",
        "random_state": ["random_state"],
    },
    prefer_skip_nested_validation=True,
)
def make_scenes(
    clips: Sequence,
    labels: Sequence,
    *,
    sr: float,
    n_clips: int = 30,
    pause_seconds: tuple[float, float] = (0.3, 3.0),
    snr_db: float | tuple[float, float] = 10.0,
    gain_db: tuple[float, float] = (0.0, 0.0),
    background: Sequence | None = None,
    background_label: Any = "background",
    random_state: int | RandomState | None = None,
) -> Bunch:
    """Lay clips into continuous recordings, to train or test a detector with them.

    Each clip occurs once, in random order, at the same root-mean-square level but for `gain_db`.

    Parameters
    ----------
    clips : batch of clips
        Paths, arrays at `sr`, ``(y, sr)`` pairs or dicts.
    labels : array-like of shape (n_clips,)
        Their labels.
    sr : float
        Sampling rate of the scenes in Hz.
    n_clips : int, default=30
        Number of clips per scene; the last scene has the rest.
    pause_seconds : (float, float), default=(0.3, 3.0)
        Shortest and longest pause before a clip.
    snr_db : float or (float, float), default=10.0
        Ratio of the power of clips to that of the background in dB; of a pair, that of each scene is drawn between
        both.
    gain_db : (float, float), default=(0.0, 0.0)
        Lowest and highest gain of a clip, in dB.
    background : batch of clips or None, default=None
        Recordings from which backgrounds are cut. None: noise, from white to brown.
    background_label : object, default="background"
        Label of clips that occur in scenes but are no events, such as other words.
    random_state : int, RandomState instance or None, default=None
        Seed; pass an int for reproducible output across calls.

    Returns
    -------
    Bunch
        - ``data``: list of ndarray of float32, shape (n_samples_i,), the scenes
        - ``events``: list of lists of ``(onset, offset, label)``, in seconds
        - ``sr``: sampling rate in Hz
        - ``DESCR``: description

    See Also
    --------
    make_sound_events : Scenes of synthetic calls, with overlaps.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.datasets import make_scenes
    >>> tone = np.sin(0.5 * np.arange(4000))
    >>> scenes = make_scenes([tone, tone, -tone], ["beep", "beep", "background"], sr=8000, n_clips=2, random_state=0)
    >>> [len(events) for events in scenes.events], scenes.data[0].dtype
    ([1, 1], dtype('float32'))
    >>> onset, offset, label = scenes.events[0][0]
    >>> round(offset - onset, 3), label
    (0.5, 'beep')
    """
    check_consistent_length(clips, labels)
    snr_range = as_range(snr_db, "snr_db")
    pause_range, gain_range = as_range(pause_seconds, "pause_seconds"), as_range(gain_db, "gain_db")
    rng = make_rng(random_state)
    order = rng.permutation(len(clips))
    data, events = [], []
    for start in range(0, len(order), n_clips):
        parts, own, position = [], [], 0
        for i in order[start : start + n_clips]:
            y = _at_level(clips[i], sr, i, rng.uniform(*gain_range))
            pause = np.zeros(int(rng.uniform(*pause_range) * sr), np.float32)
            parts += [pause, y]
            position += len(pause)
            if labels[i] != background_label:
                own.append((position / sr, (position + len(y)) / sr, labels[i]))
            position += len(y)
        scene = np.concatenate([*parts, np.zeros(int(pause_range[1] * sr), np.float32)])
        noise = _background(rng, background, len(scene), sr)
        level = np.full(1, LEVEL)  # of the clips, without the pauses
        noise = scale_to_snr(noise, level, -rng.uniform(*snr_range))
        data.append((scene + noise).astype(np.float32))
        events.append(own)
    return Bunch(data=data, events=events, sr=sr, DESCR=_DESCR)


def _at_level(clip: Any, sr: float, i: int, gain_db: float) -> np.ndarray:
    y = load(clip, sr=sr)[0]
    if not y.any():
        raise ValueError(f"Clip {i} ({clip_name(clip)}) is digital silence, and has no level. Remove it.")
    return y * np.float32(LEVEL * 10 ** (gain_db / 20) / rms(y))


def _background(rng: Generator, recordings: Sequence | None, n_samples: int, sr: float) -> np.ndarray:
    """Return a part of a recording, repeated if it is too short, or noise."""
    if recordings is None:
        return coloured_noise(rng, n_samples, sr, rng.uniform(0, 2))
    recording = recordings[int(rng.integers(len(recordings)))]
    seconds = n_samples / sr
    offset = rng.uniform(0, max(0.0, audio_info(recording, sr=sr).duration_seconds - seconds))
    return np.resize(load(recording, sr=sr, offset=offset, duration=seconds)[0], n_samples)

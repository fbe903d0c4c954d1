"""`make_sound_events`: long scenes with animal calls and their exact times."""

from collections.abc import Sequence
from numbers import Integral, Real
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.random import Generator, RandomState
from sklearn.utils import Bunch
from sklearn.utils._param_validation import Interval, StrOptions, validate_params

from skaudio.datasets._calls import CALLS
from skaudio.datasets._synthesis import band_noise, make_rng, scale_to_snr, wander, within_full_scale
from skaudio.dsp import coloured_noise

_DESCR = """\
Synthetic sound events
======================
Long scenes with calls of several classes at random times, each with its exact onset and offset, over coloured noise
whose level wanders and a steady chorus of insects. Scenes of one site share the chorus: split by site (`groups`).
"""

_NOISE_EXPONENTS = {"white": 0.0, "pink": 1.0, "brown": 2.0}
_BACKGROUND_RMS = 0.01
_Number = TypeVar("_Number", int, float)


class _Site(NamedTuple):
    """Common properties of the scenes of one site."""

    chorus_centre: float  # Hz
    chorus_level: float  # relative to the noise


class _Placed(NamedTuple):
    """A call and its position."""

    start: int  # sample
    label: str
    call: np.ndarray


@validate_params(
    {
        "n_scenes": [Interval(Integral, 1, None, closed="left")],
        "duration": [Interval(Real, 0.1, None, closed="left")],
        "sr": [Interval(Real, 8000, None, closed="left")],
        "n_events": [Interval(Integral, 0, None, closed="left"), tuple, list],
        "classes": ["array-like"],
        "snr_db": [Interval(Real, None, None, closed="neither"), tuple, list],
        "overlap": ["boolean"],
        "background": [StrOptions(set(_NOISE_EXPONENTS))],
        "n_sites": [Interval(Integral, 1, None, closed="left")],
        "random_state": ["random_state"],
    },
    prefer_skip_nested_validation=True,
)
def make_sound_events(
    n_scenes: int = 4,
    *,
    duration: float = 60.0,
    sr: float = 16000,
    n_events: int | tuple[int, int] = (4, 12),
    classes: Sequence[str] = tuple(CALLS),
    snr_db: float | tuple[float, float] = (0.0, 15.0),
    overlap: bool = False,
    background: str = "pink",
    n_sites: int = 2,
    random_state: int | RandomState | None = None,
) -> Bunch:
    """Generate long scenes with calls, for sound event detection with exact ground truth.

    Parameters
    ----------
    n_scenes : int, default=4
        Number of scenes.
    duration : float, default=60.0
        Length of a scene in seconds, at least 0.1.
    sr : float, default=16000
        Sampling rate in Hz, at least 8000.
    n_events : int or (int, int), default=(4, 12)
        Number of calls per scene, or the minimum and maximum. 0 generates scenes without calls.
    classes : sequence of str, default=("chirp_up", "chirp_down", "trill", "harmonic_burst", "click_train")
        Kinds of calls, equally likely. For distractors, pass more kinds than are trained on.
    snr_db : float or (float, float), default=(0.0, 15.0)
        Ratio of the power of a call to that of the background under it, in dB; or the range to draw it from for each
        call.
    overlap : bool, default=False
        Whether calls may overlap.
    background : {"white", "pink", "brown"}, default="pink"
        Colour of the background noise.
    n_sites : int, default=2
        Number of sites, to which scenes are assigned in turn.
    random_state : int, RandomState instance or None, default=None
        Seed; pass an int for reproducible output across calls.

    Returns
    -------
    Bunch
        - ``data``: ndarray of shape (n_scenes, n_samples), float32, in [-1, 1]
        - ``events``: list of n_scenes lists of ``(onset, offset, label)``, in seconds, sorted by onset. Onset is the
          time of a call's first sample, offset that of the sample after its last
        - ``event_table``: the same as one structured array with fields ``scene``, ``onset``, ``offset``, ``label``
        - ``target``: ndarray of shape (n_scenes, n_classes), int64; 1 where a scene has a call of the class
        - ``groups``: ndarray of shape (n_scenes,), int64; the sites
        - ``target_names``: ndarray of shape (n_classes,), str; `classes`
        - ``sr``: sampling rate in Hz
        - ``DESCR``: description

    Raises
    ------
    ValueError
        If `classes` contains an unknown kind, a range is not an ordered pair, or the calls of a scene do not fit.

    Examples
    --------
    >>> from skaudio.datasets import make_sound_events
    >>> scenes = make_sound_events(2, duration=10.0, n_events=3, random_state=0)
    >>> scenes.data.shape
    (2, 160000)
    >>> [len(events) for events in scenes.events]
    [3, 3]
    >>> scenes.event_table.dtype.names
    ('scene', 'onset', 'offset', 'label')
    """
    classes = _check_classes(classes)
    counts, snrs = _check_range("n_events", n_events, Integral, 0), _check_range("snr_db", snr_db, Real)
    rng = make_rng(random_state)
    sites = [_Site(rng.uniform(0.2, 0.4) * sr, rng.uniform(0.1, 0.6)) for _ in range(n_sites)]
    data = np.empty((n_scenes, round(duration * sr)), dtype=np.float32)
    events = []
    for scene in range(n_scenes):
        n_calls = rng.integers(*counts, endpoint=True)
        calls = [(label, CALLS[label](rng, sr)) for label in rng.choice(classes, n_calls).tolist()]
        placed = _place(rng, calls, data.shape[1], sr, overlap)
        noise = _background(rng, data.shape[1], sr, _NOISE_EXPONENTS[background], sites[scene % n_sites])
        data[scene] = _mix(rng, noise, placed, snrs)
        events.append([(start / sr, (start + len(call)) / sr, label) for start, label, call in placed])
    labels = [{label for _, _, label in scene} for scene in events]
    return Bunch(
        data=data,
        events=events,
        event_table=_tabulate(events),
        target=np.array([[int(name in present) for name in classes] for present in labels]),
        groups=np.arange(n_scenes) % n_sites,
        target_names=np.array(classes),
        sr=sr,
        DESCR=_DESCR,
    )


def _check_classes(classes: Sequence[str]) -> list[str]:
    names = [classes] if isinstance(classes, str) else list(classes)
    if not names or len(set(names)) < len(names) or not set(names) <= set(CALLS):
        raise ValueError(f"classes must be one or more of {list(CALLS)}, without repetition, got {classes!r}.")
    return names


def _check_range(
    name: str, value: _Number | Sequence[_Number], kind: type, least: float = -np.inf
) -> tuple[_Number, _Number]:
    """Convert a number to a range; raise an error unless a range is an ordered pair."""
    ends = tuple(value) if isinstance(value, Sequence) else (value, value)
    fits = len(ends) == 2 and all(isinstance(end, kind) and np.isfinite(end) for end in ends)
    if not fits or not least <= ends[0] <= ends[1]:
        expected = "an integer" if kind is Integral else "a number"
        raise ValueError(f"{name} must be {expected} or an ordered pair (low, high), got {value!r}.")
    return ends[0], ends[1]


def _place(
    rng: Generator, calls: list[tuple[str, np.ndarray]], n_samples: int, sr: float, overlap: bool
) -> list[_Placed]:
    """Draw the start of each call, uniformly over all valid placements."""
    lengths = np.array([len(call) for _, call in calls], dtype=np.int64)
    needed = lengths.max(initial=0) if overlap else lengths.sum()
    if needed > n_samples:
        raise ValueError(
            f"{len(calls)} calls, together {lengths.sum() / sr:.1f} s long, the longest {lengths.max() / sr:.1f} s, do "
            f"not fit into a scene of {n_samples / sr:.1f} s with overlap={overlap}: decrease n_events or increase "
            "duration."
        )
    if overlap:
        starts = rng.integers(0, n_samples - lengths, endpoint=True)
    else:  # cut the free time at random positions, and insert one call at each
        cuts = np.sort(rng.integers(0, n_samples - needed, size=len(calls), endpoint=True))
        starts = cuts + np.cumsum(lengths) - lengths
    placed = [_Placed(int(start), label, call) for start, (label, call) in zip(starts, calls, strict=True)]
    return sorted(placed, key=lambda one: one.start)


def _background(rng: Generator, n_samples: int, sr: float, exponent: float, site: _Site) -> np.ndarray:
    level_db = 3 * wander(rng, n_samples, sr, rate=0.1)
    chorus = band_noise(rng, n_samples, sr, site.chorus_centre, 0.1 * site.chorus_centre)
    noise = coloured_noise(rng, n_samples, sr, exponent)
    return _BACKGROUND_RMS * 10 ** (level_db / 20) * (noise + site.chorus_level * chorus)


def _mix(rng: Generator, background: np.ndarray, placed: list[_Placed], snr_db: tuple[float, float]) -> np.ndarray:
    scene = background.copy()
    for start, _, call in placed:
        span = slice(start, start + len(call))
        scene[span] += scale_to_snr(call, background[span], rng.uniform(*snr_db))
    return within_full_scale(scene)


def _tabulate(events: list[list[tuple[float, float, str]]]) -> np.ndarray:
    rows = [(scene, *event) for scene, scene_events in enumerate(events) for event in scene_events]
    return np.array(rows, dtype=[("scene", np.int64), ("onset", float), ("offset", float), ("label", "U32")])

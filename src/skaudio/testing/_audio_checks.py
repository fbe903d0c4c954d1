"""Checks of transformers of clips, or of frame sequences.

Each is a function of an estimator that has `transform` and of a batch; it raises an AssertionError on failure.
"""

import pickle
import random
from collections.abc import Callable, Iterator, Sequence
from functools import partial, wraps
from typing import Any, Literal

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import BaseEstimator, clone

from skaudio.features import MFCC, FrontEnd

SR = 8000
Check = Callable[[BaseEstimator], None]


def audio_checks(
    estimator: BaseEstimator, *, takes: Literal["clips", "frames"] | None = None, rtol: float = 0.0
) -> Iterator[Check]:
    """Yield the checks that apply to a transformer.

    Parameters
    ----------
    estimator : estimator
        With `fit` and `transform`; it is cloned.
    takes : {"clips", "frames"} or None, default=None
        Whether it takes clips or frame sequences. None: clips, if it is a `skaudio.features.FrontEnd`, else frames.
    rtol : float, default=0.0
        Tolerance, relative to the values or to 1, of the output for a clip alone and in a batch; 1e-5 for estimators
        that multiply matrices.

    Yields
    ------
    callable
        A check, to be called with the estimator.

    Examples
    --------
    >>> from skaudio.features import MFCC
    >>> from skaudio.testing import audio_checks
    >>> for check in audio_checks(MFCC(sr=8000)):
    ...     check(MFCC(sr=8000))
    """
    is_front_end = isinstance(estimator, FrontEnd)
    clips = _clips()
    X = _column(clips) if is_front_end or takes == "clips" else MFCC(sr=SR, n_mfcc=5).fit_transform(clips)
    checks: list[Callable] = [
        check_containers,
        partial(check_neighbours, rtol=rtol),
        check_output,
        check_reproducible,
        check_pickle,
        check_input_unchanged,
        check_set_output,
    ]
    if "random_state" in estimator.get_params():
        checks.append(check_random_state_left_alone)
    if is_front_end:
        checks += [check_silence, check_short_clip, check_threads, check_table_of_clips, check_set_params]
    elif takes != "clips":
        checks.append(partial(check_padding, rtol=rtol))
    for check in checks:
        yield _on_copies(check, X)


def check_audio_estimator(
    estimator: BaseEstimator, *, takes: Literal["clips", "frames"] | None = None, rtol: float = 0.0
) -> None:
    """Run all checks that apply to a transformer.

    Parameters
    ----------
    estimator : estimator
        Estimator to check, see `audio_checks`.
    takes : {"clips", "frames"} or None, default=None
        Whether it takes clips or frame sequences, see `audio_checks`.
    rtol : float, default=0.0
        Relative tolerance, see `audio_checks`.

    Raises
    ------
    AssertionError
        If one fails.

    Examples
    --------
    >>> from skaudio.features import MelSpectrogram
    >>> from skaudio.testing import check_audio_estimator
    >>> check_audio_estimator(MelSpectrogram(sr=8000))
    """
    for check in audio_checks(estimator, takes=takes, rtol=rtol):
        check(estimator)


def parametrize_with_audio_checks(
    estimators: Sequence[BaseEstimator], *, takes: Literal["clips", "frames"] | None = None, rtol: float = 0.0
) -> Any:
    """Return a pytest decorator that runs a test once for each estimator and each check.

    Parameters
    ----------
    estimators : sequence of estimators
        Estimators to check, see `audio_checks`.
    takes : {"clips", "frames"} or None, default=None
        Whether they take clips or frame sequences, see `audio_checks`.
    rtol : float, default=0.0
        Relative tolerance, see `audio_checks`.

    Returns
    -------
    pytest.MarkDecorator
        Of a test with the arguments ``estimator`` and ``check``.

    See Also
    --------
    sklearn.utils.estimator_checks.parametrize_with_checks : The same with scikit-learn's checks.

    Examples
    --------
    >>> from skaudio.features import MFCC
    >>> from skaudio.testing import parametrize_with_audio_checks
    >>> @parametrize_with_audio_checks([MFCC(sr=8000), MFCC(sr=8000, deltas=2)])
    ... def test_sound(estimator, check):
    ...     check(estimator)
    """
    import pytest

    cases = [(one, check) for one in estimators for check in audio_checks(one, takes=takes, rtol=rtol)]
    ids = [f"{type(one).__name__}-{check.__name__}" for one, check in cases]
    return pytest.mark.parametrize(("estimator", "check"), cases, ids=ids)


def check_containers(estimator: BaseEstimator, X: np.ndarray) -> None:
    """Check that a list, a tuple and a column of clips of different lengths give the same output."""
    model = _fitted(estimator, X)
    expected = model.transform(X)
    for container in (list(X), tuple(X), _column(X).reshape(-1, 1)):
        _assert_same(model.transform(container), expected)


def check_neighbours(estimator: BaseEstimator, X: np.ndarray, *, rtol: float = 0.0) -> None:
    """Check that a clip's output does not depend on other clips of the batch."""
    model = _fitted(estimator, X)
    together = model.transform(X)
    for i in range(len(X)):
        alone = model.transform(X[i : i + 1])
        _require(len(alone) == 1, f"one clip became {len(alone)} rows")
        assert_allclose(alone[0], together[i], rtol=rtol, atol=rtol)


def check_output(estimator: BaseEstimator, X: np.ndarray) -> None:
    """Check that the output is float32, and that channel names are unique."""
    model = _fitted(estimator, X)
    output, names = model.transform(X), model.get_feature_names_out()
    _require(output[0].dtype == np.float32, f"the output has dtype {output[0].dtype}")
    _require(len(names) == output[0].shape[-1], f"{len(names)} names for {output[0].shape[-1]} channels")
    _require(len(set(names)) == len(names), "channel names are not unique")


def check_reproducible(estimator: BaseEstimator, X: np.ndarray) -> None:
    """Check that two fits give the same output, and do not change the global random states."""
    random.seed(7)
    np.random.seed(7)  # noqa: NPY002
    before = random.getstate(), _numpy_state()
    first = _fitted(estimator, X).transform(X)
    _assert_same(_fitted(estimator, X).transform(X), first)
    _require(before == (random.getstate(), _numpy_state()), "global random states were changed")


def check_random_state_left_alone(estimator: BaseEstimator, X: np.ndarray) -> None:
    """Check that ``random_state=None`` does not change NumPy's global random state."""
    before = _numpy_state()
    _fitted(clone(estimator).set_params(random_state=None), X).transform(X)
    _require(before == _numpy_state(), "the global random state was changed")


def check_pickle(estimator: BaseEstimator, X: np.ndarray) -> None:
    """Check that an estimator gives the same output after pickling."""
    model = _fitted(estimator, X)
    _assert_same(pickle.loads(pickle.dumps(model)).transform(X), model.transform(X))


def check_input_unchanged(estimator: BaseEstimator, X: np.ndarray) -> None:
    """Check that neither `fit` nor `transform` writes to its input."""
    before = [clip.copy() for clip in X]
    _fitted(estimator, X).transform(X)
    _assert_same(X, before)


def check_set_output(estimator: BaseEstimator, X: np.ndarray) -> None:
    """Check that pandas output has a row for each clip."""
    model = _fitted(clone(estimator).set_output(transform="pandas"), X)
    _require(len(model.transform(X)) == len(X), "rows are missing")


def check_silence(estimator: BaseEstimator, X: np.ndarray) -> None:  # noqa: ARG001
    """Check that digital silence gives finite values."""
    _require(_all_finite(clone(estimator).fit_transform([np.zeros(3000, np.float32)])), "silence gives NaN or infinity")


def check_short_clip(estimator: BaseEstimator, X: np.ndarray) -> None:  # noqa: ARG001
    """Check that a clip shorter than a frame gives at least one frame of finite values."""
    short = clone(estimator).fit_transform([np.array([0.1, -0.2], np.float32)])
    _require(short.shape[1] >= 1 and _all_finite(short), "two samples give no finite frame")


def check_threads(estimator: BaseEstimator, X: np.ndarray) -> None:
    """Check that two threads give the same output as one."""
    many = list(X) * 20
    alone = clone(estimator).set_params(n_jobs=1).fit_transform(many)
    _assert_same(clone(estimator).set_params(n_jobs=2).fit_transform(many), alone)


def check_table_of_clips(estimator: BaseEstimator, X: np.ndarray) -> None:  # noqa: ARG001
    """Check that a 2-D array of clips gives the same output as a list of them."""
    table = np.random.default_rng(0).standard_normal((3, 2000)).astype(np.float32)
    _assert_same(clone(estimator).fit_transform(table), clone(estimator).fit_transform(list(table)))


def check_set_params(estimator: BaseEstimator, X: np.ndarray) -> None:
    """Check that a parameter set after `fit` takes effect: ``duration`` gives the same output as clips cut before."""
    model = clone(estimator).fit(X)
    cut = [clip[: int(0.1 * model.rate)] for clip in X]
    expected = model.transform(cut)
    _assert_same(model.set_params(duration=0.1).transform(X), expected)


def check_padding(estimator: BaseEstimator, X: np.ndarray, *, rtol: float = 0.0) -> None:
    """Check that equally long clips give the same output as in a ragged batch, where none is padded to the longest."""
    model = _fitted(estimator, X)
    longest = max(map(len, X))
    long = [i for i in range(len(X)) if len(X[i]) == longest]
    together = model.transform(X)
    for i, row in zip(long, model.transform(np.stack([X[i] for i in long])), strict=True):
        assert_allclose(row, together[i], rtol=rtol, atol=rtol)


def _on_copies(check: Callable, X: np.ndarray) -> Check:
    """Return a check that is called with the estimator alone, on a copy of the batch."""
    function = check.func if isinstance(check, partial) else check

    @wraps(function)
    def checked(estimator: BaseEstimator) -> None:
        check(estimator, X=_column([np.array(clip) for clip in X]))

    return checked


def _clips() -> list[np.ndarray]:
    """Generate four tones of different lengths, two of them equally long."""
    rng = np.random.default_rng(0)
    clips = []
    for frequency, seconds in [(300, 0.3), (900, 0.5), (2000, 0.21), (500, 0.5)]:
        t = np.arange(int(SR * seconds)) / SR
        clips.append((0.3 * np.sin(2 * np.pi * frequency * t) + 0.01 * rng.standard_normal(len(t))).astype(np.float32))
    return clips


def _column(clips: Sequence | np.ndarray) -> np.ndarray:
    column = np.empty(len(clips), dtype=object)
    column[:] = list(clips)
    return column


def _fitted(estimator: BaseEstimator, X: np.ndarray) -> Any:
    return clone(estimator).fit(X, np.arange(len(X)) % 2)


def _assert_same(left: Sequence | np.ndarray, right: Sequence | np.ndarray) -> None:
    _require(len(left) == len(right), f"{len(left)} and {len(right)} rows")
    for a, b in zip(left, right, strict=True):
        assert_array_equal(a, b)


def _all_finite(frames: np.ndarray) -> bool:
    return all(np.isfinite(clip).all() for clip in frames)


def _numpy_state() -> bytes:
    return pickle.dumps(np.random.get_state())  # noqa: NPY002


def _require(condition: Any, message: str) -> None:
    if not condition:
        raise AssertionError(message)

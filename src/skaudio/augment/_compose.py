"""Composition of augmenters: in sequence, or one at random."""

from collections.abc import Sequence
from typing import Any, ClassVar, Literal, Self

import numpy as np
from sklearn.pipeline import _name_estimators
from sklearn.utils._param_validation import HasMethods

from skaudio.augment._augmenter import Augmenter, Clips, Draw


class Compose(Augmenter):
    """Apply augmenters in sequence.

    Parameters
    ----------
    augmenters : sequence of augmenters
        Augmenters, all of waveforms or all of frames.
    p : float, default=1.0
        Probability that a clip is changed.

    Notes
    -----
    Like steps of `sklearn.pipeline.make_pipeline`, augmenters are named by their classes in lower case:
    ``compose.set_params(addnoise__snr_db=10)``; two of one class are named ``addnoise-1`` and ``addnoise-2``.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.augment import Compose, Gain, TimeShift
    >>> both = Compose([TimeShift(), Gain()])
    >>> both.apply(np.array([0.1, 0.2]), (0.5, 20.0))
    array([2., 1.])
    >>> drawn = both.draw(np.random.default_rng(0))  # can be stored and replayed
    >>> len(drawn)
    2
    """

    _parameter_constraints: ClassVar[dict] = {**Augmenter._parameter_constraints, "augmenters": [list, tuple]}

    def __init__(self, augmenters: Sequence[Augmenter], *, p: float = 1.0) -> None:
        self.augmenters = augmenters
        self.p = p

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Get the parameters.

        Parameters
        ----------
        deep : bool, default=True
            Whether to include those of the augmenters.

        Returns
        -------
        dict
            Parameter names mapped to their values.
        """
        return super().get_params(deep) | (params_of(self.augmenters) if deep else {})

    def set_params(self, **params: Any) -> Self:
        """Set parameters, including those of augmenters, or an augmenter by its name.

        Parameters
        ----------
        **params : dict
            Parameters, named as in `get_params`.

        Returns
        -------
        self : augmenter
            Augmenter instance.
        """
        if "augmenters" in params:
            self.augmenters = params.pop("augmenters")
        names = [name for name, _ in named(self.augmenters)]
        replaced = {name: params.pop(name) for name in names if name in params}
        if replaced:
            self.augmenters = [replaced.get(name, augmenter) for name, augmenter in named(self.augmenters)]
        return super().set_params(**params)

    @property
    def of(self) -> Literal["waveform", "frames"]:  # type: ignore[override]  # a property of instances
        """Kind of input, that of its augmenters."""
        kinds = {augmenter.of for augmenter in checked(self.augmenters)}
        if len(kinds) > 1:
            raise ValueError(f"{self!r} mixes augmenters of waveforms and of frames; expected one kind.")
        return kinds.pop()

    def _check_ranges(self) -> None:
        for augmenter in checked(self.augmenters):
            augmenter.check()
        _ = self.of  # raises an error if kinds are mixed

    def _draw(self, rng: np.random.Generator) -> tuple:
        return tuple(augmenter.draw(rng) for augmenter in self.augmenters)

    def _apply(self, y: np.ndarray, drawn: Draw, sr: float | None) -> np.ndarray:
        for augmenter, draw in zip(self.augmenters, drawn, strict=True):
            y = augmenter.apply(y, draw, sr)
        return y

    def _apply_all(self, clips: Clips, draws: Sequence[Draw | None], sr: float | None) -> Any:
        for i, augmenter in enumerate(self.augmenters):
            clips = augmenter._apply_all(clips, [None if drawn is None else drawn[i] for drawn in draws], sr)
            if isinstance(clips, list) and len({clip.shape for clip in clips}) == 1:
                clips = np.stack(clips)
        return clips


class OneOf(Compose):
    """Apply one of several augmenters, chosen uniformly at random.

    Parameters
    ----------
    augmenters : sequence of augmenters
        Augmenters, all of waveforms or all of frames.
    p : float, default=1.0
        Probability that a clip is changed.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.augment import Gain, OneOf, TimeShift
    >>> either = OneOf([TimeShift(), Gain()])
    >>> either.apply(np.array([0.1, 0.2]), (1, 20.0))  # the second
    array([1., 2.])
    """

    def _draw(self, rng: np.random.Generator) -> tuple[int, Draw | None]:
        which = int(rng.integers(len(self.augmenters)))
        return which, self.augmenters[which].draw(rng)

    def _apply(self, y: np.ndarray, drawn: tuple[int, Draw | None], sr: float | None) -> np.ndarray:
        return self.augmenters[drawn[0]].apply(y, drawn[1], sr)

    def _apply_all(self, clips: Clips, draws: Sequence[Draw | None], sr: float | None) -> Any:
        return Augmenter._apply_all(self, clips, draws, sr)


def named(augmenters: Any) -> list[tuple[str, Augmenter]]:
    """Name augmenters as `sklearn.pipeline.make_pipeline` names steps; other objects are skipped."""
    valid = isinstance(augmenters, (list, tuple)) and all(isinstance(each, Augmenter) for each in augmenters)
    return _name_estimators(augmenters) if valid else []


def params_of(augmenters: Any) -> dict[str, Any]:
    """Return augmenters by name, and their parameters by name and parameter."""
    params: dict[str, Any] = {}
    for name, augmenter in named(augmenters):
        params[name] = augmenter
        params |= {f"{name}__{key}": value for key, value in augmenter.get_params().items()}
    return params


def checked(augmenters: Any) -> Sequence[Augmenter]:
    """Raise an error if there are no augmenters."""
    expected = HasMethods(["draw", "apply"])
    if (
        not isinstance(augmenters, (list, tuple))
        or not augmenters
        or not all(map(expected.is_satisfied_by, augmenters))
    ):
        raise ValueError(f"augmenters={augmenters!r:.200}; expected a list of at least one augmenter.")
    return augmenters

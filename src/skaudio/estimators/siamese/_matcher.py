"""Siamese network for verification and few-shot classification."""

from typing import Any, Self

import numpy as np
from sklearn.base import _fit_context
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import assert_all_finite, check_consistent_length, column_or_1d

from skaudio._assembly import assembled
from skaudio._atomic import atomic
from skaudio._validation import as_labels, check_frames, stack_frames
from skaudio.estimators.siamese._naming import NamingHead


@assembled
class SiameseMatcher(NamingHead):
    """Siamese network for verification, such as of speakers, and few-shot classification.

    Both clips of a pair are embedded by the same tower, which is trained so that embeddings of one class are close to
    each other. This generalises to classes unseen in training: `verify` compares two clips of any class, `enroll` adds
    a class from a few examples, and `forget` removes one, all without training.

    The default tower suits classes similar to those of training, or diverse sounds. For verification of speakers unseen
    in training, use ``SiameseMatcher(tower=None)`` after `skaudio.features.MFCC` with ``deltas=1`` and
    `skaudio.pooling.StatPooling`: with few training speakers, a CNN was worse.

    Parameters
    ----------
    {parameters}

    Attributes
    ----------
    {attributes}
    loss_ : str
        Loss that was minimised.
    front_end_ : transformer
        Fitted ``front_end``, if there is one.

    See Also
    --------
    CNNClassifier : For a closed set of classes with many clips of each.
    skaudio.matching.RecordingMatcher : Audio fingerprinting: identify the recording of a snippet.
    sklearn.metrics.DetCurveDisplay : Detection error tradeoff (DET) curve of a verification system.

    References
    ----------
    {references}

    Examples
    --------
    Verify speakers by vectors of features, and enroll a speaker by three examples, without training.

    >>> import numpy as np
    >>> from skaudio.estimators import SiameseMatcher
    >>> rng = np.random.default_rng(0)
    >>> voices = rng.normal(size=(6, 8))
    >>> y = np.repeat(["ann", "bob", "cyd", "dan", "eve", "fay"], 12)
    >>> X = np.repeat(voices, 12, axis=0) + 0.3 * rng.normal(size=(72, 8))
    >>> known = y != "fay"
    >>> model = SiameseMatcher(tower=None, random_state=0).fit(X[known], y[known])
    >>> model.verify(X[:2], X[[2, 20]])
    array([ True, False])
    >>> model.enroll(X[60:63], y[60:63]).predict(X[63:66])
    array(['fay', 'fay', 'fay'], dtype='<U3')

    With a front end, all methods take waveforms or paths.

    >>> from sklearn.pipeline import make_pipeline
    >>> from skaudio.datasets import make_spoken_digits
    >>> from skaudio.features import MFCC
    >>> from skaudio.pooling import StatPooling
    >>> X, y = make_spoken_digits(100, n_speakers=2, random_state=0, return_X_y=True)
    >>> front_end = make_pipeline(MFCC(sr=8000, deltas=1), StatPooling())
    >>> model = SiameseMatcher(tower=None, front_end=front_end, random_state=0).fit(X[:80], y[:80])
    >>> model.predict(X[80:85]), y[80:85]
    (array([4, 7, 2, 6, 6]), array([4, 7, 2, 6, 6]))
    >>> model.pair_score(X[80:83], X[83:86]).shape
    (3,)
    """

    @atomic
    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Any, y: Any, groups: Any = None) -> Self:
        """Fit to labelled clips and enroll them.

        Parameters
        ----------
        X : ndarray (n_clips, n_frames, n_channels), sequence of ndarrays (n_frames_i, n_channels), or table
            Frame sequences, of equal length for ``tower="dense"`` and callables, else of any. A table is treated as
            one-frame sequences. With a ``front_end``, raw clips, here and in all methods.
        y : array-like of shape (n_clips,)
            Class labels of any dtype.
        groups : array-like of shape (n_clips,), default=None
            Groups, such as recordings, which ``early_stopping`` does not split between training and validation, and
            ``calibration="clips"`` holds out as a whole.

        Returns
        -------
        self : estimator
            Fitted estimator.

        Raises
        ------
        ValueError, TypeError
            If ``X`` is not a batch of frame sequences, if ``y`` does not match it or has a single class, if no class
            has several clips, or if there are too few clips or classes to hold some out for ``calibration``.
        """
        if y is None:
            raise ValueError(f"{type(self).__name__} requires y to be passed, but the target y is None.")
        resume = self._resumes()
        frames = self._check_frames(self._frames_of(X, fit=not resume), reset=not resume)
        y = column_or_1d(as_labels(y), warn=True)
        assert_all_finite(y, estimator_name=type(self).__name__, input_name="y")
        check_classification_targets(y)
        check_consistent_length(frames, y, groups)
        labels, classes, count = np.unique(y, return_inverse=True, return_counts=True)
        if len(labels) < 2:
            raise ValueError(
                f"{type(self).__name__} requires at least two classes; y has one class only, {labels.tolist()[0]!r}."
            )
        if count.max() < 2:
            raise ValueError(
                f"Every class has one clip only; {type(self).__name__} requires several clips of at least one."
            )
        self._train_embedding(frames, classes, groups)
        if self.calibration is not None:
            self._calibrate(frames, classes, groups)
        self._enrolled = self._empty_enrolment().with_more(self._embed_frames(frames), y)
        return self

    @atomic
    @_fit_context(prefer_skip_nested_validation=True)
    def fit_pairs(self, A: Any, B: Any, same: Any, groups: Any = None) -> Self:
        """Fit to pairs of clips labelled as same or different class; no class is enrolled.

        As pairs have no classes for proxies or triplets, ``loss`` is assumed to be ``"contrastive"``.

        Parameters
        ----------
        A, B : ndarray (n_pairs, n_frames, n_channels), sequence of ndarrays (n_frames_i, n_channels), or table
            First and second clips of each pair.
        same : array-like of bool, shape (n_pairs,)
            Whether both clips are of the same class.
        groups : array-like of shape (n_pairs,), default=None
            Groups of pairs, which ``early_stopping`` does not split between training and validation.

        Returns
        -------
        self : estimator
            Fitted estimator.

        Raises
        ------
        ValueError, TypeError
            If ``A`` and ``B`` are not matching batches of equal size, or if all pairs are of one kind.
        """
        check_consistent_length(A, B, same, groups)
        first = self._check_frames(self._frames_of(A, fit=True), reset=True)
        frames = stack_frames([*first, *check_frames(self, self._frames_of(B), reset=False)])
        same = column_or_1d(same)
        if not np.isin(same, [0, 1]).all():
            raise ValueError(f"same has {np.setdiff1d(same, [0, 1])[:3].tolist()}; expected True and False.")
        same = same.astype(bool)
        if same.all() or not same.any():
            raise ValueError("All pairs are of one kind; expected both same-class and different-class pairs.")
        self._train_on_pairs(frames, same, groups)
        if self.calibration is not None:
            self._calibrate_by_pairs(frames, same, groups)
        self._enrolled = self._empty_enrolment()
        return self

"""Scatter plot of clips in feature space."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from sklearn.pipeline import Pipeline

from skaudio._validation import check_clips
from skaudio.features import FrontEnd
from skaudio.inspection.displays._base import Display
from skaudio.inspection.displays._clip_pictures import clip_pictures
from skaudio.inspection.displays._colours import class_colours
from skaudio.inspection.displays._projection import as_vectors, project, spread_out

PICTURE_POINTS = (36, 48)  # height and width of a thumbnail


class FeatureSpaceDisplay(Display):
    """Embeddings of clips in two dimensions, coloured by label.

    Create it with `from_estimator` or `from_array`; all parameters are stored as attributes.

    Parameters
    ----------
    positions : ndarray of shape (n_clips, 2)
        Positions of the clips.
    labels : ndarray of shape (n_clips,) or None, default=None
        Labels of the clips: floating-point numbers are coloured along a scale, others by class.
    axis_names : sequence of str, default=("", "")
        Labels of the x and y axes.
    thumbnails : dict of int to ndarray (height, width) or (height, width, 3), default=None
        Pictures of some clips, the lowest row first.

    Attributes
    ----------
    scatter_ : matplotlib.collections.PathCollection
        The points.
    thumbnails_ : list of matplotlib.offsetbox.AnnotationBbox
        The pictures, each at the position of its clip.
    ax_, figure_ : matplotlib Axes and Figure
        Axes and figure of the plot.

    Examples
    --------
    >>> from sklearn.pipeline import make_pipeline
    >>> from skaudio.datasets import make_spoken_digits
    >>> from skaudio.features import MFCC
    >>> from skaudio.inspection import FeatureSpaceDisplay
    >>> from skaudio.pooling import StatPooling
    >>> digits = make_spoken_digits(20, sr=8000, random_state=0)
    >>> pipeline = make_pipeline(MFCC(sr=8000), StatPooling()).fit(digits.data)
    >>> display = FeatureSpaceDisplay.from_estimator(pipeline, digits.data, digits.target)
    >>> len(display.ax_.get_legend().get_texts())
    10
    """

    def __init__(
        self,
        positions: np.ndarray,
        labels: np.ndarray | None = None,
        *,
        axis_names: Sequence[str] = ("", ""),
        thumbnails: Mapping[int, np.ndarray] | None = None,
    ) -> None:
        self.positions = positions
        self.labels = labels
        self.axis_names = axis_names
        self.thumbnails = thumbnails

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Sequence,
        y: Any = None,
        *,
        method: Any = "pca",
        thumbnails: int = 0,
        standardize: bool = True,
        random_state: Any = None,
        ax: Any = None,
        **scatter: Any,
    ) -> Self:
        """Plot the embeddings that a transformer computes for clips.

        Parameters
        ----------
        estimator : transformer or Pipeline
            Fitted transformer. If the last step of a pipeline does not transform, such as a classifier, the steps
            before it are used.
        X : batch of clips, or other input of the estimator
            Clips to embed.
        y : array-like of shape (n_clips,) or None, default=None
            Labels; floating-point numbers are coloured along a scale.
        method : {"pca", "tsne", "umap"} or object with ``fit_transform``, default="pca"
            Projection of embeddings to two dimensions; an object is copied, and fitted without the labels. UMAP needs
            umap-learn.
        thumbnails : int, default=0
            Number of clips, far from each other, that are shown as spectrograms: those of the front end that the
            pipeline begins with or, if its channels are not bands, mel spectrograms of its waveform.
        standardize : bool, default=True
            Whether to standardize the columns of the embeddings to mean 0 and deviation 1 first.
        random_state : int, RandomState instance or None, default=None
            Seed of the method.
        ax : matplotlib Axes, default=None
            Axes to plot on. If None, a new figure is created.
        **scatter : dict
            Keyword arguments of ``matplotlib.axes.Axes.scatter``, such as ``s`` or ``alpha``.

        Returns
        -------
        FeatureSpaceDisplay
            The plotted display. Frame sequences are pooled by `skaudio.pooling.StatPooling` first.

        Raises
        ------
        ImportError
            If UMAP is requested and umap-learn is not installed.
        TypeError, ValueError
            If the estimator does not transform, if thumbnails are requested without a front end, if embeddings are not
            finite, or if the number of labels differs.
        """
        front_end = estimator[0] if isinstance(estimator, Pipeline) else estimator
        if thumbnails and not isinstance(front_end, FrontEnd):
            raise TypeError(
                f"thumbnails={thumbnails} requires a pipeline that begins with a front end of skaudio.features; got "
                f"{type(front_end).__name__}. Pass your own pictures to from_array."
            )
        vectors = as_vectors(_get_transformer(estimator).transform(X))
        display = cls._projected(vectors, y, method, standardize, random_state)
        chosen = spread_out(display.positions, thumbnails).tolist()
        if chosen:
            clips = check_clips(front_end, X, reset=False)  # indexed by position, unlike a Series
            display.thumbnails = dict(zip(chosen, clip_pictures(front_end, [clips[i] for i in chosen]), strict=True))
        return display.plot(ax, **scatter)

    @classmethod
    def from_array(
        cls,
        embeddings: Any,
        y: Any = None,
        *,
        method: Any = "pca",
        thumbnails: Sequence[np.ndarray | None] | None = None,
        standardize: bool = True,
        random_state: Any = None,
        ax: Any = None,
        **scatter: Any,
    ) -> Self:
        """Plot embeddings.

        Parameters
        ----------
        embeddings : ndarray (n_clips, n_features), or batch of frame sequences
            One clip per row; frame sequences are pooled by `skaudio.pooling.StatPooling` first.
        y : array-like of shape (n_clips,) or None, default=None
            Labels; floating-point numbers are coloured along a scale.
        method : {"pca", "tsne", "umap"} or object with ``fit_transform``, default="pca"
            Projection to two dimensions, see `from_estimator`.
        thumbnails : sequence of ndarrays (height, width) or (height, width, 3), or None, default=None
            A picture for each clip, the lowest row first; None for no picture of this clip.
        standardize : bool, default=True
            Whether to standardize the columns of the embeddings to mean 0 and deviation 1 first.
        random_state : int, RandomState instance or None, default=None
            Seed of the method.
        ax : matplotlib Axes, default=None
            Axes to plot on. If None, a new figure is created.
        **scatter : dict
            Keyword arguments of ``matplotlib.axes.Axes.scatter``, such as ``s`` or ``alpha``.

        Returns
        -------
        FeatureSpaceDisplay
            The plotted display.

        Raises
        ------
        ImportError, TypeError, ValueError
            See `from_estimator`.
        """
        vectors = as_vectors(embeddings)
        if thumbnails is not None and len(thumbnails) != len(vectors):
            raise ValueError(f"There are {len(thumbnails)} thumbnails for {len(vectors)} clips; expected one for each.")
        display = cls._projected(vectors, y, method, standardize, random_state)
        display.thumbnails = {i: picture for i, picture in enumerate(thumbnails or []) if picture is not None}
        return display.plot(ax, **scatter)

    @classmethod
    def _projected(cls, vectors: np.ndarray, y: Any, method: Any, standardize: bool, random_state: Any) -> Self:
        labels = None if y is None else np.asarray(y)
        if labels is not None and labels.shape != (len(vectors),):
            raise ValueError(f"y has shape {labels.shape}; expected ({len(vectors)},): a label for each clip.")
        positions, axis_names = project(vectors, method, standardize, random_state)
        return cls(positions, labels, axis_names=axis_names)

    def plot(self, ax: Any = None, **scatter: Any) -> Self:
        """Plot visualization.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to plot on. If None, a new figure is created.
        **scatter : dict
            Keyword arguments of ``matplotlib.axes.Axes.scatter``, such as ``s`` or ``alpha``.

        Returns
        -------
        FeatureSpaceDisplay
            The display itself.
        """
        ax = self._take_axes(ax, (7.0, 5.0))
        continuous = self.labels is not None and self.labels.dtype.kind == "f"
        names: list | None = None
        colours: Any = "C0"
        if continuous:
            colours = self.labels
        elif self.labels is not None:
            names = sorted(set(self.labels.tolist()), key=lambda label: (str(type(label)), label))
            palette = class_colours(len(names))
            colours = palette[[names.index(label) for label in self.labels.tolist()]]
        self.scatter_ = ax.scatter(*self.positions.T, **{"c": colours, "s": 24, "linewidths": 0, **scatter})
        if continuous:
            self.figure_.colorbar(self.scatter_, ax=ax)
        elif names is not None:
            dots = [
                ax.plot([], [], "o", color=colour, label=str(name))[0]
                for name, colour in zip(names, palette, strict=True)
            ]
            # Outside the axes, where it covers no points.
            ax.legend(
                handles=dots, loc="upper left", bbox_to_anchor=(1.0, 1.0), ncols=-(-len(dots) // 20), frameon=False
            )
        ax.set(xlabel=self.axis_names[0], ylabel=self.axis_names[1])
        if self.thumbnails:
            ax.margins(0.1)  # for pictures at the edge
        self.scatter_.update_scalarmappable()  # the frames of thumbnails need the colours, otherwise set when drawn
        self.thumbnails_ = [self._draw_thumbnail(i, picture) for i, picture in (self.thumbnails or {}).items()]
        return self

    def _draw_thumbnail(self, number: int, picture: np.ndarray) -> Any:
        from matplotlib.offsetbox import AnnotationBbox, OffsetImage

        picture = np.asarray(picture)
        # All of one size, as clips differ in length.
        rows, columns = (
            np.linspace(0, n - 1, n_points).round().astype(int)
            for n, n_points in zip(picture.shape[:2], PICTURE_POINTS, strict=True)
        )
        image = OffsetImage(picture[np.ix_(rows, columns)], cmap="magma", origin="lower")
        colours = self.scatter_.get_facecolors()
        frame = {"edgecolor": colours[number % len(colours)], "linewidth": 2.0}
        box = AnnotationBbox(image, self.positions[number], pad=0.1, bboxprops=frame)
        return self.ax_.add_artist(box)


def _get_transformer(estimator: Any) -> Any:
    """Return the transformer: a pipeline up to its classifier, or the estimator itself."""
    if hasattr(estimator, "transform"):
        return estimator
    if isinstance(estimator, Pipeline) and len(estimator) > 1:
        return estimator[:-1]
    raise TypeError(f"{type(estimator).__name__} has no transform; expected a transformer, or a pipeline with one.")

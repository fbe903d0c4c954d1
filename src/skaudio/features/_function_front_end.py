"""Front ends from functions of a waveform."""

import marshal
from collections.abc import Callable, Sequence
from dataclasses import field
from functools import partial
from inspect import Parameter, signature
from numbers import Integral
from typing import Any, ClassVar

import numpy as np
from sklearn.utils._param_validation import Interval

from skaudio._assembly import assembled
from skaudio._frames import Channels
from skaudio.features._front_end import FrontEnd
from skaudio.features._spectral_front_end import numbered
from skaudio.io import AudioError

PROBE_SECONDS = 1.0


@assembled
class FunctionFrontEnd(FrontEnd):
    """Compute the frames of each clip by a function, such as those of `librosa.feature`.

    All kinds of clips are supported, with resampling, threads and the cache; frames carry their channel names and
    times.

    Parameters
    ----------
    function : callable or None, default=None
        Maps a waveform, float32 of shape ``(n_samples,)``, to an array of shape ``(n_channels, n_frames)``, as returned
        by librosa, or ``(n_frames,)``. ``sr`` and ``hop_length`` are passed if it has parameters of these names. With
        ``n_jobs``, it is called from several threads. To be pickled, it must be defined at module level. None: the
        waveform itself.
    kw_args : dict or None, default=None
        Further arguments of the function.
    channel_names : sequence of str or None, default=None
        Names of the channels. None: the name of the function, and numbers; their number is determined on a second of
        noise.
    hop_length : int or None, default=None
        Samples between neighbouring frames, which are centred on multiples of it. None: the default of the function's
        ``hop_length``; if it has none, the times of frames are unknown.
    time_axis : {-1, 0}, default=-1
        Axis of time in the output of the function; 0 for ``(n_frames, n_channels)``.
    {parameters}

    See Also
    --------
    FrontEnd : Base class for front ends with their own parameters.
    sklearn.preprocessing.FunctionTransformer : The same for tables.

    Notes
    -----
    With ``memory``, entries are identified by the code of the function, the values it refers to in enclosing
    functions and the object it is a method of, not by the code of the functions it calls: clear the cache when that
    changes.

    Examples
    --------
    >>> import librosa
    >>> import numpy as np
    >>> from skaudio.features import FunctionFrontEnd
    >>> chroma = FunctionFrontEnd(librosa.feature.chroma_stft, sr=8000, hop_length=256, kw_args={"n_fft": 1024})
    >>> clips = [np.sin(2 * np.pi * 440 * np.arange(4096) / 8000)]
    >>> frames = chroma.fit_transform(clips)
    >>> frames.shape, chroma.get_feature_names_out()[9], int(frames[0, 5].argmax())  # 440 Hz is an A
    ((1, 17, 12), 'chroma_stft_09', 9)
    >>> chroma.frame_times(3)
    array([0.   , 0.032, 0.064])

    Several functions side by side:

    >>> from sklearn.pipeline import FeatureUnion, make_pipeline
    >>> from skaudio.pooling import StatPooling
    >>> parts = [librosa.feature.chroma_stft, librosa.feature.zero_crossing_rate, librosa.feature.spectral_flatness]
    >>> union = FeatureUnion(
    ...     [(part.__name__, make_pipeline(FunctionFrontEnd(part, sr=8000), StatPooling())) for part in parts]
    ... )
    >>> union.fit_transform(clips).shape
    (1, 126)
    """

    function: Callable[..., np.ndarray] | None = field(default=None, kw_only=False)
    sr: float = field(default=22050, kw_only=True)
    kw_args: dict[str, Any] | None = None
    channel_names: Sequence[str] | None = None
    hop_length: int | None = None
    time_axis: int = -1

    _parameter_constraints: ClassVar[dict] = {
        "function": [callable, None],
        "kw_args": [dict, None],
        "channel_names": ["array-like", None],
        "hop_length": [Interval(Integral, 1, None, closed="left"), None],
        "time_axis": [Interval(Integral, -1, 0, closed="both")],
    }

    def extractor(self) -> Callable[[np.ndarray], np.ndarray]:
        call = self._call()

        def extract(y: np.ndarray) -> np.ndarray:
            return self._checked(call(y), len(y))

        return extract

    def channels(self) -> Channels:
        names, hop_length = self.channel_names, self._hop_length()
        if names is None:
            noise = np.random.default_rng(0).normal(0.0, 0.1, max(1, round(PROBE_SECONDS * self.sr)))
            frames = self._checked(self._call()(noise.astype(np.float32)), len(noise))
            names = numbered(self._name(), frames.shape[1]) if frames.shape[1] > 1 else [self._name()]
        start_seconds, hop_seconds = (None, None) if hop_length is None else (0.0, hop_length / self.sr)
        return Channels(tuple(map(str, names)), start_seconds=start_seconds, hop_seconds=hop_seconds)

    def _call(self) -> Callable[[np.ndarray], Any]:
        """Return the function of the waveform alone."""
        parameters = self._parameters()
        values = {"sr": self.sr, "hop_length": self.hop_length}
        settings = {name: value for name, value in values.items() if name in parameters and value is not None}
        function = partial(self._function(), **settings | (self.kw_args or {}))
        by_name = "y" in parameters and parameters["y"].kind is Parameter.KEYWORD_ONLY  # as in librosa's features
        return (lambda y: function(y=y)) if by_name else function

    def _checked(self, values: Any, n_samples: int) -> np.ndarray:
        """Convert the output of the function to frames.

        Raises
        ------
        AudioError
            If the output is invalid.
        """
        frames = np.asarray(values)
        if frames.ndim not in {1, 2} or frames.dtype.kind not in "fiub" or 0 in frames.shape:
            remedy = " Pass a function that returns its magnitude, np.abs." if frames.dtype.kind == "c" else ""
            raise AudioError(
                f"{self._name()} returned an array of shape {frames.shape} and dtype {frames.dtype} for "
                f"{n_samples} samples; expected real numbers (n_channels, n_frames) or (n_frames,).{remedy}"
            )
        if frames.ndim == 1:
            frames = frames[:, np.newaxis]
        elif self.time_axis == -1:
            frames = frames.T
        if self.channel_names is not None and frames.shape[1] != len(self.channel_names):
            swapped = " Its first axis seems to be time: use time_axis=0." if self.time_axis == -1 else ""
            raise AudioError(
                f"{self._name()} returned {frames.shape[1]} channels for {n_samples} samples; channel_names has "
                f"{len(self.channel_names)} names.{swapped if frames.shape[0] == len(self.channel_names) else ''}"
            )
        return np.ascontiguousarray(frames, dtype=np.float32)

    def _function(self) -> Callable[..., np.ndarray]:
        return waveform if self.function is None else self.function

    def _name(self) -> str:
        function = self._function()
        while isinstance(function, partial):
            function = function.func
        return getattr(function, "__name__", type(function).__name__)

    def _parameters(self) -> dict[str, Parameter]:
        try:
            return dict(signature(self._function()).parameters)
        except ValueError:  # a function in C
            return {}

    def _hop_length(self) -> int | None:
        hop_length = {"hop_length": self.hop_length, **(self.kw_args or {})}["hop_length"]
        if hop_length is not None:
            return hop_length
        parameter = self._parameters().get("hop_length")
        return int(parameter.default) if parameter is not None and isinstance(parameter.default, Integral) else None

    def _settings(self) -> dict[str, Any]:
        return {**super()._settings(), "function": code_of(self._function())}


def waveform(y: np.ndarray) -> np.ndarray:
    """Return a waveform unchanged."""
    return y


def code_of(function: Any) -> Any:
    """Return an identifier of a function: its code and the values it refers to in enclosing functions."""
    if isinstance(function, partial):
        return code_of(function.func), function.args, sorted(function.keywords.items())
    name = f"{getattr(function, '__module__', None)}.{getattr(function, '__qualname__', None)}"
    code = getattr(function, "__code__", None)
    if code is None:
        return name, function
    cells = [cell.cell_contents for cell in function.__closure__ or ()]
    values = [code_of(value) if callable(value) else value for value in cells if value is not function]
    owner = getattr(function, "__self__", None)  # of a method, whose state matters, too
    # Versions above 2 also depend on the numbers of references to constants, which change with the first call.
    return name, owner, marshal.dumps(code, 2), function.__defaults__, function.__kwdefaults__, values

"""What a model expects and returns: sampling rate, length of windows, names of outputs."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from skaudio.pretrained._named_models import named_model
from skaudio.pretrained._opening import open_model


def find_sr(model: Any, sr: float | None) -> float:
    """Return the sampling rate of a model.

    Parameters
    ----------
    model : str, PathLike, keras.Model or callable
        The model.
    sr : float or None
        Sampling rate in Hz that was passed.

    Raises
    ------
    ValueError
        If it is unknown, or another than that of a named model.
    """
    named = named_model(model)
    if named is None:
        if sr is None:
            raise ValueError(f"The sampling rate of model={model!r} is unknown. Pass it as sr.")
        return sr
    if sr not in (None, named.sr):
        raise ValueError(f"sr={sr!r}; expected {named.sr} for model={model!r}. Omit sr.")
    return named.sr


def window_length(model: Any, source: Any, output: str | int, window_seconds: float | None, rate: float) -> int:
    """Return the number of samples of a window.

    Parameters
    ----------
    model : str, PathLike, keras.Model or callable
        The model, for messages.
    source : ModelFile, keras.Model or callable
        What it is opened from.
    output : str or int
        Output to compute.
    window_seconds : float or None
        Length of a window that was passed.
    rate : float
        Sampling rate of waveforms in Hz.

    Raises
    ------
    ValueError
        If the model takes windows of any length and none was passed, or if another was passed than it takes.
    """
    requested = None if window_seconds is None else max(1, round(window_seconds * rate))
    fixed = open_model(source, output, requested).n_samples
    if fixed is None:
        if requested is None:
            raise ValueError(f"model={model!r} accepts windows of any length. Pass window_seconds.")
        return requested
    if requested not in (None, fixed):
        raise ValueError(
            f"window_seconds={window_seconds!r} is {requested} samples at {rate:g} Hz; expected {fixed}, "
            f"{fixed / rate:g} s, for this model. Omit window_seconds, or check sr."
        )
    return fixed


def output_names(
    model: Any, output: str | int, class_names: Sequence[str] | str | os.PathLike | None, n_outputs: int
) -> list[str]:
    """Return the names of a model's outputs for a window: of classes, if known, else numbered.

    Parameters
    ----------
    model : str, PathLike, keras.Model or callable
        The model.
    output : str or int
        Output that is computed.
    class_names : sequence of str, str, PathLike or None
        Names of the classes, or a file with one in each line.
    n_outputs : int
        Number of outputs.

    Raises
    ------
    ValueError
        If there are not as many names of classes as scores.
    """
    names, named = class_names, named_model(model)
    if isinstance(names, (str, os.PathLike)):
        names = Path(names).read_text(encoding="utf-8").splitlines()
    if names is None and named is not None:
        names = named.class_names() if output == "scores" else None
    if output != "scores" or names is None:
        kind = output if output in {"embedding", "scores"} else "output"
        return [f"{kind}_{number:0{len(str(n_outputs - 1))}d}" for number in range(n_outputs)]
    if len(names) != n_outputs:
        raise ValueError(f"class_names has {len(names)} names; expected {n_outputs}, one per score of the model.")
    return [str(name) for name in names]

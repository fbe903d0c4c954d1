"""From a fitted model to the content of a LiteRT file that was compared with it."""

from typing import Any

import numpy as np

from skaudio.export.graph import LABEL, class_array
from skaudio.export.litert._conversion import litert_content
from skaudio.export.models import OUTPUTS, TOLERANCE, Conversion, converted, default_sample, verify
from skaudio.export.running import LiteRTModel, as_clips, of_length, waveform_of, with_metadata

# Largest difference from the original, relative to the largest value where it is above 1.
TOLERANCES = {None: TOLERANCE, "float16": 0.01, "int8": 0.1}


def exported_to_litert(
    pipeline: Any, name: str, seconds: float, quantize: str | None, method: str | None, sample: Any
) -> bytes:
    """Return the content of the file that `skaudio.export.to_litert` writes; `name` is for messages."""
    model = converted(pipeline, method, single=True)
    metadata = model.graph.metadata
    n_samples = max(1, round(seconds * metadata["sr"]))
    metadata.update(n_samples=n_samples, seconds=n_samples / metadata["sr"], quantize=quantize)
    clips = default_sample(model.graph) if sample is None else as_clips(sample)
    waveforms = [of_length(waveform_of(i, clip, metadata), n_samples) for i, clip in enumerate(clips)]
    waveforms = _with_channels(waveforms, metadata.get("channel"))
    expected = model.expected(pipeline, waveforms, given=sample is not None)
    values = {output: value.name for output, value in model.shaped(expected).items()}
    content = litert_content(model, values, n_samples, quantize, _classes(model))
    found = model.found(LiteRTModel(with_metadata(content, metadata), name), waveforms)
    tolerance = TOLERANCES[quantize]
    unclear = () if quantize is None else _unclear(expected, tolerance)
    metadata["difference"] = verify(model.compared(waveforms), expected, found, tolerance, unclear)
    return with_metadata(content, metadata)


def _with_channels(waveforms: list[np.ndarray], channel: int | None) -> list[np.ndarray]:
    """Return waveforms as clips in which a front end finds its channel."""
    if channel is None:
        return waveforms
    return [np.repeat(waveform[:, np.newaxis], channel + 1, axis=1) for waveform in waveforms]


def _classes(model: Conversion) -> np.ndarray | None:
    """Return the classes that the label is the index of; None for several labels at once, and outliers."""
    classes = model.graph.metadata.get("classes")
    if classes is None or LABEL not in model.values or model.values[LABEL].width > 1:
        return None
    return class_array(classes)


def _unclear(expected: dict[str, Any], tolerance: float) -> set[int]:
    """Return the clips with scores so near to those of another label that the allowed difference exchanges them."""
    unclear: set[int] = set()
    if LABEL not in expected:
        return unclear
    for name, results in expected.items():
        if name == LABEL:
            continue
        scores = np.asarray(results, np.float64).reshape(len(results), -1)
        scale = max(1.0, np.abs(scores).max(initial=0.0))
        if np.ndim(expected[LABEL]) == 2:  # of several labels at once, each of which is decided by itself
            margins = 2 * np.abs(scores - (0.5 if name == OUTPUTS["predict_proba"] else 0.0)).min(axis=1)
        elif scores.shape[1] == 1:  # of the second of two classes, or of an outlier
            margins = 2 * np.abs(scores[:, 0])
        else:
            ordered = np.sort(scores, axis=1)
            margins = ordered[:, -1] - ordered[:, -2]
        unclear.update(np.flatnonzero(margins <= 2 * tolerance * scale).tolist())
    return unclear

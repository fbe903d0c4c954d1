"""From a fitted model to the content of a LiteRT file that was compared with it."""

from typing import Any

import numpy as np

from skaudio.export._clip_batches import as_clips, waveform_of
from skaudio.export._exporting import Conversion, converted
from skaudio.export._labels import class_array
from skaudio.export._litert_conversion import litert_content
from skaudio.export._litert_file import LiteRTRunner, with_metadata
from skaudio.export._methods import LABEL
from skaudio.export._verification import TOLERANCE, default_sample, verify

# Largest difference from the original, relative to the largest value where it is above 1.
TOLERANCES = {None: TOLERANCE, "float16": 0.01, "int8": 0.1}


def exported_to_litert(
    pipeline: Any, seconds: float, quantize: str | None, method: str | None, sample: Any
) -> bytes:
    """Return the content of the file that `skaudio.export.to_litert` writes."""
    model = converted(pipeline, method, single=True)
    metadata = model.graph.metadata
    n_samples = max(1, round(seconds * metadata["sr"]))
    clips = default_sample(model.graph) if sample is None else as_clips(sample)
    waveforms = [_of_length(waveform_of(i, clip, metadata), n_samples) for i, clip in enumerate(clips)]
    expected = model.expected(pipeline, _clips(waveforms, metadata.get("channel")), given=sample is not None)
    names = {name: value.name for name, value in model.shaped(expected).items()}
    classes = _classes(model)
    content = litert_content(model.graph, names, n_samples, quantize, classes)
    tolerance = TOLERANCES[quantize]
    unclear = () if quantize is None else _unclear(expected, tolerance)
    found = _found(content, waveforms, model, classes)
    metadata["difference"] = verify(waveforms, expected, found, tolerance, unclear)
    metadata.update(n_samples=n_samples, seconds=n_samples / metadata["sr"], quantize=quantize)
    return with_metadata(content, metadata)


def _of_length(waveform: np.ndarray, n_samples: int) -> np.ndarray:
    """Cut a waveform, or pad it with silence."""
    return np.pad(waveform[:n_samples], (0, max(0, n_samples - len(waveform)))).astype(np.float32)


def _clips(waveforms: list[np.ndarray], channel: int | None) -> list[np.ndarray]:
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


def _found(
    content: bytes, waveforms: list[np.ndarray], model: Conversion, classes: np.ndarray | None
) -> dict[str, list[Any]]:
    """Run a file on clips, and return its outputs as the model has them."""
    runner = LiteRTRunner(content)
    results = [runner.outputs(waveform) for waveform in waveforms]
    found = {name: [result[name] for result in results] for name in model.values}
    if classes is not None:
        found[LABEL] = [classes[int(index)] for index in found[LABEL]]
    return found


def _unclear(expected: dict[str, Any], tolerance: float) -> set[int]:
    """Return the clips whose two best scores are so near to each other that the allowed difference exchanges them."""
    unclear: set[int] = set()
    for name, results in expected.items():
        if name == LABEL:
            continue
        scores = np.asarray(results, np.float64).reshape(len(results), -1)
        scale = max(1.0, np.abs(scores).max(initial=0.0))
        if scores.shape[1] == 1:  # of the second of two classes, or of an outlier
            margins = np.abs(scores[:, 0])
        else:
            ordered = np.sort(scores, axis=1)
            margins = ordered[:, -1] - ordered[:, -2]
        unclear.update(np.flatnonzero(margins <= 2 * tolerance * scale).tolist())
    return unclear

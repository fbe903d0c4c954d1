"""The pipeline of a search, and its candidates."""

from collections.abc import Sequence
from typing import Any

from sklearn.ensemble import ExtraTreesClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skaudio.estimators import CNNClassifier, GRUClassifier
from skaudio.features import MFCC, MelSpectrogram
from skaudio.pooling import StatPooling
from skaudio.pretrained import PretrainedEmbedding, list_models

# For spoken words: the silence around a word, its level and the background are not informative.
LEVELLED = {"level": -20.0, "top_db": 60.0}
WORDS = {"trim_db": 30.0, **LEVELLED}

FRONT_ENDS: dict[str, dict[str, list]] = {
    "quick": {
        "mfcc": [(MFCC, {"deltas": 2}), (MFCC, {"deltas": 2, **WORDS})],
        "mel": [(MelSpectrogram, {"deltas": 1, **WORDS})],
    },
    "full": {
        "mfcc": [
            (MFCC, {"n_mfcc": n_mfcc, "deltas": deltas, **params})
            for n_mfcc in (13, 20)
            for deltas in (1, 2)
            for params in ({}, WORDS)
        ],
        "mel": [(MelSpectrogram, {"deltas": deltas, **params}) for deltas in (0, 1) for params in ({}, WORDS)],
    },
}
DEFAULT_MODELS = {
    "quick": ("svc", "logistic", "trees", "cnn"),
    "full": ("svc", "logistic", "trees", "neighbors", "cnn", "gru"),
}
NETWORKS = ("cnn", "gru")
# Networks are given static coefficients only, as they can learn derivatives. A quick search has time for one front end:
# at one level and without trimming, which suits words as well as other sounds.
NETWORK_FRONT_ENDS: dict[str, dict[str, list]] = {
    "quick": {"mfcc": [(MFCC, LEVELLED)], "mel": [(MelSpectrogram, LEVELLED)]},
    "full": {
        kind: [(front_end_class, params) for params in ({}, WORDS)]
        for kind, front_end_class in (("mfcc", MFCC), ("mel", MelSpectrogram))
    },
}
SEGMENTS = {"quick": [1, 5], "full": [1, 5, 8]}


# Those of `skaudio.pretrained.list_models` whose embeddings describe sounds, and that anybody may use.
DEFAULT_PRETRAINED = ("yamnet", "speech")


def found_pretrained() -> list[str]:
    """Return the default pretrained models whose files are on this machine."""
    found = list_models().found
    return [name for name in DEFAULT_PRETRAINED if found[name]]


def make_pipeline() -> Pipeline:
    """Build the pipeline whose parameters the grid sets: front end, pooling and classifier."""
    return Pipeline([("sound", MFCC()), ("pool", StatPooling()), ("scale", StandardScaler()), ("model", SVC())])


def make_grid(
    *,
    level: str,
    front_ends: Sequence[str] | None,
    models: Sequence[str] | None,
    pretrained: Sequence[str],
    seed: int,
    sound: dict[str, Any],
    network: dict[str, Any],
) -> list[dict[str, list]]:
    """Build the grid for `GridSearchCV`: models on pooled statistics, and networks on frames.

    Parameters
    ----------
    level : {"quick", "full"}
        Number of candidates.
    front_ends, models : sequence of str or None
        Kinds to include; None for all of the level.
    pretrained : sequence of str
        Names of pretrained models whose embeddings to include.
    seed : int
        Random state of the models.
    sound : dict
        Parameters of every front end.
    network : dict
        Parameters of every network.

    Returns
    -------
    list of dict
        Candidate front ends, numbers of segments and models by parameter name of the pipeline.
    """
    models, models_by_kind = models or DEFAULT_MODELS[level], _models(level, seed, network)
    grids = []
    statistics_models = [model for kind in models if kind not in NETWORKS for model in models_by_kind[kind]]
    if statistics_models:
        sounds = _front_ends(FRONT_ENDS[level], front_ends, sound)
        grids.append({"sound": sounds, "pool__segments": SEGMENTS[level], "model": statistics_models})
        if pretrained:
            embeddings = [PretrainedEmbedding(name, memory=sound["memory"]) for name in pretrained]
            grids.append({"sound": embeddings, "pool": ["passthrough"], "model": statistics_models})
    networks = [model for kind in models if kind in NETWORKS for model in models_by_kind[kind]]
    if networks:
        # Spectra by default: networks learn their own features.
        sounds = _front_ends(NETWORK_FRONT_ENDS[level], front_ends or ["mel"], sound)
        grids.append({"sound": sounds, "pool": ["passthrough"], "scale": ["passthrough"], "model": networks})
    return grids


def _front_ends(classes_by_kind: dict[str, list], kinds: Sequence[str] | None, sound: dict[str, Any]) -> list:
    """Return the front ends of some kinds."""
    return [
        front_end_class(**params, **sound)
        for kind in kinds or classes_by_kind
        for front_end_class, params in classes_by_kind[kind]
    ]


def _models(level: str, seed: int, network: dict[str, Any]) -> dict[str, list]:
    """Return the models of a level by kind."""
    full = level == "full"
    return {
        "svc": [SVC(C=C) for C in ((1.0, 10.0, 100.0) if full else (10.0,))],
        "logistic": [LogisticRegression(C=C, max_iter=1000) for C in ((0.01, 0.1, 1.0) if full else (0.1,))],
        "trees": [ExtraTreesClassifier(500 if full else 200, random_state=seed)],
        "cnn": [CNNClassifier(random_state=seed, **network)],
        "gru": [GRUClassifier(random_state=seed, **network)],
        "neighbors": [KNeighborsClassifier(n) for n in ((1, 5) if full else (5,))],
    }

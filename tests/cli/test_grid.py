import warnings

import pytest
from sklearn.model_selection import ParameterGrid

from skaudio.cli._grid import make_grid, make_pipeline
from skaudio.cli._parser import FRONT_ENDS, MODELS


def grid(level, **settings):
    return make_grid(
        **{
            "level": level,
            "front_ends": None,
            "models": None,
            "pretrained": [],
            "seed": 0,
            "sound": {"sr": 16000},
            "network": {},
            **settings,
        }
    )


@pytest.mark.parametrize("level", ["quick", "full"])
def test_every_candidate_can_be_set(level):
    pipeline = make_pipeline()
    candidates = list(ParameterGrid(grid(level)))
    for candidate in candidates:
        assert pipeline.set_params(**candidate).named_steps["sound"].sr == 16000


@pytest.mark.parametrize("level", ["quick", "full"])
@pytest.mark.parametrize("front_end", FRONT_ENDS)
@pytest.mark.parametrize("model", MODELS)
def test_every_choice_is_in_every_level(level, front_end, model):
    chosen = grid(level, front_ends=[front_end], models=[model])
    assert all(part["sound"] and part["model"] for part in chosen)
    assert len(chosen) == 1


def test_no_deprecated_parameters():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for model in grid("full", network={"epochs": 1})[0]["model"]:
            model.fit([[0.0], [1.0], [0.1], [0.9], [0.2], [0.8], [0.0], [1.0], [0.1], [0.9]], [0, 1] * 5)


def test_pretrained_models_are_pooled_over_the_clip():
    parts = grid("quick", pretrained=["yamnet", "speech"], sound={"sr": 16000, "memory": "cache"})
    (part,) = [part for part in parts if part["sound"][0].__class__.__name__ == "PretrainedEmbedding"]
    assert [(sound.model, sound.memory, sound.pooling) for sound in part["sound"]] == [
        ("yamnet", "cache", "mean"),
        ("speech", "cache", "mean"),
    ]
    assert part["pool"] == ["passthrough"]
    assert not grid("quick", models=["cnn"], pretrained=["yamnet"])[0]["sound"][0].__class__.__name__.startswith("Pre")

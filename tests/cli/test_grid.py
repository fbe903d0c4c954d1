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

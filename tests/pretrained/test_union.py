"""Several models side by side, in a `FeatureUnion`."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import FeatureUnion, Pipeline

from skaudio.pretrained import PretrainedEmbedding, TransferClassifier, list_models


def level(windows):
    return np.sqrt(np.square(windows).mean(axis=1, keepdims=True))


def changes(windows):
    """Share of samples at which the sign changes, a measure of frequency."""
    return np.hstack([(np.diff(np.sign(windows), axis=1) != 0).mean(axis=1, keepdims=True), windows[:, :1]])


@pytest.fixture
def clips():
    """Low and high tones of 0.4 s at 8 kHz."""
    times = np.arange(3200) / 8000
    return [(np.sin(2 * np.pi * f * times), 8000) for f in (200, 210, 230, 260, 900, 910, 930, 980)]


@pytest.fixture
def parts(tmp_path):
    """Two models of different rates and windows."""
    return [
        ("level", PretrainedEmbedding(level, sr=8000, window_seconds=0.1, memory=tmp_path)),
        ("changes", PretrainedEmbedding(changes, sr=4000, window_seconds=0.2, pooling="meanmax", memory=tmp_path)),
    ]


def test_columns_are_those_of_the_models_in_order(clips, parts):
    union = FeatureUnion(parts)
    expected = np.hstack([model.fit_transform(clips) for _, model in parts])
    assert_array_equal(union.fit_transform(clips), expected)
    names = [
        "level__embedding_0_mean",
        "changes__embedding_0_mean",
        "changes__embedding_1_mean",
        "changes__embedding_0_max",
        "changes__embedding_1_max",
    ]
    assert union.get_feature_names_out().tolist() == names
    table = union.set_output(transform="pandas").fit_transform(clips)
    assert table.columns.tolist() == names
    assert_array_equal(table, expected)


def test_a_union_is_a_candidate_of_a_search_like_any_front_end(clips, parts):
    y = ["low"] * 4 + ["high"] * 4
    union = FeatureUnion(parts)
    pipeline = Pipeline([("sound", union), ("model", LogisticRegression(C=100))])
    grid = [
        {"sound": [union, parts[0][1]]},
        {"sound": [union], "sound__changes__pooling": ["mean", "max"], "sound__level": ["drop"]},
    ]
    search = GridSearchCV(pipeline, grid, cv=2).fit(clips, y)
    scores = search.cv_results_["mean_test_score"]
    assert scores[[0, 2, 3]].tolist() == [1.0, 1.0, 1.0]
    assert scores[1] < 1.0  # all are equally loud


def test_a_union_as_the_base_of_a_transfer_classifier(clips, parts):
    model = TransferClassifier(FeatureUnion(parts), LogisticRegression(C=100)).fit(clips[::2], ["a", "a", "b", "b"])
    assert model.predict(clips[1::2]).tolist() == ["a", "a", "b", "b"]


@pytest.mark.skipif(not list_models().found[["yamnet", "birdnet"]].all(), reason="needs the files of both models")
@pytest.mark.filterwarnings("ignore:The weights of BirdNET")
def test_yamnet_and_birdnet():
    union = FeatureUnion([("yamnet", PretrainedEmbedding("yamnet")), ("birdnet", PretrainedEmbedding("birdnet"))])
    rng = np.random.default_rng(0)
    clips = [(0.1 * rng.standard_normal(44100 * 3), 44100)]
    table = union.fit_transform(clips)
    assert table.shape == (1, 2048)
    assert_array_equal(table[:, 1024:], PretrainedEmbedding("birdnet").fit_transform(clips))
    names = union.get_feature_names_out()
    assert [names[0], names[-1]] == ["yamnet__embedding_0000_mean", "birdnet__embedding_1023_mean"]

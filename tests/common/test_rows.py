"""Rows and names through every transformer: pandas output has the index of its input and the names promised."""

import contextlib

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn import config_context
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_predict
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from tests.common.instances import AUTOENCODERS, FRONT_ENDS, NETWORKS, POOLING, PRETRAINED, SIAMESE, name

from skaudio.augment import AugmentedEstimator, FrameVTLP
from skaudio.estimators import CNNClassifier
from skaudio.events import EventDetector
from skaudio.features import MFCC, MelSpectrogram
from skaudio.inspection import FeatureSpaceDisplay
from skaudio.matching import RecordingMatcher
from skaudio.pooling import FramePadder, FrameStacker, StatPooling

pd = pytest.importorskip("pandas")
SR = 8000
N = 8


def rows():
    """Make clips of different lengths, with what is known of each, in no order."""
    rng = np.random.default_rng(0)
    clips = [rng.standard_normal(600 + 40 * i).astype(np.float32) for i in range(N)]
    frame = pd.DataFrame({"clip": clips, "site": list("abab" * 2), "hour": np.arange(N)})
    return frame.sample(frac=1, random_state=1)


CHANGES = {
    "permuted": lambda frame: frame,
    "a subset": lambda frame: frame.iloc[[5, 1, 2, 6, 0]],
    "repeated labels": lambda frame: frame.set_axis([3, 3, 1, 1, 3, 2, 2, 1]),
    "names": lambda frame: frame.set_axis(pd.Index([f"clip {i}" for i in frame.index], name="recording")),
    "two levels": lambda frame: frame.set_index(["site", "hour"], drop=False),
}


# Each way to change rows, with either way to ask for data frames and to name a column.
CASES = list(zip(CHANGES, ["local", "global"] * 3, ["clip", ["clip"], "clip", "clip", ["clip"]], strict=False))


@pytest.fixture(params=CASES, ids=lambda case: f"{case[0]}-{case[1]}")
def case(request):
    change, way, column = request.param
    return CHANGES[change](rows()), way, column


def takes_clips(transformer):
    return transformer in [*FRONT_ENDS, *PRETRAINED]


def whole(transformer):
    """Make a pipeline from clips to what the transformer gives."""
    if takes_clips(transformer):
        return make_pipeline(clone(transformer))
    front_end = [MFCC(sr=SR, n_mfcc=5, hop_length=256)]
    if name(transformer).startswith("Autoencoder"):
        front_end.append(FramePadder(n_frames=3))
    return make_pipeline(*front_end, clone(transformer))


def targets(table):
    return (np.asarray(table["site"]) == "a").astype(int)


@contextlib.contextmanager
def pandas_output(pipeline, way):
    if way == "global":
        with config_context(transform_output="pandas"):
            yield pipeline
    else:
        yield pipeline.set_output(transform="pandas")


LEARNING = [clone(network).set_params(epochs=1) for network in [*NETWORKS, *SIAMESE, AUTOENCODERS[0]]]
TRANSFORMERS = [*FRONT_ENDS, *PRETRAINED, *POOLING, FramePadder(flatten=True)]


def assert_same_rows(output, table, expected, names):
    assert output.index.equals(table.index)
    assert output.index.names == table.index.names
    if output.columns.tolist() == ["frames"]:
        for frames, own in zip(output["frames"], expected, strict=True):
            assert_array_equal(frames, own)
            assert frames.channels.names == tuple(names)
    else:
        assert output.columns.tolist() == list(names)
        assert_array_equal(output.to_numpy(), expected)


@pytest.mark.parametrize("transformer", TRANSFORMERS, ids=name)
def test_pandas_output_keeps_the_rows(transformer, case):
    table, way, _ = case
    expected = whole(transformer).fit_transform(table["clip"], targets(table))
    for X in (table["clip"], table[["clip"]]):
        with pandas_output(whole(transformer), way) as pipeline:
            fitted = pipeline.fit_transform(X, targets(table))
            names = pipeline.get_feature_names_out()
            assert_same_rows(fitted, table, expected, names)
            assert_same_rows(pipeline.transform(X.iloc[::-1]), table.iloc[::-1], expected[::-1], names)


@pytest.mark.slow
@pytest.mark.filterwarnings("error:When `set_output`")
@pytest.mark.parametrize("network", LEARNING, ids=name)
def test_pandas_output_of_a_network_keeps_the_rows(network):
    table = CHANGES["repeated labels"](rows())
    with config_context(transform_output="pandas"):
        pipeline = whole(network).fit(table["clip"], targets(table))
    expected = pipeline.transform(table["clip"])
    for way in ("global", "local"):
        with pandas_output(pipeline, way):
            output = pipeline.transform(table["clip"])
            assert_same_rows(output, table, expected, pipeline.get_feature_names_out())


def vectors(transformer):
    """Make a pipeline from clips to a vector of each."""
    front_end = [] if takes_clips(transformer) else [MFCC(sr=SR, n_mfcc=5)]
    gives_vectors = name(transformer) in {"StatPooling", "MixturePooling"} or transformer is PRETRAINED[0]
    pooling = [] if gives_vectors else [StatPooling(stats=("mean", "max"))]
    return make_pipeline(*front_end, clone(transformer), *pooling)


@pytest.mark.parametrize("transformer", [*FRONT_ENDS, *PRETRAINED, *POOLING], ids=name)
def test_sound_is_joined_with_what_is_known_of_its_own_row(transformer, case):
    table, way, column = case

    def join():
        site = OneHotEncoder(sparse_output=False)
        return ColumnTransformer(
            [("sound", vectors(transformer), column), ("site", site, ["site"]), ("hour", "passthrough", ["hour"])]
        )

    expected = join().fit_transform(table)
    with pandas_output(join(), way) as joined:
        output = joined.fit_transform(table)
        names = joined.get_feature_names_out()
    assert_same_rows(output, table, expected, names)
    assert_array_equal(output["hour__hour"], table["hour"])
    clips = vectors(transformer).fit(table["clip"])
    assert [column for column in names if column.startswith("sound__")] == [
        f"sound__{own}" for own in clips.get_feature_names_out()
    ]


@pytest.mark.parametrize("transformer", [*FRONT_ENDS, *PRETRAINED, *POOLING], ids=name)
def test_a_union_of_features_keeps_the_rows(transformer, case):
    table, way, _ = case

    def union():
        return FeatureUnion([("own", vectors(transformer)), ("other", make_pipeline(MFCC(sr=SR), StatPooling()))])

    expected = union().fit_transform(table["clip"])
    with pandas_output(union(), way) as joined:
        output = joined.fit_transform(table["clip"])
        assert_same_rows(output, table, expected, joined.get_feature_names_out())


def beside_metadata(sound):
    return make_pipeline(
        ColumnTransformer([("sound", sound, "clip"), ("hour", "passthrough", ["hour"])]),
        StandardScaler(),
        RandomForestClassifier(5, random_state=0),
    )


@pytest.mark.parametrize("way", ["local", "global"])
def test_cross_validation_and_search_are_those_of_arrays(way):
    table = pd.concat([rows(), rows()]).sample(frac=1, random_state=0)  # every label twice
    y = targets(table)
    sound = make_pipeline(MFCC(sr=SR), FrameStacker(n_before=1, n_after=0), StatPooling())
    grid = {"columntransformer__sound__mfcc__n_mfcc": [3, 5]}
    expected = cross_val_predict(beside_metadata(sound), table, y, cv=4)
    scores = GridSearchCV(beside_metadata(sound), grid, cv=4).fit(table, y).cv_results_["mean_test_score"]
    with pandas_output(beside_metadata(clone(sound)), way) as model:
        assert_array_equal(cross_val_predict(model, table, y, cv=4), expected)
        assert_array_equal(GridSearchCV(model, grid, cv=4).fit(table, y).cv_results_["mean_test_score"], scores)


@pytest.mark.parametrize("model", [CNNClassifier(architecture="lenet", filters=2, epochs=1, random_state=0)], ids=name)
def test_who_takes_frames_takes_a_column_of_them(model):
    table, y = rows(), targets(rows())
    frames = MFCC(sr=SR, n_mfcc=8).fit_transform(table["clip"])
    column = MFCC(sr=SR, n_mfcc=8).set_output(transform="pandas").fit_transform(table["clip"])
    expected = clone(model).fit(frames, y).predict_proba(frames)
    fitted = clone(model).fit(column, y)
    assert fitted.feature_names_in_[0] == "mfcc_0"
    for X in (column, frames, column["frames"], [np.asarray(clip) for clip in frames]):
        assert_array_equal(fitted.predict_proba(X), expected)


def test_names_travel_with_arrays_where_only_the_pooling_is_asked_for_a_data_frame():
    clips = list(rows()["clip"])
    pooled = make_pipeline(MFCC(sr=SR, deltas=1), FramePadder(n_frames=9), FrameStacker(), StatPooling(stats=("std",)))
    pooled[-1].set_output(transform="pandas")
    table = pooled.fit_transform(clips)
    assert table.columns.tolist() == pooled.get_feature_names_out().tolist()
    assert table.columns[0] == "mfcc_00_t-2_std"


def test_frames_without_names_are_taken_after_a_fit_on_frames_with_names():
    frames = MFCC(sr=SR).fit_transform(list(rows()["clip"]))
    plain = [np.array(clip) for clip in frames]
    pooling = StatPooling().fit(frames)
    assert pooling.feature_names_in_[0] == "mfcc_00"
    assert_array_equal(pooling.transform(plain), pooling.transform(frames))
    pooling.fit(plain)
    assert not hasattr(pooling, "feature_names_in_")
    assert pooling.get_feature_names_out(["a"] * 20)[0] == "a_mean"


def test_an_estimator_within_augmentation_keeps_the_rows():
    table = rows()
    X = MFCC(sr=SR).set_output(transform="pandas").fit_transform(table["clip"])
    inner = clone(LEARNING[0]).set_output(transform="pandas")
    model = AugmentedEstimator(inner, FrameVTLP(), n_copies=1, random_state=0).fit(X, targets(table))
    assert model.transform(X).index.equals(table.index)


def test_a_model_of_vectors_after_pandas_output():
    table = rows()
    model = make_pipeline(MFCC(sr=SR), StatPooling(), StandardScaler(), LogisticRegression(max_iter=1000))
    expected = clone(model).fit(table["clip"], targets(table)).predict_proba(table["clip"])
    model.set_output(transform="pandas").fit(table["clip"], targets(table))
    assert_array_equal(model.predict_proba(table["clip"]), expected)
    assert model[-1].feature_names_in_[0] == "mfcc_00_mean"


def test_pictures_are_of_the_clips_at_their_place():
    pytest.importorskip("matplotlib").use("Agg")
    clips = rows()["clip"].set_axis(range(N)[::-1])
    front_end = MelSpectrogram(sr=SR, n_mels=10)
    with config_context(transform_output="pandas"):
        pipeline = make_pipeline(front_end, StatPooling()).fit(clips)
        display = FeatureSpaceDisplay.from_estimator(pipeline, clips, thumbnails=3, method="pca")
    for i, picture in display.thumbnails.items():
        assert_array_equal(picture, front_end.transform([clips.iloc[i]])[0].T)


def test_augmenters_take_a_column():
    frames = MFCC(sr=SR).set_output(transform="pandas").fit_transform(rows()["clip"])
    expected = FrameVTLP().augment(list(frames["frames"]), random_state=0)
    for column in (frames, frames["frames"]):
        for own, other in zip(FrameVTLP().augment(column, random_state=0), expected, strict=True):
            assert_array_equal(own, other)


@pytest.mark.slow
@pytest.mark.parametrize("method", ["latent", "landmark"])
def test_a_matcher_does_not_depend_on_the_configuration(method):
    rng = np.random.default_rng(0)
    recordings = [rng.standard_normal(3 * SR).astype(np.float32) for _ in range(3)]

    def found():
        model = RecordingMatcher(sr=SR, method=method, random_state=0).fit(recordings, ["a", "b", "c"])
        return model.match([recordings[1][SR:]])

    expected = found()
    with config_context(transform_output="pandas"):
        assert found() == expected


def test_a_detector_does_not_depend_on_the_configuration():
    rng = np.random.default_rng(0)
    recordings = [0.01 * rng.standard_normal(2 * SR).astype(np.float32) for _ in range(4)]
    events = [[(0.5 + 0.1 * i, 1.0 + 0.1 * i, "call")] for i in range(4)]
    for recording, [(onset, offset, _)] in zip(recordings, events, strict=True):
        part = recording[int(onset * SR) : int(offset * SR)]
        part += 0.3 * np.sin(2 * np.pi * 1000 / SR * np.arange(len(part))).astype(np.float32)

    def found(front_end):
        classifier = make_pipeline(StatPooling(), LogisticRegression(max_iter=1000))
        how = {"front_end": front_end, "window_seconds": 0.2, "hop_seconds": 0.05, "random_state": 0}
        return EventDetector(classifier, **how).fit(recordings[:3], events[:3]).predict(recordings)

    front_end = MelSpectrogram(sr=SR, n_mels=10, top_db=None)
    expected = found(front_end)
    assert len(expected) == 4
    with config_context(transform_output="pandas"):
        assert found(front_end).equals(expected)
    assert found(clone(front_end).set_output(transform="pandas")).equals(expected)

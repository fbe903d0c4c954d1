"""Classes frame by frame: from what was learnt of clips, and of frames."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from tests.estimators.conftest import SMALL, SMALL_CNN, SMALL_RNN, make_clips
from tests.estimators.test_classification import CLASSIFIERS, kind

from skaudio.estimators import CNNClassifier, CRNNClassifier

SMALL_CRNN = {**SMALL_RNN, "filters": 4, "depth": 2}


def make_scenes(n_scenes=40, seed=0, ragged=True, length=40):
    """Scenes of noise with one or two calls, each of which lifts two channels for six frames or more."""
    rng = np.random.default_rng(seed)
    scenes, labels = [], []
    for _ in range(n_scenes):
        n_frames = rng.integers(length, length + 20) if ragged else length + 8
        scene, own = rng.standard_normal((n_frames, 8)).astype(np.float32), np.full(n_frames, "nothing", dtype=object)
        for first in (0, n_frames // 2)[: rng.integers(1, 3)]:
            label = rng.choice(["cat", "owl"])
            start = first + rng.integers(2, n_frames // 2 - 12)
            stop = start + rng.integers(6, 12)
            scene[start:stop, {"cat": 0, "owl": 4}[label] :][:, :3] += 3.0
            own[start:stop] = label
        scenes.append(scene)
        labels.append(own.astype(str))
    if not ragged:
        return np.stack(scenes), np.stack(labels)
    X = np.empty(n_scenes, dtype=object)
    X[:] = scenes
    return X, labels


def right(model, X, labels):
    """Tell the share of frames whose class is the most probable one."""
    best = [model.classes_[frames.argmax(axis=1)] for frames in model.predict_frames(X)]
    return np.mean(np.concatenate(best) == np.concatenate(labels))


class TestToldOfFrames:
    """Probabilities over time."""

    @pytest.mark.parametrize("classifier", CLASSIFIERS, ids=kind)
    def test_a_row_for_each_frame(self, classifier, clips):
        X, y = clips
        frames = clone(classifier).fit(X, y).predict_frames(X)
        assert [rows.shape for rows in frames] == [(len(clip), 3) for clip in X]
        assert_allclose(frames[0].sum(axis=1), 1)

    def test_the_event_is_found_where_it_is(self):
        X, y = make_clips(n_clips=96)
        model = CNNClassifier(**{**SMALL_CNN, "epochs": 20, "pooling": "mean", "depth": 1}).fit(X, y)
        cat, owl = np.zeros((2, 20, 8), np.float32)
        cat[:, 0:2] += 2.0
        owl[:, 4:6] += 2.0
        scene = np.concatenate([cat, owl])[np.newaxis]
        frames = model.predict_frames(scene)
        assert frames.shape == (1, 40, 3)
        assert_array_equal(model.classes_[frames[0, [5, 10, 30, 35]].argmax(axis=1)], ["cat", "cat", "owl", "owl"])

    def test_a_clip_of_one_frame_is_judged_as_its_frame(self, clips):
        fitted = CNNClassifier(**SMALL_CNN).fit(*clips)
        X = np.random.default_rng(0).standard_normal((3, 1, 8)).astype(np.float32)
        assert_allclose(fitted.predict_frames(X)[:, 0], fitted.predict_proba(X), atol=1e-6)

    def test_a_network_for_one_length_has_none(self):
        X, y = make_clips(ragged=False)
        model = CNNClassifier(architecture="plain", **SMALL).fit(X, y)
        with pytest.raises(ValueError, match="'plain' has no pooling over time"):
            model.predict_frames(X)


class TestLearntOfFrames:
    """A label for each frame."""

    @pytest.mark.slow
    @pytest.mark.parametrize("classifier", CLASSIFIERS, ids=kind)
    @pytest.mark.parametrize("ragged", [True, False])
    def test_frames_are_told_as_they_were_labelled(self, classifier, ragged):
        X, labels = make_scenes(ragged=ragged)
        model = clone(classifier).set_params(epochs=25).fit_frames(X, labels)
        assert_array_equal(model.classes_, ["cat", "nothing", "owl"])
        assert right(model, *make_scenes(seed=1, ragged=ragged)) > 0.85

    @pytest.mark.slow
    def test_labels_that_do_not_exclude_one_another(self):
        X, labels = make_scenes()
        indicators = [np.column_stack([own == "cat", own == "owl", own != "nothing"]).astype(int) for own in labels]
        model = CRNNClassifier(**{**SMALL_CRNN, "epochs": 25}).fit_frames(X, indicators)
        frames = np.concatenate(list(model.predict_frames(X)))
        assert frames.shape[1] == 3
        assert np.mean((frames > 0.5) == np.concatenate(indicators)) > 0.9

    def test_the_loss_is_the_mean_over_the_frames_that_are_there(self):
        X, labels = make_scenes(n_scenes=10)
        weights = {"cat": 2.0, "nothing": 1.0, "owl": 3.0}
        settings = {**SMALL_CNN, "epochs": 1, "learning_rate": 1e-9, "dropout": 0.0, "depth": 1, "label_smoothing": 0.0}
        X[:] = [clip[: len(clip) // 2 * 2] for clip in X]  # steps are of two frames
        labels = [own[: len(clip)] for clip, own in zip(X, labels, strict=True)]
        model = CNNClassifier(class_weight=weights, **settings).fit_frames(X, labels)
        losses, counts = [], []
        for clip, own in zip(X, labels, strict=True):
            probabilities = model.predict_frames([clip])[0][::2]
            targets = (own[:, np.newaxis] == model.classes_).reshape(-1, 2, 3).mean(axis=1)
            losses.append(-(targets * np.log(probabilities)).sum(axis=1))
            counts.append(np.array([weights[label] for label in own]).reshape(-1, 2).mean(axis=1))
        losses, counts = np.concatenate(losses), np.concatenate(counts)
        assert_allclose(model.history_["loss"], [np.mean(losses * counts)], rtol=1e-3)

    def test_a_clip_that_weighs_nothing_is_left_out(self):
        X, labels = make_scenes(ragged=False)
        wrong = [own if i < 30 else np.full(48, "owl") for i, own in enumerate(labels)]
        model = CNNClassifier(**SMALL_CNN).fit_frames(X, wrong, sample_weight=np.arange(40) < 30)
        other = CNNClassifier(**SMALL_CNN).fit_frames(X[:30], labels[:30])
        assert_array_equal(model.predict_frames(X[:2]), other.predict_frames(X[:2]))

    def test_augmented_frames_take_their_labels_with_them(self):
        X, labels = make_scenes()
        moved = {"time_shift": 0.4, "time_stretch": 0.3}
        model = CNNClassifier(**{**SMALL_CNN, "epochs": 30, "depth": 1, **moved}).fit_frames(X, labels)
        assert right(model, X, labels) > 0.8

    @pytest.mark.slow
    def test_training_goes_on_from_clips_to_frames(self):
        X, labels = make_scenes()
        tags = ["owl" if "owl" in own else "cat" for own in labels]
        frames = [np.where(own == "owl", "owl", "cat") for own in labels]
        model = CRNNClassifier(**SMALL_CRNN, warm_start=True).fit(X, tags)
        before = model.history_["loss"]
        model.fit_frames(X, frames)
        assert model.history_["loss"][: len(before)] == before
        assert model.n_iter_ == 2 * len(before)
        assert model.predict_proba(X).shape == (40, 2)

    def test_groups_are_put_aside_together(self):
        X, labels = make_scenes()
        model = CNNClassifier(**SMALL_CNN, early_stopping=True, validation_fraction=0.25)
        model.fit_frames(X, labels, groups=np.arange(40) // 5)
        assert len(model.history_["val_loss"]) == model.n_iter_

    def test_what_cannot_be_learnt(self):
        X, labels = make_scenes()
        model = CNNClassifier(**SMALL_CNN)
        with pytest.raises(ValueError, match="y has frame labels of 39 clips; expected 40"):
            model.fit_frames(X, labels[1:])
        with pytest.raises(ValueError, match=r"The labels of clip 3 have shape \(2,\); expected one label per frame"):
            model.fit_frames(X, [own[:2] if i == 3 else own for i, own in enumerate(labels)])
        with pytest.raises(ValueError, match="requires y to be passed"):
            model.fit_frames(X, None)
        with pytest.raises(ValueError, match="one class only, 'nothing'"):
            model.fit_frames(X, [np.full(len(own), "nothing") for own in labels])
        with pytest.raises(ValueError, match="'plain' has no pooling over time"):
            CNNClassifier(architecture="plain", **SMALL).fit_frames(*make_scenes(ragged=False))


@pytest.mark.slow
def test_what_sees_little_at_once_finds_out_when_from_labels_of_clips():
    X, labels = make_scenes(n_scenes=120)
    tags = np.array([[label in own for label in ("cat", "owl")] for own in labels], int)
    settings = {**SMALL_CNN, "epochs": 30, "depth": 1, "pooling": "linear_softmax", "label_smoothing": 0.0}
    model = CNNClassifier(**settings).fit(X, tags)
    X, labels = make_scenes(seed=1)
    found = np.concatenate(list(model.predict_frames(X))) > 0.5
    there = np.concatenate([np.column_stack([own == "cat", own == "owl"]) for own in labels])
    assert 2 * (found & there).sum() / (found.sum() + there.sum()) > 0.85

"""``skaudio tag``: tags of any file, by YAMNet or by a model of one's own."""

import csv
import io

import numpy as np
import pytest

from skaudio.datasets import get_data_home
from skaudio.pretrained import PretrainedEmbedding


@pytest.fixture
def clips(tones):
    return sorted(map(str, tones.rglob("*.wav")))[:3]


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """Save a model that knows how loud it is."""
    import keras

    path = tmp_path_factory.mktemp("model") / "model.keras"
    layers = [keras.layers.Reshape((800, 1)), keras.layers.GlobalMaxPooling1D(), keras.layers.Dense(3)]
    network = keras.Sequential([keras.Input((800,)), *layers])
    network.layers[-1].set_weights([np.array([[1.0, 2.0, 3.0]]), np.array([0.0, 0.5, -0.5])])
    network.save(path)
    return path


def test_tags_of_a_model_of_ones_own(clips, model, run, tmp_path):
    names = tmp_path / "names.txt"
    names.write_text("soft\nnice, warm\nloud\n")
    outcome = run("tag", *clips, "--model", model, "--sr", "8000", "--names", names, "--top", "2")
    assert (outcome.status, outcome.err) == (0, "")
    rows = list(csv.DictReader(io.StringIO(outcome.out)))
    tagger = PretrainedEmbedding(model, output="scores", sr=8000, class_names=names).fit(clips)
    heard = zip(clips, tagger.tags(clips, top=2), strict=True)
    expected = [(path, name, score) for path, tags in heard for name, score in tags]
    assert [(row["path"], row["tag"]) for row in rows] == [row[:2] for row in expected]
    np.testing.assert_allclose([float(row["score"]) for row in rows], [row[2] for row in expected], atol=1e-6)


def test_a_broken_file_stops_or_leaves_its_row_empty(clips, model, run, tmp_path):
    broken = tmp_path / "broken.wav"
    broken.write_bytes(b"RIFF")
    command = ["tag", clips[0], broken, "--model", model, "--sr", "8000", "--top", "1"]
    outcome = run(*command)
    assert outcome.status == 2
    assert "broken.wav" in outcome.err
    assert "--on-error warn" in outcome.err
    outcome = run(*command, "--on-error", "warn", "--output", tmp_path / "tags.csv")
    assert outcome.status == 0
    rows = list(csv.DictReader((tmp_path / "tags.csv").open()))
    assert [(row["path"], bool(row["tag"])) for row in rows] == [(clips[0], True), (str(broken), False)]
    assert "--force" in run(*command, "--output", tmp_path / "tags.csv").err


def test_what_is_wrong_with_the_model_is_said(clips, model, run):
    assert "Pass it as sr" in run("tag", clips[0], "--model", model).err
    assert "does not exist" in run("tag", clips[0], "--model", "no_such.tflite").err


def test_models_that_can_touch_files_are_said_to_and_can_be_refused(clips, run, tmp_path, capsys):
    with pytest.raises(SystemExit):
        run("tag", "--help")
    (tmp_path / "saved_model.pb").touch()
    outcome = run("tag", clips[0], "--model", tmp_path, "--sr", "8000", "--no-saved-model")
    assert outcome.status == 2
    assert "SavedModel, which can read and write files" in outcome.err


@pytest.mark.skipif(not (get_data_home() / "yamnet").is_dir(), reason="yamnet.tflite is not in the data home")
def test_yamnet_hears_tones(clips, run):
    outcome = run("tag", clips[0], "--top", "1")
    assert outcome.status == 0
    assert len(outcome.out.splitlines()) == 2


def test_models_known_by_name(run):
    outcome = run("models")
    assert (outcome.status, outcome.err) == (0, "")
    rows = {row["name"]: row for row in csv.DictReader(io.StringIO(outcome.out))}
    assert rows["birdnet"]["commercial_use"] == "False"
    assert rows["yamnet"]["n_scores"] == "521"

"""``skaudio extract``: a dataset of features from the console."""

import joblib
import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skaudio.datasets import get_data_home
from skaudio.features import MFCC, MelSpectrogram, read_extracted
from skaudio.pooling import StatPooling
from skaudio.pretrained import PretrainedEmbedding


@pytest.fixture
def clips(tones):
    return sorted(map(str, tones.rglob("*.wav")))


@pytest.mark.parametrize(("name", "front_end"), [("mfcc", MFCC(sr=8000)), ("mel", MelSpectrogram(sr=8000))])
def test_named_front_ends(tones, clips, run, tmp_path, name, front_end):
    output = tmp_path / "features"
    outcome = run("extract", tones, "--with", name, "--output", output, "--part-size", 10, "--quiet")
    assert (outcome.status, outcome.err) == (0, "")
    assert outcome.out == f"{output}: {len(clips)} recordings computed, 0 were there, 0 of them broken\n"
    assert len(list(output.glob("part-*.parquet"))) == 3
    expected = make_pipeline(front_end, StatPooling()).fit_transform(clips)
    np.testing.assert_array_equal(read_extracted(output, clips)[0], expected)


def test_it_is_called_again_and_shows_progress(clips, run, tmp_path):
    command = ["extract", "--with", "mfcc", "--output", tmp_path / "features", "--sr", 8000]
    assert "20 recordings computed" in run(*command, *clips[:20]).out
    outcome = run(*command, *clips, "--jobs", 2)
    assert "4 recordings computed, 20 were there" in outcome.out
    assert "4/4" in outcome.err
    assert "0 recordings computed, 2 were there" in run(*command, *clips[:2], "--only").out
    assert read_extracted(tmp_path / "features")[1]["recording"].tolist() == clips[:2]
    assert "with columns=list" in run(*command, *clips, "--columns", "named").err


def test_pipelines_and_windows(clips, run, tmp_path):
    pipeline = make_pipeline(MFCC(sr=4000, n_mfcc=3), StatPooling(["mean"])).fit(clips[:1])
    joblib.dump(pipeline, tmp_path / "pipeline.joblib")
    command = ["extract", *clips[:2], "--with", tmp_path / "pipeline.joblib", "--output", tmp_path / "windows"]
    outcome = run(*command, "--window", 0.1, "--hop", 0.05, "--quiet")
    assert (outcome.status, outcome.err) == (0, "")
    features, rows = read_extracted(tmp_path / "windows", clips[:1])
    np.testing.assert_allclose(rows["onset"], [0, 0.05, 0.1, 0.15])
    assert list(features.columns) == list(pipeline.get_feature_names_out())


def test_broken_files_are_listed_or_stop(clips, run, tmp_path):
    broken = tmp_path / "broken.wav"
    broken.write_bytes(b"RIFF")
    command = ["extract", clips[0], broken, "--with", "mfcc", "--output", tmp_path / "features", "--quiet"]
    outcome = run(*command)
    assert (outcome.status, "1 of them broken" in outcome.out) == (0, True)
    assert "broken.wav" in outcome.err
    outcome = run(*command, "--on-error", "raise")
    assert outcome.status == 2
    assert "broken.wav" in outcome.err


def test_what_is_wrong_is_said(clips, run, tmp_path):
    joblib.dump(make_pipeline(MFCC(sr=8000), StatPooling(), LogisticRegression()), tmp_path / "model.joblib")
    command = ["extract", clips[0], "--output", tmp_path / "features", "--with"]
    assert "There is no model file 'mfc'" in run(*command, "mfc").err
    assert "has no transform; expected a fitted transformer" in run(*command, tmp_path / "model.joblib").err
    assert "Omit it" in run(*command, tmp_path / "model.joblib", "--sr", 8000).err
    assert "pass --window" in run(*command, "mfcc", "--hop", 1).err


@pytest.mark.slow
@pytest.mark.skipif(not (get_data_home() / "yamnet/yamnet.tflite").exists(), reason="YAMNet not in the data home")
def test_yamnet(clips, run, tmp_path):
    command = ["extract", *clips[:6], "--with", "yamnet", "--output", tmp_path / "features", "--quiet"]
    assert "6 recordings computed" in run(*command, "--part-size", 3, "--jobs", 2).out
    assert "0 recordings computed" in run(*command).out
    expected = PretrainedEmbedding("yamnet").fit_transform(clips[:6])
    np.testing.assert_allclose(read_extracted(tmp_path / "features", clips[:6])[0], expected, rtol=1e-5, atol=1e-6)

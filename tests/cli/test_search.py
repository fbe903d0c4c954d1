import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from functools import partial

import joblib
import numpy as np
import pytest
import soundfile as sf
from sklearn.base import clone
from sklearn.pipeline import Pipeline

import skaudio.datasets
from skaudio.estimators import CNNClassifier
from skaudio.pretrained import list_models

FAST = ("--front-ends", "mel", "--models", "neighbors", "--folds", "2", "--jobs", "1", "--quiet")


def ranks(out):
    return re.findall(r"^ +(\d+) +(\d\.\d{3}) ± (\d\.\d{3}) +(\d+\.\d\d)  (.+)$", out, re.MULTILINE)


def test_what_is_printed(searched):
    assert "24 clips of 3 classes, 8000 Hz; 4 folds by group (4 groups)" in searched.out
    rows = ranks(searched.out)
    assert [row[0] for row in rows] == ["1", "2", "3", "4"]  # two kinds of MFCC, one or five segments
    scores = [float(row[1]) for row in rows]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] == 1.0
    assert {row[4] for row in rows} == {
        "MFCC, segments=1, SVC",
        "MFCC, segments=5, SVC",
        "MFCC(top_db=60, trim_db=30, level=-20), segments=1, SVC",
        "MFCC(top_db=60, trim_db=30, level=-20), segments=5, SVC",
    }
    assert re.search(r"^b  tenor, high +\. +8 +\. +100\.0%$", searched.out, re.MULTILINE)
    assert "accuracy 100.0%, 24 of 24" in searched.out
    assert f"skaudio predict {searched.model} FILES..." in searched.out
    assert max(map(len, searched.out.splitlines())) <= 120
    assert "fitting" in searched.err


def test_the_model_is_a_plain_pipeline(searched, tones):
    model = joblib.load(searched.model)
    assert type(model) is Pipeline
    assert list(model.named_steps) == ["sound", "pool", "scale", "model"]
    assert model.named_steps["sound"].memory is None
    assert model.named_steps["sound"].sr == 8000
    clips = sorted(map(str, tones.rglob("*.wav")))
    labels = [path.split(os.sep)[-2] for path in clips]
    assert model.predict(clips).tolist() == labels
    assert clone(model).fit(clips[::2], labels[::2]).predict(clips[1::2]).tolist() == labels[1::2]


def test_results_do_not_depend_on_processes_or_the_run(searched, tones, run, tmp_path):
    again = run(
        *("search", tones, "--groups", "^([a-z]+)_", "--front-ends", "mfcc", "--models", "svc", "--folds", 4),
        *("--jobs", 2, "--quiet", "--output", tmp_path / "again.joblib"),
    )
    assert again.err == ""
    assert [row[:3] + row[4:] for row in ranks(again.out)] == [row[:3] + row[4:] for row in ranks(searched.out)]
    clips = sorted(map(str, tones.rglob("*.wav")))
    here, there = joblib.load(searched.model), joblib.load(tmp_path / "again.joblib")
    np.testing.assert_array_equal(here.predict_proba(clips), there.predict_proba(clips))


@pytest.mark.slow
def test_a_network_is_a_candidate_like_any_other(tones, run, tmp_path, monkeypatch):
    monkeypatch.setattr("skaudio.cli._grid.CNNClassifier", partial(CNNClassifier, "lenet", epochs=2))
    model = tmp_path / "model.joblib"
    done = run(
        *("search", tones, "--front-ends", "mel", "--models", "neighbors,cnn", "--folds", 2, "--jobs", 1),
        *("--output", model, "--quiet"),
    )
    assert done.status == 0, done.err
    assert {row[4] for row in ranks(done.out)} > {"MelSpectrogram, CNNClassifier"}
    only = run("search", tones, "--models", "cnn", "--folds", 2, "--jobs", 1, "--output", model, "--force", "--quiet")
    assert only.status == 0, only.err
    clip = next(tones.rglob("*.wav"))
    assert run("predict", model, clip).out.count("\n") == 2


@pytest.mark.skipif(not list_models().found["speech"], reason="needs the files of speech")
def test_pretrained_models_are_candidates(tones, run, tmp_path):
    settings = ["--models", "logistic", "--folds", "2", "--output", tmp_path / "model.joblib", "--quiet", "--force"]
    outcome = run("search", tones, *settings, "--pretrained", "speech")
    assert outcome.status == 0
    assert outcome.out.splitlines()[0].endswith("; 2 folds; pretrained models: speech")
    assert "PretrainedEmbedding" in outcome.out
    for other in (["--pretrained", "none"], ["--front-ends", "mel"]):
        assert "pretrained" not in run("search", tones, *settings, *other).out.splitlines()[0]
    outcome = run("search", "--pretrained", "speech", *settings)
    assert (outcome.status, outcome.err) == (
        2,
        "skaudio: error: --pretrained requires FOLDER: skaudio search FOLDER --pretrained ...\n",
    )


def test_unused_groups_of_a_table_are_reported(table, run, tmp_path):
    outcome = run("search", table, *FAST, "--output", tmp_path / "model")
    assert outcome.status == 0
    # Two clips of each class by each singer, in two folds, shuffled: hardly a singer is on one side only.
    assert re.search(r"warning: \d of 4 groups straddle folds.*Pass --groups", outcome.err)
    assert "24 clips of 3 classes, 8000 Hz; 2 folds\n" in outcome.out


def test_groups_of_a_table(table, run, tmp_path):
    outcome = run("search", table, "--groups", *FAST, "--output", tmp_path / "model")
    assert outcome.status == 0
    assert outcome.err == ""
    assert "2 folds by group (4 groups)" in outcome.out


def test_groups_by_folder(tones, run, tmp_path):
    for clip in tones.rglob("*.wav"):
        (tmp_path / "audio" / clip.parent.name / clip.name[:3]).mkdir(parents=True, exist_ok=True)
        shutil.copy(clip, tmp_path / "audio" / clip.parent.name / clip.name[:3])
    outcome = run("search", tmp_path / "audio", "--groups", "folder", *FAST, "--output", tmp_path / "model")
    assert "2 folds by group (4 groups)" in outcome.out


def test_labels_and_groups_in_the_names_of_files(tones, run, tmp_path):
    (tmp_path / "flat").mkdir()
    for clip in tones.rglob("*.wav"):
        shutil.copy(clip, tmp_path / "flat" / f"{clip.parent.name}_{clip.name}")
    named = ("--labels", "^([^_]+)_", "--groups", "_([a-z]{3})_")
    outcome = run("search", tmp_path / "flat", *named, *FAST, "--output", tmp_path / "model")
    assert "24 clips of 3 classes, 8000 Hz; 2 folds by group (4 groups)" in outcome.out
    assert joblib.load(tmp_path / "model").classes_.tolist() == ["bass", "tenor, high", "whistle"]


def test_a_class_of_one_group_is_reported_and_still_gets_probabilities(tones, run, tmp_path):
    lines = ["path,label,group"]
    for clip in sorted(tones.rglob("*.wav")):
        group = "solo" if clip.parent.name == "whistle" else clip.name[:3]
        lines.append(f'"{clip}","{clip.parent.name}",{group}')
    (tmp_path / "table.csv").write_text("\n".join(lines))
    outcome = run(
        *("search", tmp_path / "table.csv", "--groups", "--models", "svc", "--front-ends", "mel", "--folds", 3),
        *("--jobs", 1, "--output", tmp_path / "model"),
    )
    assert outcome.status == 0
    assert "all clips of 'whistle' are of one group" in outcome.err
    clips = sorted(map(str, tones.rglob("*.wav")))
    np.testing.assert_allclose(joblib.load(tmp_path / "model").predict_proba(clips).sum(axis=1), 1)


def test_a_table_in_another_encoding_beside_its_clips(tones, run, tmp_path):
    shutil.copytree(tones, tmp_path / "clips")
    lines = ["path,label"]
    for clip in sorted((tmp_path / "clips").rglob("*.wav")):
        lines.append(f'"{clip.relative_to(tmp_path)}",{"tief" if clip.parent.name == "bass" else "höher"}')
    (tmp_path / "table.csv").write_text("\n".join(lines), encoding="cp1252")
    command = ("search", tmp_path / "table.csv", *FAST, "--output", tmp_path / "model")
    outcome = run(*command)
    assert outcome.status != 0
    assert "the byte 0xf6 is not UTF-8 text" in outcome.err
    assert run(*command, "--encoding", "cp1252").status == 0
    assert joblib.load(tmp_path / "model").classes_.tolist() == ["höher", "tief"]


def test_without_a_folder_it_runs_on_generated_digits(run, tmp_path, monkeypatch):
    def few(_, **settings):
        return make(60, **{**settings, "n_speakers": 3})

    make = skaudio.datasets.make_spoken_digits
    monkeypatch.setattr(skaudio.datasets, "make_spoken_digits", few)
    outcome = run("search", *FAST, "--output", tmp_path / "model")
    assert outcome.status == 0
    assert "Generated spoken digits: 60 clips of 10 classes, 8000 Hz; 2 folds by group (3 groups)" in outcome.out
    assert joblib.load(tmp_path / "model").classes_.tolist() == sorted(
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
    )


def test_features_are_kept_and_used_again(tones, run, tmp_path):
    for output in ("a", "b"):
        outcome = run("search", tones, *FAST, "--cache", tmp_path / "cache", "--output", tmp_path / output)
        assert outcome.status == 0
        with closing(sqlite3.connect(tmp_path / "cache" / "skaudio" / "features.sqlite3")) as database:
            assert database.execute("SELECT count(*) FROM entries").fetchone() == (24,)
    assert joblib.load(tmp_path / "a").named_steps["sound"].memory is None


@pytest.mark.parametrize(("rates", "expected"), [((8000, 8000, 16000), 8000), ((44100, 44100, 8000), 22050)])
def test_sampling_rate_is_that_of_most_files(rates, expected, tmp_path):
    from skaudio.cli._clips import most_common_rate

    paths = []
    for number, rate in enumerate(rates):
        paths.append(str(tmp_path / f"{number}.wav"))
        sf.write(paths[-1], np.zeros(100), rate)
    assert most_common_rate(np.array(paths, dtype=object)) == expected


def test_sampling_rate_may_be_given(tones, run, tmp_path):
    outcome = run("search", tones, *FAST, "--sr", 4000, "--output", tmp_path / "model")
    assert "3 classes, 4000 Hz" in outcome.out
    assert joblib.load(tmp_path / "model").named_steps["sound"].sr == 4000


@pytest.fixture
def with_broken(tones, broken, tmp_path):
    folder = tmp_path / "audio"
    shutil.copytree(tones, folder)
    shutil.copy(broken, folder / "bass" / "broken.wav")
    return folder


def test_a_broken_file_is_named(with_broken, run, tmp_path):
    outcome = run("search", with_broken, *FAST, "--output", tmp_path / "model")
    assert outcome.status == 2
    assert outcome.out == ""
    assert re.search(r"^skaudio: error: .*broken\.wav.*Pass --on-error warn", outcome.err)
    assert "Traceback" not in outcome.err
    assert not (tmp_path / "model").exists()


def test_a_broken_file_is_left_out(with_broken, run, tmp_path):
    outcome = run("search", with_broken, *FAST, "--on-error", "warn", "--output", tmp_path / "model")
    assert outcome.status == 0
    assert re.search(r"warning: skipped: .*broken\.wav", outcome.err)
    assert outcome.err.count("skipped") == 1
    assert "24 clips" in outcome.out


def test_errors_are_one_line(tones, run, tmp_path):
    (tmp_path / "empty").mkdir()
    shutil.copytree(tones / "bass", tmp_path / "single" / "bass")
    (tmp_path / "taken").write_text("precious")
    model = ("--output", tmp_path / "model")
    for arguments, message in [
        ((tmp_path / "empty", *model), "no recordings"),
        ((tmp_path / "single", *model), "one class only, 'bass'"),
        ((tmp_path / "nowhere", *model), "nowhere"),
        ((tones, "--folds", 9, *model), r"Fewer clips than the 9 folds in: bass \(8\)"),
        ((tones, "--groups", *model), "no group column"),
        ((tones, "--groups", "(", *model), "not a regular expression"),
        ((tones, "--groups", "^x", *model), "does not match 24 file name"),
        (("--groups", tones, *model), "skaudio search FOLDER --groups"),
        ((tones, "--output", tmp_path / "taken"), "taken' exists. Pass --force"),
        ((tones, "--output", tmp_path / "no" / "model"), "no folder"),
    ]:
        outcome = run("search", *arguments)
        assert outcome.status == 2
        assert re.match(f"skaudio: error: .*{message}", outcome.err)
        assert outcome.err.count("\n") == 1
        assert outcome.out == ""
    assert (tmp_path / "taken").read_text() == "precious"
    assert not (tmp_path / "model").exists()


def test_force_replaces(tones, run, tmp_path):
    (tmp_path / "taken").write_text("not precious")
    assert run("search", tones, *FAST, "--force", "--output", tmp_path / "taken").status == 0
    assert isinstance(joblib.load(tmp_path / "taken"), Pipeline)
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="SIGINT cannot be sent to one process on Windows")
def test_ctrl_c_leaves_nothing_behind(tmp_path):
    (tmp_path / "tmp").mkdir()
    (tmp_path / "here").mkdir()
    command = [sys.executable, "-m", "skaudio", "search", "--grid", "full", "--output", tmp_path / "here" / "model"]
    environment = {**os.environ, "TMPDIR": str(tmp_path / "tmp")}
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    while not list((tmp_path / "tmp").rglob("features.sqlite3")):  # listening has begun
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "interrupted" in err
    assert "Traceback" not in err
    assert list((tmp_path / "here").iterdir()) == []
    assert list((tmp_path / "tmp").glob("skaudio-*")) == []


def test_a_report_is_written(tones, run, tmp_path):
    page = tmp_path / "report.html"
    done = run("search", tones, *FAST, "--output", tmp_path / "model.joblib", "--report", page)
    assert done.status == 0, done.err
    assert f"are in {page} (" in done.out
    html = page.read_text(encoding="utf-8")
    assert f"<title>{tones}: results of the search</title>" in html
    assert html.count('"picture":"data:image/jpeg') == 24
    assert html.count('["recording","ann_0.wav"],["at","0.25 s"]') == 3  # one of each class
    facts = dict(re.findall(r'<tr><th scope="row">(\w[^<]*)</th><td>(.*?)</td></tr>', html, re.DOTALL))
    assert (facts["Data"], facts["Sampling rate"], facts["Seed"]) == (str(tones), "8000 Hz", "0")
    assert facts["Command"].startswith(f"skaudio search {tones} ")
    assert not (set(tmp_path.iterdir()) - {page, tmp_path / "model.joblib"})


def test_a_report_that_cannot_be_written_is_refused_before_the_work(tones, run, tmp_path):
    page, model = tmp_path / "report.html", tmp_path / "model.joblib"
    page.write_text("mine")
    done = run("search", tones, *FAST, "--output", model, "--report", page)
    assert (done.status, done.out) == (2, "")
    assert "exists. Pass --force" in done.err
    assert page.read_text() == "mine"
    done = run("search", tones, *FAST, "--output", model, "--report", model)
    assert (done.status, done.out) == (2, "")
    assert "--report and --output are the same file" in done.err


def test_a_report_without_matplotlib_is_refused_before_the_work(tones, run, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    done = run("search", tones, *FAST, "--output", tmp_path / "model.joblib", "--report", tmp_path / "report.html")
    assert (done.status, done.out) == (2, "")
    assert 'pip install "skaudio[plot]"' in done.err
    assert not list(tmp_path.iterdir())

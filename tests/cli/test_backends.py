"""``--backend``: the same results by the workers of a cluster."""

import re
import sys

import pandas as pd
import pytest


def table_of(outcome):
    """The ranking and the confusion matrix that a search prints, without the times of its fits."""
    printed = outcome.out.split("classes", 1)[1].split("Fitted on all clips")[0]
    return re.sub(r"\d+\.\d\d(?=  MFCC)", "", printed)


@pytest.mark.slow
def test_a_search_on_a_cluster_prints_the_same(tones, searched, run, tmp_path, dask_client):
    address = dask_client.scheduler.address.replace("tcp://", "dask://")
    outcome = run(
        *("search", tones, "--groups", "^([a-z]+)_", "--front-ends", "mfcc", "--models", "svc", "--folds", 4),
        *("--backend", address, "--output", tmp_path / "model.joblib"),
    )
    assert outcome.status == 0, outcome.err
    assert table_of(outcome) == table_of(searched)
    assert (tmp_path / "model.joblib").exists()


@pytest.mark.slow
def test_a_search_on_a_cluster_leaves_out_broken_files(tones, run, tmp_path, dask_client):
    import shutil

    shutil.copytree(tones, tmp_path / "tones")
    (tmp_path / "tones/bass/ann_0.wav").write_bytes(b"no sound")
    address = dask_client.scheduler.address.replace("tcp://", "dask://")
    settings = ("--front-ends", "mfcc", "--models", "svc", "--folds", 2, "--backend", address, "--quiet")
    outcome = run("search", tmp_path / "tones", *settings, "--output", tmp_path / "model.joblib")
    assert outcome.status == 2
    assert "ann_0.wav" in outcome.err
    assert "Pass --on-error warn" in outcome.err
    outcome = run("search", tmp_path / "tones", *settings, "--output", tmp_path / "model.joblib", "--on-error", "warn")
    assert outcome.status == 0, outcome.err
    assert "23 clips of 3 classes" in outcome.out
    assert re.search(r"warning: skipped: .*ann_0.wav", outcome.err)


def test_an_extraction_on_a_cluster(tones, run, tmp_path, dask_client):
    address = dask_client.scheduler.address.replace("tcp://", "dask://")
    for name, settings in {"here": (), "there": ("--backend", address)}.items():
        outcome = run("extract", tones, "--with", "mfcc", "--output", tmp_path / name, "--part-size", 5, *settings)
        assert outcome.status == 0, outcome.err
    assert "24 recordings computed" in outcome.out
    here, there = (pd.read_parquet(tmp_path / name).sort_values("recording") for name in ("here", "there"))
    assert here["features"].map(tuple).tolist() == there["features"].map(tuple).tolist()


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["dask", "ray"])
def test_a_cluster_on_this_machine_is_started_and_closed(tones, run, tmp_path, backend):
    pytest.importorskip({"dask": "distributed"}.get(backend, backend))
    settings = ("--with", "mfcc", "--output", tmp_path / "features", "--jobs", 2, "--backend", backend)
    outcome = run("extract", tones / "bass", *settings)
    assert outcome.status == 0, outcome.err
    assert "8 recordings computed" in outcome.out


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (("--backend", "dask://127.0.0.1:9"), "There is no Dask scheduler at '127.0.0.1:9'"),
        (("--backend", "dask://127.0.0.1:9", "--jobs", 2), "Omit it with --backend dask://127.0.0.1:9"),
    ],
)
def test_a_cluster_that_is_not_there(tones, run, tmp_path, settings, message, monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr("skaudio.cli._backends.CONNECT_SECONDS", 1)
    outcome = run("extract", tones, "--with", "mfcc", "--output", tmp_path / "features", *settings)
    assert outcome.status == 2
    assert message in outcome.err


@pytest.mark.parametrize("backend", ["spark", "dask://", "dask:/host", "loky"])
def test_an_unknown_backend(run, backend, capsys):
    with pytest.raises(SystemExit):
        run("search", "--backend", backend)


@pytest.mark.parametrize(("backend", "module"), [("dask", "distributed"), ("ray", "ray.util.joblib")])
def test_what_to_install(tones, run, tmp_path, backend, module, monkeypatch):
    monkeypatch.setitem(sys.modules, module, None)
    outcome = run("extract", tones, "--with", "mfcc", "--output", tmp_path / "features", "--backend", backend)
    assert outcome.status == 2
    assert f'pip install "skaudio[{backend}]"' in outcome.err

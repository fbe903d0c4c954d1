"""Whatever a model or a library prints, standard output is what the command is asked for."""

import csv
import io
import os
import subprocess
import sys

import joblib
import numpy as np
import pytest

from skaudio.cli import main
from skaudio.cli._parser import build_parser
from skaudio.cli._results import results_only

NOISY = """
import os
import numpy as np

class Noisy:
    classes_ = np.array(["bass", "whistle"])

    def __init__(self):
        self.fitted_ = True

    def __setstate__(self, state):
        print("loading")
        self.__dict__.update(state)

    def predict(self, X):
        print("1/1 [====] predict")
        os.write(1, b"from a library in C")
        return np.array(["bass"] * len(X))

    def predict_proba(self, X):
        os.system("echo from a process")
        return np.tile([0.75, 0.25], (len(X), 1))
"""


@pytest.mark.slow
def test_what_a_model_prints_goes_to_standard_error(tones, tmp_path, monkeypatch):
    (tmp_path / "noisy_model.py").write_text(NOISY)
    monkeypatch.syspath_prepend(tmp_path)
    from noisy_model import Noisy

    joblib.dump(Noisy(), tmp_path / "model.joblib")
    clips = sorted(map(str, tones.rglob("*.wav")))[:2]
    path = os.pathsep.join(filter(None, [str(tmp_path), os.environ.get("PYTHONPATH")]))
    command = [sys.executable, "-m", "skaudio", "predict", str(tmp_path / "model.joblib"), *clips]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": path})
    assert done.returncode == 0
    expected = [f"{clip},bass,0.750000,0.250000" for clip in clips]
    assert done.stdout.splitlines() == ["path,label,bass,whistle", *expected]
    for noise in ("loading", "1/1 [====] predict", "from a library in C", "from a process"):
        assert noise in done.stderr


def test_where_standard_output_is_captured_results_go_where_it_is(monkeypatch, capsys):
    captured = io.StringIO()
    monkeypatch.setattr(sys, "stdout", captured)
    with results_only() as results:
        print("noise")
        print("result", file=results)
    assert captured.getvalue() == "result\n"
    assert "noise" in capsys.readouterr().err
    assert sys.stdout is captured


def test_one_thing_has_one_name_in_all_commands():
    commands = next(action for action in build_parser()._actions if action.dest == "command").choices
    names = {}
    for command, parser in commands.items():
        for action in parser._actions:
            for name in action.option_strings:
                names.setdefault(name, set()).add(command)
    tables = {"search", "predict", "train", "detect", "count", "review", "evaluate", "tag"}
    models, pages = {"spot"}, {"report"}
    assert names["--output"] == tables | models | pages | {"extract"}
    assert names["--force"] == tables | models | pages | {"export"}  # a dataset of features is extended, never replaced
    assert names["--on-error"] == names["--output"] - models - {"train"}
    assert not {"--out", "-o", "--n-jobs"} & set(names)


def test_the_former_name_of_output_is_understood(tones, tmp_path, run):
    arguments = build_parser().parse_args(["detect", "model.joblib", "night.wav", "--out", "table.csv"])
    assert arguments.output == "table.csv"


@pytest.mark.slow
def test_tables_of_tags_are_all_that_tag_prints(tones, tmp_path):
    import keras

    layers = [keras.layers.Reshape((800, 1)), keras.layers.GlobalMaxPooling1D(), keras.layers.Dense(3)]
    keras.Sequential([keras.Input((800,)), *layers]).save(tmp_path / "model.keras")
    clip = min(map(str, tones.rglob("*.wav")))
    command = [sys.executable, "-m", "skaudio", "tag", clip, "--model", str(tmp_path / "model.keras"), "--sr", "8000"]
    quiet = {name: value for name, value in os.environ.items() if name != "TF_CPP_MIN_LOG_LEVEL"}
    done = subprocess.run(command, capture_output=True, text=True, env=quiet)
    assert (done.returncode, done.stderr) == (0, "")  # TensorFlow's first lines would be in it
    rows = list(csv.reader(io.StringIO(done.stdout)))
    assert rows[0] == ["path", "tag", "score"]
    assert [row[0] for row in rows[1:]] == [clip] * 3
    assert np.isfinite([float(row[2]) for row in rows[1:]]).all()


@pytest.mark.parametrize("command", ["search", "predict", "detect", "tag"])
def test_wrong_calls_print_nothing_to_standard_output(command, tmp_path, capfd):
    missing = str(tmp_path / "missing")
    arguments = {"search": [missing], "tag": ["--model", f"{missing}.keras", missing]}.get(command, [missing, missing])
    assert main([command, *arguments]) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert "skaudio: error: " in err

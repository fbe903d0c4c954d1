import os
import signal
import subprocess
import sys
import time

import pytest

from skaudio.cli import _interrupts, _search, main


def test_help_imports_nothing_heavy():
    script = """
import sys
from skaudio.cli import main
try:
    main(["--help"])
finally:
    print(sorted({"sklearn", "numpy", "joblib"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "search" in done.stdout
    assert "predict" in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"


def test_module_runs_as_a_script():
    done = subprocess.run([sys.executable, "-m", "skaudio", "predict", "--help"], capture_output=True, text=True)
    assert done.returncode == 0
    assert "only models that you trust" in " ".join(done.stdout.split())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "COMMAND"),
        (["search", "--models", "svc,oracle"], "'oracle'; expected some of svc,logistic,trees,neighbors"),
        (["search", "--folds", "1"], "expected an integer of at least 2"),
        (["search", "--folds", "five"], "expected an integer of at least 2"),
        (["predict", "model.joblib"], "FILES"),
    ],
)
def test_wrong_arguments(arguments, message, capsys):
    with pytest.raises(SystemExit, match="2"):
        main(arguments)
    assert message in capsys.readouterr().err


def test_an_interrupt_that_was_swallowed_comes_again(monkeypatch, capsys):
    heard = []

    def deaf_at_first(arguments, results):
        try:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(5)
        except KeyboardInterrupt:
            heard.append(1)
        time.sleep(5)
        heard.append(2)

    monkeypatch.setattr(_interrupts, "REPEAT_SECONDS", 0.1)
    monkeypatch.setattr(_search, "search", deaf_at_first)
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGALRM)
    assert main(["search"]) == 130
    assert "interrupted" in capsys.readouterr().err
    assert heard == [1]
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGALRM)) == before
    time.sleep(0.2)  # and no more of them


def test_interrupt_exits_130(monkeypatch, capsys):
    def interrupted(arguments, results):
        raise KeyboardInterrupt

    monkeypatch.setattr(_search, "search", interrupted)
    assert main(["search"]) == 130
    assert "interrupted" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="pipes close differently on Windows")
def test_a_reader_that_stops_early_is_no_error(searched, tones):
    clips = sorted(map(str, tones.rglob("*.wav")))
    done = subprocess.run(
        f"'{sys.executable}' -m skaudio predict '{searched.model}' '{tones}' | true",
        shell=True,
        capture_output=True,
        text=True,
    )
    assert len(clips) > 1
    assert done.stderr == ""

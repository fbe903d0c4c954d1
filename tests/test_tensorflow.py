"""The way to TensorFlow: quiet, and refused where it would wait for ever or is not what Keras runs on."""

import os
import subprocess
import sys

import pytest

from skaudio._tensorflow import without_log_lines

FIT = """
import numpy as np
from skaudio.estimators import AutoencoderLatent
X = np.random.default_rng(0).normal(size=(8, 6))
def fit(hidden=2):
    return AutoencoderLatent(n_components=2, hidden=(hidden,), epochs=1, random_state=0).fit(X).transform(X)
"""
IN_A_FORKED_PROCESS = """
import multiprocessing
with multiprocessing.get_context("fork").Pool(1) as pool:
    pool.apply(fit)
"""


def run(code, timeout=240, **environment):
    """Run code in a process of its own, with no log level but a given one."""
    env = {name: value for name, value in os.environ.items() if name != "TF_CPP_MIN_LOG_LEVEL"} | environment
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=timeout, env=env)


@pytest.mark.slow
def test_nothing_is_printed_by_fits_of_many_networks():
    done = run(f"{FIT}\nfor hidden in range(2, 8):\n    fit(hidden)")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.slow
def test_a_log_level_of_the_users_own_is_kept():
    done = run(f"{FIT}\nfit()", TF_CPP_MIN_LOG_LEVEL="0")
    assert done.returncode == 0
    assert "cpu_feature_guard" in done.stderr


def test_other_lines_come_through(capfd, monkeypatch):
    monkeypatch.delenv("TF_CPP_MIN_LOG_LEVEL", raising=False)
    with without_log_lines():
        os.write(2, b"I0000 00:00:1 cpu_feature_guard.cc:1] ...\nof somebody else\n")
    assert capfd.readouterr().err == "of somebody else\n"
    assert "TF_CPP_MIN_LOG_LEVEL" not in os.environ


@pytest.mark.slow
@pytest.mark.parametrize("first", ["fit()", "import tensorflow; tensorflow.zeros(1) + 1"])
def test_a_process_forked_from_a_running_tensorflow_says_so_and_does_not_hang(first):
    done = run(f"{FIT}\n{first}\n{IN_A_FORKED_PROCESS}")
    assert "ImportError: TensorFlow cannot run in this process" in done.stderr
    assert "'loky'" in done.stderr


@pytest.mark.slow
def test_a_process_forked_before_tensorflow_runs_is_as_good_as_any():
    assert run(f"{FIT}\n{IN_A_FORKED_PROCESS}").returncode == 0


@pytest.mark.slow
def test_the_multiprocessing_backend_of_joblib_does_not_hang_either():
    code = f"""{FIT}
import joblib
fit()
def fit_here(i):
    return fit()
joblib.Parallel(n_jobs=2, backend="multiprocessing")([joblib.delayed(fit_here)(i) for i in range(2)])
"""
    done = run(code)
    assert "ImportError: TensorFlow cannot run in this process" in done.stderr


@pytest.mark.slow
def test_another_backend_of_keras_is_named_with_the_way_out():
    done = run(f"{FIT}\nfit()", KERAS_BACKEND="jax")
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("ImportError: Keras")
    assert "the backend jax" in last
    assert "KERAS_BACKEND to 'tensorflow'" in last

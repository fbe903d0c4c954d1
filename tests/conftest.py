"""Where the real recordings are, for the tests that need them, and the threads of each test process."""

import os

if "PYTEST_XDIST_WORKER" in os.environ:
    # The test processes share the cores: threads of several of them would wait for one another, some in busy loops. The
    # libraries read these when they are imported.
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
        os.environ.setdefault(variable, "1")

import pickle
from pathlib import Path

import numpy as np
import pytest

collect_ignore = ["metrics/make_reference_scores.py"]  # a script, which imports packages that no test needs


def _home(part):
    home = os.environ.get("SKAUDIO_DATA")
    if home is None:
        pytest.skip("needs real recordings: set SKAUDIO_DATA to their folder")
    folder = Path(home) / part
    if not folder.is_dir():
        pytest.skip(f"needs {part} in SKAUDIO_DATA={home}, where it is not")
    return folder


@pytest.fixture
def digits_home():
    """The folder of the Free Spoken Digit Dataset."""
    return _home("fsdd/recordings")


@pytest.fixture
def esc10_home():
    """The folder of ESC-10."""
    return _home("esc10")


@pytest.fixture
def untouched_global_rng():
    """Check that a test leaves the global random state as it was."""
    before = pickle.dumps(np.random.get_state())  # noqa: NPY002
    yield
    assert pickle.dumps(np.random.get_state()) == before  # noqa: NPY002

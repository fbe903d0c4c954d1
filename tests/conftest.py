"""Where the real recordings are, for the tests that need them, and the threads of each test process."""

import os

if "PYTEST_XDIST_WORKER" in os.environ:
    # The test processes share the cores: threads of several of them would wait for one another, some in busy loops. The
    # libraries read these when they are imported.
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
        os.environ.setdefault(variable, "1")

import logging
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


@pytest.fixture
def remote():
    """The file system of memory:// URLs, empty before and after."""
    fsspec = pytest.importorskip("fsspec")
    files = fsspec.filesystem("memory")
    files.store.clear()
    files.pseudo_dirs[:] = [""]
    yield files
    files.store.clear()
    files.pseudo_dirs[:] = [""]


@pytest.fixture(scope="session")
def s3_server():
    """An S3 server on this machine; s3:// URLs are its."""
    fsspec = pytest.importorskip("fsspec")
    pytest.importorskip("s3fs")
    moto = pytest.importorskip("moto.server")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    before = fsspec.config.conf.get("s3")
    fsspec.config.conf["s3"] = {"endpoint_url": f"http://{host}:{port}", "key": "key", "secret": "secret"}
    yield server
    if before is None:
        del fsspec.config.conf["s3"]
    else:
        fsspec.config.conf["s3"] = before
    server.stop()


@pytest.fixture
def bucket(s3_server):
    """An empty bucket "nights" of that server, as a file system."""
    import s3fs

    files = s3fs.S3FileSystem()
    files.mkdir("nights")
    yield files
    files.rm("nights", recursive=True)

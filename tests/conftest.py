"""Where the real recordings are, for the tests that need them, and the threads of each test process."""

import os

if "PYTEST_XDIST_WORKER" in os.environ:
    # The test processes share the cores: threads of several of them would wait for one another, some in busy loops. The
    # libraries read these when they are imported.
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
        os.environ.setdefault(variable, "1")

import logging
import pickle
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
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


class Server(BaseHTTPRequestHandler):
    """Serves files; with ranges of them, if allowed."""

    files: dict = {}  # noqa: RUF012
    log: list = []  # noqa: RUF012
    ranges = states_size = states_version = True
    status = 200

    def do_HEAD(self):
        self.answer(with_content=False)

    def do_GET(self):
        self.answer(with_content=True)

    def answer(self, with_content):
        content = self.files.get(self.path)
        wanted = self.headers.get("Range") if self.ranges else None
        if content is None or self.status != 200:
            self.send_error(404 if content is None else self.status)
            return
        n_bytes = len(content)
        if wanted:
            first, last = wanted.removeprefix("bytes=").split("-")
            content = content[int(first) : int(last) + 1]
        self.send_response(206 if wanted else 200)
        if self.states_size:
            self.send_header("Content-Length", str(len(content)))
        if wanted:
            self.send_header("Content-Range", f"bytes {first}-{int(first) + len(content) - 1}/{n_bytes}")
        if self.states_version:
            self.send_header("ETag", f'"{hash(content)}"')
        self.end_headers()
        if with_content:
            self.log.append(len(content))
            self.wfile.write(content)

    def log_message(self, *_):
        pass


@pytest.fixture
def web():
    """A server of files on this machine; its log has the sizes of what it sent."""
    pytest.importorskip("aiohttp")
    handler = type("Handler", (Server,), {"files": {}, "log": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        handler.url = f"http://127.0.0.1:{server.server_port}"
        yield handler
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def dask_client():
    """A client of a Dask cluster of two processes on this machine, which starts those anew that are killed."""
    distributed = pytest.importorskip("distributed")
    settings = {
        "n_workers": 2,
        "threads_per_worker": 1,
        "dashboard_address": "127.0.0.1:0",
        "silence_logs": logging.CRITICAL,
    }
    with distributed.LocalCluster(**settings) as cluster, distributed.Client(cluster) as client:
        cluster.adapt(minimum=2, maximum=2)  # a worker that is killed while it starts is not started anew otherwise
        yield client

"""A small corpus behind a web server on this machine, and a watch over NumPy's global random numbers."""

import hashlib
import threading
import zipfile
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from skaudio.datasets._corpus import Corpus


class _Handler(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        """Keep the output of the tests clean."""


@pytest.fixture
def serve_corpus(tmp_path, monkeypatch):
    """Return a function that packs files as GitHub does and serves them; it gives the record of the corpus."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, directory=tmp_path))
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def serve(packed: dict[str, bytes], listed: dict[str, bytes] | None = None) -> Corpus:
        with zipfile.ZipFile(tmp_path / "commit.zip", "w") as archive:
            archive.mkdir("tiny-corpus-1a2b3c")
            for name, content in {"README.md": b"who made it", "setup.py": b"not wanted", **packed}.items():
                archive.writestr(f"tiny-corpus-1a2b3c/{name}", content)
        manifest = Path(tmp_path, "tiny.sha256")
        rows = [f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in (listed or packed).items()]
        manifest.write_text("".join(rows))
        url = f"http://127.0.0.1:{server.server_port}/commit.zip"
        return Corpus(name="Tiny Corpus", folder="tiny", url=url, licence="CC0, nobody", manifest=manifest)

    yield serve
    server.shutdown()
    server.server_close()

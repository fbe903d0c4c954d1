"""ONNX Runtime Web: the program that runs a model in a browser, from its package on npm."""

import os
import re
import tarfile
from dataclasses import dataclass
from pathlib import Path

from skaudio._data_home import get_data_home
from skaudio.export._export_error import ExportError

VERSION = "1.30.0"
ARCHIVE = f"onnxruntime-web/onnxruntime-web-{VERSION}.tgz"  # in the data home
SHA256 = "d2228df7e4616bc3348bf504ee888f3bec43789a273f0a63f3e68d203ce3bf71"
URL = f"https://registry.npmjs.org/onnxruntime-web/-/onnxruntime-web-{VERSION}.tgz"
CODE, WASM = "dist/ort.wasm.bundle.min.mjs", "dist/ort-wasm-simd-threaded.wasm"
REMEDY = f"Pass runtime=, the archive or the folder of the npm package onnxruntime-web {VERSION}."


@dataclass(frozen=True)
class BrowserRuntime:
    """The parts of ONNX Runtime Web that a page contains.

    Attributes
    ----------
    code : str
        Module of JavaScript, which defines ``ort`` for those after it.
    wasm : bytes
        WebAssembly.
    version : str
        Version of the package.
    """

    code: str
    wasm: bytes
    version: str


def browser_runtime(path: str | os.PathLike | None) -> BrowserRuntime:
    """Return the runtime of a folder or an archive; None: of the data home, after a download if it is not there.

    Raises
    ------
    ExportError
        If it cannot be downloaded or read.
    """
    path = _downloaded() if path is None else Path(path).expanduser()
    try:
        code, wasm, package = _files(path)
    except (OSError, KeyError, tarfile.TarError) as error:
        raise ExportError(f"{str(path)!r} is not the npm package onnxruntime-web ({error}). {REMEDY}") from error
    version = re.search(r'"version": *"([^"]+)"', package.decode())
    return BrowserRuntime(_without_exports(code.decode(), path), wasm, version.group(1) if version else VERSION)


def _files(path: Path) -> list[bytes]:
    names = (CODE, WASM, "package.json")
    if path.is_dir():
        return [(path / name).read_bytes() for name in names]
    with tarfile.open(path) as archive:
        members = [archive.extractfile(f"package/{name}") for name in names]
        return [member.read() for member in members if member is not None]


def _downloaded() -> Path:
    import pooch

    path = get_data_home() / ARCHIVE
    try:  # pooch renames the file once it is complete and its SHA-256 is verified
        pooch.retrieve(URL, known_hash=f"sha256:{SHA256}", fname=path.name, path=path.parent)
    except (OSError, ValueError) as error:
        raise ExportError(
            f"ONNX Runtime Web, which runs models in browsers, could not be downloaded ({error}). {REMEDY} Or put "
            f"{URL} at {path}."
        ) from error
    return path


def _without_exports(code: str, path: Path) -> str:
    """Make a module define ``ort``: no other module can import from one that a page contains."""
    exports = re.search(r"export\s*{([^{}]*)};?\s*(//# sourceMappingURL=\S*\s*)?$", code)
    if exports is None:
        raise ExportError(f"{CODE} in {str(path)!r} has no exports at its end. {REMEDY}")
    pairs = [re.split(r"\s+as\s+", name.strip()) for name in exports.group(1).split(",")]
    names = ",".join(f"{pair[-1]}:{pair[0]}" for pair in pairs)
    return f"{code[: exports.start()]}globalThis.ort={{{names}}};\n"

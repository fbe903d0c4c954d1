"""The page as a file: what it contains, and what it is refused for."""

import base64
import gzip
import hashlib
import io
import re
import tarfile

import numpy as np
import pooch
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skaudio.datasets import make_sound_events
from skaudio.events import EventDetector
from skaudio.export import ExportError, to_onnx, to_page
from skaudio.features import MFCC, MelSpectrogram
from skaudio.pooling import StatPooling

FILES = {
    "dist/ort.wasm.bundle.min.mjs": "var a=1,b=2;export{a as Tensor,b};\n//# sourceMappingURL=ort.mjs.map\n",
    "dist/ort-wasm-simd-threaded.wasm": "no WebAssembly",
    "package.json": '{"name": "onnxruntime-web", "version": "1.2.3"}',
}


@pytest.fixture
def runtime(tmp_path):
    """A folder like that of the npm package."""
    for name, text in FILES.items():
        file = tmp_path / "package" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return tmp_path / "package"


@pytest.fixture(scope="module")
def pipeline(digits):
    labels = np.array([f"digit <{label}>" for label in digits.target])
    return make_pipeline(MFCC(sr=8000), StatPooling(), LogisticRegression(max_iter=1000)).fit(digits.data, labels)


@pytest.fixture
def page(pipeline, runtime, tmp_path):
    return to_page(pipeline, tmp_path / "digits.html", runtime=runtime).read_text()


def sha256(text):
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def test_only_its_own_code_may_run_and_nothing_is_loaded(page):
    policy = re.search('http-equiv="Content-Security-Policy" content="(.*?)"', page).group(1)
    allowed = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    style = re.search("<style>(.*?)</style>", page, re.S).group(1)
    modules = re.findall('<script type="module">(.*?)</script>', page, re.S)
    assert allowed["default-src"] == "'none'"
    assert allowed["style-src"] == f"'{sha256(style)}'"
    assert allowed["script-src"].split() == [*(f"'{sha256(code)}'" for code in modules), "'wasm-unsafe-eval'"]
    assert "connect-src" not in allowed
    assert re.findall(r'(?:src|href)="(?!data:,)', page) == []


def test_the_runtime_defines_a_global_name(page):
    first, _ = re.findall('<script type="module">(.*?)</script>', page, re.S)
    assert first == "var a=1,b=2;globalThis.ort={Tensor:a,b:b};\n"


def test_it_contains_the_model_and_names_the_licence(page, pipeline, tmp_path):
    packed = dict(re.findall('<script type="text/plain" id="(.*?)">(.*?)</script>', page))
    contents = {name: gzip.decompress(base64.b64decode(text)) for name, text in packed.items()}
    assert contents["wasm"] == b"no WebAssembly"
    assert contents["model"] == to_onnx(pipeline, tmp_path / "digits.onnx").read_bytes()
    assert "ONNX Runtime Web 1.2.3, MIT licence" in page
    assert "Copyright (c) Microsoft Corporation" in page
    assert '"digit <' not in page  # labels cannot end a script


def test_an_exported_file_and_an_archive_give_the_same_page(page, pipeline, runtime, tmp_path):
    archive = tmp_path / "runtime.tgz"
    with tarfile.open(archive, "w:gz") as file:
        file.add(runtime, "package")
    model = to_onnx(pipeline, tmp_path / "digits.onnx")
    assert to_page(model, tmp_path / "again.html", title="digits", runtime=archive).read_text() == page


def test_title_and_windows(pipeline, runtime, tmp_path):
    page = to_page(pipeline, tmp_path / "p.html", title="<Digits>", window_seconds=0.5, runtime=runtime).read_text()
    assert "<h1>&lt;Digits&gt;</h1>" in page
    assert '"window_seconds": 0.5' in page
    short = make_pipeline(MFCC(sr=8000, offset=0.25, duration=1.5), *pipeline[1:])
    assert '"window_seconds": 1.75' in to_page(short, tmp_path / "p.html", runtime=runtime).read_text()


@pytest.mark.parametrize("seconds", [0, -1.0, np.inf, np.nan])
def test_impossible_windows(seconds, pipeline, tmp_path):
    with pytest.raises(ValueError, match=r"window_seconds=.*expected a number above 0"):
        to_page(pipeline, tmp_path / "page.html", window_seconds=seconds)


def test_models_that_a_page_cannot_show(pipeline, runtime, tmp_path):
    with pytest.raises(ExportError, match="computes features"):
        to_page(pipeline[:2], tmp_path / "page.html", runtime=runtime)
    file = to_onnx(pipeline, tmp_path / "digits.onnx")
    with pytest.raises(ValueError, match="method and sample were passed with an exported file"):
        to_page(file, tmp_path / "page.html", method="predict", runtime=runtime)
    with pytest.raises(FileNotFoundError, match=r"missing\.onnx"):
        to_page(tmp_path / "missing.onnx", tmp_path / "page.html", runtime=runtime)
    assert not (tmp_path / "page.html").exists()


@pytest.mark.slow
def test_event_detectors_are_refused(pipeline, runtime, tmp_path):
    scenes = make_sound_events(3, duration=10.0, classes=["trill"], random_state=0)
    table = make_pipeline(StatPooling(), LogisticRegression(max_iter=1000))
    detector = EventDetector(table, front_end=MelSpectrogram(sr=16000, top_db=None), window_seconds=0.4, random_state=0)
    with pytest.raises(ExportError, match="EventDetector, whose events are decoded"):
        to_page(detector.fit(scenes.data, scenes.events), tmp_path / "page.html", runtime=runtime)


def test_a_runtime_that_is_none(pipeline, runtime, tmp_path):
    model = to_onnx(pipeline, tmp_path / "digits.onnx")
    (tmp_path / "text.tgz").write_text("no archive")
    with tarfile.open(tmp_path / "other.tgz", "w:gz") as archive:
        archive.addfile(tarfile.TarInfo("package/index.js"), io.BytesIO())
    for path in (tmp_path / "missing.tgz", tmp_path / "text.tgz", tmp_path / "other.tgz", tmp_path):
        with pytest.raises(ExportError, match="is not the npm package onnxruntime-web"):
            to_page(model, tmp_path / "page.html", runtime=path)
    (runtime / "dist/ort.wasm.bundle.min.mjs").write_text("var ort = {};")
    with pytest.raises(ExportError, match="has no exports at its end"):
        to_page(model, tmp_path / "page.html", runtime=runtime)
    assert not (tmp_path / "page.html").exists()


def test_the_download(pipeline, runtime, tmp_path, monkeypatch):
    monkeypatch.setenv("SKAUDIO_DATA", str(tmp_path / "data"))

    def retrieve(url, known_hash, fname, path):
        assert url == "https://registry.npmjs.org/onnxruntime-web/-/onnxruntime-web-1.30.0.tgz"
        assert re.fullmatch("sha256:[0-9a-f]{64}", known_hash)
        path.mkdir(parents=True)
        with tarfile.open(path / fname, "w:gz") as archive:
            archive.add(runtime, "package")

    model = to_onnx(pipeline, tmp_path / "digits.onnx")
    monkeypatch.setattr(pooch, "retrieve", retrieve)
    assert "globalThis.ort" in to_page(model, tmp_path / "page.html").read_text()
    assert [file.name for file in (tmp_path / "data/onnxruntime-web").iterdir()] == ["onnxruntime-web-1.30.0.tgz"]


def test_without_a_network(pipeline, tmp_path, monkeypatch):
    def retrieve(*args, **kwargs):
        raise OSError("no network")

    model = to_onnx(pipeline, tmp_path / "digits.onnx")
    monkeypatch.setattr(pooch, "retrieve", retrieve)
    with pytest.raises(ExportError, match=r"could not be downloaded \(no network\)\. Pass runtime="):
        to_page(model, tmp_path / "page.html")

"""Pages of models in Chromium, with ONNX Runtime Web, against the models in Python."""

import base64
import os
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr
from sklearn.ensemble import ExtraTreesClassifier, IsolationForest
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC
from tests.common.chromium import chromium

from skaudio.datasets import get_data_home
from skaudio.export import load_onnx, to_onnx, to_page
from skaudio.features import MFCC
from skaudio.pooling import StatPooling

pytestmark = pytest.mark.slow

SR = 8000
N_TRAINING, N_CLIPS = 300, 50
NAMES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
TABLE = """
return [...document.querySelectorAll("#clips-body tr")].map(row => [...row.cells].map(cell => cell.textContent));
"""
VALUES = """
return [...document.querySelectorAll("#values li")].map(row => [...row.children].map(part => part.textContent));
"""
ROWS = """
return [...document.querySelectorAll("#table-body tr")].map(row => [...row.cells].map(cell => cell.textContent));
"""


@pytest.fixture(scope="module")
def runtime():
    """The archive of the npm package, which is not downloaded for a test."""
    from skaudio.export.page._runtime import ARCHIVE

    path = Path(os.environ.get("SKAUDIO_ONNXRUNTIME_WEB") or get_data_home() / ARCHIVE)
    if not path.exists():
        pytest.skip(f"needs the npm package onnxruntime-web at {path}, or SKAUDIO_ONNXRUNTIME_WEB, the path of it")
    return path


@pytest.fixture(scope="module")
def speech(digits, tmp_path_factory):
    """A microphone that hears one digit again and again."""
    path = tmp_path_factory.mktemp("speech") / "digit.wav"
    soundfile.write(path, digits.data[0], SR)
    return path


@pytest.fixture(scope="module")
def browser(tmp_path_factory, speech):
    devices = "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"
    with chromium(
        tmp_path_factory.mktemp("profile"), *devices, f"--use-file-for-fake-audio-capture={speech}"
    ) as driver:
        yield driver


@pytest.fixture(scope="module")
def recordings():
    """Recordings of spoken digits: to train, and others."""
    files = sorted((get_data_home() / "fsdd/recordings").glob("*.wav"))
    if len(files) < N_TRAINING + N_CLIPS:
        pytest.skip("fsdd not in the data home")
    chosen = np.random.default_rng(0).permutation(files)[: N_TRAINING + N_CLIPS].tolist()
    return chosen[:N_TRAINING], chosen[N_TRAINING:]


def named(files):
    return [NAMES[int(file.name[0])] for file in files]


@pytest.fixture(scope="module", params=[SVC(probability=True, random_state=0), ExtraTreesClassifier(random_state=0)])
def pipeline(request, recordings):
    steps = MFCC(sr=SR, deltas=2), StatPooling(segments=5), StandardScaler(), request.param
    return make_pipeline(*steps).fit(recordings[0], named(recordings[0]))


@pytest.fixture(scope="module")
def opened(browser, pipeline, runtime, recordings, tmp_path_factory):
    page = tmp_path_factory.mktemp("page") / "digits.html"
    to_page(pipeline, page, sample=recordings[1], runtime=runtime)
    return visit(browser, page)


def visit(browser, page):
    browser.get(f"file://{page}")
    browser.get_log("browser")
    wait(browser, lambda: browser.find_element("id", "status").text == "Ready")
    return browser


def wait(browser, condition):
    for _ in range(1200):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError(
        f"it did not happen within 60 s: {errors(browser)}, {browser.find_element('tag name', 'main').text}"
    )


def errors(browser):
    return [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]


def drop(browser, files):
    """Add files to the page; return the rows of all files since it was opened."""
    n = len(browser.execute_script(TABLE)) + len(files)
    browser.find_element("id", "file").send_keys("\n".join(map(str, files)))
    wait(browser, lambda: len(browser.execute_script(TABLE)) == n)
    return browser.execute_script(TABLE)


def test_the_labels_are_those_of_python(opened, pipeline, recordings):
    opened.refresh()
    visit(opened, opened.current_url.removeprefix("file://"))
    rows = drop(opened, recordings[1])
    assert [row[0] for row in rows] == [file.name for file in recordings[1]]
    assert [row[2] for row in rows] == pipeline.predict(recordings[1]).tolist()
    expected = pipeline.predict_proba(recordings[1]).max(axis=1)
    np.testing.assert_allclose([float(row[3]) for row in rows], expected, atol=6e-4)  # three decimals
    assert errors(opened) == []


def test_at_another_rate_at_least_98_percent_of_labels_are_the_same(opened, pipeline, recordings, tmp_path):
    files = []
    for file in recordings[1]:
        y, _ = soundfile.read(file)
        files.append(tmp_path / file.name)
        soundfile.write(files[-1], np.clip(soxr.resample(y, SR, 44100), -1, 1), 44100)
    visit(opened, opened.current_url.removeprefix("file://"))
    labels = [row[2] for row in drop(opened, files)]
    assert np.mean(labels == pipeline.predict(files)) >= 0.98
    assert errors(opened) == []


@pytest.fixture(scope="module")
def digits_page(browser, digits, runtime, tmp_path_factory):
    """The page of a fast model of generated digits."""
    labels = np.array([f"digit <{label}>" for label in digits.target])
    pipe = make_pipeline(MFCC(sr=SR), StatPooling(), StandardScaler(), LogisticRegression()).fit(digits.data, labels)
    page = tmp_path_factory.mktemp("digits") / "digits.html"
    model = to_onnx(pipe, page.with_suffix(".onnx"))
    return to_page(model, page, title="Digits", window_seconds=0.5, runtime=runtime), load_onnx(model)


def test_channels_are_averaged(browser, digits, digits_page, tmp_path):
    page, model = digits_page
    left, right = digits.data[0][:3000], digits.data[1][:3000]
    soundfile.write(tmp_path / "stereo.flac", np.stack([left, right], axis=1), SR)
    visit(browser, page)
    browser.find_element("id", "file").send_keys(str(tmp_path / "stereo.flac"))
    wait(browser, lambda: browser.execute_script(VALUES))
    values = {name: float(value) for name, _, value in browser.execute_script(VALUES)}
    expected = dict(zip(model.classes_, model.predict_proba([tmp_path / "stereo.flac"])[0], strict=True))
    assert values == pytest.approx({name: expected[name] for name in values}, abs=6e-4)
    assert browser.find_element("id", "label").text == model.predict([tmp_path / "stereo.flac"])[0]


DROP = """
const bytes = Uint8Array.from(atob(arguments[0]), letter => letter.charCodeAt(0)), dataTransfer = new DataTransfer();
dataTransfer.items.add(new File([bytes], "dropped.wav"));
document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
"""


def test_a_dropped_file(browser, digits, digits_page, tmp_path):
    page, model = digits_page
    soundfile.write(tmp_path / "one.wav", digits.data[3], SR)
    visit(browser, page)
    browser.execute_script(DROP, base64.b64encode((tmp_path / "one.wav").read_bytes()).decode())
    wait(browser, lambda: browser.execute_script(VALUES))
    assert browser.find_element("id", "name").text == "dropped.wav"
    assert browser.find_element("id", "label").text == model.predict([tmp_path / "one.wav"])[0]
    assert errors(browser) == []


def test_windows_over_time(browser, digits, digits_page, tmp_path):
    page, model = digits_page
    y = np.concatenate(digits.data[:6])[: int(2.6 * SR)]
    soundfile.write(tmp_path / "six.wav", y, SR, subtype="FLOAT")
    visit(browser, page)
    browser.find_element("id", "file").send_keys(str(tmp_path / "six.wav"))
    wait(browser, lambda: browser.execute_script(VALUES))
    starts = [*np.arange(0, 2.1, 0.25), 2.1]  # the last window ends with the clip
    windows = [y[int(start * SR) : int((start + 0.5) * SR)] for start in starts]
    rows = browser.execute_script(ROWS)
    assert [[float(time) for time in row[:2]] for row in rows] == [[s, pytest.approx(s + 0.5)] for s in starts]
    assert [row[2] for row in rows] == model.predict(windows).tolist()
    np.testing.assert_allclose([[float(v) for v in row[3:]] for row in rows], model.predict_proba(windows), atol=6e-4)
    assert browser.find_element("id", "label").text == model.predict([y])[0]
    field = browser.find_element("id", "window")
    field.clear()
    field.send_keys("1.3\ue007")
    wait(browser, lambda: len(browser.execute_script(ROWS)) == 3)
    assert browser.find_element("id", "table-title").text == "Table of 3 windows"
    assert errors(browser) == []


def test_long_recordings(browser, digits, digits_page, tmp_path):
    page, model = digits_page
    y = np.resize(np.concatenate(digits.data[:20]), 61 * SR)
    soundfile.write(tmp_path / "long.wav", y, SR, subtype="FLOAT")
    visit(browser, page)
    browser.find_element("id", "file").send_keys(str(tmp_path / "long.wav"))
    wait(browser, lambda: browser.execute_script(VALUES))
    windows = [y[start : start + SR // 2] for start in range(0, len(y) - SR // 2 + 1, SR // 4)]
    mean = model.predict_proba(windows).mean(axis=0)
    assert browser.find_element("id", "kind").text == "Most probable on average over time"
    assert browser.find_element("id", "label").text == model.classes_[mean.argmax()]
    assert float(browser.execute_script(VALUES)[0][2]) == pytest.approx(mean.max(), abs=6e-4)


def test_the_table_over_time_can_be_downloaded(browser, digits, digits_page, tmp_path):
    page, model = digits_page
    soundfile.write(tmp_path / "two.wav", np.concatenate(digits.data[:2]), SR)
    visit(browser, page)
    browser.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)})
    browser.find_element("id", "file").send_keys(str(tmp_path / "two.wav"))
    wait(browser, lambda: browser.execute_script(VALUES))
    browser.find_element("css selector", "#table-details summary").click()
    browser.find_element("id", "download").click()
    wait(browser, (tmp_path / "two.csv").exists)
    lines = (tmp_path / "two.csv").read_text().splitlines()
    assert lines[0] == ",".join(["start", "end", "label", *model.classes_])
    assert len(lines) == 1 + len(browser.execute_script(ROWS))


def test_files_that_cannot_be_decoded(browser, digits, digits_page, tmp_path):
    (tmp_path / "broken.wav").write_text("no sound")
    soundfile.write(tmp_path / "one.wav", digits.data[0], SR)
    visit(browser, digits_page[0])
    rows = drop(browser, [tmp_path / "broken.wav", tmp_path / "one.wav"])
    error = browser.find_element("id", "error")
    assert error.text.startswith("broken.wav: This browser cannot decode the file.")
    assert rows[0][:1] == ["broken.wav"]
    assert rows[1][2] == digits_page[1].predict([tmp_path / "one.wav"])[0]
    browser.find_element("id", "file").send_keys(str(tmp_path / "one.wav"))
    wait(browser, lambda: not error.is_displayed())
    assert errors(browser) == []


def test_the_microphone(browser, digits, digits_page):
    visit(browser, digits_page[0])
    record, status = browser.find_element("id", "record"), browser.find_element("id", "status")
    record.click()
    wait(browser, lambda: status.text.startswith("Recording: digit <"))
    assert record.text == "Stop"
    wait(browser, lambda: float(browser.find_element("id", "seconds").text.split()[0]) > 1.5)
    record.click()
    wait(browser, lambda: browser.execute_script(VALUES))
    assert browser.find_element("id", "name").text.startswith("Recording at")
    assert browser.find_element("id", "facts").text.endswith("at 8000 Hz")
    assert len(browser.execute_script(ROWS)) > 3
    assert errors(browser) == []


MODELS = {
    "svc": (LinearSVC(), "decision_function"),
    "labels": (LinearSVC(), "predict"),
    "regressor": (Ridge(), "predict"),
    "outliers": (IsolationForest(random_state=0), "decision_function"),
    "tags": (OneVsRestClassifier(LogisticRegression()), "predict_proba"),
}


@pytest.mark.parametrize("kind", MODELS)
def test_models_of_other_kinds(kind, browser, digits, runtime, tmp_path):
    model, method = MODELS[kind]
    y = digits.target == np.arange(3)[:, np.newaxis] if kind == "tags" else digits.target
    pipe = make_pipeline(MFCC(sr=SR), StatPooling(), StandardScaler(), model)
    pipe.fit(digits.data, y.T.astype(int) if kind == "tags" else y)
    clips = [tmp_path / f"{i}.wav" for i in range(4)]
    for clip, samples in zip(clips, digits.data[:4], strict=True):
        soundfile.write(clip, samples, SR)
    visit(browser, to_page(pipe, tmp_path / "page.html", method=method, runtime=runtime))
    labels = [row[2] for row in drop(browser, clips)]
    predicted = pipe.predict(clips)
    if kind == "regressor":
        np.testing.assert_allclose([float(label) for label in labels], predicted, rtol=1e-3, atol=1e-3)
    elif kind == "outliers":
        assert labels == ["inlier" if label == 1 else "outlier" for label in predicted]
    elif kind == "tags":
        assert labels == [", ".join(str(i) for i in np.flatnonzero(row)) or "none" for row in predicted]
    else:
        assert labels == [str(label) for label in predicted]
    assert errors(browser) == []


def test_frames_of_a_network(browser, digits, runtime, tmp_path):
    from skaudio.estimators import CRNNClassifier
    from skaudio.features import MelSpectrogram

    network = CRNNClassifier(filters=4, units=4, epochs=1, random_state=0)
    pipe = make_pipeline(MelSpectrogram(sr=SR), network).fit(digits.data, digits.target)
    soundfile.write(tmp_path / "one.wav", digits.data[0], SR, subtype="FLOAT")
    visit(browser, to_page(pipe, tmp_path / "page.html", method="predict_frames", runtime=runtime))
    browser.find_element("id", "file").send_keys(str(tmp_path / "one.wav"))
    wait(browser, lambda: browser.execute_script(VALUES))
    frames = network.predict_frames(pipe[:1].transform([digits.data[0]]))[0]
    rows = browser.execute_script(ROWS)
    np.testing.assert_allclose([[float(value) for value in row[3:]] for row in rows], frames, atol=6e-4)
    assert float(rows[1][0]) == 0.008  # at 8 kHz, the default hop is 64 samples
    assert errors(browser) == []


def test_a_phone(browser, digits, digits_page, tmp_path):
    soundfile.write(
        tmp_path / "a_long_name_without_any_place_to_break_it_into_lines.wav", np.concatenate(digits.data[:4]), SR
    )
    visit(browser, digits_page[0])
    drop(browser, [*tmp_path.iterdir(), *tmp_path.iterdir()])
    size = {"width": 360, "height": 740, "deviceScaleFactor": 1, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        assert browser.execute_script("return document.documentElement.scrollWidth") == 360
        buttons = browser.find_elements("css selector", "#input button, #clips-body button")
        assert all(button.rect["height"] >= 44 for button in buttons)
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


@pytest.mark.skipif("SKAUDIO_AXE" not in os.environ, reason="needs SKAUDIO_AXE, the path of axe.min.js of axe-core")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser, digits, digits_page, scheme, tmp_path):
    media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    (tmp_path / "broken.wav").write_text("no sound")
    soundfile.write(tmp_path / "four.wav", np.concatenate(digits.data[:4]), SR)
    visit(browser, digits_page[0])
    drop(browser, [tmp_path / "broken.wav", tmp_path / "four.wav"])
    for summary in browser.find_elements("tag name", "summary"):
        summary.click()
    browser.execute_script(Path(os.environ["SKAUDIO_AXE"]).read_text())
    found = browser.execute_async_script("axe.run().then(arguments[0])")
    assert [(problem["id"], problem["nodes"][0]["html"]) for problem in found["violations"]] == []

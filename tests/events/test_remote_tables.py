"""Tables of events and recordings by URL."""

import io
import warnings

import numpy as np
import pandas as pd
import pytest
import soundfile as sf
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skaudio.events import Event, EventDetector, EventTableError, read_events
from skaudio.events.tables._event_tables import event_lists
from skaudio.features import MelSpectrogram
from skaudio.matching import RecordingMatcher
from skaudio.pooling import StatPooling


@pytest.fixture(params=["memory", "s3"])
def nights(request):
    """The URL of a folder, and its file system."""
    files = request.getfixturevalue("remote" if request.param == "memory" else "bucket")
    return f"{request.param}://nights/june", files


def test_tables_of_every_format(nights, tmp_path):
    url, files = nights
    table = pd.DataFrame({"recording": ["a.wav"], "onset": [1.0], "offset": [2.0], "label": ["owl"]})
    table.to_parquet(tmp_path / "table.parquet")
    files.pipe(f"{url}/table.parquet", (tmp_path / "table.parquet").read_bytes())
    files.pipe(f"{url}/table.csv", table.to_csv(index=False).encode())
    files.pipe(f"{url}/a.selections.txt", b"Begin Time (s)\tEnd Time (s)\tAnnotation\n1.0\t2.0\towl\n")
    for name in ("table.parquet", "table.csv"):
        pd.testing.assert_frame_equal(read_events(f"{url}/{name}"), read_events(tmp_path / "table.parquet"))
        assert read_events(f"{url}/{name}").attrs == {"folder": url}
    assert read_events(f"{url}/a.selections.txt", label_column="Annotation").recording.tolist() == ["a"]
    files.pipe(f"{url}/bad.csv", b"recording,onset,offset,label\na.wav,2.0,1.0,owl\n")
    with pytest.raises(EventTableError, match=rf"{url}/bad\.csv, line 2"):
        read_events(f"{url}/bad.csv")
    with pytest.raises(FileNotFoundError, match=f"'{url}/none.csv' does not exist"):
        read_events(f"{url}/none.csv")


def test_names_in_a_remote_table_are_relative_to_its_folder(nights):
    url, files = nights
    text = "recording,onset,offset,label\nsite1/a.wav,1,2,owl\nsite2/a.wav,3,4,owl\n"
    files.pipe(f"{url}/table.csv", text.encode())
    table = read_events(f"{url}/table.csv")
    recordings = [f"{url}/site2/a.wav", "s3://elsewhere/site2/a.wav", f"{url}/site1/a.wav"]
    assert event_lists(table, recordings) == [[Event(3, 4, "owl")], [], [Event(1, 2, "owl")]]


def test_folders_of_label_files_and_one_file_for_each_recording(nights):
    url, files = nights
    for name in ("site1/dawn.txt", "site2/dawn.txt", ".hidden/dawn.txt"):
        files.pipe(f"{url}/{name}", b"1.0\t2.0\towl\n")
    table = read_events(url)
    assert table.recording.tolist() == ["site1/dawn", "site2/dawn"]
    assert table.attrs == {"folder": url}
    assert event_lists([f"{url}/site1/dawn.txt"], ["a.wav"]) == [[Event(1, 2, "owl")]]


def test_a_matcher_and_a_detector_take_urls(nights):
    url, files = nights
    rng = np.random.default_rng(0)
    urls = []
    for i in range(2):
        y = 0.05 * rng.standard_normal(8000 * 12)
        for onset in (2, 6 + i):
            y[onset * 8000 : (onset + 1) * 8000] += 0.5 * np.sin(2 * np.pi * 1000 * np.arange(8000) / 8000)
        content = io.BytesIO()
        sf.write(content, y, 8000, format="WAV")
        urls.append(f"{url}/{i}.wav")
        files.pipe(urls[-1], content.getvalue())
    events = [[(2, 3, "tone"), (6 + i, 7 + i, "tone")] for i in range(2)]
    model = make_pipeline(StatPooling(["mean"]), LogisticRegression())
    mel = MelSpectrogram(sr=8000, n_mels=16, top_db=None)
    detector = EventDetector(model, front_end=mel, window_seconds=0.25, hop_seconds=0.125)
    table = detector.fit(urls, events).predict(urls)
    assert table.recording.unique().tolist() == urls
    assert len(event_lists(table, urls)[1]) == 2
    matcher = RecordingMatcher(sr=8000, random_state=0).fit(urls)
    assert matcher.predict([(y[3 * 8000 : 8 * 8000], 8000)]).tolist() == ["1"]


def test_a_table_is_extended_by_new_recordings_and_by_those_that_were_replaced(nights, tmp_path):
    url, files = nights
    urls = [f"{url}/{i}.wav" for i in range(3)]
    for i, one in enumerate(urls):
        content = io.BytesIO()
        sf.write(content, np.random.default_rng(i).normal(0, 0.1, 40000), 8000, format="WAV")
        files.pipe(one, content.getvalue())
    mel = MelSpectrogram(sr=8000, n_mels=16, top_db=None)
    model = make_pipeline(StatPooling(["mean"]), LogisticRegression())
    detector = EventDetector(model, front_end=mel, window_seconds=0.5, hop_seconds=0.25)
    detector.fit(urls[:1], [[(1, 2, "noise")]])
    path = tmp_path / "table.csv"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        detector.predict_to(path, urls[:2])
        detector.predict_to(path, urls)
    files.pipe(urls[1], content.getvalue())
    with pytest.warns(UserWarning, match=rf"{urls[1]}"):
        detector.predict_to(path, urls)

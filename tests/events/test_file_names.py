"""Names of files that are no UTF-8, which Linux allows, in everything that is made of names."""

import os

import numpy as np
import pandas as pd
import pytest
import soundfile as sf
from sklearn.base import BaseEstimator, ClassifierMixin

from skaudio.events import Event, EventDetector, event_table, read_events, write_events
from skaudio.events.scanning._scanner import Scanner

SR = 8000
NAME = os.fsdecode(b"for\xeat.wav")


class Loud(ClassifierMixin, BaseEstimator):
    classes_ = np.array(["background", "call"])

    def fit(self, X, y):
        return self

    def predict_proba(self, X):
        loud = np.square(X).mean(axis=1) > 0.01
        return np.column_stack([1.0 - loud, loud])

    def predict(self, X):
        return self.classes_[self.predict_proba(X).argmax(axis=1)]


@pytest.fixture
def recording(tmp_path):
    path = os.path.join(tmp_path, NAME)
    y = 0.01 * np.random.default_rng(0).standard_normal(4 * SR)
    y[SR : 2 * SR] *= 30
    with open(os.fsencode(path), "wb") as file:
        sf.write(file, y, SR, format="WAV")
    return path


@pytest.fixture
def detector():
    return EventDetector(Loud(), sr=SR, window_seconds=0.2).fit_clips(np.zeros((2, 1600)), ["background", "call"])


def test_tables_of_found_events_name_the_file(recording, detector):
    assert detector.predict([recording])["recording"].tolist() == [recording]
    assert detector.count([recording]).index.tolist() == [recording]
    stretches = detector.count([recording, recording], bin_seconds=2.0)
    assert stretches.index.tolist() == [(recording, 0.0), (recording, 2.0)] * 2
    assert stretches["call"].tolist() == [1, 0, 1, 0]


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".selections.txt", ".txt"])
def test_a_run_is_finished_with_the_name_as_it_is(recording, detector, tmp_path, suffix):
    table = tmp_path / f"calls{suffix}"
    detector.predict_to(table, [recording])
    assert len(table.read_bytes().splitlines()) == 2 - (suffix == ".txt")
    assert suffix == ".txt" or b"for\xeat.wav" in table.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        [NAME, table.name, f"{table.name}.recordings.json"]
    )


def test_parquet_that_cannot_hold_it_is_refused_before_the_work(recording, detector, tmp_path, monkeypatch):
    monkeypatch.setattr(Scanner, "track", None)
    with pytest.raises(ValueError, match=r"Parquet requires names in UTF-8, got '.*for.t\.wav'.*\.csv"):
        detector.predict_to(tmp_path / "calls.parquet", [recording])
    with pytest.raises(ValueError, match="Parquet requires names in UTF-8"):
        write_events(tmp_path / "calls.parquet", {NAME: [Event(1, 2, "owl")]})
    assert os.listdir(tmp_path) == [NAME]


def test_names_in_utf8_are_text_as_ever(tmp_path):
    table = event_table({"for\u00eat.wav": [Event(1, 2, "owl")]})
    pd.testing.assert_series_equal(table["recording"], pd.Series(["for\u00eat.wav"], name="recording"))
    write_events(tmp_path / "calls.parquet", table)
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "calls.parquet"), table)


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".selections.txt"])
def test_a_table_that_names_such_a_file_is_read_back(tmp_path, suffix):
    table = tmp_path / f"calls{suffix}"
    write_events(table, {NAME: [Event(1, 2, "m\u00e9sange")]})
    with pytest.raises(ValueError, match=r"the byte 0xea is not UTF-8 text.*'utf-8' if only file names"):
        read_events(table)
    read = read_events(table, encoding="utf-8")
    assert read["recording"].tolist() == [NAME]
    assert read["label"].tolist() == ["m\u00e9sange"]

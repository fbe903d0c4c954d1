"""A detector from the class scores of a pretrained model, without training."""

import joblib
import numpy as np
import pytest
from numpy.testing import assert_array_equal

from skaudio.datasets import get_data_home
from skaudio.events import EventDetector, decode_events, read_events, split_runs
from skaudio.pretrained import ModelError, PretrainedEmbedding, list_models

SR = 8000


def levels(windows):
    """Return the level of the loudest tone below and above 1 kHz, each from 0 to 1."""
    spectra = 4 * np.abs(np.fft.rfft(windows * np.hanning(windows.shape[1]))) / windows.shape[1]
    edge = round(1000 * windows.shape[1] / SR)
    return np.stack([spectra[:, :edge].max(axis=1), spectra[:, edge:].max(axis=1)], axis=1)


@pytest.fixture
def model():
    return PretrainedEmbedding(levels, sr=SR, window_seconds=0.4, class_names=["low", "high"])


@pytest.fixture
def recording():
    """Ten seconds with low tones at 2 and 5 s, and a high one at 5 s, of half a second each."""
    t = np.arange(10 * SR) / SR
    low, high = np.sin(2 * np.pi * 300 * t), np.sin(2 * np.pi * 2500 * t)
    at_two, at_five = (t > 2) & (t < 2.5), (t > 5) & (t < 5.5)
    noise = 0.01 * np.random.default_rng(0).standard_normal(len(t))
    return (0.5 * (low * (at_two | at_five) + high * at_five) + noise).astype(np.float32)


def test_events_of_all_classes_may_overlap(model, recording, tmp_path):
    detector = EventDetector.from_scores(model, threshold=0.3)
    found = detector.predict([recording])
    assert found.label.tolist() == ["low", "low", "high"] or found.label.tolist() == ["low", "high", "low"]
    assert np.abs(np.sort(found.onset) - [2.0, 5.0, 5.0]).max() <= 0.2
    assert np.abs(np.sort(found.offset) - [2.5, 5.5, 5.5]).max() <= 0.2
    assert detector.count([recording]).iloc[0].to_dict() == {"low": 2, "high": 1}
    high = EventDetector.from_scores(model, "high", threshold=0.3)
    assert high.labels_ == ["high"]
    assert len(high.predict([recording])) == 1
    high.predict_to(tmp_path / "found.csv", [recording])
    assert len(read_events(tmp_path / "found.csv")) == 1
    joblib.dump(detector, tmp_path / "detector.joblib")
    again = joblib.load(tmp_path / "detector.joblib").predict([recording])
    assert again.equals(found)


def test_live_events_are_those_of_the_recording(model, recording):
    detector = EventDetector.from_scores(model, threshold=0.3)
    live = list(detector.iter_predict(np.array_split(recording, 37), SR))
    table = detector.predict([recording])
    assert [(event.onset, event.label) for event in live] == list(zip(table.onset, table.label, strict=True))


def test_parameters_that_depend_on_the_window(model):
    detector = EventDetector.from_scores(model)
    assert (detector.window_seconds, detector.hop_seconds) == (0.4, 0.2)
    assert detector.peak_distance == pytest.approx(0.6)
    other = EventDetector.from_scores(model, hop_seconds=0.1, peak_distance=None, threshold=0.7)
    assert (other.hop_seconds, other.peak_distance, other.decoding_["low_threshold"]) == (0.1, None, 0.7)
    slow = EventDetector.from_scores(model.set_params(as_rate=32000.0))
    assert (slow.sr_, slow.window_seconds) == (32000, 0.4)  # of the recording


def test_unknown_classes_and_models_without_scores(model):
    with pytest.raises(ValueError, match=r"no class 'hihg', but 2 others\. Did you mean 'high'\?"):
        EventDetector.from_scores(model, ["low", "hihg"])
    with pytest.raises(ValueError, match=r"no class 'kestrel', but 2 others\.$"):
        EventDetector.from_scores(model, "kestrel")
    if list_models().found["speech"]:
        with pytest.raises(ModelError, match="expected 'embedding'"):
            EventDetector.from_scores("speech")


def test_runs_are_split_between_peaks_that_are_far_apart():
    scores = np.array([0.6, 0.9, 0.6, 0.5, 0.8, 0.55, 0.7, 0.1])
    settings = {"hop_seconds": 1.0, "first_seconds": 0.5}

    def bounds(peak_distance):
        events = decode_events(scores[:, np.newaxis], ["owl"], peak_distance=peak_distance, **settings)
        return [(event.onset, event.offset) for event in events]

    assert bounds(None) == bounds(6.0) == [(0.0, 7.0)]
    assert bounds(2.0) == [(0.0, 3.0), (3.0, 5.0), (5.0, 7.0)]
    assert bounds(3.0) == [(0.0, 3.0), (3.0, 7.0)]  # of the last two peaks, the higher one
    assert bounds(0.1) == bounds(2.0)
    plateau = np.array([0.9, 0.9, 0.9, 0.2, 0.9, 0.9])
    first, stop = split_runs(plateau, np.array([0]), np.array([6]), 2)
    assert_array_equal(first, [0, 3])
    assert_array_equal(stop, [3, 6])
    empty = np.array([], int)
    assert [len(part) for part in split_runs(scores, empty, empty, 2)] == [0, 0]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:The weights of BirdNET")
@pytest.mark.skipif(not list_models().found["birdnet"], reason="needs the files of birdnet")
def test_calls_of_a_bird_are_counted_without_training():
    import pandas as pd

    folder = get_data_home() / "forest"
    if not (folder / "recordings.csv").exists():
        pytest.skip("needs real recordings: set SKAUDIO_DATA to their folder")
    recordings = pd.read_csv(folder / "recordings.csv")
    few = recordings[recordings.n_calls.isin([0, 1, 3])].groupby("n_calls").head(1)
    detector = EventDetector.from_scores("birdnet", "Perissocephalus tricolor")
    counts = detector.count([str(folder / path) for path in few.path])
    assert counts.iloc[:, 0].tolist() == few.n_calls.tolist()

"""`make_spoken_digits`: shapes, balance, repeatability, and a task that is neither trivial nor impossible."""

import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.fft import dct
from scipy.signal import stft
from sklearn.model_selection import LeaveOneGroupOut, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

import skaudio
from skaudio.datasets import make_spoken_digits


@pytest.fixture(scope="module")
def digits():
    return make_spoken_digits(360, n_speakers=6, random_state=1)


def test_contents(digits):
    assert digits.data.shape == (360,)
    assert digits.data.dtype == object
    for clip in digits.data:
        assert clip.dtype == np.float32
        assert clip.ndim == 1
        assert np.abs(clip).max() <= 1
        assert 0.15 < len(clip) / 8000 < 2.0
    assert digits.sr == 8000
    assert digits.target_names[[0, 9]].tolist() == ["zero", "nine"]
    assert len({len(clip) for clip in digits.data}) > 100


def test_every_speaker_says_every_digit_equally_often(digits):
    cells, counts = np.unique(np.stack([digits.target.astype(str), digits.groups]), axis=1, return_counts=True)
    assert cells.shape[1] == 60
    assert (counts == 6).all()


@pytest.mark.usefixtures("untouched_global_rng")
def test_same_seed_same_data():
    first, again, other = (make_spoken_digits(12, random_state=seed) for seed in (5, 5, 6))
    make_spoken_digits(2)
    assert all(np.array_equal(a, b) for a, b in zip(first.data, again.data, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(first.data, other.data, strict=True))


def test_return_x_y():
    data, target = make_spoken_digits(10, random_state=0, return_X_y=True)
    assert data.shape == target.shape == (10,)
    assert sorted(target) == list(range(10))


def test_more_noise_is_more_noise():
    # The quietest tenth of a clip is background.
    def floor(snr_db):
        clip = make_spoken_digits(1, snr_db=snr_db, random_state=0).data[0]
        levels = np.square(clip[: len(clip) // 80 * 80]).reshape(-1, 80).mean(axis=1)
        return np.percentile(levels, 10) / levels.mean()

    assert floor(0) > 10 * floor(30)


@pytest.mark.parametrize(("name", "value"), [("n_samples", 0), ("n_speakers", 0), ("sr", 1000), ("snr_db", "loud")])
def test_wrong_parameters_are_named(name, value):
    with pytest.raises(ValueError, match=f"'{name}' parameter of make_spoken_digits"):
        make_spoken_digits(**{name: value})


def lines_run(**params):
    """Count the lines of skaudio that run to generate ten clips, and the samples of these."""
    package, before, n_lines = str(Path(skaudio.__file__).parent), sys.gettrace(), 0

    def trace(frame, event, arg):
        nonlocal n_lines
        n_lines += event == "line"
        return trace if frame.f_code.co_filename.startswith(package) else None

    sys.settrace(trace)
    try:
        data = make_spoken_digits(10, random_state=0, **params).data
    finally:
        sys.settrace(before)
    return n_lines, sum(map(len, data))


def test_samples_are_computed_as_arrays_and_not_one_by_one():
    n_lines, n_samples = lines_run(sr=8000)
    assert 0 < n_lines < n_samples / 10
    more_lines, more_samples = lines_run(sr=32000)
    assert more_samples > 3 * n_samples
    assert more_lines == n_lines


def _cepstra(clip):
    spectrum = np.abs(stft(clip, nperseg=256, noverlap=176)[2]) ** 2
    edges = np.unique(np.geomspace(4, 129, 21).astype(int))
    bands = np.log(np.add.reduceat(spectrum, edges[:-1], axis=0) + 1e-8)
    return dct(bands, axis=0, norm="ortho")[:13]


@pytest.mark.slow
def test_order_in_time_is_what_tells_digits_apart(digits):
    cepstra = [_cepstra(clip) for clip in digits.data]
    segments = [np.concatenate([part.mean(axis=1) for part in np.array_split(c, 8, axis=1)]) for c in cepstra]
    means = [c.mean(axis=1) for c in cepstra]
    waveforms = [np.resize(np.pad(clip, (0, 8000)), 8000) for clip in digits.data]
    model, split = make_pipeline(StandardScaler(), SVC(C=10)), LeaveOneGroupOut()
    by_segments, by_means, by_waveform = (
        cross_val_score(model, np.array(X), digits.target, groups=digits.groups, cv=split).mean()
        for X in (segments, means, waveforms)
    )
    assert 0.75 < by_segments < 0.99
    assert by_means < by_segments - 0.1
    assert by_waveform < 0.3

"""`make_machine_hum`: counts, labels, and faults that can be heard but not by their level."""

import librosa
import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from skaudio.datasets import make_machine_hum
from skaudio.datasets._faults import FAULTS, Run


@pytest.fixture(scope="module")
def machines():
    return make_machine_hum(200, duration=1.0, random_state=0)


def test_contents(machines):
    assert machines.data.shape == (200, 16000)
    assert machines.data.dtype == np.float32
    assert np.abs(machines.data).max() <= 1
    assert (machines.target == -1).sum() == 50
    assert dict(zip([-1, 1], machines.target_names, strict=True)) == {-1: "anomalous", 1: "normal"}
    np.testing.assert_array_equal(machines.target == 1, machines.fault == "none")
    np.testing.assert_array_equal(machines.target == 1, machines.severity == 0)
    assert machines.severity.max() <= 1


def test_every_machine_has_every_fault(machines):
    for machine in range(4):
        assert (machines.groups == machine).sum() == 50
        assert set(machines.fault[machines.groups == machine]) == {"none", *FAULTS}


@pytest.mark.parametrize(("fraction", "n_anomalies"), [(0.0, 0), (0.5, 5), (1.0, 10)])
def test_anomaly_fraction(fraction, n_anomalies):
    data, target = make_machine_hum(
        10, anomaly_fraction=fraction, duration=0.25, sr=8000, random_state=0, return_X_y=True
    )
    assert data.shape == (10, 2000)
    assert (target == -1).sum() == n_anomalies


@pytest.mark.usefixtures("untouched_global_rng")
def test_same_seed_same_data():
    first, again, other = (make_machine_hum(4, duration=0.5, random_state=seed) for seed in (1, 1, None))
    np.testing.assert_array_equal(first.data, again.data)
    assert not np.array_equal(first.data, other.data)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_severe_fault_changes_more_than_a_slight_one(fault):
    sound = Run(8000, np.full(8000, 30.0), np.ones(12), np.zeros(8000, dtype=np.float32))

    def change(severity):
        damaged = FAULTS[fault](np.random.default_rng(0), sound, severity)
        return sum(np.linalg.norm(new - old) for new, old in zip(damaged[1:], sound[1:], strict=True))

    assert change(1.0) > 1.5 * change(0.3) > 0


def test_bearing_knocks_at_a_multiple_of_the_speed():
    sound = Run(8000, np.full(16000, 20.0), np.ones(12), np.zeros(16000, dtype=np.float32))
    knocking = FAULTS["bearing"](np.random.default_rng(0), sound, 1.0).extra
    envelope, frequencies = np.abs(np.fft.rfft(knocking**2)), np.fft.rfftfreq(16000, 1 / 8000)
    audible = (frequencies > 10) & (frequencies < 120)  # below twice the lowest rate of knocks
    assert 2.5 * 20 <= frequencies[audible][envelope[audible].argmax()] <= 5 * 20


def test_faults_are_heard_in_the_spectrum_and_not_in_the_level(machines):
    level = np.square(machines.data).mean(axis=1)
    assert 0.35 < roc_auc_score(machines.target == -1, level) < 0.65
    spectra = np.log(librosa.feature.melspectrogram(y=machines.data, sr=16000, n_fft=1024, n_mels=64))
    features = np.concatenate([spectra.mean(axis=2), spectra.std(axis=2)], axis=1)
    areas = []
    for machine in range(4):
        own = machines.groups == machine
        normal = np.flatnonzero(own & (machines.target == 1))
        train, test = normal[::2], np.setdiff1d(np.flatnonzero(own), normal[::2])
        z = (features - features[train].mean(axis=0)) / features[train].std(axis=0)
        distances = np.linalg.norm(z[test][:, None] - z[train][None], axis=2)
        areas.append(roc_auc_score(machines.target[test] == -1, np.sort(distances, axis=1)[:, :3].mean(axis=1)))
    assert 0.75 < np.mean(areas) < 0.99


@pytest.mark.parametrize(
    ("name", "value"), [("n_samples", 0), ("anomaly_fraction", 1.5), ("duration", 0.0), ("sr", 100), ("n_machines", 0)]
)
def test_wrong_parameters_are_named(name, value):
    with pytest.raises(ValueError, match=f"'{name}' parameter of make_machine_hum"):
        make_machine_hum(**{name: value})

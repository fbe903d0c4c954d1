"""Digital silence holds no event, whatever a classifier makes of it."""

import numpy as np
import pytest
import soundfile as sf
from numpy.testing import assert_array_equal
from sklearn.base import BaseEstimator, ClassifierMixin

from skaudio.estimators import CRNNClassifier
from skaudio.events import EventDetector
from skaudio.events.scanning._silence import SilenceGate
from skaudio.features import MelSpectrogram

SR = 8000
MEL = MelSpectrogram(sr=SR, n_mels=8, n_fft=256, hop_length=80, top_db=None)


class HearsQuiet(ClassifierMixin, BaseEstimator):
    """A classifier that is the surer of a call the less there is, by windows and by frames."""

    classes_ = np.array(["background", "call"])

    def fit(self, X, y):
        return self

    def predict_proba(self, X):
        quiet = np.asarray(X).reshape(len(X), -1).mean(axis=1) < -20.0
        return np.column_stack([1.0 - quiet, quiet])

    def predict(self, X):
        return self.classes_[self.predict_proba(X).argmax(axis=1)]

    def predict_frames(self, X):
        quiet = np.asarray(X).mean(axis=2) < -20.0
        return np.stack([1.0 - quiet, quiet], axis=2)


class HearsAll(HearsQuiet):
    def predict_proba(self, X):
        return np.column_stack([np.zeros(len(X)), np.ones(len(X))])


def noise(seconds, level=0.1, seed=0):
    return (level * np.random.default_rng(seed).standard_normal(round(seconds * SR))).astype(np.float32)


def detector(**settings):
    settings = {"front_end": MEL, "window_seconds": 0.4, "smoothing": 0.0, **settings}
    detector = EventDetector(HearsQuiet(), **settings)
    return detector.fit_clips([noise(0.4), noise(0.4, 1e-6)], ["background", "call"])


SILENCES = {
    "zeros": np.zeros(6 * SR, np.float32),
    "an offset": np.full(6 * SR, 0.01, np.float32),
    "channels that cancel out": noise(6) + -noise(6),
    "the last bit of 16": noise(6).clip(-(2.0**-15), 2.0**-15),
}


@pytest.mark.parametrize("resolution", ["window", "frame"])
@pytest.mark.parametrize("y", SILENCES.values(), ids=SILENCES)
def test_nothing_is_found_in_digital_silence(y, resolution):
    model = detector(resolution=resolution, window_seconds=0.4 if resolution == "window" else 2.0)
    (track,) = model.predict_proba([y])
    assert len(track.times) > 10
    assert (track.scores == 0.0).all()
    assert len(model.predict([y])) == 0
    assert model.count([y]).to_numpy().sum() == 0
    assert list(model.iter_predict((y[i : i + 1000] for i in range(0, len(y), 1000)), SR)) == []


def test_nor_in_stereo_whose_channels_cancel_out(tmp_path):
    y = noise(6)
    sf.write(tmp_path / "antiphase.wav", np.column_stack([y, -y]), SR)
    assert len(detector().predict([tmp_path / "antiphase.wav"])) == 0


@pytest.mark.parametrize("level_db", [-80.0, -85.0])
@pytest.mark.parametrize("resolution", ["window", "frame"])
def test_what_is_faint_is_looked_at(level_db, resolution):
    model = detector(resolution=resolution, window_seconds=0.4 if resolution == "window" else 2.0)
    time = np.arange(6 * SR) / SR
    y = (10 ** (level_db / 20) * np.sin(2 * np.pi * 1000 * time)).astype(np.float32)
    events = model.predict([y])
    assert len(events) == 1
    assert events["offset"][0] > 5.9
    assert len(list(model.iter_predict([y], SR))) == 1


def test_the_level_of_silence_can_be_chosen():
    y = noise(6, 1e-6)
    assert len(detector().predict([y])) == 0
    assert len(detector(silence_dbfs=-130.0).predict([y])) == 1
    assert len(detector(silence_dbfs=None).predict([0 * y])) == 1
    with pytest.raises(ValueError, match="silence_dbfs"):
        detector(silence_dbfs=3.0)


def test_events_where_there_is_no_sound_are_named_when_fitted():
    model = EventDetector(HearsQuiet(), front_end=MEL, window_seconds=0.4)
    y = [noise(6), 1e-7 * noise(6)]  # nothing is found in the first either, where there is some sound
    with pytest.warns(UserWarning, match=r"1 of 2 recordings have events, but no sound above .*: recording 1\."):
        model.fit(y, [[(1, 2, "call")], [(2, 3, "call")]])


def test_samples_as_windows_are_gated_alike():
    model = EventDetector(HearsAll(), sr=SR, window_seconds=0.4, smoothing=0.0)
    model.fit_clips([noise(0.4), noise(0.4)], ["background", "call"])
    y = np.concatenate([noise(2), np.zeros(2 * SR, np.float32), noise(2)])
    (track,) = model.predict_proba([y])
    # A window that reaches into the sound, 0.2 s to either side, has what the classifier says.
    silent = (track.times > 2.2 + 0.05) & (track.times < 3.8 - 0.05)
    loud = (track.times < 2.2) | (track.times > 3.8)
    assert silent.sum() > 30
    assert (track.scores[silent] == 0.0).all()
    assert (track.scores[loud] == 1.0).all()


def test_a_short_pause_between_frames_that_sound_is_no_end():
    model = detector(resolution="frame", window_seconds=2.0)
    pause = np.zeros(round(0.8 * SR), np.float32)  # half a second around its middle reaches the sound
    (track,) = model.predict_proba([np.concatenate([noise(2, 1e-4), pause, noise(2, 1e-4)])])
    assert (track.scores == 1.0).all()


@pytest.mark.parametrize("seed", range(20))
def test_steps_are_silent_where_all_around_them_is_however_it_comes(seed):
    rng = np.random.default_rng(seed)
    n, step, reach, size = (int(rng.integers(1, most)) for most in (3000, 200, 150, 500))
    y = rng.standard_normal(n).astype(np.float32)
    for _ in range(3):
        start = rng.integers(0, n)
        y[start : rng.integers(start, n + 1)] = rng.choice([0.0, 0.5])
    gate, n_steps = SilenceGate(step, reach, 1e-4), -(-n // step)

    def batches():
        n_heard = n_done = 0
        for piece in gate.watch(y[i : i + size] for i in range(0, n, size)):
            n_heard += len(piece)
            n_ready = min(n_steps, max(n_done, (n_heard - reach) // step))
            yield np.ones((n_ready - n_done, 2), np.float32)
            n_done = n_ready
        yield np.ones((n_steps - n_done, 2), np.float32)

    scores = np.concatenate(list(gate.apply(batches())))
    assert scores.dtype == np.float32
    assert_array_equal(scores[:, 0], scores[:, 1])
    slack = 2 * max(1, reach // 8)
    for i, score in enumerate(scores[:, 0]):
        around, more = (y[max(0, i * step - width) : i * step + width] for width in (reach, reach + slack))
        if len(around) and np.ptp(around) > 1e-4:
            assert score == 1.0
        elif not len(more) or np.ptp(more) <= 1e-4:
            assert score == 0.0


class Spy(CRNNClassifier):
    """Keeps what it is fitted on."""

    seen: list = []  # noqa: RUF012

    def fit(self, X, y, **params):
        Spy.seen = X
        return super().fit(X, y, **params)


@pytest.mark.slow
@pytest.mark.parametrize("silence_dbfs", [-90.0, None])
def test_silence_of_tagged_clips_is_not_trained_on(silence_dbfs):
    noise = np.random.default_rng(0).normal(0.0, 0.1, 8000)
    clips = [np.concatenate([np.zeros(24000), noise, np.zeros(16000)]), noise, np.zeros(8000)]
    network = Spy(filters=1, depth=1, units=2, epochs=1, random_state=0)
    detector = EventDetector(network, front_end=MEL, resolution="frame", silence_dbfs=silence_dbfs)
    detector.fit(clips, [["hiss"], ["hiss"], []])
    lengths = [len(frames) for frames in Spy.seen]
    if silence_dbfs is None:
        assert lengths == [601, 101, 101]
    else:  # a second of noise, and half of one to either side, or a little more
        assert 200 <= lengths[0] <= 226
        assert lengths[1:] == [101, 1]
        assert 98 <= (Spy.seen[0].min(axis=1) > -40).sum() <= 104  # all of the noise

"""Detection on the frames of a pretrained model."""

from contextlib import nullcontext

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skaudio.datasets import make_scenes
from skaudio.events import EventDetector
from skaudio.pooling import StatPooling
from skaudio.pretrained import PretrainedEmbedding

SR = 8000
TONE = np.sin(2 * np.pi * 1000 * np.arange(SR // 2) / SR).astype(np.float32)
HISS = np.random.default_rng(0).normal(0, 1, SR // 2).astype(np.float32)


def bands(windows):
    """Log energies of eight bands, in place of a network."""
    power = np.square(np.abs(np.fft.rfft(windows, axis=1)))[:, 1:]
    return np.log(power.reshape(len(windows), 8, -1).mean(axis=2) + 1e-6).astype(np.float32)


EMBEDDING = PretrainedEmbedding(bands, sr=SR, window_seconds=0.1, hop_seconds=0.05, pooling=None)


@pytest.fixture(scope="module")
def scenes():
    clips, labels = [TONE, HISS] * 12, ["tone", "background"] * 12
    return make_scenes(clips, labels, sr=SR, n_clips=8, snr_db=30.0, random_state=0)


@pytest.fixture(scope="module")
def detector(scenes):
    model = make_pipeline(StatPooling(["mean"]), StandardScaler(), LogisticRegression())
    detector = EventDetector(model, front_end=EMBEDDING, window_seconds=0.3, hop_seconds=0.05, random_state=0)
    return detector.fit(scenes.data[:2], scenes.events[:2])


def test_events_are_where_they_are(detector, scenes):
    table = detector.predict(scenes.data[2:])
    onsets = [onset for onset, _, _ in sorted(scenes.events[2])]
    np.testing.assert_allclose(table.onset, onsets, atol=0.15)


def test_frames_are_those_of_the_whole_recording(scenes):
    embedding = clone(EMBEDDING).fit(scenes.data)
    y = scenes.data[0]
    pieces = np.split(y, [100, 4321, 30000])
    for block_seconds in (0.25, 60.0):
        frames = np.concatenate(list(embedding.stream(iter(pieces), block_seconds=block_seconds)))
        np.testing.assert_allclose(frames, embedding.transform([y])[0], rtol=1e-5)


def test_a_live_stream(detector, scenes):
    y = scenes.data[2]
    live = list(detector.iter_predict(np.split(y, range(2000, len(y), 2000)), sr=SR))
    table = detector.predict([y])
    np.testing.assert_allclose([event.onset for event in live], table.onset, atol=1e-6)


def test_pooled_embeddings_are_refused(scenes):
    pooled = clone(EMBEDDING).set_params(pooling="mean")
    with pytest.raises(ValueError, match="front_end has pooling='mean', which depends on the whole clip"):
        EventDetector(LogisticRegression(), front_end=pooled).fit(scenes.data[:2], scenes.events[:2])


def test_another_front_end_is_opened_when_fitted_anew(detector, scenes):
    again = clone(detector).fit(scenes.data[:2], scenes.events[:2])
    longer = clone(EMBEDDING).set_params(window_seconds=0.2)
    again.set_params(front_end=longer).fit(scenes.data[:2], scenes.events[:2])
    assert again.front_end_.window_seconds_ == 0.2


N_WINDOWS = []


def counted_bands(windows):
    N_WINDOWS.append(len(windows))
    return bands(windows)


@pytest.mark.parametrize("silence_dbfs", [-90.0, None])
def test_frames_are_computed_once_in_fit(scenes, monkeypatch, silence_dbfs):
    model = make_pipeline(StatPooling(["mean"]), StandardScaler(), LogisticRegression())
    embedding = clone(EMBEDDING).set_params(model=counted_bands)
    settings = {"window_seconds": 0.3, "hop_seconds": 0.05, "n_overlays": 0, "random_state": 0}
    detector = EventDetector(model, front_end=embedding, threshold="tune", silence_dbfs=silence_dbfs, **settings)
    del N_WINDOWS[:]
    once = clone(detector).fit(scenes.data[:4], scenes.events[:4])
    n_once = sum(N_WINDOWS)
    n_of_recordings = sum(len(frames) for frames in clone(EMBEDDING).fit(scenes.data).transform(scenes.data[:4]))
    assert n_of_recordings <= n_once <= 1.05 * n_of_recordings + 10
    monkeypatch.setattr("skaudio.events._event_detector.kept_units", lambda keeps: nullcontext())
    del N_WINDOWS[:]
    again = clone(detector).fit(scenes.data[:4], scenes.events[:4])
    assert sum(N_WINDOWS) > 5 * n_once
    assert once.tuned_ == again.tuned_
    assert once.tuning_scores_ == pytest.approx(again.tuning_scores_)
    for one, other in zip(once.predict_proba(scenes.data[:1]), again.predict_proba(scenes.data[:1]), strict=True):
        np.testing.assert_allclose(one.scores, other.scores, atol=1e-5)

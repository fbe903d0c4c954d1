"""Scenes of clips: times of events, levels, backgrounds, and errors."""

import numpy as np
import pytest
import soundfile

from skaudio.datasets import make_scenes

SR = 8000
TONE = np.sin(0.5 * np.arange(4000)).astype(np.float32)


def test_clips_are_where_the_events_say():
    clips = [TONE, 0.1 * TONE[:2000], TONE[:1000]]
    scenes = make_scenes(clips, ["a", "b", "background"], sr=SR, snr_db=40.0, random_state=0)
    (y,), (events,) = scenes.data, scenes.events
    assert sorted(label for _, _, label in events) == ["a", "b"]
    for onset, offset, label in events:
        clip = clips["ab".index(label)]
        start = round(onset * SR)
        assert round(offset * SR) - start == len(clip)
        assert np.corrcoef(y[start : start + len(clip)], clip)[0, 1] > 0.99
        assert np.abs(y[start - 200 : start]).mean() < 0.1 * np.abs(y[start : start + 200]).mean()


@pytest.mark.parametrize("snr_db", [0.0, 12.0])
def test_the_ratio_of_powers(snr_db):
    pauses = {"pause_seconds": (2.0, 2.0)}
    scenes = make_scenes([TONE] * 20, ["a"] * 20, sr=SR, snr_db=snr_db, **pauses, random_state=0)
    (y,), (events,) = scenes.data, scenes.events
    inside = np.zeros(len(y), bool)
    for onset, offset, _ in events:
        inside[round(onset * SR) : round(offset * SR)] = True
    noise, both = np.mean(y[~inside] ** 2), np.mean(y[inside] ** 2)
    assert 10 * np.log10((both - noise) / noise) == pytest.approx(snr_db, abs=0.5)


def test_every_clip_occurs_once():
    scenes = make_scenes([TONE] * 25, list(range(25)), sr=SR, n_clips=10, random_state=0)
    assert [len(events) for events in scenes.events] == [10, 10, 5]
    assert sorted(label for events in scenes.events for _, _, label in events) == list(range(25))


def test_backgrounds_are_cut_from_recordings(tmp_path):
    ramp = np.linspace(0, 0.5, 60 * SR, dtype=np.float32)
    soundfile.write(tmp_path / "ramp.wav", ramp, SR, subtype="FLOAT")
    scenes = make_scenes([TONE], ["a"], sr=SR, background=[tmp_path / "ramp.wav"], random_state=0)
    y = scenes.data[0][: round(scenes.events[0][0][0] * SR)]  # before the clip
    assert np.allclose(np.diff(y), np.diff(y).mean(), atol=1e-6)
    assert np.diff(y).mean() > 0


def test_a_seed_determines_the_scenes():
    first, again = (make_scenes([TONE] * 3, ["a"] * 3, sr=SR, random_state=3) for _ in range(2))
    assert np.array_equal(first.data[0], again.data[0])
    assert first.events == again.events


@pytest.mark.parametrize(
    ("clips", "labels", "params", "message"),
    [
        ([TONE], ["a", "b"], {}, "inconsistent numbers"),
        ([np.zeros(100)], ["a"], {}, "Clip 0 .*digital silence"),
        ([TONE], ["a"], {"gain_db": (1.0, -1.0)}, r"gain_db=\(1.0, -1.0\); expected a pair"),
        ([TONE], ["a"], {"snr_db": (1.0, 2.0, 3.0)}, "snr_db=.*expected a pair"),
    ],
)
def test_wrong_input(clips, labels, params, message):
    with pytest.raises(ValueError, match=message):
        make_scenes(clips, labels, sr=SR, **params)

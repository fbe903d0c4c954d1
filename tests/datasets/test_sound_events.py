"""`make_sound_events`: the truth is exact."""

import itertools

import numpy as np
import pytest

from skaudio.datasets import make_sound_events
from skaudio.datasets._calls import CALLS


@pytest.fixture(scope="module")
def scenes():
    return make_sound_events(4, duration=20.0, n_events=(0, 6), random_state=0)


def test_contents(scenes):
    assert scenes.data.shape == (4, 320_000)
    assert scenes.data.dtype == np.float32
    assert np.abs(scenes.data).max() <= 1
    assert scenes.groups.tolist() == [0, 1, 0, 1]
    assert scenes.target_names.tolist() == list(CALLS)
    for events, row in zip(scenes.events, scenes.target, strict=True):
        assert 0 <= len(events) <= 6
        assert events == sorted(events)
        assert {label for *_, label in events} == set(scenes.target_names[row == 1])
        assert all(0 <= onset < offset <= 20 for onset, offset, _ in events)


def test_flat_table_says_the_same(scenes):
    table = [tuple(row) for row in scenes.event_table.tolist()]
    assert table == [(scene, *event) for scene, events in enumerate(scenes.events) for event in events]


def test_calls_do_not_overlap_unless_asked_to():
    def overlaps(overlap):
        crowded = make_sound_events(6, duration=20.0, n_events=10, overlap=overlap, random_state=0)
        return sum(b[0] < a[1] for events in crowded.events for a, b in itertools.pairwise(events))

    assert overlaps(overlap=False) == 0
    assert overlaps(overlap=True) > 0


@pytest.mark.parametrize("label", CALLS)
def test_onset_and_offset_are_exact(label):
    # 90 dB above the background, the call is all there is.
    scenes = make_sound_events(3, duration=10.0, n_events=2, classes=[label], snr_db=90.0, random_state=1)
    for scene, events in zip(scenes.data, scenes.events, strict=True):
        power = np.square(scene, dtype=np.float64)
        outside = np.ones(len(scene), dtype=bool)
        for onset, offset, _ in events:
            start, stop = round(onset * scenes.sr), round(offset * scenes.sr)
            assert onset * scenes.sr == pytest.approx(start, abs=1e-6)
            mean = power[start:stop].mean()
            assert power[start : start + 480].max() > 1e-2 * mean  # it is there within 30 ms
            assert power[stop - 960 : stop].max() > 1e-5 * mean  # and still there in the last 60 ms
            outside[start:stop] = False
        assert power[outside].max() < 1e-6 * power[~outside].mean()


def test_snr_is_that_of_the_call_over_the_background_under_it():
    # Two mixtures of the same call u and background b, b + g1 u and b + g2 u, give both back.
    low, high = (make_sound_events(1, duration=6.0, n_events=1, snr_db=snr_db, random_state=3) for snr_db in (0.0, 6.0))
    gain = 10 ** (6 / 20)
    onset, offset, _ = low.events[0][0]
    span = slice(round(onset * low.sr), round(offset * low.sr))
    call = ((high.data[0] - low.data[0]) / (gain - 1))[span]
    background = low.data[0][span] - call
    assert np.mean(call**2) == pytest.approx(np.mean(background**2), rel=1e-3)


def test_background_wanders_and_has_its_colour():
    def spectrum(background):
        quiet = make_sound_events(1, duration=8.0, n_events=0, background=background, n_sites=1, random_state=0)
        assert quiet.events == [[]]
        assert quiet.target.sum() == 0
        power = np.abs(np.fft.rfft(quiet.data[0])) ** 2
        return power[8 * 100 : 8 * 200].mean() / power[8 * 1000 : 8 * 2000].mean()

    assert spectrum("white") < 2 < spectrum("pink") < 30 < spectrum("brown")


@pytest.mark.usefixtures("untouched_global_rng")
def test_same_seed_same_data():
    first, again, other = (make_sound_events(1, duration=5.0, n_events=2, random_state=seed) for seed in (1, 1, None))
    np.testing.assert_array_equal(first.data, again.data)
    assert first.events == again.events
    assert not np.array_equal(first.data, other.data)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"classes": ["quack"]}, "classes must be one or more of .*chirp_up.*quack"),
        ({"classes": []}, "classes must be one or more"),
        ({"classes": ["trill", "trill"]}, "without repetition"),
        ({"n_events": (5, 2)}, r"n_events must be an integer or an ordered pair \(low, high\), got \(5, 2\)"),
        ({"n_events": (-1, 2)}, "n_events must be an integer or an ordered pair"),
        ({"n_events": (1.5, 2)}, "n_events must be an integer or an ordered pair"),
        ({"snr_db": (0.0, 1.0, 2.0)}, "snr_db must be a number or an ordered pair"),
        ({"snr_db": (0.0, np.nan)}, "snr_db must be a number or an ordered pair"),
        ({"background": "green"}, "'background' parameter of make_sound_events"),
        ({"n_events": 50, "duration": 5.0}, "50 calls.*do not fit into a scene of 5.0 s with overlap=False"),
        ({"n_events": 1, "duration": 0.1, "overlap": True}, "1 calls.*do not fit.*overlap=True"),
    ],
)
def test_wrong_parameters_are_named(parameters, message):
    with pytest.raises(ValueError, match=message):
        make_sound_events(1, random_state=0, **parameters)

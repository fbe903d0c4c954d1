"""Event: a value that never changes."""

import pickle

import pytest

from skaudio.events import Event


def test_an_event_is_a_tuple_that_knows_its_names():
    call = Event(1, 2.5, "owl", score=0.5, low_frequency=300, high_frequency=900)
    onset, offset, label, *_ = call
    assert (onset, offset, label) == (1.0, 2.5, "owl")
    assert call.duration == 1.5
    assert repr(call) == "Event(1, 2.5, 'owl', score=0.5, low_frequency=300, high_frequency=900)"
    assert pickle.loads(pickle.dumps(call)) == call
    assert type(pickle.loads(pickle.dumps(call))) is Event
    with pytest.raises(AttributeError):
        call.onset = 3.0
    assert hash(call) == hash(Event(1.0, 2.5, "owl", 0.5, 300.0, 900.0))


def test_events_sort_by_time_and_overlap():
    first, second, third = Event(0, 2, "owl"), Event(1, 4, "howl"), Event(5, 6, "owl")
    assert sorted([third, second, first]) == [first, second, third]
    without, scored, named = Event(1, 2, "a"), Event(1, 2, "a", 0.5), Event(1, 2, "a", channel="left")
    assert sorted([scored, named, Event(1, 2, "a", channel=2), without]) == [
        without,
        Event(1, 2, "a", channel=2),
        named,
        scored,
    ]
    assert first.overlap(second) == second.overlap(first) == 1.0
    assert first.overlap(third) == 0.0


@pytest.mark.parametrize(
    ("fields", "match"),
    [
        ((2, 1, "owl"), r"'owl' is from 2\.0 to 1\.0 s"),
        ((-1, 1, "owl"), r"from -1\.0 to 1\.0 s"),
        ((float("nan"), 1, "owl"), "from nan"),
        ((1, float("inf"), "owl"), "to inf"),
        ((1, 2, "owl", None, 900, 300), r"from 900\.0 to 300\.0 Hz"),
        ((1, 2, "owl", float("inf")), "'owl' has the score inf; expected a finite number"),
        ((1, 2, "owl", None, None, float("inf")), "has the high frequency inf"),
        ((1, 2, " "), r"The event from 1\.0 to 2\.0 s has no label, got ' '"),
        ((1, 2, None), "has no label, got None"),
        ((1, 2, float("nan")), "has no label, got nan"),
    ],
)
def test_times_that_cannot_be(fields, match):
    with pytest.raises(ValueError, match=match):
        Event(*fields)


def test_what_is_not_known_and_blanks_around_labels():
    assert Event(1, 2, " great owl\n") == Event(1, 2, "great owl", float("nan"), None, float("nan"))
    assert Event(1, 2, 7).label == 7
    assert repr(Event(1, 2, "owl", channel=2.0)) == "Event(1, 2, 'owl', channel=2)"

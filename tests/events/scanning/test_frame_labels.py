"""Labels of frames, worked out by hand."""

import numpy as np
import pytest

from skaudio.events import Event, frame_labels
from skaudio.features import MFCC


def test_a_frame_is_in_an_event_from_onset_to_offset():
    times = MFCC(8000).frame_times(5)  # every 8 ms
    labels = frame_labels([Event(0.008, 0.024, "owl")], times, background="none")
    assert labels.tolist() == ["none", "owl", "owl", "none", "none"]
    assert frame_labels([], times).tolist() == ["background"] * 5
    assert frame_labels([(0, 1, "a")], times.reshape(1, -1)).shape == (1, 5)


def test_events_at_one_time_need_an_indicator():
    events, times = [(0, 2, "owl"), (1, 3, "fox")], [0.5, 1.5, 2.5, 3.5]
    with pytest.raises(ValueError, match=r"different classes overlap at 1\.500 s. Pass labels"):
        frame_labels(events, times)
    expected = [[0, 1], [1, 1], [1, 0], [0, 0]]
    np.testing.assert_array_equal(frame_labels(events, times, ["fox", "owl"]), expected)
    with pytest.raises(ValueError, match="labels has no 'fox'"):
        frame_labels(events, times, ["owl"])

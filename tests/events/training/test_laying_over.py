"""Calls over other backgrounds: where they are said to be, and nothing of them elsewhere."""

import numpy as np
from numpy.testing import assert_allclose

from skaudio.events import Event
from skaudio.events.training._laying_over import laid_over

SR = 8000


def test_calls_lie_where_it_is_said_and_only_on_free_places():
    rng = np.random.default_rng(0)
    quiet = [np.full(10 * SR, 0.001 * (i + 1), np.float32) for i in range(3)]  # a background is known by its level
    events = [[Event(2.0, 3.0, "beep")], [], [Event(0.0, 9.5, "hum")]]
    quiet[0][2 * SR : 3 * SR] += 0.5
    stretches = list(laid_over(quiet, [*events[:2], []], sr=SR, margin_seconds=0.5, n_times=20, rng=rng))
    assert len(stretches) == 20
    levels = set()
    for y, event in stretches:
        assert len(y) == 2 * SR
        assert (event.onset, event.offset, event.label) == (0.5, 1.5, "beep")
        background = y[0]
        assert_allclose(y[: int(0.44 * SR)], background)
        assert_allclose(y[int(1.56 * SR) :], background)
        call = y[int(0.6 * SR) : int(1.4 * SR)] - background
        gain = 20 * np.log10(call / 0.501)
        assert np.ptp(gain) < 0.01
        assert -10.1 < gain[0] < 3.1
        levels.add(round(float(background), 3))
    assert levels == {0.001, 0.002, 0.003}
    # Nothing is laid where something is marked: of the third recording half a second is free.
    free = laid_over(quiet, events, sr=SR, margin_seconds=0.5, n_times=30, rng=rng)
    assert {round(float(y[0]), 3) for y, event in free if event.label == "beep"} == {0.001, 0.002}

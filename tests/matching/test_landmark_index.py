"""The index of landmarks, against looking at all of them."""

import numpy as np
import pytest

from skaudio.matching import _landmark_index
from skaudio.matching._landmark_index import SPAN, LandmarkIndex


@pytest.mark.parametrize("n_codes", [2, 2**24])
@pytest.mark.parametrize("rows", [1, 100, 2**17])
def test_votes_are_those_of_all_pairs(monkeypatch, n_codes, rows):
    monkeypatch.setattr(_landmark_index, "MERGED_ROWS", rows)
    rng = np.random.default_rng(0)
    recordings = [(rng.integers(0, n_codes, n), rng.integers(0, 500, n)) for n in (300, 0, 7, 250, 300)]
    index = LandmarkIndex()
    for number, (codes, times) in enumerate(recordings):
        index.add(number, codes, times)
    codes, times = recordings[3][0][100:140], np.arange(40)
    expected = [
        number * SPAN + SPAN // 2 + time - own
        for number, (known, places) in enumerate(recordings)
        for code, time in zip(known, places, strict=True)
        for own in times[codes == code]
    ]
    places, counts = np.unique(expected, return_counts=True)
    votes = index.votes(codes, times)
    np.testing.assert_array_equal(votes.places, places)
    np.testing.assert_array_equal(np.diff(votes.until), counts)

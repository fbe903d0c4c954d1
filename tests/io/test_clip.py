import io
import pathlib

import numpy as np
import pytest

from skaudio.io import clip_kind, clip_name

Y = np.zeros(4000)


@pytest.mark.parametrize(
    ("item", "kind", "name"),
    [
        ("a/b.wav", "file", "'a/b.wav'"),
        (np.str_("a.wav"), "file", "'a.wav'"),
        (pathlib.PurePosixPath("a/b.wav"), "file", "'a/b.wav'"),
        (io.BytesIO(), "file", "BytesIO object"),
        (Y, "array", "array of 4000 samples"),
        (Y.tolist(), "array", "array of 4000 samples"),
        (tuple(Y), "array", "array of 4000 samples"),
        ([0.0, 0.1], "array", "array of 2 samples"),
        ((0.0, 0.1), "array", "array of 2 samples"),
        (np.zeros((2, 3)), "array", "array of shape (2, 3)"),
        ((Y, 8000), "pair", "array of 4000 samples at 8000 Hz"),
        ([Y, 8000.0], "pair", "array of 4000 samples at 8000.0 Hz"),
        ((8000, Y), "pair", None),
        ({"path": "a.wav"}, "record", "'a.wav'"),
        ({"bytes": b"abc", "path": None}, "record", "record with bytes"),
        ({"bytes": b"abc", "path": "a.wav"}, "record", "record with bytes ('a.wav')"),
        ({"array": Y, "sampling_rate": 8000}, "record", "array of 4000 samples at 8000 Hz"),
        ({"audio": 1}, "record", "record with the keys ['audio']"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_kind_and_name(item, kind, name):
    assert clip_kind(item) == kind
    if name is not None:
        assert clip_name(item) == name
        assert clip_name(item, 3) == f"clip 3 ({name})"


def test_arrays_of_other_libraries():
    class Tensor:
        shape = (3,)

        def __array__(self, dtype=None, copy=None):
            return np.zeros(3)

        def __len__(self):
            return 3

    assert clip_kind(Tensor()) == "array"
    assert clip_name(Tensor()) == "array of 3 samples"


@pytest.mark.parametrize("item", [3, None, 0.5, object(), b"abc", np.bool_(True), {1, 2}], ids=type)
def test_anything_has_a_name_but_not_a_kind(item):
    assert clip_name(item, 0).startswith("clip 0 (")
    with pytest.raises(TypeError, match=r"Expected a path|Got bytes"):
        clip_kind(item)

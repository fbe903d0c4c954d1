"""`fetch_esc10`: on a corpus of the same layout, and on the real one where it is at hand."""

import os

import numpy as np
import pytest

from skaudio.datasets import fetch_esc10
from skaudio.datasets._esc10 import ESC10


def test_labels_and_folds_come_from_the_paths(serve_corpus, tmp_path, monkeypatch):
    names = ["001 - Dog bark/1-100032-A.ogg", "001 - Dog bark/5-30226-B.ogg", "002 - Rain/2-1-A.ogg"]
    monkeypatch.setattr("skaudio.datasets._esc10.ESC10", serve_corpus({name: name.encode() for name in names}))
    clips = fetch_esc10(data_home=tmp_path)
    assert [os.path.basename(path) for path in clips.data] == [os.path.basename(name) for name in names]
    assert clips.target.tolist() == ["dog bark", "dog bark", "rain"]
    assert clips.target_names.tolist() == ["dog bark", "rain"]
    assert clips.groups.tolist() == [1, 5, 2]
    _, target = fetch_esc10(data_home=tmp_path, return_X_y=True)
    assert target.tolist() == clips.target.tolist()


def test_manifest_has_forty_clips_of_every_class_in_five_folds():
    folders, names = np.array([path.split("/") for path in ESC10.checksums()]).T
    assert np.unique(folders, return_counts=True)[1].tolist() == [40] * 10
    assert np.unique([name[0] for name in names], return_counts=True)[1].tolist() == [80] * 5


@pytest.mark.skipif("SKAUDIO_DATA" not in os.environ, reason="needs the recordings: SKAUDIO_DATA is not set")
def test_the_real_recordings():
    clips = fetch_esc10(download_if_missing=False, verify=True)
    assert clips.data.shape == (400,)
    assert set(clips.groups) == {1, 2, 3, 4, 5}
    assert clips.target_names.tolist() == [
        "baby cry",
        "chainsaw",
        "clock tick",
        "dog bark",
        "fire crackling",
        "helicopter",
        "person sneeze",
        "rain",
        "rooster",
        "sea waves",
    ]

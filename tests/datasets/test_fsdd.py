"""`fetch_spoken_digits`: on a corpus of the same layout, and on the real one where it is at hand."""

import os
import wave

import numpy as np
import pytest

from skaudio.datasets import fetch_spoken_digits
from skaudio.datasets._fsdd import FSDD


def test_labels_come_from_the_file_names(serve_corpus, tmp_path, monkeypatch):
    names = ["recordings/0_anna_4.wav", "recordings/0_anna_5.wav", "recordings/7_ben_12.wav"]
    monkeypatch.setattr("skaudio.datasets._fsdd.FSDD", serve_corpus({name: name.encode() for name in names}))
    digits = fetch_spoken_digits(data_home=tmp_path)
    assert [os.path.basename(path) for path in digits.data] == [os.path.basename(name) for name in names]
    assert digits.data.dtype == object
    assert digits.target.tolist() == [0, 0, 7]
    assert digits.groups.tolist() == ["anna", "anna", "ben"]
    assert digits.index.tolist() == [4, 5, 12]
    assert digits.test.tolist() == [True, False, False]
    assert digits.target_names[digits.target[2]] == "seven"
    data, target = fetch_spoken_digits(data_home=tmp_path, return_X_y=True)
    assert data.tolist() == digits.data.tolist()
    assert target.tolist() == [0, 0, 7]


def test_offline(tmp_path, monkeypatch):
    import pooch

    def offline(*args, **kwargs):
        raise OSError("no route to host")

    monkeypatch.setattr(pooch, "retrieve", offline)
    with pytest.raises(OSError, match=r"no route to host.*Unpack https://github.com/Jakobovski/.*0_george_0\.wav"):
        fetch_spoken_digits(data_home=tmp_path)


def test_manifest_has_every_digit_of_every_speaker():
    parts = np.array([path[len("recordings/") : -len(".wav")].split("_") for path in FSDD.checksums()])
    assert parts.shape == (3000, 3)
    assert len(np.unique(parts, axis=0)) == 3000
    assert [len(np.unique(column)) for column in parts.T] == [10, 6, 50]
    assert {len(checksum) for checksum in FSDD.checksums().values()} == {64}


@pytest.mark.skipif("SKAUDIO_DATA" not in os.environ, reason="needs the recordings: SKAUDIO_DATA is not set")
def test_the_real_recordings():
    digits = fetch_spoken_digits(download_if_missing=False, verify=True)
    assert digits.data.shape == (3000,)
    assert np.bincount(digits.target).tolist() == [300] * 10
    assert set(digits.groups) == {"george", "jackson", "lucas", "nicolas", "theo", "yweweler"}
    assert digits.test.sum() == 300
    with wave.open(digits.data[0]) as recording:
        assert recording.getframerate() == 8000

import os

import librosa
import numpy as np
import pytest

from skaudio.io import audio_info, duration_seconds


@pytest.mark.parametrize(
    ("format_", "sr"), [("WAV", 8000), ("FLAC", 44100), ("OGG", 44100), ("MP3", 44100), ("AIFF", 48000)]
)
def test_equals_librosa(put, builders, format_, sr):
    path = put("clip", builders.encoded(builders.tones(2, sr), sr, format_))
    info = audio_info(path)
    assert (info.sr, info.n_channels, info.n_samples) == (sr, 2, int(1.5 * sr))
    assert info.sr == librosa.get_samplerate(path)
    assert duration_seconds(path) == librosa.get_duration(path=path)
    assert duration_seconds({"bytes": path.read_bytes()}) == 1.5


def test_arrays():
    assert duration_seconds(np.zeros(4410), sr=44100) == 0.1
    assert duration_seconds((np.zeros(4410, np.int16), 8820)) == 0.5
    assert audio_info({"array": [0.0, 0.1], "sampling_rate": 2}).n_channels == 1


def test_nothing_is_decoded(put, builders):
    n_bytes = 3 * 3600 * 48000 * 2
    path = put(
        "long.wav", builders.with_sizes(builders.encoded(np.zeros(1), 48000)[:44], riff=36 + n_bytes, data=n_bytes)
    )
    os.truncate(path, 44 + n_bytes)  # a sparse file: decoding it would take a while
    assert duration_seconds(path) == 3 * 3600

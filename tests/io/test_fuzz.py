"""Damaged files by the hundred: a result is that of the whole file, or comes with a warning, or is a named AudioError.

Where the format has a check for it. What has none is left out of the comparison, and only has to end well: values that
were changed among samples (PCM has no checksum) or in headers (a rate or codec that is another valid one), pieces that
were taken out or put in, and the length of formats that do not state it. Every damage, whatever it is, must end in a
result or an AudioError that names the clip, with nothing on standard output.
"""

import os
import warnings
from collections import Counter

import numpy as np
import pytest

from skaudio.features import MelSpectrogram
from skaudio.io import AudioError, load

N_FILES = 500
SR = 16000
FORMATS = [
    ("WAV", "PCM_16"), ("WAV", "FLOAT"), ("WAV", "IMA_ADPCM"), ("WAVEX", "PCM_24"), ("FLAC", "PCM_16"),
    ("OGG", "VORBIS"), ("OGG", "OPUS"), ("MP3", "MPEG_LAYER_III"), ("AIFF", "PCM_16"), ("AIFF", "ULAW"),
    ("AU", "PCM_16"), ("CAF", "PCM_24"), ("CAF", "ALAC_16"), ("W64", "PCM_16"), ("RF64", "PCM_16"), ("AVR", "PCM_16"),
    ("VOC", "PCM_16"), ("NIST", "PCM_16"), ("MAT4", "FLOAT"), ("MAT5", "PCM_16"), ("MPC2K", "PCM_16"), ("SVX", "PCM_8"),
    ("SDS", "PCM_16"), ("PVF", "PCM_16"), ("PAF", "PCM_16"), ("IRCAM", "PCM_16"), ("XI", "DPCM_16"),
]  # fmt: skip
WITHOUT_LENGTH = ("PVF", "PAF", "IRCAM", "XI")
# Their ends are found between pages and frames, too, as those of streams.
MAY_END_EARLY = ("OGG",)


def truncated(rng, content):
    return content[: rng.integers(1, len(content))]


def extended(rng, content):
    return content + rng.bytes(rng.integers(1, 4000))


def padded(rng, content):
    return content + bytes(rng.integers(1, 4000))


def head_flipped(rng, content):
    return flipped(rng, content, min(128, len(content)))


def flipped(rng, content, n=None):
    content = bytearray(content)
    for _ in range(rng.integers(1, 4)):
        content[rng.integers(n or len(content))] ^= 1 << rng.integers(8)
    return bytes(content)


def spliced(rng, content):
    at, begin = rng.integers(len(content), size=2)
    return content[:at] + content[begin : begin + rng.integers(1, 2000)] + content[at:]


def thinned(rng, content):
    at = rng.integers(len(content))
    return content[:at] + content[at + rng.integers(1, 500) :]


COMPARED = (truncated, extended, padded)
DAMAGES = (*COMPARED, truncated, head_flipped, head_flipped, flipped, spliced, thinned)


@pytest.fixture(scope="module")
def whole_files(builders):
    files = {}
    for format_, subtype in FORMATS:
        if subtype == "PCM_8":
            subtype = "PCM_S8"
        for n_channels in (1, 2):
            try:
                content = builders.encoded(builders.tones(n_channels, SR, 0.4), SR, format=format_, subtype=subtype)
            except Exception:
                continue
            files[format_, subtype, n_channels] = content, load({"bytes": content}, sr=None)[0]
    return files


def outcome(item, path, expected):
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        try:
            y, sr = load(item, sr=None)
        except AudioError as error:
            return "AudioError" if str(path) in str(error) else f"not named: {error}"
    assert np.isfinite(y).all()
    assert sr > 0
    if y.shape == expected.shape and np.array_equal(y, expected):
        return "equal"
    return "warned" if any(str(path) in str(warning.message) for warning in seen) else "other"


@pytest.mark.slow
def test_damaged_files_are_read_whole_or_refused_by_name(whole_files, tmp_path, capfd):
    rng = np.random.default_rng(20)
    kinds, paths, outcomes, others = list(whole_files), [], Counter(), []
    for i in range(N_FILES):
        kind = kinds[rng.integers(len(kinds))]
        content, expected = whole_files[kind]
        damage = DAMAGES[rng.integers(len(DAMAGES))]
        path = tmp_path / f"{i}_{damage.__name__}.{kind[0].lower()}"
        path.write_bytes(damage(rng, content))
        paths.append(path)
        if i % 3 == 0:
            with open(path, "rb") as file:
                result = outcome(file, path, expected)
        else:
            result = outcome(path if i % 3 == 1 else {"bytes": path.read_bytes(), "path": path}, path, expected)
        outcomes[damage.__name__, result] += 1
        may_differ = kind[0] in WITHOUT_LENGTH or (kind[0] in MAY_END_EARLY and damage is truncated)
        if result == "other" and damage in COMPARED and not may_differ:
            others.append(path.name)
    assert not others, outcomes
    assert {result for _, result in outcomes} == {"equal", "warned", "other", "AudioError"}
    assert capfd.readouterr().out == ""
    assert outcomes["truncated", "AudioError"] > 50
    assert outcomes["padded", "equal"] > 20

    with warnings.catch_warnings(record=True):
        warnings.simplefilter("always")
        frames = MelSpectrogram(sr=SR, on_error="warn", duration=1).transform([os.fspath(path) for path in paths])
    assert len(frames) == N_FILES
    n_broken = sum(np.isnan(f).all() for f in frames)
    assert n_broken > 100

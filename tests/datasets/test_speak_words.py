"""Words by espeak-ng: pronunciation by a recogniser of digits, order, seeds, and errors."""

import subprocess
import sys
from importlib.util import find_spec

import numpy as np
import pytest
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.pipeline import make_pipeline

from skaudio.datasets import _espeak, speak_words
from skaudio.features import MFCC
from skaudio.pooling import StatPooling

needs_espeak = pytest.mark.skipif(find_spec("espeakng_loader") is None, reason="espeakng-loader is not installed")


@needs_espeak
def test_words_are_classified_by_a_model_of_other_voices():
    words = ["stop", "go", "left", "right"]
    train = speak_words(words, 400, n_speakers=50, sr=8000, random_state=0)
    test = speak_words(words, 80, n_speakers=10, sr=8000, random_state=1)
    model = make_pipeline(MFCC(sr=8000), StatPooling(segments=5), LinearDiscriminantAnalysis("lsqr", shrinkage="auto"))
    assert model.fit(train.data, train.target).score(test.data, test.target) > 0.9


@needs_espeak
def test_words_and_speakers_are_equally_frequent():
    spoken = speak_words(["yes", "no", "hey computer"], 60, n_speakers=4, random_state=0)
    assert np.unique(spoken.target, return_counts=True)[1].tolist() == [20, 20, 20]
    assert np.unique(spoken.groups, return_counts=True)[1].tolist() == [15, 15, 15, 15]
    assert spoken.target_names.tolist() == ["yes", "no", "hey computer"]
    assert all(y.dtype == np.float32 and y.ndim == 1 and np.abs(y).max() <= 1 for y in spoken.data)
    longest = [np.mean([len(y) for y in spoken.data[spoken.target == word]]) for word in ("no", "hey computer")]
    assert longest[1] > 1.5 * longest[0]


@needs_espeak
def test_a_seed_determines_the_clips():
    first, again, other = (speak_words(["yes", "no"], 12, n_speakers=3, random_state=seed) for seed in (5, 5, 6))
    assert all(np.array_equal(a, b) for a, b in zip(first.data, again.data, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(first.data, other.data, strict=True))


@needs_espeak
def test_sampling_rates_and_noise():
    low, high = (speak_words(["yes"], 40, n_speakers=2, sr=sr, random_state=0) for sr in (8000, 32000))
    assert sum(map(len, high.data)) / sum(map(len, low.data)) == pytest.approx(4, rel=0.05)  # pauses are drawn
    quiet, noisy = (speak_words(["yes"], 8, n_speakers=2, snr_db=snr, random_state=0) for snr in (60.0, -20.0))
    # Nothing but noise remains of the shape of a word: its power is as high at the start as in the middle.
    assert _start_to_middle(quiet.data) < 0.1 < 0.5 < _start_to_middle(noisy.data)


def _start_to_middle(clips):
    return np.mean([np.mean(y[:160] ** 2) / np.mean(y[len(y) // 3 : 2 * len(y) // 3] ** 2) for y in clips])


@needs_espeak
def test_an_accent_and_another_language():
    scottish = speak_words(["yes"], 6, n_speakers=3, language="en-gb-scotland", random_state=0)
    assert {group.split()[1].split("+")[0] for group in scottish.groups} == {"en-gb-scotland"}
    german = speak_words(["ja", "nein"], 6, n_speakers=3, language="de", random_state=0)
    assert all(group.split()[1].startswith("de+") for group in german.groups)


@needs_espeak
def test_digits_are_also_spoken_by_formants():
    spoken = speak_words(["one", "two"], 20, n_speakers=4, random_state=0)
    assert sum("formants" in group for group in set(spoken.groups)) == 2


@needs_espeak
@pytest.mark.parametrize(
    ("words", "params", "message"),
    [
        (["..."], {}, "cannot speak '...'. Write it in letters"),
        ([" "], {}, "contains ' '"),
        ([3], {}, "contains 3"),
        (["a", "b", "a"], {}, "each once"),
        ([], {}, "at least one word"),
        ("yes", {}, r"expected a sequence of words, such as \['yes'\]"),
        (["yes"], {"language": "xx"}, "language='xx' is unknown to espeak-ng. Expected one of .*de"),
        (["yes"], {"snr_db": (3.0, 1.0)}, "lowest, highest"),
    ],
)
def test_words_that_cannot_be_spoken(words, params, message):
    with pytest.raises(ValueError, match=message):
        speak_words(words, 4, n_speakers=2, **params)


def test_without_espeak_the_remedy_is_named(monkeypatch):
    script = "import json, sys; print(json.dumps({'error': sys.argv[1]}))"
    command = [sys.executable, "-c", script, _espeak.NOT_INSTALLED]
    run = subprocess.run
    monkeypatch.setattr(subprocess, "run", lambda _, **kwargs: run(command, **kwargs))
    with pytest.raises(ImportError, match=r"pip install 'skaudio\[speak\]'"):
        speak_words(["yes"], 4)


def test_a_crash_of_espeak_is_reported(monkeypatch):
    command = [sys.executable, "-c", "import sys; sys.exit('core dumped')"]
    run = subprocess.run
    monkeypatch.setattr(subprocess, "run", lambda _, **kwargs: run(command, **kwargs))
    with pytest.raises(RuntimeError, match="status 1: core dumped"):
        speak_words(["yes"], 4)

"""`speak_words`: clips of any words in synthetic voices."""

import json
import subprocess
import sys
from collections.abc import Sequence
from numbers import Integral, Real
from pathlib import Path
from typing import Any

import numpy as np
from numpy.random import Generator, RandomState
from sklearn.utils import Bunch
from sklearn.utils._param_validation import Interval, validate_params

from skaudio.datasets._espeak import NOT_INSTALLED
from skaudio.datasets._phones import DIGITS
from skaudio.datasets._recording_conditions import RecordingConditions, draw_pauses
from skaudio.datasets._synthesis import as_range, make_rng
from skaudio.datasets._voice import draw_voice, speak
from skaudio.dsp import trim_silence
from skaudio.io import load

N_VOICE_NUMBERS = 10_000  # from which accents and variants are drawn
WORDS_PER_MINUTE, PITCH, PITCH_RANGE = (110, 220), (20, 80), (20, 80)
SILENCE_DB = 40.0  # below the loudest part of a word
_DESCR = """\
Spoken words
============
Words spoken by espeak-ng in many accents and voices; digits are also spoken by the formant synthesiser of
`make_spoken_digits`. A speaker has a voice, a pitch, a tempo, a room, a microphone and a noise; the utterances of one
speaker differ in pitch, tempo and level. Split by speaker (`groups`).
"""


@validate_params(
    {
        "words": ["array-like", str],
        "n_samples": [Interval(Integral, 1, None, closed="left")],
        "n_speakers": [Interval(Integral, 1, None, closed="left")],
        "language": [str],
        "sr": [Interval(Real, 4000, None, closed="left")],
        "snr_db": [Interval(Real, None, None, closed="neither"), tuple],
        "random_state": ["random_state"],
        "return_X_y": ["boolean"],
    },
    prefer_skip_nested_validation=True,
)
def speak_words(
    words: Sequence[str],
    n_samples: int = 500,
    *,
    n_speakers: int = 50,
    language: str = "en",
    sr: float = 16000,
    snr_db: float | tuple[float, float] = (5.0, 30.0),
    random_state: int | RandomState | None = None,
    return_X_y: bool = False,
) -> Bunch | tuple[np.ndarray, np.ndarray]:
    """Generate clips of any words in many synthetic voices, to learn words without recordings.

    Words are spoken by espeak-ng [1]_ (``pip install "skaudio[speak]"``, or the installed program), in the accents of a
    language and in several dozen voices. If all words are names of English digits, every second speaker has a voice of
    `make_spoken_digits` instead. Words are equally frequent, and so are speakers within a word, as far as `n_samples`
    allows; the order is shuffled.

    Parameters
    ----------
    words : sequence of str
        Words or short phrases, such as ``["yes", "no", "hey computer"]``.
    n_samples : int, default=500
        Number of clips.
    n_speakers : int, default=50
        Number of speakers. They depend on the seed.
    language : str, default="en"
        Language whose accents are used, such as ``"de"`` or ``"es"``; or one accent, such as ``"en-gb-scotland"``.
    sr : float, default=16000
        Sampling rate in Hz, at least 4000.
    snr_db : float or (float, float), default=(5.0, 30.0)
        Ratio of the power of speech to that of the background noise, over the whole clip, in dB; of a pair, that of
        each speaker is drawn between both.
    random_state : int, RandomState instance or None, default=None
        Seed; pass an int for reproducible output across calls.
    return_X_y : bool, default=False
        Whether to return ``(data, target)`` instead of a Bunch.

    Returns
    -------
    Bunch
        - ``data``: ndarray of shape (n_samples,), object; each a clip, float32 of shape (n_samples_i,), in [-1, 1]
        - ``target``: ndarray of shape (n_samples,), str; the words
        - ``groups``: ndarray of shape (n_samples,), str; the speakers, such as ``"12 en-us+f2"``
        - ``target_names``: ndarray of shape (n_words,), str; the words
        - ``sr``: sampling rate in Hz
        - ``DESCR``: description

    Raises
    ------
    ImportError
        If espeak-ng is not installed.
    ValueError
        If a word is empty, repeated, or cannot be spoken, or if the language is unknown.

    See Also
    --------
    make_spoken_digits : The ten digits, in voices of skaudio's own.

    References
    ----------
    .. [1] https://github.com/espeak-ng/espeak-ng

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.datasets import speak_words
    >>> answers = speak_words(["yes", "no"], 20, n_speakers=4, random_state=0)  # doctest: +SKIP
    >>> answers.data.shape, answers.data[0].dtype, answers.sr  # doctest: +SKIP
    ((20,), dtype('float32'), 16000)
    >>> np.unique(answers.target, return_counts=True)  # doctest: +SKIP
    (array(['no', 'yes'], dtype='<U3'), array([10, 10]))
    """
    words = _checked_words(words)
    snr_range = as_range(snr_db, "snr_db")
    rng = make_rng(random_state)
    order = rng.permutation(n_samples)
    word, speaker = order % len(words), order // len(words) % n_speakers
    has_own_voice = np.zeros(n_speakers, bool)
    if set(words) <= set(DIGITS):
        has_own_voice[1::2] = True
    data, names = np.empty(n_samples, object), np.empty(n_speakers, object)
    for speak_all, speakers in ((_by_espeak, ~has_own_voice), (_by_formants, has_own_voice)):
        rows = np.flatnonzero(speakers[speaker])
        if len(rows):
            number = (np.cumsum(speakers) - 1)[speaker[rows]]  # of the speaker among these
            texts = [words[i] for i in word[rows]]
            speech, names[speakers] = speak_all(rng, texts, number, int(speakers.sum()), language, sr)
            data[rows] = _recorded(rng, speech, number, sr, snr_range)
    target = np.array(words)[word]
    if return_X_y:
        return data, target
    groups = np.array([f"{i:02d} {names[i]}" for i in speaker])
    return Bunch(data=data, target=target, groups=groups, target_names=np.array(words), sr=sr, DESCR=_DESCR)


def _checked_words(words: Sequence[str]) -> list[str]:
    if isinstance(words, str):
        raise ValueError(f"words={words!r} is a str; expected a sequence of words, such as [{words!r}].")
    words = list(words)
    for word in words:
        if not isinstance(word, str) or not word.strip():
            raise ValueError(f"words contains {word!r}; expected words or short phrases.")
    repeated = sorted({word for word in words if words.count(word) > 1})
    if repeated or not words:
        raise ValueError(f"words={words}; expected at least one word, and each once.")
    return words


def _by_formants(
    rng: Generator, texts: list[str], number: np.ndarray, n_speakers: int, _: str, sr: float
) -> tuple[list[np.ndarray], list[str]]:
    """Return the speech of digits by `make_spoken_digits`'s synthesiser, and the names of its voices."""
    voices = [draw_voice(rng) for _ in range(n_speakers)]
    speech = [speak(rng, DIGITS[text], voices[i], sr) for text, i in zip(texts, number, strict=True)]
    return speech, ["formants"] * n_speakers


def _by_espeak(
    rng: Generator, texts: list[str], number: np.ndarray, n_speakers: int, language: str, sr: float
) -> tuple[list[np.ndarray], list[str]]:
    """Return the speech of words by espeak-ng, and the names of its voices."""
    usual = [rng.uniform(*limits, size=n_speakers) for limits in (WORDS_PER_MINUTE, PITCH, PITCH_RANGE)]
    settings = np.array([values[number] * rng.uniform(0.85, 1.15, size=len(texts)) for values in usual])
    request = {
        "language": language,
        "seed": int(rng.integers(2**31)),
        "voice_numbers": rng.integers(N_VOICE_NUMBERS, size=(n_speakers, 2)).tolist(),
        "utterances": [
            [text, int(i), *values]
            for text, i, values in zip(texts, number, settings.round().astype(int).T.tolist(), strict=True)
        ],
    }
    answer, samples = _ask_espeak(request)
    utterances = np.split(samples, np.cumsum(answer["n_samples"])[:-1])
    for text, y in zip(texts, utterances, strict=True):
        if not y.any():
            raise ValueError(f"espeak-ng cannot speak {text!r}. Write it in letters, as it is pronounced.")
    speech = [load((trim_silence(y, top_db=SILENCE_DB), answer["sr"]), sr=sr)[0] for y in utterances]
    return speech, answer["voices"]


def _ask_espeak(request: dict[str, Any]) -> tuple[dict[str, Any], np.ndarray]:
    """Return the answer of espeak-ng, and all samples as int16."""
    command = [sys.executable, "-P", str(Path(__file__).with_name("_espeak.py"))]
    run = subprocess.run(command, input=json.dumps(request).encode(), capture_output=True, check=False)
    head, _, content = run.stdout.partition(b"\n")
    if run.returncode or not head:
        raise RuntimeError(f"espeak-ng failed with status {run.returncode}: {run.stderr.decode(errors='replace')}")
    answer = json.loads(head)
    if answer.get("error") == NOT_INSTALLED:
        raise ImportError(NOT_INSTALLED)
    if "error" in answer:
        raise ValueError(answer["error"])
    return answer, np.frombuffer(content, np.int16)


def _recorded(
    rng: Generator, speech: list[np.ndarray], number: np.ndarray, sr: float, snr_range: tuple[float, float]
) -> np.ndarray:
    """Return clips of speech, recorded in conditions that each speaker has."""
    conditions = [(RecordingConditions.draw(rng, sr), rng.uniform(*snr_range)) for _ in range(number.max() + 1)]
    clips = np.empty(len(speech), object)
    for row, (y, i) in enumerate(zip(speech, number, strict=True)):
        recorder, snr_db = conditions[i]
        clips[row] = recorder.record(rng, np.pad(y, draw_pauses(rng, sr)), sr, snr_db)
    return clips

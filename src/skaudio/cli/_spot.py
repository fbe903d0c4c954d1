"""``skaudio spot``: a detector of words, from the words alone."""

import warnings
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

import joblib
import numpy as np
from numpy.random import Generator
from sklearn.utils import Bunch

from skaudio.cli._files import audio_files, check_writable, size_of
from skaudio.cli._messages import warn
from skaudio.datasets import make_scenes, speak_words
from skaudio.estimators import GRUClassifier
from skaudio.events import EventDetector
from skaudio.io._replacing import replacing
from skaudio.pretrained import PretrainedEmbedding

SR = 16000
BACKGROUND = "background"
N_PER_WORD, N_OTHERS = 150, 600  # clips for training
N_OTHER_WORDS = 200
TUNING_SHARE = 0.25  # of clips for training, by other voices, for tuning
CONDITIONS = {"snr_db": (0.0, 25.0), "gain_db": (-12.0, 6.0), "sr": SR, "background_label": BACKGROUND}
CONSONANTS = ("", "b", "d", "f", "g", "h", "k", "l", "m", "n", "p", "r", "s", "t", "v", "z", "st", "tr", "pl", "sh")
VOWELS = ("a", "e", "i", "o", "u", "ai", "ou")


def spot(arguments: Namespace, results: TextIO) -> None:
    """Run the command.

    Parameters
    ----------
    arguments : Namespace
        Parsed arguments of ``skaudio spot ...``.
    results : text stream
        Stream that results are written to.
    """
    output = Path(arguments.output).expanduser()
    check_writable(output, force=arguments.force)
    background = None
    if arguments.background is not None:
        background = [path for name in arguments.background for path in audio_files(name)]
    rng = np.random.default_rng(arguments.seed)
    others = _other_words(rng, arguments.words)
    train = _scenes(arguments, others, rng, background, 1.0)
    held_out = _scenes(arguments, others, rng, background, TUNING_SHARE)
    detector = EventDetector(
        GRUClassifier(units=48, random_state=arguments.seed),
        front_end=PretrainedEmbedding("speech", pooling=None),
        resolution="frame",
        window_seconds=5.0,
        n_overlays=0,
        threshold=None,
        target=("false_alarms_per_hour", arguments.false_alarms),
        verbose=int(not arguments.quiet),
        random_state=arguments.seed,
    )
    with warnings.catch_warnings():
        warnings.showwarning = lambda message, *_, **__: warn(str(message))
        detector.fit(train.data, train.events)
        detector.tune(held_out.data, held_out.events)
    with replacing(output) as temporary:
        joblib.dump(detector, temporary)
    results.write(f"{output} ({size_of(output)}): skaudio detect {output} RECORDINGS\n")


def _other_words(rng: Generator, words: Sequence[str]) -> list[str]:
    """Return words of random syllables, which can be spoken in any language."""
    made: set[str] = set()
    while len(made) < N_OTHER_WORDS:
        syllables = [str(rng.choice(CONSONANTS)) + str(rng.choice(VOWELS)) for _ in range(rng.integers(1, 4))]
        made.add("".join(syllables) + str(rng.choice(("", "", "n", "s", "t", "l"))))
    return sorted(made - {word.lower() for word in words})


def _scenes(
    arguments: Namespace, others: Sequence[str], rng: Generator, background: Sequence[str] | None, share: float
) -> Bunch:
    """Return scenes of the words and of others, spoken by voices that are new in each call."""
    clips, labels = [], []
    for words, n_clips, is_background in (
        (arguments.words, N_PER_WORD * len(arguments.words), False),
        (others, N_OTHERS, True),
    ):
        spoken = speak_words(
            words,
            max(1, round(share * n_clips)),
            n_speakers=max(2, round(share * 100)),
            language=arguments.language,
            sr=SR,
            random_state=int(rng.integers(2**31)),
        )
        clips += list(spoken.data)
        labels += [BACKGROUND if is_background else word for word in spoken.target]
    return make_scenes(clips, labels, background=background, random_state=int(rng.integers(2**31)), **CONDITIONS)

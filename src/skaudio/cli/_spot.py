"""``skaudio spot``: a detector of words, from the words alone."""

import warnings
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO

import joblib
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.random import Generator
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import Bunch
from tqdm import tqdm

from skaudio.cli._files import audio_files, check_writable, size_of, write_model
from skaudio.cli._messages import warnings_as_messages
from skaudio.datasets import make_scenes, speak_words
from skaudio.dsp import coloured_noise
from skaudio.events import EventDetector, frame_labels
from skaudio.pooling import StatPooling
from skaudio.pretrained import PretrainedEmbedding

SR = 16000
BACKGROUND = "background"
N_PER_WORD, MIN_CLIPS, MAX_CLIPS = 300, 600, 1500  # of the words, for training
N_OTHERS, N_OTHER_WORDS = 1200, 300
N_SPEAKERS = 150
TUNING_SHARE = 0.25  # of clips for training, by other voices, for tuning
N_WINDOW_FRAMES, HOP_SECONDS = 7, 0.08  # frames of 0.78 s each: a window has 1.3 s
REACH_SECONDS, MARGIN_SECONDS = 0.16, 0.1  # of windows around the middle of a word; between words and background
PEAK_SECONDS = 0.5  # between two words
N_TALKERS, N_BABBLES, BABBLE_SECONDS = 6, 4, 60
CONDITIONS = {"pause_seconds": (0.3, 1.5), "snr_db": (0.0, 25.0), "gain_db": (-12.0, 6.0), "sr": SR}
CONSONANTS = ("", "b", "d", "f", "g", "h", "k", "l", "m", "n", "p", "r", "s", "t", "v", "z", "st", "tr", "pl", "sh")
VOWELS = ("a", "e", "i", "o", "u", "ai", "ou")
CODAS = ("", "", "n", "s", "t", "l")
N_EPOCHS = 12


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
    if BACKGROUND in arguments.words:
        raise ValueError(f"The word {BACKGROUND!r} is the label of all other sounds. Write it as 'back ground'.")
    background = None
    if arguments.background is not None:
        background = [path for name in arguments.background for path in audio_files(name)]
    arguments.jobs = arguments.jobs or joblib.cpu_count()
    with warnings_as_messages():
        detector = _detector_of_words(arguments, background)
    scores = (f"{name.replace('_', ' ')} {value:.3f}" for name, value in detector.tuning_scores_.items())
    results.write(f"on speech by other generated voices: {', '.join(scores)}\n")
    write_model(detector, output)
    results.write(f"wrote {output} ({size_of(output)}): skaudio detect {output} RECORDINGS\n")


def _detector_of_words(arguments: Namespace, background: Sequence[str] | None) -> EventDetector:
    """Return a detector that is trained on generated speech, and tuned on that of other voices."""
    rng = np.random.default_rng(arguments.seed)
    with tqdm(bar_format="{desc}{elapsed}", disable=arguments.quiet) as progress:
        progress.set_description("speaking")
        others = _other_words(rng, arguments.words)
        train = _scenes(arguments, others, rng, background, 1.0)
        held_out = _scenes(arguments, others, rng, background, TUNING_SHARE)
        progress.set_description("embedding")
        windows, labels = _training_windows(train, arguments.jobs)
        progress.set_description("training")
        classifier = _fitted_classifier(windows, labels, arguments.seed)
        progress.set_description("tuning")
        detector = EventDetector.from_classifier(
            classifier,
            front_end=PretrainedEmbedding("speech", pooling=None),
            window_seconds=N_WINDOW_FRAMES * HOP_SECONDS,
            hop_seconds=HOP_SECONDS,
            low_threshold="threshold",
            peak_distance=PEAK_SECONDS,
            target="f1" if arguments.false_alarms is None else ("false_alarms_per_hour", arguments.false_alarms),
            n_jobs=arguments.jobs,
        )
        return detector.tune(held_out.data, held_out.events)


def _other_words(rng: Generator, words: Sequence[str]) -> list[str]:
    """Return words of random syllables, which can be spoken in any language."""
    made: set[str] = set()
    while len(made) < N_OTHER_WORDS:
        syllables = [str(rng.choice(CONSONANTS)) + str(rng.choice(VOWELS)) for _ in range(rng.integers(1, 4))]
        made.add("".join(syllables) + str(rng.choice(CODAS)))
    return sorted(made - {word.lower() for word in words})


def _scenes(
    arguments: Namespace, others: Sequence[str], rng: Generator, background: Sequence[str] | None, share: float
) -> Bunch:
    """Return scenes of the words and of others, spoken by voices that are new in each call."""
    n_clips = min(max(MIN_CLIPS, N_PER_WORD * len(arguments.words)), MAX_CLIPS)
    own, other = (
        speak_words(
            words,
            max(len(words), round(share * n)),
            n_speakers=max(2, round(share * N_SPEAKERS)),
            language=arguments.language,
            sr=SR,
            random_state=int(rng.integers(2**31)),
        )
        for words, n in ((arguments.words, n_clips), (others, N_OTHERS))
    )
    clips = [*own.data, *other.data]
    return make_scenes(
        clips,
        [*own.target, *[BACKGROUND] * len(other.data)],
        background=_backgrounds(rng, list(other.data)) if background is None else background,
        random_state=int(rng.integers(2**31)),
        **CONDITIONS,
    )


def _backgrounds(rng: Generator, clips: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Return babble of several voices at once, and as many noises from white to brown."""
    n_samples = BABBLE_SECONDS * SR
    babbles = []
    for _ in range(N_BABBLES):
        orders = (rng.permutation(len(clips)) for _ in range(N_TALKERS))
        babbles.append(sum(np.resize(np.concatenate([clips[i] for i in order]), n_samples) for order in orders))
    return babbles + [coloured_noise(rng, n_samples, SR, exponent) for exponent in np.linspace(0, 2, N_BABBLES)]


def _training_windows(scenes: Bunch, n_jobs: int) -> tuple[np.ndarray, np.ndarray]:
    """Return windows of the speech embedding around the middle of words, and of what is not near one."""
    embedding = PretrainedEmbedding("speech", pooling=None, n_jobs=n_jobs)
    windows, labels = [], []
    for frames, events in zip(embedding.fit_transform(scenes.data), scenes.events, strict=True):
        centres = (np.arange(len(frames) - N_WINDOW_FRAMES + 1) + N_WINDOW_FRAMES // 2) * HOP_SECONDS
        centres = centres + (embedding.channels_out().start_seconds or 0.0)
        middles = [((onset + offset) / 2, label) for onset, offset, label in events]
        inner = frame_labels([(t - REACH_SECONDS, t + REACH_SECONDS, label) for t, label in middles], centres)
        around = [(on - MARGIN_SECONDS, off + MARGIN_SECONDS, label) for on, off, label in events]
        is_sure = inner == frame_labels(around, centres)
        views = np.moveaxis(sliding_window_view(frames, N_WINDOW_FRAMES, axis=0), -1, 1)
        windows.append(views[is_sure])
        labels.append(inner[is_sure])
    return np.concatenate(windows), np.concatenate(labels)


def _fitted_classifier(windows: np.ndarray, labels: np.ndarray, seed: int) -> Any:
    network = MLPClassifier((128,), alpha=1e-3, batch_size=256, max_iter=N_EPOCHS, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # few epochs are enough, and generalise better
        return make_pipeline(StatPooling([], segments=N_WINDOW_FRAMES), StandardScaler(), network).fit(windows, labels)

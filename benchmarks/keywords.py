"""Keyword spotting in continuous speech: misses at few false alarms an hour, for speakers who were not trained on.

Run as ``SKAUDIO_DATA=... python benchmarks/keywords.py mel`` (ten minutes on two cores), ``speech`` (ten minutes; needs
the files of the speech model, ``skaudio[speech]``, and espeak-ng, ``skaudio[speak]``) or ``spot`` (five minutes; needs
both). Clips of the Free Spoken Digit Dataset are laid into scenes of a minute, with pauses, over noise from white to
brown that is 10 dB fainter than speech. Two digits are keywords, the others are distractors. Silence at the ends of
clips, up to 0.6 s, is removed first, so that marks are those of words. A keyword is detected if a detection of its
class starts within 300 ms. A speaker has a quarter of an hour: one false alarm an hour is none.

- ``mel``: a recurrent network of log-mel frames, trained on all speakers but the first; for comparison, on takes of
  known speakers.
- ``speech``: a small network of seven windows of the speech embedding; all digits are its classes. Trained on five
  speakers, each left out in turn, and on spoken words. Its windows and its decoding were chosen by scores of the
  speakers other than the first, who are tested here, too: their figures flatter.
- ``spot``: what ``skaudio spot`` makes of the ten words, without one recording.
"""

import sys
import tempfile
from pathlib import Path

import joblib
import numpy as np
from measure import Report
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skaudio.cli import main as console
from skaudio.datasets import fetch_spoken_digits, make_scenes, speak_words
from skaudio.dsp import trim_silence
from skaudio.estimators import CRNNClassifier
from skaudio.events import EventDetector
from skaudio.features import MelSpectrogram
from skaudio.io import load
from skaudio.metrics import event_based_scores, false_alarms_per_hour
from skaudio.pooling import StatPooling
from skaudio.pretrained import PretrainedEmbedding

WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
KEYWORDS = ("three", "seven")
THRESHOLDS = (*np.arange(0.05, 0.95, 0.05), 0.95, 0.97, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995, 0.9998, 0.9999)
RATES = (1.0, 10.0)  # false alarms an hour
COLLARS = {"onset_collar": 0.3, "offset_collar": None}
ALL_CONDITIONS = {"snr_db": (0.0, 25.0), "gain_db": (-12.0, 6.0)}


class RememberedEmbedding(PretrainedEmbedding):
    """The speech embedding, which computes each scene once for all detectors."""

    known: dict[str, np.ndarray] = {}  # noqa: RUF012

    def __init__(self):
        super().__init__("speech", pooling=None)

    def stream(self, pieces, *, block_seconds=60.0):
        """Yield the frames of a scene."""
        y = np.concatenate(list(pieces))
        key = joblib.hash(y)
        if key not in self.known:
            self.known[key] = np.concatenate(list(super().stream([y], block_seconds=block_seconds)))
        yield self.known[key]


class Digits:
    """Clips of the dataset without the silence at their ends, and scenes of some of them."""

    def __init__(self, sr):
        self.sr = sr
        digits = fetch_spoken_digits()
        self.clips = np.empty(len(digits.data), object)
        for i, path in enumerate(digits.data):
            y, rate = load(path)
            self.clips[i] = load((trim_silence(y, top_db=25), rate), sr=sr)[0]
        self.words, self.speakers = np.array(WORDS)[digits.target], np.asarray(digits.groups)
        self.is_test = digits.test

    def scenes(self, rows, *, all_digits=True, seed=0, **conditions):
        """Lay some clips into scenes; others than the keywords are events, or background."""
        labels = self.words[rows]
        if not all_digits:
            labels = np.where(np.isin(labels, KEYWORDS), labels, "background")
        return make_scenes(self.clips[rows], labels, sr=self.sr, random_state=seed, **conditions)


def keywords_of(events):
    return [[event for event in own if event[2] in KEYWORDS] for own in events]


class Results:
    """Keywords that were detected with each threshold, gathered over speakers."""

    def __init__(self):
        self.hours, self.truth, self.found = 0.0, [], [[] for _ in THRESHOLDS]

    def add(self, detector, scenes):
        """Detect keywords in scenes with each threshold."""
        self.hours += sum(map(len, scenes.data)) / scenes.sr / 3600
        self.truth += keywords_of(scenes.events)
        scores = detector.predict_scores(scenes.data)
        for threshold, found in zip(THRESHOLDS, self.found, strict=True):
            table = detector.set_params(threshold=threshold).predict(scores)
            rows = table[table.label.isin(KEYWORDS)]
            columns = ["onset", "offset", "label"]
            found += [list(rows[rows.recording == i][columns].itertuples(index=False)) for i in range(len(scenes.data))]

    def curve(self):
        """Return the share of keywords that is missed, and false alarms an hour, at each threshold."""
        recalls = (event_based_scores(self.truth, found, **COLLARS)[1] for found in self.found)
        alarms = (false_alarms_per_hour(self.truth, found, hours=self.hours, **COLLARS) for found in self.found)
        return 1 - np.array(list(recalls)), np.array(list(alarms))

    def report(self, report, what, goal=None):
        """Report the lowest share that is missed at some false alarms an hour, and the curve."""
        misses, alarms = self.curve()
        missed = [misses[alarms <= rate].min(initial=1.0) for rate in RATES]
        n = sum(map(len, self.truth))
        report.line(f"{what}: {n} keywords in {60 * self.hours:.0f} minutes, missed at 1 and 10 false alarms an hour")
        if goal is None:
            report.line(f"    {missed[0]:.3f}; {missed[1]:.3f}")
        else:
            report.figure("    at 1", missed[0], goal, at_most=True)
            report.line(f"    at 10: {missed[1]:.3f}")
        report.line(
            "    " + ", ".join(f"{t:.3g}: {m:.2f} {a:.0f}" for t, m, a in zip(THRESHOLDS, misses, alarms, strict=True))
        )


def mel(report, digits):
    detector = EventDetector(
        CRNNClassifier(filters=8, units=32, epochs=20, random_state=0),
        front_end=MelSpectrogram(sr=digits.sr, n_fft=512, hop_length=160, n_mels=40, top_db=None),
        resolution="frame",
        window_seconds=5.0,
        n_overlays=0,
        random_state=0,
    )
    first = np.unique(digits.speakers)[0]
    for what, test in (
        (f"unseen speaker {first}", digits.speakers == first),
        ("known speakers, new takes", digits.is_test),
    ):
        train = digits.scenes(~test, all_digits=False, seed=1, snr_db=10.0)
        results = Results()
        results.add(detector.fit(train.data, train.events), digits.scenes(test, all_digits=False, snr_db=10.0))
        results.report(report, what)


def word_detector():
    classifier = MLPClassifier((128,), alpha=1e-3, max_iter=12, batch_size=256, random_state=0)
    return EventDetector(
        make_pipeline(StatPooling([], segments=7), StandardScaler(), classifier),
        front_end=RememberedEmbedding(),
        window_seconds=0.56,
        hop_seconds=0.08,
        low_threshold="threshold",
        peak_distance=0.5,
        n_overlays=0,
        random_state=0,
    )


def speech(report, digits):
    speakers = np.unique(digits.speakers)
    test = {speaker: digits.scenes(digits.speakers == speaker, snr_db=10.0) for speaker in speakers}
    varied = {speaker: digits.scenes(digits.speakers == speaker, seed=1, **ALL_CONDITIONS) for speaker in speakers}
    said = speak_words(WORDS, 3000, n_speakers=200, sr=digits.sr, random_state=0)
    spoken = make_scenes(said.data, said.target, sr=digits.sr, random_state=0, **ALL_CONDITIONS)
    for what, extra in (("recordings of the other speakers", []), ("and spoken words", [spoken])):
        together = Results()
        for speaker in speakers:
            train = [*extra, *(scenes[other] for scenes in (test, varied) for other in speakers if other != speaker)]
            detector = word_detector().fit(
                [y for scenes in train for y in scenes.data], [own for scenes in train for own in scenes.events]
            )
            together.add(detector, test[speaker])
            own = Results()
            own.add(detector, test[speaker])
            own.report(report, f"{what}: {speaker}")
        together.report(report, f"{what}: all speakers, one threshold", goal=0.05)


def spot(report, digits):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "digits.joblib"
        if console(["spot", *WORDS, "--output", str(path), "--jobs", "2", "--quiet"]):
            raise SystemExit("skaudio spot has failed.")
        detector = joblib.load(path)
    together = Results()
    for speaker in np.unique(digits.speakers):
        scenes = digits.scenes(digits.speakers == speaker, snr_db=10.0)
        own = Results()
        own.add(detector, scenes)
        own.report(report, speaker)
        together.truth += own.truth
        together.hours += own.hours
        together.found = [a + b for a, b in zip(together.found, own.found, strict=True)]
    together.report(report, "words alone: all speakers, one threshold", goal=0.05)


PARTS = {"mel": (mel, 8000), "speech": (speech, 16000), "spot": (spot, 16000)}

if __name__ == "__main__":
    for name in sys.argv[1:] or PARTS:
        part, sr = PARTS[name]
        report = Report(f"keywords_{name}")
        part(report, Digits(sr))
        report.write()

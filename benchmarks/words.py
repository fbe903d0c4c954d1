"""Words of unseen speakers: without one recording, from five recordings of each word, and from recordings of others.

Run as ``SKAUDIO_DATA=... python benchmarks/words.py``, with the Free Spoken Digit Dataset, the files of the speech
model (``skaudio[speech]``) and espeak-ng (``skaudio[speak]``); five minutes or so on two cores.

Without recordings or with five, embeddings averaged over a clip are classified by linear discriminant analysis, whose
shrinkage has a closed form: nothing is tuned. That it is better than logistic regression was seen on these speakers, so
that the last digit flatters. With all recordings of the others, the classifier, the statistics of the embedding, and
whether spoken words are added to the recordings, are those that are best when one speaker of the training set is left
out. By group, the embeddings of each speaker are standardised without labels, all clips of a tested speaker together.
"""

from itertools import product

import numpy as np
from measure import Report
from sklearn.base import clone
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skaudio.datasets import fetch_spoken_digits, speak_words
from skaudio.pooling import StatPooling
from skaudio.preprocessing import GroupScaler
from skaudio.pretrained import PretrainedEmbedding

WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
STATS = (("mean",), ("mean", "max"), ("mean", "max", "std"))
DISCRIMINANT = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto")
CLASSIFIERS = (DISCRIMINANT, *(LogisticRegression(C=C, max_iter=1000) for C in (0.01, 0.03, 0.1)))
N_SPOKEN, N_VOICES = 3000, 200
N_DRAWS = 3  # of the five recordings


class Words:
    """Embeddings, words and speakers of clips."""

    def __init__(self, clips, words, speakers):
        self.windows = PretrainedEmbedding("speech", pooling=None, n_jobs=2).fit_transform(clips)
        self.words, self.speakers = np.asarray(words), np.asarray(speakers)

    def features(self, stats, by_group):
        """Return statistics of the windows, standardised within each speaker or not."""
        X = StatPooling(stats).fit_transform(self.windows)
        return GroupScaler().fit_transform(X, groups=self.speakers) if by_group else X


def model_of(classifier, by_group):
    return clone(classifier) if by_group else make_pipeline(StandardScaler(), clone(classifier))


def report_speakers(report, what, scores, goal, worst_goal=None):
    report.figure(what, np.mean(scores), goal)
    if worst_goal is None:
        report.line(f"    its worst speaker: {min(scores):.3f}")
    else:
        report.figure("    its worst speaker", min(scores), worst_goal)


def own_rows(real):
    return [real.speakers == speaker for speaker in np.unique(real.speakers)]


def without_recordings(spoken, real, by_group):
    model = model_of(DISCRIMINANT, by_group).fit(spoken.features(STATS[0], by_group), spoken.words)
    X = real.features(STATS[0], by_group)
    return [model.score(X[own], real.words[own]) for own in own_rows(real)]


def five_recordings(spoken, real, by_group):
    """Score each speaker by five recordings of each word by the others, one by each, added to the spoken words."""
    spoken_X, X = spoken.features(STATS[0], by_group), real.features(STATS[0], by_group)
    scores = []
    for test in own_rows(real):
        rng = np.random.default_rng(0)
        others = [speaker for speaker in np.unique(real.speakers) if speaker not in real.speakers[test]]
        own = []
        for _ in range(N_DRAWS):
            few = [
                rng.choice(np.flatnonzero((real.speakers == speaker) & (real.words == word)))
                for speaker, word in product(others, WORDS)
            ]
            # Recordings weigh as much as all spoken words together.
            repeated = np.repeat(few, len(spoken_X) // len(few))
            model = model_of(DISCRIMINANT, by_group).fit(
                np.concatenate([spoken_X, X[repeated]]), np.concatenate([spoken.words, real.words[repeated]])
            )
            own.append(model.score(X[test], real.words[test]))
        scores.append(np.mean(own))
    return scores


def recordings_of_others(report, spoken, real, by_group):
    """Score each speaker by models of the others, whose settings are chosen by leaving one of these out."""
    tables = {stats: (real.features(stats, by_group), spoken.features(stats, by_group)) for stats in STATS}

    def score(candidate, train, test):
        stats, classifier, with_spoken = candidate
        X, spoken_X = tables[stats]
        known, words = (X[train], real.words[train])
        if with_spoken:
            known, words = np.concatenate([known, spoken_X]), np.concatenate([words, spoken.words])
        return model_of(classifier, by_group).fit(known, words).score(X[test], real.words[test])

    scores, chosen = [], set()
    for test in own_rows(real):
        folds = [(~test & ~held_out, held_out) for held_out in own_rows(real) if not held_out[test].any()]
        candidates = list(product(STATS, CLASSIFIERS, (False, True)))
        best = max(candidates, key=lambda candidate: np.mean([score(candidate, *fold) for fold in folds]))
        chosen.add("{}, {}{}".format("+".join(best[0]), best[1], ", with spoken words" if best[2] else ""))
        scores.append(score(best, ~test, test))
    report.line("    chosen: " + "; ".join(sorted(chosen)))
    return scores


def main(report):
    digits = fetch_spoken_digits()
    real = Words(digits.data, np.array(WORDS)[digits.target], digits.groups)
    said = speak_words(WORDS, N_SPOKEN, n_speakers=N_VOICES, random_state=0)
    spoken = Words([(y, said.sr) for y in said.data], said.target, said.groups)
    for by_group, how in ((False, ""), (True, ", by group")):
        scores = without_recordings(spoken, real, by_group)
        report_speakers(report, f"FSDD without one recording{how}", scores, 0.95 if by_group else 0.93)
        scores = five_recordings(spoken, real, by_group)
        report_speakers(report, f"five recordings of each word, by others{how}", scores, 0.95)
        scores = recordings_of_others(report, spoken, real, by_group)
        report_speakers(report, f"all recordings of others{how}", scores, 0.97, 0.945)


if __name__ == "__main__":
    report = Report("words")
    main(report)
    report.write()

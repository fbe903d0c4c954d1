"""Accuracy of SiameseMatcher on real recordings: speaker verification and identification, few-shot classification.

Run as ``python benchmarks/siamese.py`` with the recordings available (see `skaudio.datasets`); half an hour on two
cores.

Speakers are compared by statistics of MFCC, without a tower: for each of the 15 pairs of speakers of FSDD, a matcher is
fitted to the other four, and verifies the two by one utterance against one, and against the mean of five. For ESC-10,
the default tower is used, with the front end of ``benchmarks/accuracy.py``: each fold is left out, the matcher is
trained on the others, all classes are removed, and some are enrolled again with ten clips of the training folds; and
each class is excluded from training, and enrolled with five. Clips to enroll are drawn at random, several times.

The scores are optimistic: features and whitening for speakers were compared on the pairs that are scored here (the best
of five kinds of features; whitening of 0.01 and 0.1 was equivalent). Loss, margin, whitening and the weight of the
spread of a class were chosen on ESC-10 by leaving out the test fold and scoring another one; each fold was the latter
in turn.
"""

import itertools
import time

import numpy as np
from measure import Report
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import LeaveOneGroupOut
from sklearn.pipeline import make_pipeline

from skaudio.datasets import fetch_esc10, fetch_spoken_digits
from skaudio.estimators import SiameseMatcher
from skaudio.features import MFCC, MelSpectrogram
from skaudio.metrics import equal_error_rate
from skaudio.pooling import StatPooling

N_TRIALS = 4000
N_DRAWS = 10
SURROUNDINGS = {"sr": 22050, "n_fft": 2048, "hop_length": 882, "n_mels": 96, "level": -20.0}


def verification_error(embeddings, speakers, n_enrolled):
    """Return the equal error rate of random trials, half of them genuine."""
    rng = np.random.default_rng(0)
    genuine, similarities = np.arange(N_TRIALS) % 2, np.zeros(N_TRIALS)
    claimed = rng.choice(np.unique(speakers), N_TRIALS)
    for i, (same, speaker) in enumerate(zip(genuine, claimed, strict=True)):
        own = rng.choice(np.flatnonzero(speakers == speaker), n_enrolled + 1, replace=False)
        heard = own[-1] if same else rng.choice(np.flatnonzero(speakers != speaker))
        model = embeddings[own[:-1]].mean(axis=0)
        similarities[i] = model @ embeddings[heard] / np.linalg.norm(model)
    return equal_error_rate(genuine, similarities)


def speakers(report):
    digits = fetch_spoken_digits()
    who = np.asarray(digits.groups)
    table = make_pipeline(MFCC(sr=8000, deltas=1, n_jobs=2), StatPooling()).fit_transform(digits.data)
    errors = []
    for pair in itertools.combinations(np.unique(who), 2):
        unseen = np.isin(who, pair)
        matcher = SiameseMatcher(tower=None, calibration=None, random_state=0).fit(table[~unseen], who[~unseen])
        embeddings = matcher.transform(table[unseen])
        errors.append([verification_error(embeddings, who[unseen], n) for n in (1, 5)])
        report.line(f"  {' and '.join(pair)}: {errors[-1][0]:.3f} from one, {errors[-1][1]:.3f} from five")
    one, five = np.mean(errors, axis=0)
    report.figure("FSDD, two unseen speakers verified by one utterance, equal error rate", one, 0.24, at_most=True)
    report.figure("the same by five", five, 0.15, at_most=True)
    test = np.asarray(digits.test)
    matcher = SiameseMatcher(tower=None, random_state=0).fit(table[~test], who[~test])
    report.figure("FSDD, official split, which speaker", matcher.score(table[test], who[test]), 0.995)


def drawn(rng, target, rows, labels, n_clips):
    return np.concatenate([rng.choice(rows[target[rows] == label], n_clips, replace=False) for label in labels])


def few_examples(report):
    esc10 = fetch_esc10()
    target = np.asarray(esc10.target)
    frames = MelSpectrogram(n_jobs=2, **SURROUNDINGS).fit_transform(esc10.data)
    dog, rooster, baby = "dog bark", "rooster", "baby cry"
    contests = {
        "dog against rooster": [dog, rooster],
        "dog against baby": [dog, baby],
        "all three": [dog, rooster, baby],
    }
    scores = {name: [] for name in contests}
    overall, recall = [], []
    rng = np.random.default_rng(0)
    for train, test in LeaveOneGroupOut().split(frames, groups=esc10.groups):
        matcher = SiameseMatcher(calibration=None, random_state=0).fit(frames[train], target[train])
        for name, labels in contests.items():
            heard = test[np.isin(target[test], labels)]
            for _ in range(N_DRAWS):
                rows = drawn(rng, target, train, labels, 10)
                matcher.forget(matcher.classes_).enroll(frames[rows], target[rows])
                scores[name].append(balanced_accuracy_score(target[heard], matcher.predict(frames[heard])))
        for label in np.unique(target):
            known = train[target[train] != label]
            matcher = SiameseMatcher(calibration=None, random_state=0).fit(frames[known], target[known])
            for _ in range(N_DRAWS):
                rows = drawn(rng, target, train, [label], 5)
                named = matcher.enroll(frames[rows], target[rows]).predict(frames[test])
                overall.append(balanced_accuracy_score(target[test], named))
                recall.append(np.mean(named[target[test] == label] == label))
                matcher.forget(label)
        report.line(f"  fold {esc10.groups[test[0]]}: so far {np.mean(overall):.3f}, new class {np.mean(recall):.3f}")
    for name, values in scores.items():
        report.figure(f"ESC-10, {name}, ten examples each, balanced accuracy", np.mean(values), 0.95)
    report.figure("ESC-10, a new class enrolled by five, balanced accuracy over all ten", np.mean(overall), 0.80)
    report.figure("of the new class alone, the share that is named", np.mean(recall), 0.80)


if __name__ == "__main__":
    report = Report("siamese")
    start = time.perf_counter()
    speakers(report)
    few_examples(report)
    report.line(f"{time.perf_counter() - start:.0f} s in all")
    report.write()

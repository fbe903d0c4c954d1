"""Grid search over front ends, pooling and models on spoken digits.

Front ends and models are values of the grid, like any other parameter. The digits are synthetic. Folds are split by
speaker, so that scores are for speakers who were not in the training set.
"""

import tempfile

from sklearn.ensemble import ExtraTreesClassifier
from sklearn.metrics import ConfusionMatrixDisplay
from sklearn.model_selection import GridSearchCV, GroupKFold, cross_val_predict
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skaudio.datasets import make_spoken_digits
from skaudio.features import MFCC, MelSpectrogram
from skaudio.model_selection import rank_candidates
from skaudio.pooling import StatPooling

digits = make_spoken_digits(300, random_state=0)
folds = GroupKFold(6)

with tempfile.TemporaryDirectory() as memory:  # caches the frames of each front end across folds
    pipeline = Pipeline(
        [("sound", MFCC(sr=8000)), ("pool", StatPooling()), ("scale", StandardScaler()), ("model", SVC())]
    )
    grid = {
        "sound": [MFCC(sr=8000, deltas=1, memory=memory), MelSpectrogram(sr=8000, memory=memory)],
        "pool__segments": [1, 5],
        "model": [SVC(C=10), ExtraTreesClassifier(200, random_state=0)],
    }
    search = GridSearchCV(pipeline, grid, cv=folds).fit(digits.data, digits.target, groups=digits.groups)
    predicted = cross_val_predict(search.best_estimator_, digits.data, digits.target, groups=digits.groups, cv=folds)

ranking = rank_candidates(search)
for mean, std, candidate in zip(ranking.mean_scores, ranking.std_scores, ranking.descriptions, strict=True):
    print(f"{mean:.3f} ± {std:.3f}  {candidate}")

display = ConfusionMatrixDisplay.from_predictions(digits.target, predicted, cmap="Blues", colorbar=False)
display.ax_.set(title=f"Digits of unseen speakers, accuracy {search.best_score_:.0%}")
display.figure_.savefig("01_grid_search.png", dpi=100, bbox_inches="tight")

"""Level normalisation and statistics by segments, for spoken words.

``trim_db`` removes silence at both ends, ``level`` scales clips to one level, and ``top_db`` sets a floor below the
loudest frame; ``segments`` adds means of consecutive parts to the statistics of the clip, which preserves the order of
sounds. Scores are for speakers who were not in the training set.
"""

from sklearn.model_selection import GroupKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skaudio.datasets import make_spoken_digits
from skaudio.features import MFCC
from skaudio.pooling import StatPooling

digits = make_spoken_digits(300, random_state=0)
front_ends = {
    "as recorded": MFCC(sr=8000, deltas=1),
    "trimmed and levelled": MFCC(sr=8000, deltas=1, trim_db=30.0, level=-20.0, top_db=60.0),
}
poolings = {
    "statistics of the clip": StatPooling(),
    "and means of 5 parts": StatPooling(segments=5),
    "mean, std of 8 parts only": StatPooling(stats=(), segments=8, segment_stats=("mean", "std")),
}
for sound, front_end in front_ends.items():
    frames = front_end.fit_transform(digits.data)
    for pool, pooling in poolings.items():
        model = make_pipeline(pooling, StandardScaler(), SVC(C=10))
        scores = cross_val_score(model, frames, digits.target, groups=digits.groups, cv=GroupKFold(6))
        print(f"{sound:<24}{pool:<28}{scores.mean():.3f} ± {scores.std():.3f}")

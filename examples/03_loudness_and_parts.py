"""Two cheap ideas for words: take the recording's level out of the features, and keep the order of what is said.

``trim_db`` cuts silence, ``level`` brings every clip to one loudness, ``top_db`` hides what lies far below the loudest
sound; ``segments`` adds what happens in each part of the clip to the statistics of the whole. Scores are for
speakers that training has not heard.
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

"""Search over front ends, architectures and pooling over time: a network is a model like any other.

Folds keep speakers apart. Frames of different lengths go straight into the network: nothing is cut, and what fills a
batch up does not change a result.
"""

from sklearn.model_selection import GridSearchCV, GroupKFold
from sklearn.pipeline import Pipeline

from skaudio.datasets import make_spoken_digits
from skaudio.estimators import CNNClassifier
from skaudio.features import MFCC, MelSpectrogram

digits = make_spoken_digits(150, random_state=0)
words = {"sr": 8000, "trim_db": 30.0, "level": -20.0}
pipeline = Pipeline([("sound", MelSpectrogram()), ("model", CNNClassifier(filters=8, epochs=12, random_state=0))])
grid = {
    "sound": [MelSpectrogram(**words), MFCC(**words)],
    "model__architecture": ["residual", "lenet"],
    "model__pooling": ["mean_max", "attention"],
}
search = GridSearchCV(pipeline, grid, cv=GroupKFold(2), refit=False)
search.fit(digits.data, digits.target, groups=digits.groups)

results = search.cv_results_
for i in results["rank_test_score"].argsort():
    params = results["params"][i]
    print(
        f"{results['mean_test_score'][i]:.3f}  {type(params['sound']).__name__}, {params['model__architecture']}, "
        f"{params['model__pooling']}, {results['mean_fit_time'][i]:.1f} s"
    )

"""Grid search over front ends, network architectures and pooling over time.

Folds are split by speaker. Frame sequences of different lengths are passed to the network without cutting; padding
within a batch does not affect the result.
"""

from sklearn.model_selection import GridSearchCV, GroupKFold
from sklearn.pipeline import Pipeline

from skaudio.datasets import make_spoken_digits
from skaudio.estimators import CNNClassifier
from skaudio.features import MFCC, MelSpectrogram

digits = make_spoken_digits(150, random_state=0)
words = {"sr": 8000, "trim_db": 30.0, "level": -20.0}
pipeline = Pipeline([("sound", MelSpectrogram()), ("model", CNNClassifier(filters=8, epochs=12, random_state=0))])
grid = [
    {
        "sound": [MelSpectrogram(**words), MFCC(**words)],
        "model__architecture": ["residual", "lenet"],
        "model__pooling": ["mean_max"],
    },
    {"sound": [MelSpectrogram(**words)], "model__architecture": ["residual"], "model__pooling": ["attention"]},
]
search = GridSearchCV(pipeline, grid, cv=GroupKFold(2), refit=False)
search.fit(digits.data, digits.target, groups=digits.groups)

results = search.cv_results_
for i in results["rank_test_score"].argsort():
    sound, model = pipeline.set_params(**results["params"][i]).named_steps.values()
    print(
        f"{results['mean_test_score'][i]:.3f}  {type(sound).__name__}, {model.architecture}, {model.pooling}, "
        f"{results['mean_fit_time'][i]:.1f} s"
    )

"""Feature selection among sixteen latents of a variational autoencoder and statistics of frames."""

from sklearn.feature_selection import SelectKBest
from sklearn.model_selection import GroupKFold, cross_val_score
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skaudio.datasets import make_spoken_digits
from skaudio.estimators import AutoencoderLatent
from skaudio.features import MFCC
from skaudio.pooling import StatPooling

digits = make_spoken_digits(300, random_state=0)
table = make_pipeline(
    MFCC(sr=8000, n_mfcc=15, trim_db=30.0, level=-20.0),
    StatPooling(stats=("mean", "std")),
).fit_transform(digits.data)
union = FeatureUnion(
    [
        ("original", StandardScaler()),
        ("latent", AutoencoderLatent(n_components=16, variational=True, beta=0.2, epochs=60, random_state=0)),
    ]
)
for what, features in {"30 statistics": StandardScaler(), "46 features": union}.items():
    model = make_pipeline(features, SelectKBest(k=25), SVC(C=10))
    scores = cross_val_score(model, table, digits.target, groups=digits.groups, cv=GroupKFold(3))
    print(f"the best 25 of {what}: accuracy {scores.mean():.3f} for new speakers")
chosen = make_pipeline(union, SelectKBest(k=25)).fit(table, digits.target).get_feature_names_out()
print(f"{sum(name.startswith('latent') for name in chosen)} of the 25 are latents:", *chosen[-3:])

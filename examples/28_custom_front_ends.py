"""Use a function of a waveform, or your own class, as a front end.

Three functions of librosa are compared with MFCC in a grid search, with the same threads, cache and kinds of clips. For
a sensor with three axes, a spectrum of each axis is computed. A class with two methods is a front end with parameters.
"""

import tempfile
from dataclasses import dataclass

import librosa
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, GroupKFold
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from skaudio.datasets import make_spoken_digits
from skaudio.dsp import spectrogram
from skaudio.features import MFCC, Channels, FunctionFrontEnd, MelSpectrogram, SpectralFrontEnd
from skaudio.pooling import StatPooling

digits = make_spoken_digits(180, random_state=0)

with tempfile.TemporaryDirectory() as memory:
    shared = {"sr": 8000, "hop_length": 128, "memory": memory}
    functions = {
        "chroma": FunctionFrontEnd(librosa.feature.chroma_stft, kw_args={"n_fft": 512}, **shared),
        "contrast": FunctionFrontEnd(librosa.feature.spectral_contrast, kw_args={"n_fft": 512, "n_bands": 4}, **shared),
        "crossings": FunctionFrontEnd(librosa.feature.zero_crossing_rate, kw_args={"frame_length": 512}, **shared),
    }
    union = FeatureUnion([(name, make_pipeline(front_end, StatPooling())) for name, front_end in functions.items()])
    mfcc = make_pipeline(MFCC(sr=8000, memory=memory), StatPooling())
    pipe = Pipeline([("sound", mfcc), ("scale", StandardScaler()), ("model", LogisticRegression(max_iter=1000))])
    grid = {"sound": [union, mfcc, FeatureUnion([("functions", union), ("mfcc", mfcc)])], "model__C": [0.1, 1.0]}
    search = GridSearchCV(pipe, grid, cv=GroupKFold(3)).fit(digits.data, digits.target, groups=digits.groups)

names = ["three functions", "MFCC", "both"]
for name, scores in zip(names, search.cv_results_["mean_test_score"].reshape(2, 3).T, strict=True):
    print(f"{name:16s} {scores.max():.3f}")

# The axes of an accelerometer, 50 samples per second.
walks = [np.random.default_rng(i).normal(size=(400, 3)) for i in range(4)]
axes = MelSpectrogram(sr=50, n_fft=64, n_mels=8, channel=["x", "y", "z"])
print(axes.fit_transform(walks).shape, *axes.get_feature_names_out()[[0, 8, 16]])


@dataclass(kw_only=True, eq=False, repr=False)
class Centroid(SpectralFrontEnd):
    """Spectral centroid of frames, in Hz.

    Parameters
    ----------
    power : float, default=1.0
        Exponent of the magnitude.
    """

    power: float = 1.0

    def extractor(self):
        """Return the function from a waveform to its frames."""
        frequencies, settings = self.bin_frequencies(), self.stft_settings()

        def centroid(y):
            S = spectrogram(y, power=self.power, **settings)
            return (S @ frequencies / np.maximum(S.sum(axis=1), 1e-10))[:, np.newaxis].astype(np.float32)

        return centroid

    def channels(self):
        """Describe the channels."""
        return Channels(("centroid",), **self.clock())


frames = Centroid(sr=8000, n_jobs=2).set_params(power=2.0).fit_transform(digits.data[:3])
print(*(f"{np.mean(clip):.0f} Hz" for clip in frames))

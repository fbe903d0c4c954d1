"""Warnings point to the line of the user that led to them, whatever is in between."""

import pickle

import numpy as np
import pytest
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline

import skaudio
from skaudio.dsp import mel_filter_bank
from skaudio.estimators import GRUClassifier
from skaudio.features import MFCC, MelSpectrogram
from skaudio.pooling import StatPooling


def smooth_frames():
    """Return frames without a type whose neighbouring channels are correlated, like those of bands."""
    rng = np.random.default_rng(0)
    return np.cumsum(rng.standard_normal((12, 50, 8)), axis=2).astype(np.float32), np.arange(12) % 2


X, y = smooth_frames()
NETWORK = GRUClassifier(units=2, epochs=1, random_state=0)
CLIPS = [np.random.default_rng(i).standard_normal(800) for i in range(8)]
MEL = MelSpectrogram(sr=8000, n_fft=64, n_mels=64)
CASES = {
    "fit": ("type of the channels", lambda: NETWORK.fit(X, y)),
    "pipeline": ("type of the channels", lambda: make_pipeline(NETWORK).fit(X, y)),
    "cross-validation": ("type of the channels", lambda: cross_val_score(NETWORK, X, y, cv=2)),
    "function": ("bands are always zero", lambda: mel_filter_bank(sr=8000, n_fft=64, n_mels=64)),
    "front end": ("bands are always zero", lambda: make_pipeline(MEL, StatPooling()).fit(CLIPS)),
    "broken clip": ("cannot be used", lambda: MFCC(sr=8000, on_error="warn").transform([*CLIPS, np.full(80, np.nan)])),
}


@pytest.mark.parametrize(("message", "call"), CASES.values(), ids=CASES)
def test_warnings_point_to_the_caller(message, call):
    with pytest.warns(UserWarning, match=message) as caught:
        call()
    own = [warning for warning in caught if message in str(warning.message)]
    assert {warning.filename for warning in own} == {__file__}


def test_warnings_of_old_pickles_point_to_the_caller(monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(skaudio, "__version__", "0.0")
        content = pickle.dumps(NETWORK)
    with pytest.warns(UserWarning, match="was pickled by skaudio") as caught:
        pickle.loads(content)
    assert caught[0].filename == __file__

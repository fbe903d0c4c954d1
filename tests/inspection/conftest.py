"""Pictures are drawn into memory, and none is left open; models of tones are fitted once, and one browser is opened."""

import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from tests.common.chromium import chromium
from tests.common.tones import SR, clips

from skaudio.features import MelSpectrogram
from skaudio.pooling import StatPooling


@pytest.fixture(autouse=True)
def _no_window():
    import matplotlib

    matplotlib.use("agg")
    yield
    import matplotlib.pyplot as plt

    plt.close("all")


@pytest.fixture(scope="session")
def tones():
    """Training clips, and others."""
    return *clips(400, 0), *clips(60, 1)


@pytest.fixture(scope="session")
def cnn(tones):
    """A network of tones."""
    from skaudio.estimators import CNNClassifier

    network = CNNClassifier(filters=8, epochs=12, random_state=0)
    return make_pipeline(MelSpectrogram(sr=SR, n_fft=256, hop_length=128, n_mels=64, top_db=40), network).fit(
        tones[0][:240], tones[1][:240]
    )


@pytest.fixture(scope="session")
def svc(tones):
    """No network: statistics of fifths of clips."""
    steps = StatPooling(segments=5), StandardScaler(), SVC()
    return make_pipeline(MelSpectrogram(sr=SR, top_db=40), *steps).fit(*tones[:2])


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    """Chromium without a window, whose log is kept."""
    with chromium(tmp_path_factory.mktemp("profile")) as driver:
        yield driver

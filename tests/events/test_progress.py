"""The progress bar of fitting, with the time left."""

import re

import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skaudio.datasets import make_sound_events
from skaudio.estimators import CNNClassifier
from skaudio.events import EventDetector
from skaudio.events._progress import FitProgress, planned_stages
from skaudio.features import MelSpectrogram
from skaudio.pooling import StatPooling

MEL = MelSpectrogram(sr=16000, n_mels=10, top_db=None)
SETTINGS = {"front_end": MEL, "window_seconds": 0.4, "hop_seconds": 0.1, "n_overlays": 0, "random_state": 0}


def test_the_time_left_is_known_from_stages_of_the_same_kind():
    now = [0.0]
    stages = [("decoding", 4), ("training", 4), ("scores", 2), ("decoding", 6), ("training", 6)]
    progress = FitProgress(stages, verbose=0, clock=lambda: now[0])
    progress.begin("decoding", 4)
    now[0] = 3.0
    progress.advance(0.25)  # 3 s per recording; training is taken to be three times as long, scores as long
    assert progress.seconds_left() == pytest.approx(3 * 3 + 4 * 9 + 2 * 3 + 6 * 3 + 6 * 9)
    now[0] = 6.0
    progress.advance(0.75)  # all four in 6 s
    assert progress.seconds_left() == pytest.approx(0 + 4 * 4.5 + 2 * 1.5 + 6 * 1.5 + 6 * 4.5)
    progress.begin("training", 4)
    now[0] = 46.0
    progress.advance(1.0)  # 40 s; per recording, decoding and training took 11.5 s, where 4 units were expected
    assert progress.seconds_left() == pytest.approx(2 * 11.5 / 4 + 6 * 1.5 + 6 * 10)
    progress.begin("decoding", 6)  # a stage that is skipped does not count any more
    assert progress.seconds_left() == pytest.approx(6 * 1.5 + 6 * 10)
    progress.finish()
    assert progress.seconds_left() == 0.0
    progress.close()


def test_stages_of_fits_with_folds():
    stages = list(planned_stages(5, [2, 3], fits=True, mines=True, tunes=True))
    once = ["decoding", "training", "hard negatives", "training"]
    assert [kind for kind, _ in stages] == [*once, "scores", *once, "scores", *once, "tuning"]
    assert [n for _, n in stages] == [3] * 4 + [2] + [2] * 4 + [3] + [5] * 5
    assert list(planned_stages(5, [], fits=False, mines=True, tunes=False)) == [("scores", 5)]


@pytest.mark.parametrize("threshold", [None, "tune"])
def test_one_bar_from_decoding_to_tuning(capsys, threshold):
    scenes = make_sound_events(3, duration=10.0, classes=["trill"], snr_db=20.0, random_state=0)
    model = make_pipeline(StatPooling(), LogisticRegression(max_iter=1000))
    detector = EventDetector(model, threshold=threshold, **SETTINGS)
    detector.fit(scenes.data, scenes.events)
    assert capsys.readouterr().err == ""
    detector.set_params(verbose=1).fit(scenes.data, scenes.events)
    shown = capsys.readouterr().err
    assert shown.count("\n") == 1  # one bar
    kinds = dict.fromkeys(re.findall(r"(\w[\w ]*): +\d+%\|", shown))
    expected = ["decoding", "training", "hard negatives", "scores", *(["tuning"] if threshold else []), "fitted"]
    assert list(kinds) == expected
    assert re.search(r"fitted: 100%\|█+\| \d\d:\d\d<00:00\s*$", shown)


def test_networks_advance_with_their_epochs(capsys):
    scenes = make_sound_events(2, duration=10.0, classes=["trill"], snr_db=20.0, random_state=0)
    network = CNNClassifier(filters=2, depth=1, epochs=3, callbacks=[], random_state=0)
    detector = EventDetector(network, mine_negatives=False, verbose=1, **SETTINGS).fit(scenes.data, scenes.events)
    assert capsys.readouterr().err.count("training: ") >= 4  # at the start, and after each epoch
    assert detector.estimator_.callbacks == network.callbacks == []
    silent = EventDetector(network, mine_negatives=False, **SETTINGS).fit(scenes.data, scenes.events)
    assert (silent.predict_proba(scenes.data)[0].scores == detector.predict_proba(scenes.data)[0].scores).all()


def test_an_interrupted_fit_closes_the_bar(capsys):
    scenes = make_sound_events(2, duration=10.0, classes=["trill"], snr_db=20.0, random_state=0)
    with pytest.raises(ValueError, match="has no fit_frames"):
        EventDetector(make_pipeline(StatPooling()), resolution="window", verbose=1, **SETTINGS).set_params(
            estimator=NoFrames(), resolution="frame", hop_seconds=None
        ).fit(scenes.data, scenes.events)
    assert "fitted" not in capsys.readouterr().err


class NoFrames(LogisticRegression):
    def predict_frames(self, X):
        raise AssertionError

"""``skaudio spot``: a detector of words, without one recording."""

import joblib
import numpy as np
import pytest
import soundfile

from skaudio.cli import _spot
from skaudio.datasets import make_scenes, speak_words
from skaudio.events import EventDetector
from skaudio.metrics import event_based_scores
from skaudio.pretrained import list_models


def can_speak():
    try:
        speak_words(["a"], 1, n_speakers=1)
    except ImportError:
        return False
    return True


needs_speech = pytest.mark.skipif(not list_models().found["speech"], reason="needs the files of the speech model")
needs_espeak = pytest.mark.skipif(not can_speak(), reason="needs espeak-ng")


@pytest.fixture
def few_clips(monkeypatch):
    """Fewer generated clips than usual."""
    for name, value in {
        "N_PER_WORD": 60,
        "MIN_CLIPS": 60,
        "N_OTHERS": 80,
        "N_OTHER_WORDS": 30,
        "N_SPEAKERS": 20,
    }.items():
        monkeypatch.setattr(_spot, name, value)


@pytest.mark.slow
@needs_speech
@needs_espeak
def test_words_of_other_voices_are_found(few_clips, run, tmp_path, monkeypatch):
    monkeypatch.setattr(_spot, "N_PER_WORD", 120)
    monkeypatch.setattr(_spot, "N_OTHERS", 150)
    path = tmp_path / "spotter.joblib"
    outcome = run("spot", "seven", "hello", "--output", path, "--jobs", 2, "--quiet")
    assert outcome.status == 0, outcome.err
    assert outcome.out.splitlines()[-1].endswith(f"skaudio detect {path} RECORDINGS")
    detector = joblib.load(path)
    assert isinstance(detector, EventDetector)
    assert detector.labels_ == ["hello", "seven"]
    spoken = speak_words(["seven", "hello", "garden", "winter"], 40, n_speakers=10, random_state=77)
    labels = [word if word in detector.labels_ else "background" for word in spoken.target]
    scenes = make_scenes(spoken.data, labels, sr=spoken.sr, snr_db=20.0, random_state=0)
    table = detector.predict(scenes.data)
    found = [
        list(table[table.recording == i][["onset", "offset", "label"]].itertuples(index=False))
        for i in range(len(scenes.data))
    ]
    precision, recall, _ = event_based_scores(scenes.events, found, onset_collar=0.3, offset_collar=None)
    assert recall >= 0.7
    assert precision >= 0.7


@needs_speech
@needs_espeak
def test_background_of_the_user(few_clips, run, tmp_path, monkeypatch):
    monkeypatch.setattr(_spot, "N_EPOCHS", 1)
    given = []
    monkeypatch.setattr(
        _spot, "make_scenes", lambda *args, **kwargs: given.append(kwargs) or make_scenes(*args, **kwargs)
    )
    folder = tmp_path / "office"
    folder.mkdir()
    soundfile.write(folder / "hum.wav", 0.1 * np.sin(0.05 * np.arange(16000)), 16000)
    arguments = ["ja", "--language", "de", "--background", folder, "--jobs", 1, "--quiet"]
    outcome = run("spot", *arguments, "--output", tmp_path / "ja.joblib")
    assert outcome.status == 0, outcome.err
    assert [settings["background"] for settings in given] == [[str(folder / "hum.wav")]] * 2


def test_other_words_are_not_the_words_themselves():
    rng = np.random.default_rng(0)
    others = _spot._other_words(rng, ["Ma"])
    assert len(set(others)) == len(others)
    assert _spot.N_OTHER_WORDS - 1 <= len(others) <= _spot.N_OTHER_WORDS
    assert "ma" not in others


def test_babble_and_noise():
    clips = [np.full(1000, level, np.float32) for level in (0.1, 0.2, 0.3)]
    backgrounds = _spot._backgrounds(np.random.default_rng(0), clips)
    assert [len(y) for y in backgrounds] == [_spot.BABBLE_SECONDS * _spot.SR] * 2 * _spot.N_BABBLES
    # Each talker's clips have a mean of 0.2 in whatever order.
    assert np.mean(backgrounds[0][:3000]) == pytest.approx(0.2 * _spot.N_TALKERS, rel=1e-3)


@pytest.mark.parametrize(
    ("words", "options", "message"),
    [
        (["stop", ""], [], "words contains ''; expected words"),
        (["stop", "stop"], [], "each once"),
        (["background"], [], "'background' is the label of all other sounds"),
    ],
)
def test_what_cannot_be_learnt(words, options, message, few_clips, run, tmp_path):
    outcome = run("spot", *words, *options, "--output", tmp_path / "spotter.joblib", "--quiet")
    assert outcome.status == 2
    assert message in outcome.err
    assert list(tmp_path.iterdir()) == []


@needs_espeak
@pytest.mark.parametrize(
    ("words", "options", "message"),
    [
        (["stop", "..."], [], "espeak-ng cannot speak '...'. Write it in letters"),
        (["stop"], ["--language", "xx"], "language='xx' is unknown to espeak-ng"),
        (["stop"], ["--background", "no_such_folder.wav"], "no_such_folder.wav"),
    ],
)
def test_what_cannot_be_spoken(words, options, message, few_clips, run, tmp_path):
    outcome = run("spot", *words, *options, "--output", tmp_path / "spotter.joblib", "--quiet")
    assert outcome.status == 2
    assert message in outcome.err
    assert list(tmp_path.iterdir()) == []


def test_an_existing_file_is_kept(run, tmp_path):
    path = tmp_path / "spotter.joblib"
    path.write_text("mine")
    outcome = run("spot", "stop", "--output", path)
    assert outcome.status == 2
    assert "Pass --force" in outcome.err
    assert path.read_text() == "mine"

"""EventDetector: any classifier of clips, run over long recordings."""

import pickle

import numpy as np
import pandas as pd
import pytest
import soundfile
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.multioutput import MultiOutputClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

import skaudio.events.scanning._units as units
from skaudio.datasets import make_sound_events
from skaudio.estimators import CNNClassifier
from skaudio.events import Event, EventDetector, event_table, read_events, write_events
from skaudio.events.scanning._scanner import Scanner
from skaudio.features import MFCC, MelSpectrogram, Waveform
from skaudio.io import AudioError
from skaudio.metrics import event_based_f1, event_based_scores
from skaudio.pooling import StatPooling

SR = 16000
MEL = MelSpectrogram(sr=SR, n_mels=40, top_db=None)
STATISTICS = make_pipeline(StatPooling(stats=("mean", "std")), StandardScaler(), LogisticRegression(max_iter=500))
SETTINGS = {"front_end": MEL, "window_seconds": 0.4, "hop_seconds": 0.05, "min_duration": 0.1, "random_state": 0}
SETTINGS |= {"n_overlays": 0}  # these calls are loud, and all have one background


@pytest.fixture(scope="module")
def scenes():
    return make_sound_events(8, duration=30.0, classes=["trill", "chirp_up"], snr_db=20.0, random_state=0)


@pytest.fixture(scope="module")
def detector(scenes):
    before = scenes.data.copy()
    detector = EventDetector(STATISTICS, **SETTINGS).fit(scenes.data[:5], scenes.events[:5])
    assert_array_equal(scenes.data, before)  # what is laid over something is laid over a copy
    return detector


def test_events_are_found_where_they_are(scenes, detector):
    assert detector.labels_ == ["chirp_up", "trill"]
    assert not detector.multilabel_
    assert detector.score(scenes.data[5:], scenes.events[5:]) > 0.8
    table = detector.predict(scenes.data[5:])
    assert list(table.columns) == ["recording", "onset", "offset", "label", "score"]
    assert set(table["recording"]) == {0, 1, 2}
    truth = event_table(scenes.events[5:])
    assert event_based_f1(truth, table) == pytest.approx(detector.score(scenes.data[5:], scenes.events[5:]))


def test_counts_have_a_row_for_every_recording(scenes, detector):
    silence = np.zeros(5 * SR, np.float32)
    counts = detector.count([scenes.data[5], silence])
    assert counts.shape == (2, 2)
    assert counts.index.tolist() == [0, 1]
    assert counts.loc[1].tolist() == [0, 0]
    found = detector.predict([scenes.data[5]])["label"]
    assert counts.loc[0].to_dict() == {label: int((found == label).sum()) for label in detector.labels_}


def test_scores_over_time(scenes, detector):
    track = detector.predict_proba(scenes.data[5:6])[0]
    assert track.scores.shape == (len(track.times), 2)
    assert track.times[0] == 0.0
    assert_allclose(np.diff(track.times), track.times[1], rtol=1e-6)
    assert track.times[-1] <= 30.0 < track.times[-1] + 2 * track.times[1]
    frames = MEL.transform(scenes.data[5:6])[0]
    for i in (100, int(track.scores.max(axis=1).argmax())):
        centre, width = round(track.times[i] * SR / 128), round(0.4 * SR / 128)
        window = frames[centre - width // 2 : centre - width // 2 + width]
        expected = detector.estimator_.predict_proba(window[np.newaxis])[0]
        assert_allclose(track.scores[i], expected[1:], atol=1e-5)
    assert detector.estimator_.classes_.tolist() == ["background", "chirp_up", "trill"]


def test_blocks_do_not_matter(scenes, detector, monkeypatch):
    expected = detector.predict_proba(scenes.data[5:6])[0].scores
    monkeypatch.setattr(units.Units.stream, "__defaults__", (3.7,))
    assert_allclose(detector.predict_proba(scenes.data[5:6])[0].scores, expected, atol=1e-4)


@pytest.mark.parametrize("size", [999, 16000, 10**6])
def test_live_events_are_the_same(scenes, detector, size):
    y = scenes.data[6]
    whole = detector.predict([y])
    live = list(detector.iter_predict((y[i : i + size] for i in range(0, len(y), size)), SR))
    live = event_table([sorted(live)])
    pd.testing.assert_frame_equal(live, whole, atol=1e-4)


def test_a_live_event_is_told_soon(scenes, detector):
    y, heard = scenes.data[6], [0]

    def blocks():
        for i in range(0, len(y), 1600):
            heard[0] = i + 1600
            yield y[i : i + 1600]

    first = next(detector.iter_predict(blocks(), SR))
    assert heard[0] / SR < first.offset + 5.0


def test_a_live_stream_at_another_rate(scenes, detector):
    from soxr import resample

    y = resample(scenes.data[6], SR, 44100)
    live = [event[:3] for event in detector.iter_predict(np.array_split(y, 50), 44100)]
    known = [event[:3] for event in scenes.events[6]]
    assert event_based_f1([known], [live]) > 0.7


@pytest.mark.slow
def test_windows_of_the_waveform_for_a_pipeline_with_its_own_front_end(scenes):
    model = make_pipeline(MFCC(sr=SR), StatPooling(stats=("mean", "std")), StandardScaler(), SVC(C=10))
    detector = EventDetector(model, sr=SR, window_seconds=0.4, hop_seconds=0.1, min_duration=0.1, random_state=0)
    detector.fit(scenes.data[:5], scenes.events[:5])
    assert detector.score(scenes.data[5:], scenes.events[5:]) > 0.6


@pytest.mark.slow
def test_a_network(scenes):
    network = CNNClassifier(filters=8, depth=2, epochs=3, random_state=0)
    detector = EventDetector(network, **SETTINGS).fit(scenes.data[:5], scenes.events[:5])
    assert detector.score(scenes.data[5:], scenes.events[5:]) > 0.6


@pytest.mark.slow
def test_events_of_different_classes_at_one_time():
    scenes = make_sound_events(
        8, duration=30.0, n_events=(12, 16), classes=["trill", "chirp_up"], snr_db=20.0, overlap=True, random_state=1
    )
    model = make_pipeline(StatPooling(), StandardScaler(), MultiOutputClassifier(LogisticRegression(max_iter=500)))
    detector = EventDetector(model, **SETTINGS).fit(scenes.data[:6], scenes.events[:6])
    assert detector.multilabel_
    found = [
        [tuple(row) for row in detector.predict([y])[["onset", "offset", "label"]].itertuples(index=False)]
        for y in scenes.data[6:]
    ]
    at_once = [a for own in found for a in own for b in own if a[2] != b[2] and min(a[1], b[1]) - max(a[0], b[0]) > 0.1]
    assert at_once
    assert detector.score(scenes.data[6:], scenes.events[6:]) > 0.5


@pytest.mark.slow
def test_events_in_every_form(scenes, tmp_path):
    paths = []
    for i in range(3):
        soundfile.write(tmp_path / f"night{i}.wav", scenes.data[i], SR)
        write_events(tmp_path / f"night{i}.txt", [Event(*event) for event in scenes.events[i]])
        paths.append(tmp_path / f"night{i}.wav")
    lists = EventDetector(STATISTICS, **SETTINGS).fit(paths, scenes.events[:3])
    expected = lists.predict(paths[:1])
    assert expected["recording"].unique().tolist() == [str(paths[0])]
    table = event_table(scenes.events[:3])
    for names in ([str(path) for path in paths], [path.name for path in paths], [path.stem for path in paths]):
        named = table.assign(recording=[names[i] for i in table["recording"]])
        pd.testing.assert_frame_equal(
            EventDetector(STATISTICS, **SETTINGS).fit(paths, named).predict(paths[:1]), expected
        )
    files = [path.with_suffix(".txt") for path in paths]
    again = EventDetector(STATISTICS, **SETTINGS).fit(paths, files).predict(paths[:1])
    pd.testing.assert_frame_equal(again, expected, atol=0.05)  # Audacity's files are rounded
    with pytest.raises(ValueError, match="'elsewhere', which matches no recording"):
        lists.fit(paths, table.assign(recording="elsewhere"))
    with pytest.raises(ValueError, match="Expected events of 3 recordings, got 2"):
        lists.fit(paths, scenes.events[:2])


def cut_clips(scenes, seed=0):
    rng = np.random.default_rng(seed)
    clips, labels = [], []
    for y, events in zip(scenes.data, scenes.events, strict=True):
        for onset, offset, label in events:
            middle = int((onset + offset) / 2 * SR)
            clips.append(y[max(0, middle - 3200) :][:6400])
            labels.append(label)
        for _ in range(2 * len(events)):
            start = rng.uniform(0, 29)
            if not any(start - 0.1 < offset and start + 0.5 > onset for onset, offset, _ in events):
                clips.append(y[int(start * SR) :][:6400])
                labels.append("background")
    return clips, np.array(labels)


def test_cut_clips_and_then_long_recordings(scenes):
    clips, labels = cut_clips(scenes)
    detector = EventDetector(STATISTICS, **SETTINGS, threshold=0.8).fit_clips(clips, labels)
    assert detector.labels_ == ["chirp_up", "trill"]
    assert detector.score(scenes.data, scenes.events) > 0.3  # no events to learn bounds from
    counts = detector.count(scenes.data)
    true = pd.DataFrame(
        [{label: sum(event[2] == label for event in own) for label in detector.labels_} for own in scenes.events]
    )
    assert np.abs(counts.to_numpy() - true.to_numpy()).mean() < 0.8
    either = EventDetector(STATISTICS, **SETTINGS).fit_clips(clips, labels != "background")
    assert either.labels_ == [True]
    with pytest.raises(ValueError, match="No clip is labelled 'background'"):
        detector.fit_clips(clips, np.where(labels == "background", "noise", labels))


def test_a_classifier_that_is_fitted_already(scenes):
    clips, labels = cut_clips(scenes)
    model = clone(STATISTICS).fit(MEL.transform(clips), labels)
    frozen = EventDetector(FrozenEstimator(model), **SETTINGS).fit(scenes.data[:2], scenes.events[:2])
    plain = EventDetector(STATISTICS, **SETTINGS).fit_clips(clips, labels)
    assert_allclose(frozen.predict_proba(scenes.data[5:6])[0].scores, plain.predict_proba(scenes.data[5:6])[0].scores)
    assert frozen.bound_shifts_ != plain.bound_shifts_ == dict.fromkeys(["chirp_up", "trill"], (0.0, 0.0))
    assert frozen.score(scenes.data[5:], scenes.events[5:]) > 0.7


def test_bounds_are_corrected_by_what_is_known(scenes, detector):
    onset, offset = detector.bound_shifts_["trill"]
    assert abs(onset) < 0.4
    assert abs(offset) < 0.4
    raw = pickle.loads(pickle.dumps(detector))
    raw.bound_shifts_ = dict.fromkeys(raw.labels_, (0.0, 0.0))
    errors = []
    for model in (raw, detector):
        found = model.predict(scenes.data[5:6])
        nearest = [min(abs(event[0] - t) for t in found["onset"]) for event in scenes.events[5]]
        errors.append(np.median(nearest))
    assert errors[1] <= errors[0] + 0.01


@pytest.mark.slow
def test_tuning_on_recordings_held_out(scenes):
    tuned = EventDetector(STATISTICS, **{**SETTINGS, "threshold": "tune"}).fit(scenes.data[:6], scenes.events[:6])
    assert set(tuned.decoding_) == {"threshold", "low_threshold", "min_duration", "max_gap"}
    assert 0.2 <= tuned.decoding_["threshold"] <= 0.9
    assert tuned.decoding_["low_threshold"] == tuned.decoding_["threshold"] / 2
    high = EventDetector(STATISTICS, **{**SETTINGS, "threshold": 0.99}).fit(scenes.data[:6], scenes.events[:6])
    assert tuned.score(scenes.data[6:], scenes.events[6:]) > high.score(scenes.data[6:], scenes.events[6:])
    in_groups = clone(tuned).fit(scenes.data[:6], scenes.events[:6], groups=scenes.groups[:6])
    assert in_groups.score(scenes.data[6:], scenes.events[6:]) > 0.6
    with pytest.raises(ValueError, match="requires recordings of at least two groups"):
        clone(tuned).fit(scenes.data[:6], scenes.events[:6], groups=np.zeros(6))
    # A class that is in one recording alone is in no other to learn it from.
    rare = [list(events) for events in scenes.events[:6]]
    last = max(event[1] for event in rare[2])
    rare[2].append((last + 0.1, last + 0.6, "rare"))
    with pytest.raises(
        ValueError, match="No window overlaps enough with an event 'rare', in all recordings or in those of a"
    ):
        clone(tuned).fit(scenes.data[:6], rare)


@pytest.mark.slow
def test_calls_over_other_backgrounds_teach_to_hear_faint_ones(scenes):
    faint = make_sound_events(8, duration=30.0, classes=["trill", "chirp_up"], snr_db=5.0, random_state=3)
    recalls = []
    for n_overlays in (0, 4):
        detector = EventDetector(STATISTICS, **{**SETTINGS, "n_overlays": n_overlays}).fit(scenes.data, scenes.events)
        table = detector.predict(faint.data)[["recording", "onset", "offset", "label"]]
        found = [[tuple(row[1:]) for row in table.to_numpy() if row[0] == i] for i in range(len(faint.data))]
        recalls.append(event_based_scores(faint.events, found, onset_collar=0.4, offset_collar=None)[1])
    assert recalls[1] > recalls[0] + 0.03


@pytest.mark.slow
def test_a_search_over_windows_and_models(scenes):
    grid = {"window_seconds": [0.3, 0.5], "estimator__logisticregression__C": [0.1, 1.0]}
    search = GridSearchCV(EventDetector(STATISTICS, **SETTINGS), grid, cv=2).fit(list(scenes.data), scenes.events)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert search.best_score_ > 0.6


def test_equal_seeds_and_pickles_say_the_same(scenes, detector):
    again = EventDetector(STATISTICS, **SETTINGS).fit(scenes.data[:5], scenes.events[:5])
    for other in (again, pickle.loads(pickle.dumps(detector))):
        assert_array_equal(
            other.predict_proba(scenes.data[5:6])[0].scores, detector.predict_proba(scenes.data[5:6])[0].scores
        )
        assert other.bound_shifts_ == detector.bound_shifts_


@pytest.mark.slow
def test_several_processes_say_the_same(scenes, detector):
    several = pickle.loads(pickle.dumps(detector)).set_params(n_jobs=2)
    pd.testing.assert_frame_equal(several.predict(list(scenes.data[5:])), detector.predict(list(scenes.data[5:])))


def test_a_killed_batch_goes_on_where_it_was(scenes, detector, tmp_path, monkeypatch):
    paths = []
    for i in range(3):
        paths.append(tmp_path / f"night{i}.wav")
        soundfile.write(paths[-1], scenes.data[5 + i], SR)
    good = paths[2].read_bytes()
    paths[2].write_bytes(b"not copied yet")
    table = tmp_path / "calls.csv"
    with pytest.raises(AudioError, match=r"night2\.wav"):
        detector.predict_to(table, paths)
    assert not table.exists()
    paths[2].write_bytes(good)
    looked_at = []
    track = Scanner.track
    monkeypatch.setattr(Scanner, "track", lambda self, clip, *more: looked_at.append(clip) or track(self, clip, *more))
    other = pickle.loads(pickle.dumps(detector)).set_params(smoothing=0.1)
    with pytest.raises(ValueError, match=r"\.calls\.csv\.parts' is from a run with another detector.*Delete it"):
        other.predict_to(table, paths)
    again = pickle.loads(pickle.dumps(detector))
    expected = ["calls.csv", "calls.csv.recordings.json", *(path.name for path in paths)]
    paths = [paths[2], paths[1]]  # a corrected list, in another order
    again.predict_to(table, paths)
    assert looked_at == [paths[0]]
    assert sorted(path.name for path in tmp_path.iterdir()) == expected
    monkeypatch.undo()
    pd.testing.assert_frame_equal(read_events(table), detector.predict(paths))
    detector.predict_to(tmp_path / "calls.selections.txt", paths, durations={str(path): 30.0 for path in paths})
    assert len(read_events(tmp_path / "calls.selections.txt")) == len(detector.predict(paths))


@pytest.mark.parametrize("given_as", ["paths", "arrays"])
def test_a_recording_that_was_replaced_is_looked_at_again(scenes, detector, tmp_path, monkeypatch, given_as):
    first, unchanged, other = scenes.data[5], scenes.data[6], scenes.data[7]

    def clips(*recordings):
        if given_as == "arrays":
            return list(recordings)
        paths = [tmp_path / f"night{i}.wav" for i in range(3)]
        for path, y in zip(paths, recordings, strict=True):
            if y is not unchanged:
                soundfile.write(path, y, SR, subtype="FLOAT")
        return paths

    soundfile.write(tmp_path / "night1.wav", unchanged, SR, subtype="FLOAT")
    with pytest.raises(AudioError, match=r"^Recording 2"):
        detector.predict_to(tmp_path / "calls.csv", clips(first, unchanged, np.full(SR, np.nan)))
    looked_at = []
    track = Scanner.track
    monkeypatch.setattr(Scanner, "track", lambda self, clip, *more: looked_at.append(clip) or track(self, clip, *more))
    again = clips(other, unchanged, first)  # the other is as long as before
    detector.predict_to(tmp_path / "calls.csv", again)
    assert len(looked_at) == 2
    assert np.array_equal(looked_at[0], again[0])
    assert np.array_equal(looked_at[1], again[2])
    assert not list(tmp_path.glob(".*"))
    expected = detector.predict(again).astype({"recording": str})
    pd.testing.assert_frame_equal(read_events(tmp_path / "calls.csv"), expected)


def test_what_was_found_in_a_recording_that_is_gone_is_kept(scenes, detector, tmp_path):
    paths = [tmp_path / "night0.wav", tmp_path / "night1.wav"]
    soundfile.write(paths[0], scenes.data[5], SR)
    paths[1].write_bytes(b"not copied yet")
    with pytest.raises(AudioError):
        detector.predict_to(tmp_path / "calls.csv", paths)
    expected = detector.predict(paths[:1])
    paths[0].unlink()
    soundfile.write(paths[1], np.zeros(SR), SR)
    detector.predict_to(tmp_path / "calls.csv", paths)
    pd.testing.assert_frame_equal(read_events(tmp_path / "calls.csv"), expected)


def test_a_progress_bar(scenes, detector, capsys):
    pickle.loads(pickle.dumps(detector)).set_params(verbose=1).predict(scenes.data[5:7])
    assert "2/2" in capsys.readouterr().err
    detector.predict(scenes.data[5:7])
    assert capsys.readouterr().err == ""


def test_a_short_recording_and_none(detector):
    assert len(detector.predict([np.zeros(100, np.float32)])) == 0
    assert list(detector.predict([np.zeros(100, np.float32)]).columns) == [
        "recording",
        "onset",
        "offset",
        "label",
        "score",
    ]
    assert list(detector.iter_predict([], SR)) == []


@pytest.mark.parametrize("scale", ["linear", "pcen"])
def test_top_db_is_of_decibels_alone(scenes, scale):
    def detected(**settings):
        front_end = MelSpectrogram(sr=SR, scale=scale, **settings)
        detector = EventDetector(STATISTICS, **{**SETTINGS, "front_end": front_end})
        return detector.fit(scenes.data[:2], scenes.events[:2]).predict(scenes.data[2:4])

    table = detected()
    assert len(table)
    pd.testing.assert_frame_equal(table, detected(top_db=None))


def test_what_cannot_be_used(scenes, tmp_path):
    with pytest.raises(NotFittedError):
        EventDetector(STATISTICS, **SETTINGS).predict(scenes.data)
    with pytest.raises(ValueError, match=r"The recordings have no events.*fit_clips"):
        EventDetector(STATISTICS, **SETTINGS).fit(scenes.data[:2], [[], []])
    with pytest.raises(ValueError, match="background='trill' is the label of an event"):
        EventDetector(STATISTICS, **SETTINGS, background="trill").fit(scenes.data[:2], scenes.events[:2])
    with pytest.raises(ValueError, match="sr=None requires a front_end"):
        EventDetector(STATISTICS).fit(scenes.data[:2], scenes.events[:2])
    with pytest.raises(ValueError, match="sr=8000; expected 16000, as in the front end"):
        EventDetector(STATISTICS, **SETTINGS, sr=8000).fit(scenes.data[:2], scenes.events[:2])
    with pytest.raises(
        ValueError,
        match=r"front_end=Waveform\(.*block by block: of a spectrum, or a Pretrained.*\. Put others into the",
    ):
        EventDetector(STATISTICS, **{**SETTINGS, "front_end": Waveform(sr=SR)}).fit(scenes.data, scenes.events)
    with pytest.raises(ValueError, match="front_end has top_db"):
        EventDetector(STATISTICS, **{**SETTINGS, "front_end": MelSpectrogram(sr=SR)}).fit(scenes.data, scenes.events)
    (tmp_path / "broken.wav").write_bytes(b"no sound")
    with pytest.raises(AudioError, match=r"Recording 1: .*broken\.wav"):
        EventDetector(STATISTICS, **SETTINGS).fit([scenes.data[0], tmp_path / "broken.wav"], scenes.events[:2])
    with pytest.raises(ValueError, match="'window_seconds' parameter"):
        EventDetector(STATISTICS, **{**SETTINGS, "window_seconds": 0}).fit(scenes.data[:2], scenes.events[:2])
    with pytest.raises(ValueError, match=r"'trill' is from 2\.0 to 1\.0 s"):
        EventDetector(STATISTICS, **SETTINGS).fit(scenes.data[:1], [[(2.0, 1.0, "trill")]])


TONE = np.sin(2 * np.pi * 1000 * np.arange(SR // 2) / SR).astype(np.float32)
HISS = np.random.default_rng(0).normal(0, 0.05, (40, SR // 2)).astype(np.float32)


@pytest.fixture(scope="module")
def tone_classifier():
    tones = [level * TONE + noise for level, noise in zip(np.linspace(0.2, 0.8, 20), HISS, strict=False)]
    model = make_pipeline(
        MelSpectrogram(SR, n_mels=20, top_db=None), StatPooling(stats=("mean",)), LogisticRegression(max_iter=1000)
    )
    return model.fit([*tones, *HISS[20:]], ["tone"] * 20 + ["hiss"] * 20)


def test_a_fitted_classifier_needs_no_recordings(tone_classifier):
    detector = EventDetector.from_classifier(tone_classifier, background="hiss", sr=SR, window_seconds=0.5)
    assert detector.labels_ == ["tone"]
    recording = np.concatenate([*HISS[:4], 0.5 * TONE, 0.5 * TONE, *HISS[4:8]])
    (event,) = detector.predict([recording]).itertuples()
    assert (event.label, event.onset, event.offset) == (
        "tone",
        pytest.approx(2.0, abs=0.3),
        pytest.approx(3.0, abs=0.3),
    )
    renamed = EventDetector.from_classifier(
        tone_classifier, ["background", "beep"], sr=SR, window_seconds=0.5, center=False, hop_seconds=0.5
    )
    assert renamed.predict([recording]).label.tolist() == ["beep"]
    assert clone(renamed).get_params()["sr"] == SR
    with pytest.raises(ValueError, match=r"no class background='background'.*\['hiss', 'tone'\]"):
        EventDetector.from_classifier(tone_classifier, sr=SR)
    with pytest.raises(ValueError, match="labels has 3 names; expected 2"):
        EventDetector.from_classifier(tone_classifier, ["a", "b", "c"], sr=SR)
    with pytest.raises(NotFittedError):
        EventDetector.from_classifier(clone(tone_classifier), background="hiss", sr=SR)


def test_consecutive_windows_are_the_slices_of_a_recording(tone_classifier):
    detector = EventDetector.from_classifier(
        tone_classifier, background="hiss", sr=SR, window_seconds=0.5, hop_seconds=0.5, center=False, silence_dbfs=None
    )
    slices = [HISS[0], 0.5 * TONE, HISS[1], 0.3 * TONE]
    recording = np.concatenate(slices)
    track = detector.predict_proba([recording])[0]
    assert_allclose(track.times, [0.25, 0.75, 1.25, 1.75])
    assert_allclose(track.scores[:, 0], tone_classifier.predict_proba(slices)[:, 1], atol=1e-6)
    live = list(detector.iter_predict(np.array_split(recording, 7), SR))
    whole = detector.predict([recording])
    assert [(event.onset, event.offset) for event in live] == list(zip(whole.onset, whole.offset, strict=True))


def test_the_silence_of_consecutive_windows_is_their_own(tone_classifier):
    detector = EventDetector.from_classifier(
        tone_classifier, background="hiss", sr=SR, window_seconds=0.5, hop_seconds=0.5, center=False
    )
    recording = np.concatenate([np.zeros(SR // 2), np.zeros(SR // 2), 0.5 * TONE, np.zeros(SR // 2), np.zeros(SR // 2)])
    scores = detector.predict_proba([recording])[0].scores[:, 0]
    assert scores[2] > 0.5
    assert scores[0] == scores[4] == 0


def test_the_shortest_event_is_three_quarters_of_a_short_one_of_its_class(scenes):
    named = [(label, offset - onset) for own in scenes.events[:5] for onset, offset, label in own]
    lengths = {label: [length for other, length in named if other == label] for label, _ in named}
    settings = {**SETTINGS, "min_duration": None}
    detector = EventDetector(STATISTICS, **settings).fit(scenes.data[:5], scenes.events[:5])
    expected = [0.75 * np.quantile(lengths[label], 0.1) for label in detector.labels_]
    assert detector.decoding_["min_duration"] == pytest.approx(expected)
    assert detector.score(scenes.data[5:], scenes.events[5:]) > 0.8
    clips, labels = [TONE, *HISS[:3]], ["tone"] + ["background"] * 3
    cut = EventDetector(STATISTICS, front_end=MEL, window_seconds=0.5).fit_clips(clips, labels)
    assert cut.decoding_["min_duration"] == 0.0


@pytest.mark.slow
def test_windows_carry_what_the_front_end_says_of_its_frames(scenes):
    network = CNNClassifier("lenet", filters=4, epochs=2, random_state=0)
    detector = EventDetector(network, **SETTINGS).fit(scenes.data[:2], scenes.events[:2])
    assert detector.estimator_._channels_in.kind == "bands"
    assert detector.estimator_._channels_in.decibels


def test_durations_of_arrays_are_at_the_rate_of_the_detector(scenes, detector, tmp_path):
    recordings = [scenes.data[5][: 20 * SR], scenes.data[6]]
    detector.predict_to(tmp_path / "calls.selections.txt", recordings)
    table = pd.read_csv(tmp_path / "calls.selections.txt", sep="\t")
    shift = table["Begin Time (s)"] - table["File Offset (s)"]
    assert set(shift.round(3)) <= {0.0, 20.0}  # Raven opens the second after the first
    assert (shift == 20.0).any()

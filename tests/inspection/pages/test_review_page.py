import base64
import io
import json
import re

import numpy as np
import pandas as pd
import pytest
import soundfile as sf

from skaudio.events import Event, EventTableError, write_events
from skaudio.features import MFCC, MelSpectrogram
from skaudio.inspection import ReviewPage
from skaudio.inspection.detections._orders import detection_orders, score_strata
from skaudio.inspection.detections._totals import totals
from skaudio.inspection.pages._sound_card import SoundCards, excerpt
from skaudio.io import AudioError

SR = 8000


@pytest.fixture
def recording():
    return 0.1 * np.random.default_rng(0).standard_normal(20 * SR).astype(np.float32), SR


@pytest.fixture
def folder(tmp_path, recording):
    """A table of three detections in two recordings beside it."""
    (tmp_path / "site").mkdir()
    for name in ("site/night.wav", "site/dawn.wav"):
        sf.write(tmp_path / name, *recording)
    calls = {
        "site/night.wav": [Event(1.0, 2.0, "owl", 0.9), Event(5.0, 6.0, "fox </script>", 0.5)],
        "site/dawn.wav": [Event(19.5, 20.0, "owl", 0.7)],
    }
    write_events(tmp_path / "calls.csv", calls)
    return tmp_path


def content(page):
    text = page.read_text()
    (data,) = re.findall(r'<script type="application/json" id="content">(.*?)</script>', text)
    return json.loads(data)


def fact(clip, name):
    return dict(clip["facts"])[name]


def encoded(recording, event, front_end, context_seconds):
    y, start = excerpt(recording, event, front_end.rate, context_seconds)
    return SoundCards(front_end, 1e6).encode(y, start, event)


def table(n=1, **columns):
    onsets = np.arange(n, dtype=float)
    return pd.DataFrame({"recording": 0, "onset": onsets, "offset": onsets + 0.5, "label": "owl", **columns})


def test_the_detections_of_a_file(folder):
    (page,) = ReviewPage(folder / "calls.csv").save(folder / "review.html")
    found = content(page)
    assert found["columns"] == ["recording", "onset", "offset", "label", "score"]
    assert found["cells"][1] == ["site/night.wav", "5.0", "6.0", "fox </script>", "0.5"]
    assert [fact(clip, "recording") for clip in found["clips"]] == ["night.wav", "dawn.wav", "night.wav"]
    assert [fact(clip, "at") for clip in found["clips"]] == ["at 0:01", "at 0:19.5", "at 0:05"]
    assert found["verified"] == [None] * 3
    assert "fox </script>" not in page.read_text()


def test_recordings_by_shorter_names(folder):
    night, dawn = folder / "site/night.wav", folder / "site/dawn.wav"
    short = pd.DataFrame({"recording": ["dawn", "night"], "onset": [1.0, 2.0], "offset": [2.0, 3.0], "label": "owl"})
    (page,) = ReviewPage(short, [night, dawn], order="time").save(folder / "review.html")
    assert content(page)["cells"][0][0] == "dawn"  # as in the table
    with pytest.raises(ValueError, match=r"2 of 2 recordings in the table are not found: 'dawn', 'night'\. Pass the"):
        ReviewPage(short, order="time")
    with pytest.raises(ValueError, match="The table of detections refers to 'dawn', which matches no recording"):
        ReviewPage(short, [night], order="time")
    with pytest.raises(TypeError, match="expected a list of recordings"):
        ReviewPage(short, str(night), order="time")


def test_picture_and_sound_are_around_the_event(recording):
    y, sr = recording
    y = np.where(np.arange(len(y)) == 6 * sr, 1.0, 0.01 * y).astype(np.float32)  # a click in the middle of the event
    event = Event(5.5, 6.5, "click", low_frequency=1000.0, high_frequency=3000.0)
    clip = encoded((y, sr), event, MelSpectrogram(sr=sr), 1.0)
    assert clip["seconds"] == clip["soundSeconds"] == 3.0
    left, right, low, high = clip["box"]
    assert (left, right) == (pytest.approx(1 / 3, abs=1e-3), pytest.approx(2 / 3, abs=1e-3))
    # Heights of the edges and of round frequencies, among bands of equal height.
    frequencies = MelSpectrogram(sr=sr).channel_frequencies()
    bands = (np.arange(len(frequencies)) + 0.5) / len(frequencies)
    heights = [(low, 1000.0), (high, 3000.0), *((height, 1000 * float(text)) for height, text in clip["yTicks"])]
    assert [hz for _, hz in heights[2:]] == [200.0, 500.0, 1000.0, 2000.0]
    for height, hz in heights:
        assert np.interp(height, bands, frequencies) == pytest.approx(hz, abs=2.0)
    assert clip["xTicks"] == [
        [pytest.approx(1 / 6, abs=1e-3), "0:05"],
        [0.5, "0:06"],
        [pytest.approx(5 / 6, abs=1e-3), "0:07"],
    ]
    heard, rate = sf.read(io.BytesIO(base64.b64decode(clip["sound"].partition(",")[2])))
    assert np.abs(heard).argmax() / rate == pytest.approx(1.5, abs=0.1)  # MP3 has a delay that players know of
    assert np.abs(heard).max() > 0.5


def test_a_quiet_recording_is_amplified_and_a_long_event_cut(recording):
    y, sr = recording
    clip = encoded((np.tile(0.01 * y, 3), sr), Event(0.0, 55.0, "rain"), MelSpectrogram(sr=sr), 1.0)
    assert clip["seconds"] == 30.0
    assert clip["box"][:2] == [0.0, 1.0]
    heard, _ = sf.read(io.BytesIO(base64.b64decode(clip["sound"].partition(",")[2])))
    assert np.abs(heard).max() == pytest.approx(10 ** (30 / 20) * 0.01 * np.abs(y).max(), rel=0.2)


def test_the_channel_of_the_event_is_heard():
    silence, tone = np.zeros(SR), 0.5 * np.sin(np.arange(SR))
    stereo = np.stack([silence, tone], axis=1), SR
    sounds = [encoded(stereo, Event(0, 1, "a", channel=c), MelSpectrogram(sr=SR), 0.0) for c in (1, 2)]
    peaks = [np.abs(sf.read(io.BytesIO(base64.b64decode(clip["sound"].partition(",")[2])))[0]).max() for clip in sounds]
    assert peaks[0] < 1e-3
    assert peaks[1] > 0.5


def test_orders():
    events = [Event(3, 4, "b", 0.2), Event(1, 2, "a", 0.9), Event(2, 3, "a", None), Event(0, 1, "b", 0.5)]
    orders = detection_orders(events, [0, 1, 0, 1], np.random.RandomState(0))
    assert orders["score"].tolist() == [1, 3, 0, 2]
    assert orders["label"].tolist() == [1, 2, 3, 0]
    assert orders["time"].tolist() == [2, 0, 3, 1]
    assert sorted(orders["random"]) == [0, 1, 2, 3]


def test_the_first_of_the_stratified_order_represent_all_scores():
    rng = np.random.default_rng(0)
    scores = rng.beta(1, 5, 400)
    events = [Event(i, i + 1, "common" if i < 350 else "rare", score) for i, score in enumerate(scores)]
    order = detection_orders(events, [0] * 400, np.random.RandomState(0))["stratified"]
    n_strata = {"common": 10, "rare": 5}
    edges = score_strata(events)
    for n_each in (1, 3):
        first = order[: 15 * n_each]
        for label, n in n_strata.items():
            drawn = [events[i].score for i in first if events[i].label == label]
            assert np.histogram(drawn, edges[label])[0].tolist() == [n_each] * n


def test_strata_have_about_equal_numbers_of_detections():
    scores = np.random.default_rng(0).uniform(size=95)
    edges = score_strata([Event(i, i + 1, "owl", score) for i, score in enumerate(scores)])
    assert edges["owl"] == edges[""]
    counts, _ = np.histogram(scores, edges["owl"])
    assert len(counts) == 9
    assert counts.min() >= 10
    assert (edges[""][0], edges[""][-1]) == (scores.min(), scores.max())
    assert score_strata([Event(0, 1, "owl", 0.5), Event(0, 1, "fox")]) == {"": [0.5, 0.5], "owl": [0.5, 0.5]}


def test_equal_seeds_give_equal_pages(recording, tmp_path):
    texts = []
    for seed in (0, 0, 1):
        page = ReviewPage(table(6), [recording], order="random", random_state=seed, max_detections=3)
        texts.append(page.save(tmp_path / "page.html")[0].read_text())
    assert texts[0] == texts[1] != texts[2]
    assert len(content(tmp_path / "page.html")["clips"]) == 3


def test_pages(recording, tmp_path):
    review = ReviewPage(table(5), [recording], order="time", per_page=2)
    paths = review.save(tmp_path / "page.html")
    assert [path.name for path in paths] == ["page.html", "page-2.html", "page-3.html"]
    assert [[clip["row"] for clip in content(path)["clips"]] for path in paths] == [[0, 1], [2, 3], [4]]
    assert '<a href="page-2.html" aria-current="page">3 to 4</a>' in paths[1].read_text()
    assert "5 detections on 3 pages" in review._repr_html_()
    assert ReviewPage(table(1), [recording], order="time")._repr_html_().startswith("<iframe")


def test_a_page_is_as_large_as_it_may_be(recording, tmp_path):
    for megabytes in (0.65, 0.9):
        review = ReviewPage(table(20), [recording], order="time", max_megabytes=megabytes)
        assert review.save(tmp_path / "page.html")[0].stat().st_size < 1e6 * megabytes


def test_further_columns_and_the_clock(recording, tmp_path):
    times = pd.Timestamp("2023-04-01 05:00:00") + pd.to_timedelta([0, 1.5], unit="s")
    review = ReviewPage(table(2, note=["x", None], time=times, verified=[True, None]), [recording], order="time")
    found = content(*review.save(tmp_path / "page.html"))
    assert [fact(clip, "time") for clip in found["clips"]] == ["2023-04-01 05:00:00", "2023-04-01 05:00:01"]
    assert found["columns"][-2:] == ["note", "time"]
    assert found["cells"][1][4:] == ["", "2023-04-01 05:00:01.500000"]
    assert found["verified"] == [True, None]
    named = ReviewPage(table(1, when="at dusk"), [recording], order="time", time_column="when")
    assert content(*named.save(tmp_path / "page.html"))["clips"][0]["facts"][-1] == ["time", "at dusk"]


def test_the_clock_of_the_recordings(recording, tmp_path):
    sf.write(tmp_path / "20230401_050000.WAV", *recording)
    write_events(tmp_path / "calls.csv", {"20230401_050000.WAV": [Event(1.5, 2.0, "owl", 0.5)]})
    (page,) = ReviewPage(tmp_path / "calls.csv").save(tmp_path / "page.html")
    assert fact(content(page)["clips"][0], "time") == "2023-04-01 05:00:01"
    assert 'aria-label="5:00: 1"' in page.read_text()


def test_totals():
    events = [*(Event(i, i + 1, "owl <1>", score) for i, score in enumerate([0.0, 0.05, 1.0])), Event(9, 10, "fox")]
    html = totals(events, ["a.wav", "a.wav", "b.wav", "b.wav"], [5, 5, 18, None])
    cells = re.findall(r"<td>(.*?)</td>", html)
    assert cells[:4] == ["owl &lt;1&gt;", "3", "2", "0.05"]
    assert cells[5:] == ["fox", "1", "1", "", ""]
    # Of twenty bars from 0 to 1, the first has a detection, the second one, and the last one.
    heights = [
        float(height) for height in re.findall(r'<rect x="\d+" y="[\d.]+" width="7" height="([\d.]+)"', cells[4])
    ]
    assert [i for i, height in enumerate(heights) if height] == [0, 1, 19]
    assert 'aria-label="5:00: 2, 18:00: 1"' in html
    assert "Detections by hour" not in totals(events, ["a.wav"] * 4, [None] * 4)


def test_totals_without_scores_and_of_many_classes():
    html = totals([Event(0, 1, f"class {i}") for i in range(60)], ["a.wav"] * 60, [None] * 60)
    assert html.count("<tr>") == 1 + 50
    assert "And 10 less frequent labels" in html
    assert "score" not in html


def test_broken_recordings(folder):
    (folder / "site/dawn.wav").write_bytes(b"RIFF, but no more than that")
    review = ReviewPage(folder / "calls.csv")
    with pytest.raises(AudioError, match=r"Detection 2, of 'dawn\.wav' at 19\.5 s: .*Pass on_error='warn'"):
        review.save(folder / "review.html")
    assert not (folder / "review.html").exists()
    with pytest.warns(UserWarning, match=r"Detection 2, of 'dawn\.wav'"):
        ReviewPage(folder / "calls.csv", on_error="warn").save(folder / "review.html")
    assert ["error" in clip for clip in content(folder / "review.html")["clips"]] == [False, True, False]


def test_an_event_after_the_end_of_its_recording(recording, tmp_path):
    late = pd.DataFrame({"recording": [0], "onset": [30.0], "offset": [31.0], "label": "owl"})
    with pytest.raises(AudioError, match=r"Detection 0, of '0' at 30 s"):
        ReviewPage(late, [recording], order="time").save(tmp_path / "page.html")


def test_wrong_tables(recording, tmp_path):
    with pytest.raises(ValueError, match=r"order='score' requires scores, .*Use one of 'label', 'time', 'random'"):
        ReviewPage(table(2), [recording])
    with pytest.raises(ValueError, match="The table of detections has no detections; there is nothing to review"):
        ReviewPage(table(0), [recording])
    empty = tmp_path / "empty.csv"
    empty.write_text("recording,onset,offset,label,score\n")
    with pytest.raises(ValueError, match=r"empty\.csv' has no detections"):
        ReviewPage(empty)
    empty.write_text("recording,onset,offset,label\na.wav,2,1,owl\n")
    with pytest.raises(EventTableError, match=r"empty\.csv, line 2"):
        ReviewPage(empty)
    with pytest.raises(ValueError, match="has no column 'label'"):
        ReviewPage(table(1).drop(columns="label"), [recording])
    with pytest.raises(ValueError, match="row 0: verified is 'perhaps'"):
        ReviewPage(table(1, verified="perhaps"), [recording])


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"order": "best"}, r"order='best'; expected one of 'score', 'label'"),
        ({"max_detections": 0}, "max_detections=0; expected an integer of at least 1"),
        ({"per_page": 1.5}, r"per_page=1\.5; expected an integer"),
        ({"context_seconds": -1.0}, r"context_seconds=-1\.0; expected a number of at least 0"),
        ({"on_error": "ignore"}, "on_error='ignore'; expected 'raise' or 'warn'"),
        ({"time_column": "clock"}, "time_column='clock'; found the columns recording, onset"),
        ({"front_end": MFCC()}, "expected a front end whose channels are bands"),
    ],
)
def test_wrong_parameters(recording, parameters, message):
    with pytest.raises(ValueError, match=message):
        ReviewPage(table(1), [recording], **{"order": "time", **parameters})

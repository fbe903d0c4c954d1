"""The review page in Chromium: 300 detections, by keyboard and by mouse, and the table that comes out."""

import itertools
import os
import time

import numpy as np
import pandas as pd
import pytest
import soundfile as sf
from scipy.stats import binomtest

from skaudio.events import read_events, write_events
from skaudio.inspection import ReviewPage

SR = 8000
N = 300
LABELS = ("owl", 'owl, "eagle" <b>', "frog")
ENTER, ESCAPE, TAB, RIGHT, LEFT, DELETE = "\ue007", "\ue00c", "\ue004", "\ue014", "\ue012", "\ue017"
STORED = "return JSON.parse(Object.entries(localStorage)[0][1])"
# Where the loudest sample of a sound is, in seconds.
PEAK_TIME = """
const [sound, done] = arguments;
const bytes = Uint8Array.from(atob(sound.split(",")[1]), letter => letter.charCodeAt(0));
new OfflineAudioContext(1, 8, 16000).decodeAudioData(bytes.buffer).then(sound => {
  const y = sound.getChannelData(0);
  done(y.reduce((peak, value, i) => (Math.abs(value) > Math.abs(y[peak]) ? i : peak), 0) / sound.sampleRate);
});
"""


@pytest.fixture(scope="module")
def detections(tmp_path_factory):
    """A table of 300 detections of 3 s in two recordings, of three classes, with random scores."""
    folder = tmp_path_factory.mktemp("review")
    rng = np.random.default_rng(0)
    for name in ("dawn.wav", "dusk.wav"):
        y = 0.05 * rng.standard_normal(60 * SR)
        y[:: 5 * SR] = 0.9  # clicks
        sf.write(folder / name, y, SR)
    onsets = np.round(rng.uniform(0, 57, N), 2)
    table = pd.DataFrame(
        {
            "recording": rng.choice(["dawn.wav", "dusk.wav"], N),
            "onset": onsets,
            "offset": onsets + 3.0,
            "label": rng.choice(LABELS, N, p=[0.6, 0.2, 0.2]),
            "score": np.round(rng.uniform(size=N), 4),
        }
    )
    write_events(folder / "calls.csv", table)
    return folder, read_events(folder / "calls.csv", duplicates="keep")


@pytest.fixture(scope="module")
def page(detections):
    folder, _ = detections
    review = ReviewPage(folder / "calls.csv", labels=["toad"])
    assert review.save(folder / "review.html") == [folder / "review.html"]
    return folder / "review.html"


@pytest.fixture
def opened(browser, page):
    browser.get(f"file://{page}")
    browser.execute_script("localStorage.clear()")
    browser.refresh()
    yield browser
    assert browser.get_log("browser") == []  # no error, and nothing that the page's own policy kept out


@pytest.fixture
def download(opened, tmp_path):
    """Press the button, and return the path of the file that comes."""
    opened.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)})

    def press():
        opened.find_element("id", "download").click()
        path = tmp_path / "calls-reviewed.csv"
        for _ in range(100):
            if path.exists():
                return path
            time.sleep(0.05)
        raise AssertionError(f"no file came: {list(tmp_path.iterdir())}")

    return press


def press(browser, *keys):
    for key in keys:
        browser.switch_to.active_element.send_keys(key)


def choose(browser, name, text):
    browser.find_element("xpath", f"//select[@id='{name}']/option[text()='{text}']").click()


def shown(browser):
    return browser.execute_script("return [...document.querySelectorAll('.card')].filter(card => card.offsetParent)")


def current(browser):
    return browser.find_element("css selector", ".card.current")


def progress(browser):
    return browser.find_element("id", "progress").text


def stored(browser):
    """Return the verdicts that the browser keeps, by row of the table."""
    return {int(row): verdict for row, verdict in browser.execute_script(STORED)["verdicts"].items()}


def by_score(table):
    return np.argsort(-table["score"].to_numpy(), kind="stable")


def test_the_page_is_small_and_self_contained(page):
    assert page.stat().st_size < 15e6
    text = page.read_text()
    assert "unsafe-inline" not in text
    assert "http:" not in text
    assert "https:" not in text


def test_each_detection_is_shown(opened, detections):
    table = detections[1].iloc[by_score(detections[1])]
    cards = shown(opened)
    assert [card.find_element("tag name", "h3").text for card in cards] == table["label"].tolist()
    first = cards[0]
    assert f"Score {table['score'].iloc[0]:.3g}" in first.text
    assert table["recording"].iloc[0] in first.text
    assert first.find_element("tag name", "img").get_property("naturalWidth") == 480
    assert progress(opened) == "Reviewed 0 of 300: 0 correct, 0 wrong, 0 other label"


def test_keys_mark_and_move_on(opened, detections):
    order = by_score(detections[1])
    press(opened, "y", "n", "j", "k", "n", RIGHT, LEFT, "Y")
    assert stored(opened) == {order[0]: True, order[1]: False, order[2]: False, order[3]: True}
    assert progress(opened) == "Reviewed 4 of 300: 2 correct, 2 wrong, 0 other label"
    cards = shown(opened)
    assert current(opened) == cards[4] == opened.switch_to.active_element
    assert [card.find_element("css selector", ".verdict").text for card in cards[:5]] == [
        *("Correct", "Wrong", "Wrong", "Correct", "")
    ]


def test_another_label_by_number_and_by_name(opened, detections):
    order = by_score(detections[1])
    press(opened, "1", "l")  # the first label is the one that was given
    press(opened, "new <i>owl", ENTER)
    press(opened, "l", ESCAPE)
    assert stored(opened) == {order[0]: "toad", order[1]: "new <i>owl"}
    assert shown(opened)[1].find_element("css selector", ".verdict").text == "Is new <i>owl"
    opened.find_element("id", "show-keys").click()
    keys = opened.find_elements("css selector", "#label-keys li")
    by_number = detections[1]["label"].value_counts().index.tolist()
    assert [key.text for key in keys] == ["toad", *by_number, "new <i>owl"]
    opened.find_element("css selector", "#keys-dialog .close").click()


def test_the_own_label_is_correct(opened, detections):
    order = by_score(detections[1])
    press(opened, "l")
    press(opened, detections[1]["label"].iloc[order[0]], ENTER)
    assert stored(opened) == {order[0]: True}


def test_undo(opened, detections):
    order = by_score(detections[1])
    press(opened, "y", "y", "u")
    assert stored(opened) == {order[0]: True, order[1]: None}
    assert current(opened) == shown(opened)[1]
    opened.find_element("id", "undo").click()
    assert progress(opened) == "Reviewed 0 of 300: 0 correct, 0 wrong, 0 other label"
    assert not opened.find_element("id", "undo").is_enabled()


def test_reloading_keeps_verdicts_and_what_can_be_undone(opened):
    press(opened, "y", "n", "n")
    opened.refresh()
    assert progress(opened) == "Reviewed 3 of 300: 1 correct, 2 wrong, 0 other label"
    assert [card.get_attribute("data-verdict") for card in shown(opened)[:4]] == ["yes", "no", "no", "open"]
    assert current(opened) == shown(opened)[3]  # the review goes on there
    press(opened, "u")
    assert progress(opened) == "Reviewed 2 of 300: 1 correct, 1 wrong, 0 other label"


def test_filters(opened, detections):
    table = detections[1]
    choose(opened, "label", "frog")
    assert len(shown(opened)) == (table["label"] == "frog").sum()
    opened.find_element("id", "score-from").send_keys("0.5")
    opened.find_element("id", "score-to").send_keys("0.75")
    between = (table["label"] == "frog") & table["score"].between(0.5, 0.75)
    assert len(shown(opened)) == between.sum()
    choose(opened, "show", "Not reviewed")
    opened.find_element("css selector", "h1").click()
    press(opened, "y", "n")
    assert len(shown(opened)) == between.sum() - 2
    choose(opened, "show", "Wrong or other label")
    assert [card.get_attribute("data-verdict") for card in shown(opened)] == ["no"]
    choose(opened, "show", "Correct")
    opened.find_element("id", "score-from").clear()
    opened.find_element("id", "score-from").send_keys("0.9999")
    assert shown(opened) == []
    assert opened.find_element("id", "empty").is_displayed()


def test_orders(opened, detections):
    table = detections[1]
    texts = lambda: [card.find_element("css selector", ".where").text for card in shown(opened)[:40]]  # noqa: E731
    choose(opened, "order", "Score, low to high")
    lowest = table["score"].sort_values()
    assert [float(text.split()[1]) for text in texts()] == [float(f"{s:.3g}") for s in lowest[:40]]
    choose(opened, "order", "Time")
    assert all("dawn.wav" in text for text in texts())
    assert current(opened) == shown(opened)[0]
    choose(opened, "order", "Stratified over scores")
    n_strata = {label: min(10, (table["label"] == label).sum() // 10) for label in LABELS}
    first = shown(opened)[: sum(n_strata.values())]  # one of each stratum of each class
    assert pd.Series([card.find_element("tag name", "h3").text for card in first]).value_counts().to_dict() == n_strata


def test_the_downloaded_table_is_read_back(opened, download, detections):
    table = detections[1]
    order = by_score(table)
    press(opened, "y", "n", "l")
    press(opened, 'bat, "big"', ENTER)
    back = read_events(download(), duplicates="keep")
    other = back[back["label"] == 'bat, "big"']
    assert other["verified"].tolist() == [True]
    assert other["score"].isna().all()
    assert (
        other[["recording", "onset"]].values.tolist() == table.iloc[[order[2]]][["recording", "onset"]].values.tolist()
    )
    rest = back.drop(index=other.index).reset_index(drop=True)
    verified = pd.array([None] * N, dtype="boolean")
    verified[order[:3]] = [True, False, False]
    pd.testing.assert_frame_equal(rest, table.assign(verified=verified))


def test_names_that_are_not_utf8_and_cells_of_several_lines(browser, tmp_path):
    name = os.fsdecode(b"caf\xe9.wav")  # a lone surrogate
    noise = np.random.default_rng(0).standard_normal(3 * SR)
    table = pd.DataFrame({"recording": pd.Series([name], dtype=object), "onset": 1.0, "offset": 1.0, "label": "a"})
    table["note"] = 'two\nlines, "quoted"'
    sf.write(tmp_path / "cafe.wav", noise, SR)
    os.rename(tmp_path / "cafe.wav", tmp_path / name)
    (path,) = ReviewPage(table, [tmp_path / name], order="time", context_seconds=0).save(tmp_path / "page.html")
    browser.get(f"file://{path}")
    press(browser, "y")
    browser.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)})
    browser.find_element("id", "download").click()
    reviewed = tmp_path / "detections-reviewed.csv"
    wait(reviewed.exists)
    back = read_events(reviewed, encoding="utf-8")
    assert back[["recording", "verified"]].values.tolist() == [[name, True]]
    assert pd.read_csv(reviewed, encoding_errors="replace")["note"].tolist() == ['two\nlines, "quoted"']
    assert browser.get_log("browser") == []


def test_verdicts_are_loaded_from_a_downloaded_table(opened, download, detections):
    order = by_score(detections[1])
    press(opened, "y", "n", "l")
    press(opened, 'bat, "big"', ENTER)
    path = download()
    opened.execute_script("localStorage.clear()")
    opened.refresh()
    press(opened, "n")  # another verdict on the first one: that of the table counts
    opened.find_element("id", "file").send_keys(str(path))
    wait(lambda: progress(opened).startswith("Reviewed 3 of 300"))
    assert stored(opened) == {order[0]: True, order[1]: False, order[2]: 'bat, "big"'}
    other = path.with_name("other.csv")
    other.write_text("recording,onset,offset,label,verified\nelsewhere.wav,1.0,2.0,owl,true\n")
    opened.find_element("id", "file").send_keys(str(other))
    warning = opened.find_element("id", "warning")
    wait(warning.is_displayed)
    assert warning.text == "other.csv is not a reviewed table of these detections."
    assert progress(opened) == "Reviewed 3 of 300: 1 correct, 1 wrong, 1 other label"


def test_a_page_of_the_reviewed_table_takes_its_verdicts_over(opened, download, browser, detections):
    press(opened, "y", "n", "n")
    folder, _ = detections
    reviewed = folder / "again.csv"
    reviewed.write_bytes(download().read_bytes())
    ReviewPage(reviewed, max_detections=5).save(folder / "again.html")
    browser.get(f"file://{folder}/again.html")
    assert progress(browser) == "Reviewed 3 of 300: 1 correct, 2 wrong, 0 other label"
    assert [card.get_attribute("data-verdict") for card in shown(browser)] == ["yes", "no", "no", "open", "open"]


def test_precision_by_score(opened, detections):
    scores = detections[1]["score"].to_numpy()
    opened.find_element("css selector", "#precision summary").click()
    verdicts = list(itertools.islice(itertools.cycle("yyn"), 45))
    press(opened, *verdicts)  # the highest scores: one tenth and a half
    high, low = (np.quantile(scores, share, method="higher") for share in (0.9, 0.8))
    n_first, n_second = (scores >= high).sum(), ((scores >= low) & (scores < high)).sum()
    first, second = verdicts[:n_first].count("y"), verdicts[n_first:].count("y")
    n_reviewed = 45 - n_first
    rows = opened.find_elements("css selector", "#strata tr")
    rows = [[cell.text for cell in row.find_elements("tag name", "td")] for row in rows]
    assert [[int(cell) for cell in row[1:4]] for row in rows[:2]] == [
        [n_first, n_first, first],
        [n_second, n_reviewed, second],
    ]
    assert float(rows[0][0].split()[0]) == pytest.approx(high, rel=2e-3)
    share, (lower, upper) = second / n_reviewed, binomtest(second, n_reviewed).proportion_ci(0.9, method="wilson")
    assert rows[1][4] == f"{100 * share:.0f} % ({100 * lower:.0f} % to {100 * upper:.0f} %)"
    assert rows[1][5] == f"{100 * (first + n_second * share) / (n_first + n_second):.0f} %"
    assert rows[2][2:] == ["0", "0", "\u2013", "\u2013"]
    assert "in 8 of 10 ranges of scores, no detection is reviewed" in opened.find_element("id", "estimate").text


def test_the_estimated_number_of_correct_ones(browser, tmp_path):
    # Twenty detections, in two ranges of scores: all are correct in the upper one, half in the lower one.
    scores = np.linspace(0.05, 1.0, 20)
    table = pd.DataFrame({"recording": 0, "onset": np.arange(20), "offset": np.arange(20) + 0.5, "label": "a"})
    table["score"], table["verified"] = scores, [*([True, False] * 5), *([True] * 5), *([None] * 5)]
    noise = np.random.default_rng(0).standard_normal(21 * SR)
    ReviewPage(table, [(noise, SR)], context_seconds=0).save(tmp_path / "page.html")
    browser.get(f"file://{tmp_path}/page.html")
    browser.find_element("css selector", "#precision summary").click()
    wait(lambda: browser.find_elements("css selector", "#strata tr"))
    half = 1.6449 * np.sqrt(0.25 * 0.5 * (6 / 7) * (1 / 7) / 5)  # the lower range is known: no error of sampling
    expected = f"about 15 are correct ({20 * (0.75 - half):.0f} to {20 * (0.75 + half):.0f}): precision 75 %"
    assert expected in browser.find_element("id", "estimate").text


def test_the_player(opened):
    opened.find_element("id", "autoplay").click()
    press(opened, "j")
    card = current(opened)
    player = opened.find_element("id", "player")
    assert player.get_property("paused")
    assert card.find_element("css selector", ".play").text == "Play"
    opened.execute_script("document.activeElement.blur()")
    press(opened, " ")
    wait(lambda: player.get_property("currentTime") > 0.1)
    assert card.find_element("css selector", ".play").text == "Pause"
    cursor = card.find_element("css selector", ".cursor")
    before = cursor.rect["x"]
    wait(lambda: cursor.rect["x"] > before)
    press(opened, " ")
    wait(lambda: player.get_property("paused"))
    # The slider of the picture: its cursor is where the sound is.
    picture = card.find_element("css selector", ".picture")
    seconds = float(picture.get_attribute("aria-valuenow"))
    picture.send_keys(RIGHT)
    wait(lambda: float(picture.get_attribute("aria-valuenow")) == pytest.approx(seconds + 0.2, abs=0.02))
    assert current(opened) == card


def test_the_next_one_plays(opened):
    press(opened, "y")
    player = opened.find_element("id", "player")
    wait(lambda: player.get_property("currentTime") > 0.05)
    assert "playing" in current(opened).get_attribute("class")


def wait(condition):
    for _ in range(100):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("it did not happen within 5 s")


def test_the_cursor_is_where_the_sound_is(browser, tmp_path):
    y = np.zeros(10 * SR, np.float32)
    y[6 * SR] = 0.5  # a click
    ReviewPage(pd.DataFrame([[0, 5.0, 8.0, "click"]], columns=["recording", "onset", "offset", "label"]), [(y, SR)],
               order="time").save(tmp_path / "click.html")  # fmt: skip
    browser.get(f"file://{tmp_path}/click.html")
    assert browser.execute_async_script(PEAK_TIME, browser.execute_script("return clips[0].sound")) == pytest.approx(
        2.0, abs=0.002
    )
    assert browser.get_log("browser") == []


def test_by_keyboard_alone(opened):
    reached = []
    for _ in range(15):
        press(opened, TAB)
        element = opened.switch_to.active_element
        reached.append(element.get_attribute("id") or element.get_attribute("class") or element.tag_name)
    toolbar = ["show-keys", "download"]
    form = ["order", "label", "score-from", "score-to", "show", "autoplay", "shortcuts", "upload"]
    assert reached == [*toolbar, *form, "summary", "summary", "card current", "picture", "play"]
    opened.find_element("id", "shortcuts").click()
    opened.find_element("css selector", "h1").click()
    press(opened, "y")  # no longer a shortcut
    assert progress(opened).startswith("Reviewed 0")


def test_pages_of_one_table_know_each_other(detections, browser):
    folder, table = detections
    paths = ReviewPage(table.head(25), [folder / "dawn.wav", folder / "dusk.wav"], per_page=10).save(
        folder / "part.html"
    )
    assert [path.name for path in paths] == ["part.html", "part-2.html", "part-3.html"]
    browser.get(f"file://{paths[0]}")
    press(browser, "y", "n")
    browser.find_element("link text", "21 to 25").click()
    assert browser.current_url.endswith("part-3.html")
    assert len(shown(browser)) == 5
    press(browser, "y")
    assert progress(browser) == "Reviewed 3 of 25: 2 correct, 1 wrong, 0 other label"
    browser.back()
    assert progress(browser) == "Reviewed 3 of 25: 2 correct, 1 wrong, 0 other label"
    press(browser, "u")  # the verdict of the other page
    assert progress(browser) == "Reviewed 2 of 25: 1 correct, 1 wrong, 0 other label"
    assert browser.get_log("browser") == []


def test_a_phone(opened):
    size = {"width": 360, "height": 740, "deviceScaleFactor": 1, "mobile": True}
    opened.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        assert opened.execute_script("return document.documentElement.scrollWidth") == 360
        buttons = shown(opened)[0].find_elements("tag name", "button")
        assert all(button.rect["height"] >= 44 for button in buttons)
    finally:
        opened.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


@pytest.mark.skipif("SKAUDIO_AXE" not in os.environ, reason="needs SKAUDIO_AXE, the path of axe.min.js of axe-core")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(opened, scheme):
    media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    opened.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    with open(os.environ["SKAUDIO_AXE"], encoding="utf-8") as file:
        opened.execute_script(file.read())
    for summary in opened.find_elements("tag name", "summary"):
        summary.click()
    press(opened, "y", "n", "1")
    for dialog in (None, "keys-dialog", "label-dialog"):
        if dialog:
            opened.execute_script("document.getElementById(arguments[0]).showModal()", dialog)
        found = opened.execute_async_script("axe.run().then(arguments[0])")
        assert [(problem["id"], problem["nodes"][0]["html"]) for problem in found["violations"]] == []
        if dialog:
            press(opened, ESCAPE)

"""The page in Chromium: what a person does with it, by mouse and by keyboard."""

import os
import time

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline

from skaudio._html_page import framed
from skaudio.datasets import make_spoken_digits
from skaudio.events import Event
from skaudio.features import MFCC, MelSpectrogram
from skaudio.inspection import Report
from skaudio.pooling import StatPooling

ENTER, TAB, RIGHT = "\ue007", "\ue004", "\ue014"


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """A report of a search, the same within another page, as a notebook shows it, and a report of detections."""
    digits = make_spoken_digits(40, sr=8000, random_state=0)
    pipeline = Pipeline(
        [("sound", MFCC()), ("pool", StatPooling()), ("model", LogisticRegression(C=1e-3, max_iter=1000))]
    )
    search = GridSearchCV(pipeline, {"sound": [MFCC(sr=8000), MelSpectrogram(sr=8000)]}, cv=2)
    search.fit(digits.data, digits.target)
    report = Report.from_search(search, digits.data, digits.target, groups=digits.groups, n_mistakes=1)
    folder = tmp_path_factory.mktemp("report")
    report.save(folder / "report.html")
    (folder / "notebook.html").write_text(f"<!DOCTYPE html><title>notebook</title>{report._repr_html_()}")
    noise = np.random.default_rng(0).standard_normal(30 * 8000)
    events = [[Event(i, i + 0.5, "owl" if i % 3 else "fox", 0.03 * i) for i in range(30) if i != 4]]
    true = [[Event(i, i + 0.5, "owl") for i in range(30) if i % 3]]
    starts = {0: "2023-04-01 04:59:50"}
    Report.from_events(events, [(noise, 8000)], true, starts=starts).save(folder / "events.html")
    return folder


@pytest.fixture
def opened(browser, page):
    browser.get(f"file://{page}/report.html")
    yield browser
    assert browser.get_log("browser") == []  # no error, and nothing that the page's own policy kept out


@pytest.fixture
def detections(browser, page):
    browser.get(f"file://{page}/events.html")
    yield browser
    assert browser.get_log("browser") == []


def cells(browser):
    return browser.find_elements("css selector", ".shaded td button")


def shown(browser):
    return browser.execute_script("return [...document.querySelectorAll('.card')].filter(card => card.offsetParent)")


def choose(browser, name, text):
    browser.find_element("xpath", f"//select[@id='{name}']/option[text()='{text}']").click()


def press(browser, *keys):
    for key in keys:
        browser.switch_to.active_element.send_keys(key)


def wait(condition):
    for _ in range(100):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("it did not happen within 5 s")


@pytest.mark.slow
def test_it_loads(opened):
    assert opened.title == "Results of the search"
    assert len(shown(opened)) == 40
    assert opened.find_element("id", "number").text == "40 of 40 shown"
    (picture,) = opened.find_elements("css selector", "figure img")  # a mistake explained
    assert picture.get_property("naturalWidth") > 100


def test_a_cell_shows_its_clips(opened):
    cell = max(cells(opened), key=lambda cell: int(cell.text))
    n_clips = int(cell.text)
    cell.click()
    assert len(shown(opened)) == n_clips > 1
    assert opened.find_element("id", "number").text == f"{n_clips} of 40 shown"
    heading = opened.switch_to.active_element
    assert heading.get_attribute("id") == "clips"
    cells(opened)[0].click()  # another cell takes its place
    assert len(shown(opened)) == int(cells(opened)[0].text)
    opened.find_element("id", "reset").click()
    assert len(shown(opened)) == 40


def test_orders_and_filters(opened):
    choose(opened, "result", "Wrong")
    wrong = shown(opened)
    assert all("Predicted as" in card.text for card in wrong)
    choose(opened, "result", "Correct")
    right = shown(opened)
    assert len(right) + len(wrong) == 40
    choose(opened, "result", "All")
    choose(opened, "order", "Probability, low to high")
    values = [float(card.find_element("css selector", ".score").text.split()[1]) for card in shown(opened)]
    assert values == sorted(values)
    middle = values[20]
    opened.find_element("id", "score-from").send_keys(f"{middle + 0.001:.4f}")
    assert len(shown(opened)) == sum(value > middle + 0.001 for value in values)
    opened.find_element("id", "score-to").send_keys("0")
    assert shown(opened) == []
    assert opened.find_element("id", "empty").is_displayed()
    opened.find_element("id", "reset").click()
    group = opened.find_elements("css selector", "#group option")[1].text
    choose(opened, "group", group)
    assert all(group in card.text for card in shown(opened))


def test_a_player_plays(opened):
    card = shown(opened)[0]
    button, player = card.find_element("css selector", ".play"), opened.find_element("id", "player")
    button.click()
    wait(lambda: player.get_property("currentTime") > 0.02)
    seconds = float(card.find_element("css selector", ".at").text.removesuffix(" s"))
    assert player.get_property("duration") == pytest.approx(seconds, abs=0.15)  # MP3 comes in frames
    wait(lambda: player.get_property("ended"))
    assert button.text == "Play"
    choose(opened, "order", "Name")  # the cards in another order have their players
    shown(opened)[1].find_element("css selector", ".play").click()
    wait(lambda: player.get_property("currentTime") > 0.02)


def test_it_can_be_used_by_keyboard(opened):
    for _ in range(100):
        press(opened, TAB)
        if opened.switch_to.active_element.get_attribute("data-chosen"):
            break
    n_clips = int(opened.switch_to.active_element.text)
    press(opened, ENTER)
    assert len(shown(opened)) == n_clips
    reached = []
    for _ in range(10):
        press(opened, TAB)
        element = opened.switch_to.active_element
        reached.append(element.get_attribute("id") or element.get_attribute("class"))
    controls = ["order", "result", "true", "predicted", "group", "score-from", "score-to", "reset"]
    assert reached == [*controls, "picture", "play"]  # and the first card
    picture = shown(opened)[0].find_element("css selector", ".picture")
    picture.send_keys(RIGHT)
    wait(lambda: float(picture.get_attribute("aria-valuenow")) >= 0.2)


def test_a_point_shows_its_clip(opened):
    choose(opened, "result", "Correct")
    for point in (opened.find_elements("css selector", ".points a")[i] for i in (0, -1)):
        number = point.get_dom_attribute("href").removeprefix("#")
        opened.execute_script("arguments[0].dispatchEvent(new MouseEvent('click', {bubbles: true}))", point)
        card = opened.find_element("id", number)
        assert card.is_displayed()
        assert card == opened.switch_to.active_element


def test_it_works_within_a_notebook(browser, page):
    browser.get(f"file://{page}/notebook.html")
    browser.switch_to.frame(browser.find_element("tag name", "iframe"))
    cell = cells(browser)[0]
    cell.click()
    assert len(shown(browser)) == int(cell.text)
    shown(browser)[0].find_element("css selector", ".play").click()
    wait(lambda: browser.find_element("id", "player").get_property("currentTime") > 0.02)
    browser.switch_to.default_content()
    assert browser.get_log("browser") == []


def test_detections(detections):
    assert len(shown(detections)) == 30
    choose(detections, "result", "False alarm")
    assert [card.find_element("tag name", "h3").text for card in shown(detections)] == ["fox"] * 10
    choose(detections, "result", "Missed")
    (missed,) = shown(detections)
    assert "at 0:04" in missed.text
    choose(detections, "result", "Correct")
    choose(detections, "order", "Score, low to high")
    scores = [float(card.find_element("css selector", ".score").text.split()[1]) for card in shown(detections)]
    assert scores == sorted(scores)
    assert len(scores) == 19
    box = shown(detections)[0].find_element("css selector", ".box")
    assert box.rect["width"] > 10


@pytest.mark.parametrize("name", ["report", "events"])
def test_a_phone(browser, page, name):
    size = {"width": 360, "height": 740, "deviceScaleFactor": 1, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        browser.get(f"file://{page}/{name}.html")
        assert browser.execute_script("return document.documentElement.scrollWidth") == 360
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


@pytest.mark.skipif("SKAUDIO_AXE" not in os.environ, reason="needs SKAUDIO_AXE, the path of axe.min.js of axe-core")
@pytest.mark.parametrize("name", ["report", "events"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser, page, name, scheme):
    media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    browser.get(f"file://{page}/{name}.html")
    with open(os.environ["SKAUDIO_AXE"], encoding="utf-8") as file:
        browser.execute_script(file.read())
    found = browser.execute_async_script("axe.run().then(arguments[0])")
    assert [(problem["id"], problem["nodes"][0]["html"]) for problem in found["violations"]] == []


def test_framed_html_is_escaped():
    assert framed('<p class="a">&amp;</p>', 10).startswith('<iframe srcdoc="&lt;p class=&quot;a&quot;&gt;&amp;amp;')

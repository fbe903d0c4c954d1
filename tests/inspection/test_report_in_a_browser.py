"""The page in Chromium: what a person does with it, by mouse and by keyboard."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline

from skaudio._html_page import framed
from skaudio.datasets import make_spoken_digits
from skaudio.features import MFCC, MelSpectrogram
from skaudio.inspection import Report
from skaudio.pooling import StatPooling

PLAY = """
const [player, done] = arguments;
player.muted = true;
player.onerror = () => done({error: player.error.message});
player.ontimeupdate = () => { if (player.currentTime > 0.05) done({duration: player.duration}); };
player.play().catch(error => done({error: String(error)}));
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """A report, and the same within another page, as a notebook shows it."""
    digits = make_spoken_digits(40, sr=8000, random_state=0)
    pipeline = Pipeline(
        [("sound", MFCC()), ("pool", StatPooling()), ("model", LogisticRegression(C=1e-3, max_iter=1000))]
    )
    search = GridSearchCV(pipeline, {"sound": [MFCC(sr=8000), MelSpectrogram(sr=8000)]}, cv=2)
    report = Report.from_search(search.fit(digits.data, digits.target), digits.data, digits.target, n_mistakes=1)
    folder = tmp_path_factory.mktemp("report")
    report.save(folder / "report.html")
    (folder / "notebook.html").write_text(f"<!DOCTYPE html><title>notebook</title>{report._repr_html_()}")
    return folder


@pytest.fixture
def opened(browser, page):
    browser.get(f"file://{page}/report.html")
    yield browser
    assert browser.get_log("browser") == []  # no error, and nothing that the page's own policy kept out


def cells(browser):
    return browser.find_elements("css selector", ".confusion td a")


def visible(browser):
    return [part for part in browser.find_elements("css selector", "section.clips") if part.is_displayed()]


@pytest.mark.slow
def test_it_loads_with_everything_closed(opened):
    assert opened.title == "Results of the search"
    assert visible(opened) == []
    pictures = opened.find_elements("css selector", "figure:not(.clip) img")
    assert len(pictures) == 2  # scores by the one parameter, and a mistake explained
    assert all(picture.get_property("naturalWidth") > 100 for picture in pictures)


def test_a_cell_opens_its_clips(opened):
    cell = max(cells(opened), key=lambda cell: int(cell.text))
    cell.click()
    (section,) = visible(opened)
    assert section.get_attribute("aria-label") == cell.get_attribute("aria-label")
    clips = section.find_elements("css selector", "figure.clip")
    assert len(clips) == int(cell.text) > 1
    assert all(clip.find_element("tag name", "img").get_property("naturalWidth") == 240 for clip in clips)
    cells(opened)[0].click()  # another cell takes its place
    assert len(visible(opened)) == 1


def test_a_player_plays(opened):
    cells(opened)[0].click()
    player = visible(opened)[0].find_element("tag name", "audio")
    played = opened.execute_async_script(PLAY, player)
    words = player.find_element("xpath", "..").text  # "clip 3 (array of 4613 samples), 0.58 s"
    seconds = float(words.split(", ")[-1].removesuffix(" s"))
    assert played == {"duration": pytest.approx(seconds, abs=0.15)}  # MP3 comes in frames


def test_it_can_be_used_by_keyboard(opened):
    for _ in range(100):
        opened.switch_to.active_element.send_keys("\ue004")  # Tab
        if "#cell-" in (opened.switch_to.active_element.get_attribute("href") or ""):
            break
    label = opened.switch_to.active_element.get_attribute("aria-label")
    opened.switch_to.active_element.send_keys("\ue007")  # Enter
    (section,) = visible(opened)
    assert section.get_attribute("aria-label") == label
    reached = []
    for _ in range(2):
        opened.switch_to.active_element.send_keys("\ue004")
        reached.append(opened.switch_to.active_element.tag_name)
    assert reached == ["a", "audio"]  # the way back, and the first player
    back = section.find_element("link text", "Back to the table")
    back.send_keys("\ue007")
    assert visible(opened) == []


def test_a_point_opens_its_clip(opened):
    point = opened.find_elements("css selector", "svg a")[-1]
    number = point.get_attribute("xlink:href").removeprefix("#clip-")
    opened.execute_script("arguments[0].dispatchEvent(new MouseEvent('click', {bubbles: true}))", point)
    clip = opened.find_element("id", f"clip-{number}")
    assert clip.is_displayed()
    assert len(visible(opened)) == 1


def test_it_works_within_a_notebook(browser, page):
    browser.get(f"file://{page}/notebook.html")
    browser.switch_to.frame(browser.find_element("tag name", "iframe"))
    cells(browser)[0].click()
    assert len(visible(browser)) == 1
    played = browser.execute_async_script(PLAY, visible(browser)[0].find_element("tag name", "audio"))
    assert np.isfinite(played["duration"])
    browser.switch_to.default_content()
    assert browser.get_log("browser") == []


def test_framed_html_is_escaped():
    assert framed('<p class="a">&amp;</p>', 10).startswith('<iframe srcdoc="&lt;p class=&quot;a&quot;&gt;&amp;amp;')

"""The project speaks with one voice: bounds that are tested are those declared, examples and the README run."""

import re
import runpy
import tomllib
from pathlib import Path

import pytest

from skaudio.datasets import get_data_home

ROOT = Path(__file__).parents[1]


def bounds_of(declared):
    return dict(
        re.fullmatch(r"([\w-]+)(?:\[\w+\])?>=([\d.]+)(?:;.*)?", line).groups() for line in declared if "<" not in line
    )


def test_the_oldest_dependencies_tested_are_the_bounds_declared():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    bounds = bounds_of([*project["dependencies"], *extras["test"]])
    makefile = (ROOT / "Makefile").read_text()
    for name, extra in extras.items():  # what the others ask for is tested
        for package, version in bounds_of(extra).items() - bounds.items():  # only files of models, from these versions
            assert f" {package}=={version}" in makefile, name
    pinned = dict(line.split("==") for line in (ROOT / "tests/oldest.txt").read_text().splitlines() if "==" in line)
    assert set(bounds) - {"mypy", "ruff"} == set(pinned)  # linters are not part of the suite
    for name, version in pinned.items():
        assert version == bounds[name] or version.startswith(bounds[name] + "."), name


def needs(code):
    """Tell what code needs in the data home that is not there: nothing is downloaded for a test."""
    files = {"fetch_esc10(": "esc10", '"yamnet"': "yamnet/yamnet.tflite", "fetch_spoken_digits()": "fsdd"}
    return [file for call, file in files.items() if call in code and not (get_data_home() / file).exists()]


@pytest.mark.slow
@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("*.py")), ids=lambda path: path.name)
def test_examples_run(path, tmp_path, monkeypatch, capsys):
    if missing := needs(path.read_text()):
        pytest.skip(f"{', '.join(missing)} not in the data home")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", [str(path)])
    monkeypatch.setenv("MPLBACKEND", "agg")
    runpy.run_path(str(path), run_name="__main__")
    assert capsys.readouterr().out.strip()


PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
PICTURE = r"!\[.*?\]\((.*?)\)"


@pytest.mark.slow
@pytest.mark.parametrize(
    "page", [page for page in PAGES if "```python" in page.read_text()], ids=lambda page: page.name
)
def test_the_code_of_pages_runs(page, tmp_path, monkeypatch, capsys):
    blocks = re.findall(r"```python\n(.*?)```", page.read_text(), re.DOTALL)
    if missing := needs(re.sub("#.*", "", "".join(blocks))):
        pytest.skip(f"{', '.join(missing)} not in the data home")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "agg")
    namespace = {}
    for block in blocks:
        exec(compile(block, page.name, "exec"), namespace)
    assert capsys.readouterr().out.strip()


def test_the_readme_is_a_front_page():
    assert len((ROOT / "README.md").read_bytes()) <= 7000


def test_every_picture_is_drawn_by_an_example():
    code = "".join(path.read_text() for path in (ROOT / "examples").glob("*.py"))
    pictures = [(page, name) for page in PAGES for name in re.findall(PICTURE, page.read_text())]
    assert pictures
    for page, name in pictures:
        picture = (page.parent / name).resolve()
        assert picture.parent == ROOT / "examples/images"
        assert picture.is_file(), picture
        assert f'"{picture.name}"' in code, picture


@pytest.mark.parametrize("page", [*PAGES, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"], ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    text = page.read_text()
    for target in re.findall(r"\]\(([^)#]*)(?:#[\w-]*)?\)", text):
        assert not target or (page.parent / target).exists(), target
    for target, anchor in re.findall(r"\]\(([^)#]*)#([\w-]+)\)", text):
        headings = re.findall(r"^#+ (.*)$", (page.parent / target if target else page).read_text(), re.MULTILINE)
        assert anchor in [re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings], anchor


def test_every_example_is_listed():
    listed = re.findall(r"\(\.\./examples/(\w+\.py)\)", (ROOT / "docs/examples.md").read_text())
    assert listed == sorted(path.name for path in (ROOT / "examples").glob("*.py"))

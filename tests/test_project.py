"""The project speaks with one voice: bounds that are tested are those declared, examples and the README run."""

import re
import runpy
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def bounds_of(declared):
    return dict(re.fullmatch(r"([\w-]+)>=([\d.]+)", line).groups() for line in declared if "<" not in line)


def test_the_oldest_dependencies_tested_are_the_bounds_declared():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    bounds = bounds_of([*project["dependencies"], *extras["test"]])
    for name, extra in extras.items():  # what the others ask for is tested
        assert bounds_of(extra).items() <= bounds.items(), name
    pinned = dict(line.split("==") for line in (ROOT / "tests/oldest.txt").read_text().splitlines() if "==" in line)
    assert set(bounds) - {"ruff"} == set(pinned)
    for name, version in pinned.items():
        assert version == bounds[name] or version.startswith(bounds[name] + "."), name


@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("*.py")), ids=lambda path: path.name)
def test_examples_run(path, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "agg")
    runpy.run_path(str(path), run_name="__main__")
    assert capsys.readouterr().out.strip()


def test_the_code_of_the_readme_runs(tmp_path, monkeypatch, capsys):
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert blocks
    monkeypatch.chdir(tmp_path)
    namespace = {}
    for block in blocks:
        exec(compile(block, "README.md", "exec"), namespace)
    assert capsys.readouterr().out.strip()

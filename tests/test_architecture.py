"""The house stands as designed: imports go up the flow, none is heavy, nothing is circular."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import skaudio

SRC = Path(skaudio.__file__).parent
FLOW = [
    "_warnings",
    "_urls",
    "_remote",
    "_cluster",
    "_frames",
    "_samples",
    "_axis_order",
    "_growing_array",
    "_validation",
    "_data_home",
    "_randomness",
    "_frames_output",
    "_persistence",
    "_frames_input",
    "_atomic",
    "_assembly",
    "_class_scores",
    "_tensorflow",
    "_recording_names",
    "_event_rows",
    "_table_text",
    "_html_page",
    "_sent_once",
    "io",
    "_parts",
    "dsp",
    "features",
    "pooling",
    "preprocessing",
    "augment",
    "metrics",
    "nets",
    "_learning",
    "estimators",
    "pretrained",
    "matching",
    "events",
    "model_selection",
    "inspection",
    "export",
    "datasets",
    "testing",
    "cli",
    "_show_versions",
    "__main__",
]
PACKAGES = [folder for folder in FLOW if (SRC / folder / "__init__.py").exists() and not folder.startswith("_")]
PACKAGES.remove("cli")
MODULES = sorted(SRC.rglob("*.py"))
HEAVY = ["tensorflow", "keras", "librosa", "numba", "matplotlib", "pandas", "soundfile", "soxr", "pooch"]


def room(path):
    return path.relative_to(SRC).parts[0].removesuffix(".py")


def imports(tree):
    """Yield the modules imported, in functions, too, and those that only a type checker imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


class AtRunTime(ast.NodeTransformer):
    """Remove what runs for a type checker alone."""

    def visit_If(self, node):
        self.generic_visit(node)
        return node.orelse if ast.unparse(node.test) in {"TYPE_CHECKING", "typing.TYPE_CHECKING"} else node


def all_imports(path):
    return set(imports(ast.parse(path.read_text())))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SRC)))
def test_imports_go_up_the_flow(path):
    own = room(path)
    if own == "__init__":
        return  # the front door
    assert own in FLOW, f"{own} has no place in the flow"
    for name in all_imports(path):
        parts = name.split(".")
        if (
            parts[0] == "skaudio"
            and len(parts) > 1
            and (SRC / parts[1]).with_suffix(".py").exists() | (SRC / parts[1]).is_dir()
        ):
            assert FLOW.index(parts[1]) <= FLOW.index(own), f"{own} imports {name}, which stands below it"


def cycle(graph):
    """Find a cycle in a graph of imports, as the list of its modules, the first of them twice; None without one."""
    done, path = set(), []

    def visit(name):
        if name in path:
            return [*path[path.index(name) :], name]
        if name not in done:
            path.append(name)
            for target in sorted(graph[name]):
                if found := visit(target):
                    return found
            done.add(path.pop())
        return None

    return next(filter(None, map(visit, graph)), None)


def imports_of(sources):
    """Make a graph of imports at run time, from the texts of modules by name."""
    graph = {name: set(imports(AtRunTime().visit(ast.parse(text)))) - {name} for name, text in sources.items()}
    # A package and its parent are imported on the way to a module: only an import back from them would be a cycle.
    return {name: targets & set(graph) for name, targets in graph.items()}


def test_no_cycles_between_modules():
    sources = {}
    for path in MODULES:
        name = ".".join(["skaudio", *path.relative_to(SRC).with_suffix("").parts]).removesuffix(".__init__")
        sources[name] = path.read_text()
    found = cycle(imports_of(sources))
    assert found is None, " -> ".join(found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import a", ["a", "b", "a"]),
        ("def f():\n    from a import g", ["a", "b", "a"]),
        ("class C:\n    def f(self):\n        if self:\n            import a", ["a", "b", "a"]),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import a", None),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import c\nelse:\n    import a", ["a", "b", "a"]),
        ("import c", None),
    ],
)
def test_a_cycle_is_found_wherever_it_is_imported(text, expected):
    assert cycle(imports_of({"a": "import b", "b": text, "c": ""})) == expected


def test_scikeras_is_named_in_one_file():
    named = [path.name for path in MODULES if "scikeras" in {n.partition(".")[0] for n in all_imports(path)}]
    assert named == ["_scikeras.py"]


@pytest.mark.slow
def test_no_import_is_heavy():
    # scikit-learn itself imports pandas where it is installed.
    folders = ["skaudio", *(f"skaudio.{name}" for name in [*PACKAGES, "cli"] if name != "nets")]
    code = (
        "import importlib, sys, sklearn.base, joblib; before = set(sys.modules)\n"
        f"for folder in {folders}:\n"
        "    importlib.import_module(folder)\n"
        f"    print(*[f'{{folder}}: {{name}}' for name in {HEAVY} if name in set(sys.modules) - before], end='')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == ""


@pytest.mark.parametrize("folder", PACKAGES)
def test_every_package_is_documented(folder):
    assert __import__(f"skaudio.{folder}", fromlist=["*"]).__doc__
    assert f"skaudio.{folder}" in skaudio.__doc__

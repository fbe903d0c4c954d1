"""The house stands as designed: imports go up the flow, none is heavy, nothing is circular."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import skaudio

SRC = Path(skaudio.__file__).parent
FLOW = [
    "_frames",
    "_samples",
    "_axis_order",
    "_growing_array",
    "_validation",
    "_data_home",
    "_randomness",
    "_frames_output",
    "_persistence",
    "_atomic",
    "_assembly",
    "_class_scores",
    "_tensorflow",
    "_recording_names",
    "_event_rows",
    "_table_text",
    "io",
    "dsp",
    "features",
    "pooling",
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
    "datasets",
    "testing",
    "cli",
    "__main__",
]
PACKAGES = ["io", "dsp", "features", "pooling", "augment", "metrics", "nets", "estimators", "pretrained", "matching"]
PACKAGES += ["events", "model_selection", "inspection", "datasets", "testing"]
MODULES = sorted(SRC.rglob("*.py"))
HEAVY = ["tensorflow", "keras", "librosa", "numba", "matplotlib", "pandas", "soundfile", "soxr", "pooch"]


def room(path):
    return path.relative_to(SRC).parts[0].removesuffix(".py")


def imports(tree, *, at_import_time):
    """Yield the modules imported, optionally only those at the top level of a module (functions run later)."""
    nodes = tree.body if at_import_time else ast.walk(tree)
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def all_imports(path):
    return set(imports(ast.parse(path.read_text()), at_import_time=False))


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


def test_no_cycles_between_modules():
    graph = {}
    for path in MODULES:
        name = ".".join(["skaudio", *path.relative_to(SRC).with_suffix("").parts]).removesuffix(".__init__")
        graph[name] = set(imports(ast.parse(path.read_text()), at_import_time=True)) - {name}
    graph = {name: {target for target in targets if target in graph} for name, targets in graph.items()}
    # A package and its parent are imported on the way to a module: only an import back from them would be a cycle.
    done, path = set(), []

    def visit(name):
        assert name not in path, " -> ".join([*path[path.index(name) :], name])
        if name not in done:
            path.append(name)
            for target in graph[name]:
                visit(target)
            done.add(path.pop())

    for name in graph:
        visit(name)


def test_scikeras_is_named_in_one_file():
    named = [path.name for path in MODULES if "scikeras" in {n.partition(".")[0] for n in all_imports(path)}]
    assert named == ["_scikeras.py"]


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

"""A class reads no name of ``self`` that neither it nor its bases define."""

import ast
import importlib
import inspect
import textwrap
from pathlib import Path

import pytest

import skaudio

SRC = Path(skaudio.__file__).parent


def module_name(path):
    return ".".join(["skaudio", *path.relative_to(SRC).with_suffix("").parts])


def classes():
    """Yield every class of a module, with its tree."""
    for path in sorted(SRC.rglob("*.py")):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef):
                yield f"{module_name(path)}.{node.name}", node


def names_of_self(tree, context):
    """Yield the attributes of ``self`` that are read, or those that are set."""
    of_self = (node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and isinstance(node.ctx, context))
    yield from (node.attr for node in of_self if isinstance(node.value, ast.Name) and node.value.id == "self")


def defined(cls):
    names = set(dir(cls))
    for base in cls.__mro__[:-1]:
        names |= set(vars(base).get("__annotations__", {}))
        try:
            source = textwrap.dedent(inspect.getsource(base))
        except (OSError, TypeError):  # made at run time, or in C
            continue
        names |= set(names_of_self(ast.parse(source), ast.Store))
    return names


@pytest.mark.parametrize(("name", "tree"), list(classes()), ids=lambda value: value if isinstance(value, str) else "")
def test_names_are_declared(name, tree):
    module, _, cls = name.rpartition(".")
    undeclared = set(names_of_self(tree, ast.Load)) - defined(getattr(importlib.import_module(module), cls))
    assert not undeclared

"""What users read: every parameter is described, and said to be by default what it is."""

import ast
import inspect
import re

import pytest
from tests.common.instances import public_estimators

CLASSES = public_estimators()


def documented(doc):
    """Return the defaults of the parameters that the docstring of a class describes, empty for required ones."""
    section = re.search(r"^Parameters\n-+\n(.*?)\n\n\w[\w ]+\n-+\n", doc, re.DOTALL | re.MULTILINE).group(1)
    defaults = {}
    for names, kind in re.findall(r"^(\w+(?:, \w+)*) : (.*)$", section, re.MULTILINE):
        names, (_, has_default, values) = names.split(", "), kind.partition("default=")
        values = ast.literal_eval(f"[{values}]") if has_default else [inspect.Parameter.empty] * len(names)
        defaults |= dict(zip(names, values, strict=True))
    return defaults


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_signature_and_docstring_have_one_order(cls):
    assert list(inspect.signature(cls).parameters) == list(documented(inspect.getdoc(cls)))


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_references_are_numbered_as_they_are_listed(cls):
    doc = inspect.getdoc(cls)
    listed = [int(number) for number in re.findall(r"^\.\. \[(\d+)\]", doc, re.MULTILINE)]
    assert listed == list(range(1, len(listed) + 1))
    used = {int(number) for number in re.findall(r"\[(\d+)\]_", doc)}
    assert used == set(listed)


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_every_parameter_is_described_with_its_default(cls):
    signature = inspect.signature(cls).parameters
    given = {parameter: value.default for parameter, value in signature.items()}
    assert documented(inspect.getdoc(cls)) == given

"""What users read: every parameter is described, and said to be by default what it is."""

import ast
import inspect
import re

import pytest
from tests.common.instances import ESTIMATORS, name


def documented(doc):
    """Give the defaults of the parameters that the docstring of a class describes."""
    section = re.search(r"^Parameters\n-+\n(.*?)\n\n\w[\w ]+\n-+\n", doc, re.DOTALL | re.MULTILINE).group(1)
    defaults = {}
    for names, kind in re.findall(r"^(\w+(?:, \w+)*) : (.*)$", section, re.MULTILINE):
        values = ast.literal_eval(f"[{kind.partition('default=')[2]}]")
        defaults |= dict(zip(names.split(", "), values, strict=True))
    return defaults


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=name)
def test_signature_and_docstring_have_one_order(estimator):
    assert list(inspect.signature(type(estimator)).parameters) == list(documented(inspect.getdoc(type(estimator))))


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=name)
def test_references_are_numbered_as_they_are_listed(estimator):
    doc = inspect.getdoc(type(estimator))
    listed = [int(number) for number in re.findall(r"^\.\. \[(\d+)\]", doc, re.MULTILINE)]
    assert listed == list(range(1, len(listed) + 1))
    used = {int(number) for number in re.findall(r"\[(\d+)\]_", doc)}
    assert used == set(listed)


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=name)
def test_every_parameter_is_described_with_its_default(estimator):
    signature = inspect.signature(type(estimator)).parameters
    given = {parameter: value.default for parameter, value in signature.items()}
    assert documented(inspect.getdoc(type(estimator))) == given

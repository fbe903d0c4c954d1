"""Docstrings of all public objects: sections, parameters, returned values, defaults, references."""

import ast
import dataclasses
import importlib
import inspect
import re

import keras
import pytest
from numpydoc.docscrape import get_doc_object
from numpydoc.validate import Validator, validate
from tests.common.instances import PUBLIC_FOLDERS, public_estimators

# Errors that are no mistakes here; all others of numpydoc.validate.ERROR_MSGS are.
IGNORED = {
    "GL01": "the summary is on the line of the opening quotes, which numpydoc before 1.9 counts as an error",
    "ES01": "a summary is often enough",
    "RT02": "`self : estimator` and tuples name what is returned, as in scikit-learn",
    "SA01": "not every object has related ones",
}
IGNORED_IN_METHODS = {"EX01": "the example of the class shows its methods"}
# Keras prescribes their parameters and calls them: the summary states the shapes.
METHODS_OF_LAYERS = {"build", "call", "compute_mask", "compute_output_shape", "get_config"}
IGNORED_IN_METHODS_OF_LAYERS = {"PR01", "RT01"}


class FieldsValidator(Validator):
    """Validate the fields of a result, which is read and not constructed by users: they are described as attributes."""

    def __init__(self, obj_name):
        super().__init__(get_doc_object(Validator._load_obj(obj_name)))

    @property
    def doc_all_parameters(self):
        return super().doc_all_parameters or self._doc_parameters(["Attributes"])


def own_members(cls):
    """Yield the names of public methods and properties defined in skaudio, and their functions."""
    for member, value in inspect.getmembers_static(cls):
        if isinstance(value, property):
            function = value.fget
        else:
            function = getattr(value, "fn", getattr(value, "__func__", value))  # behind available_if, classmethod
        if inspect.isfunction(function) and not member.startswith("_"):
            function = inspect.unwrap(function)
            # What overrides a method without a docstring inherits that of the method.
            if function.__module__.startswith("skaudio.") and function.__doc__ is not None:
                yield member, function


def public_objects():
    """Yield the full names of public objects and of their methods and properties, inherited ones once."""
    seen = set()
    for package in (importlib.import_module(f"skaudio.{folder}") for folder in PUBLIC_FOLDERS):
        for exported in package.__all__:
            full_name = f"{package.__name__}.{exported}"
            yield full_name
            if inspect.isclass(getattr(package, exported)):
                for member, function in own_members(getattr(package, exported)):
                    if function not in seen:
                        seen.add(function)
                        yield f"{full_name}.{member}"


@pytest.mark.parametrize("full_name", list(public_objects()))
def test_numpydoc_finds_no_error(full_name):
    loaded = Validator._load_obj(full_name)
    owner = Validator._load_obj(full_name.rpartition(".")[0])
    ignored = set(IGNORED)
    if inspect.isclass(owner):
        ignored |= set(IGNORED_IN_METHODS)
        if issubclass(owner, keras.layers.Layer) and full_name.rpartition(".")[2] in METHODS_OF_LAYERS:
            ignored |= IGNORED_IN_METHODS_OF_LAYERS
    if "\nYields\n" in inspect.getdoc(loaded):
        ignored.add("RT01")  # the function returns an iterator; the section describes what it yields
    has_fields = dataclasses.is_dataclass(loaded) or (inspect.isclass(loaded) and issubclass(loaded, tuple))
    errors = validate(full_name, validator_cls=FieldsValidator if has_fields else None)["errors"]
    assert [error for error in errors if error[0] not in ignored] == []


def documented(doc):
    """Return the defaults of the parameters in the docstring of a class, empty for required ones."""
    section = re.search(r"^Parameters\n-+\n(.*?)\n\n\w[\w ]+\n-+\n", doc, re.DOTALL | re.MULTILINE).group(1)
    defaults = {}
    for names, kind in re.findall(r"^(\w+(?:, \w+)*) : (.*)$", section, re.MULTILINE):
        names, (_, has_default, values) = names.split(", "), kind.partition("default=")
        values = ast.literal_eval(f"[{values}]") if has_default else [inspect.Parameter.empty] * len(names)
        defaults |= dict(zip(names, values, strict=True))
    return defaults


@pytest.mark.parametrize("cls", public_estimators(), ids=lambda cls: cls.__name__)
def test_documented_defaults_are_those_of_the_signature(cls):
    signature = inspect.signature(cls).parameters
    defaults = {parameter: value.default for parameter, value in signature.items()}
    assert documented(inspect.getdoc(cls)) == defaults


@pytest.mark.parametrize("cls", public_estimators(), ids=lambda cls: cls.__name__)
def test_references_are_numbered_in_order(cls):
    doc = inspect.getdoc(cls)
    listed = [int(number) for number in re.findall(r"^\.\. \[(\d+)\]", doc, re.MULTILINE)]
    assert listed == list(range(1, len(listed) + 1))
    used = {int(number) for number in re.findall(r"\[(\d+)\]_", doc)}
    assert used == set(listed)

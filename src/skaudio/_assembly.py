"""Assembly of an estimator from parts: one ``__init__``, one table of constraints, one docstring.

scikit-learn requires every parameter in the signature of ``__init__`` and in ``_parameter_constraints``, and users look
for it in the docstring. A part is a data class that has all three for its own parameters; `assembled` merges them.
"""

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from textwrap import dedent, indent
from typing import Any, TypeVar, dataclass_transform

SECTION = r"^{name}\n-+\n(.*?)(?=\n\n[A-Z][A-Za-z ]+\n-+\n|\Z)"
PLACEHOLDER = "{{{name}}}"
REFERENCE = re.compile(r"(?<=\[)(\d+)(?=\])")

Class = TypeVar("Class", bound=type)


@dataclass_transform(kw_only_default=True, eq_default=False, field_specifiers=(field,))
def assembled(cls: Class) -> Class:
    """Assemble an estimator from parts that are data classes.

    Parameters
    ----------
    cls : type
        A class whose docstring has ``{parameters}``, ``{attributes}`` and ``{references}`` where those of its parts
        belong. A field of the class itself is a parameter, described in its docstring before ``{parameters}``, or
        overrides the default of a part's parameter. A field with ``kw_only=False`` may be passed by position.

    Returns
    -------
    type
        The class. Its signature follows the order of its docstring: positional parameters, those of the class, those of
        its parts from left to right. References are numbered in the order in which they are listed.
    """
    built: Any = dataclass(kw_only=True, eq=False, repr=False)(cls)  # same class, typed to set attributes
    parts = [part for part in built.__mro__[1:] if "__dataclass_fields__" in vars(part)]
    own = vars(built).get("_parameter_constraints", {})
    built._parameter_constraints = own | {
        name: constraint
        for part in parts
        for name, constraint in vars(part)["_parameter_constraints"].items()
        if name not in own
    }
    texts = _renumber_references([built.__doc__, *(part.__doc__ for part in parts)])
    positional = {one.name for one in fields(built) if not one.kw_only}
    described = [entry for text in texts for entry in _entries(_section(text, "Parameters"))]
    first = {_names(entry): entry for entry in reversed(described)}  # a class may override a part's description
    entries = [entry for entry in described if first[_names(entry)] is entry]
    entries.sort(key=lambda entry: positional.isdisjoint(_names(entry)))
    defaults = {name: vars(built)[name] for name in vars(built).get("__annotations__", {}) if name in vars(built)}
    _set_docstring(
        built,
        texts[0],
        parameters="\n".join(_with_defaults(entry, defaults) for entry in entries),
        attributes="\n".join(filter(None, (_section(text, "Attributes") for text in texts))),
        references="\n".join(filter(None, (_section(text, "References") for text in texts))),
    )
    _set_order(built.__init__, [name for entry in entries for name in _names(entry)])
    return built


def _set_docstring(cls: type, doc: str, **sections: str) -> None:
    """Replace the sections of a docstring that have a placeholder."""
    for name, text in sections.items():
        before, placeholder, after = doc.partition(PLACEHOLDER.format(name=name))
        if placeholder:
            start, heading, _ = re.split(rf"({name.capitalize()}\n +-+\n)", before, maxsplit=1)
            doc = start + heading + indent(text, "    ") + after
    cls.__doc__ = doc


def _set_order(init: Callable, names: list[str]) -> None:
    signature = inspect.signature(init)
    given = dict(signature.parameters)
    order = ["self", *sorted(names, key=lambda name: given[name].kind is inspect.Parameter.KEYWORD_ONLY)]
    init.__signature__ = signature.replace(parameters=[given[name] for name in order])  # type: ignore[attr-defined]


def _section(doc: str, name: str) -> str:
    """Return the section under a heading of a numpydoc docstring, without the placeholder."""
    first, _, rest = doc.partition("\n")
    match = re.search(SECTION.format(name=name), f"{first}\n{dedent(rest)}", re.DOTALL | re.MULTILINE)
    return match.group(1).replace(PLACEHOLDER.format(name=name.lower()), "").rstrip() if match else ""


def _entries(section: str) -> list[str]:
    """Split a section into its parameters."""
    return [entry.rstrip() for entry in re.split(r"^(?=\w[^\n]* : )", section, flags=re.MULTILINE) if entry.strip()]


def _names(entry: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in entry.partition(" : ")[0].split(","))


def _with_defaults(entry: str, defaults: dict[str, Any]) -> str:
    """Update the stated defaults of a part's parameters to those of a class."""
    names = _names(entry)
    if len(names) > 1 or names[0] not in defaults:
        return entry
    value = defaults[names[0]]
    stated = f'"{value}"' if isinstance(value, str) else repr(value)  # in double quotes, as everywhere
    return re.sub(r"(default=).*", lambda match: f"{match.group(1)}{stated}", entry, count=1)


def _renumber_references(docs: list[str]) -> list[str]:
    """Return docstrings whose references are numbered one after another."""
    numbered, n_before = [], 0
    for doc in docs:
        own = sorted(set(re.findall(r"\.\. \[(\d+)\]", doc)), key=int)
        order = {number: str(n_before + i) for i, number in enumerate(own, 1)}
        numbered.append("".join(order.get(part, part) for part in REFERENCE.split(doc)))
        n_before += len(own)
    return numbered

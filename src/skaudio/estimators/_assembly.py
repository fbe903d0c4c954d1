"""Putting an estimator together from its parts: one ``__init__``, one table of constraints, one docstring."""

import re
from dataclasses import dataclass, field
from textwrap import dedent, indent
from typing import TypeVar, dataclass_transform

SECTION = r"^{name}\n-+\n(.*?)(?=\n\n[A-Z][A-Za-z ]+\n-+\n|\Z)"

Class = TypeVar("Class", bound=type)


@dataclass_transform(kw_only_default=True, eq_default=False, field_specifiers=(field,))
def assembled(cls: Class) -> Class:
    """Make an estimator of parts that are data classes.

    scikit-learn wants every parameter in the signature of ``__init__`` and in ``_parameter_constraints``, and users
    want it in the docstring. A part has all three for its own parameters, and this brings them together.

    Parameters
    ----------
    cls : type
        A class whose docstring has ``{parameters}``, ``{attributes}`` and ``{references}`` where its parts' are to go.
        A field of its own gives a parameter of a part another default. A part's field with ``kw_only=False`` may be
        given without its name.

    Returns
    -------
    type
        The class.
    """
    cls = dataclass(kw_only=True, eq=False, repr=False)(cls)
    parts = [part for part in cls.__mro__[1:] if "__dataclass_fields__" in vars(part)]
    cls._parameter_constraints = {
        name: constraint for part in parts for name, constraint in vars(part)["_parameter_constraints"].items()
    }
    sections = {
        placeholder: "\n".join(filter(None, (_section(part.__doc__, name) for part in parts)))
        for placeholder, name in (
            ("{parameters}", "Parameters"),
            ("{attributes}", "Attributes"),
            ("{references}", "References"),
        )
    }
    for name in vars(cls).get("__annotations__", {}):  # defaults of its own
        pattern = rf"^({name} : .*default=).*$"
        sections["{parameters}"] = re.sub(pattern, rf"\g<1>{vars(cls)[name]!r}", sections["{parameters}"], flags=re.M)
    for placeholder, text in sections.items():
        cls.__doc__ = cls.__doc__.replace(placeholder, indent(text, "    ").strip())
    return cls


def _section(doc: str, name: str) -> str:
    """Give what stands under a heading of a numpydoc docstring."""
    first, _, rest = doc.partition("\n")
    found = re.search(SECTION.format(name=name), f"{first}\n{dedent(rest)}", re.DOTALL | re.MULTILINE)
    return found.group(1).rstrip() if found else ""

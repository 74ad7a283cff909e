"""The text under each field, read from the source of the models where somebody asks for it.

Only messages, the JSON Schema and the reference page show these texts. Reading them costs a tenth of a second, which
a file without mistakes should not pay.
"""

from __future__ import annotations

import ast
import functools
import inspect
import re
import sys

from pydantic import BaseModel

from risksim.scenario.base import Part


def describe() -> None:
    """Give every field of every part that is known by now its text as `description`."""
    for model in parts():
        for name, field in model.model_fields.items():
            if field.description is None:
                field.description = _text(model, name)


def in_one_line(description: str) -> tuple[str, str]:
    """A description without line breaks, and the unit that may stand at its end, as `` [month]``."""
    text = " ".join(description.split())
    unit = re.search(r"\s*\[[^\[\]]+\]$", text)
    return (text, "") if unit is None else (text[: unit.start()], unit[0])


def parts() -> list[type[BaseModel]]:
    """Every part of the language, and the base of them all."""
    return _below(Part)


def _below(model: type[BaseModel]) -> list[type[BaseModel]]:
    found = {model: None}
    for child in model.__subclasses__():
        found |= dict.fromkeys(_below(child))
    return list(found)


def _text(model: type[BaseModel], name: str) -> str | None:
    """The text under a field, in the class that writes it last."""
    for parent in model.__mro__:
        texts = _texts(parent.__module__).get(parent.__qualname__, {})
        if name in texts:
            return texts[name]
    return None


@functools.cache
def _texts(module: str) -> dict[str, dict[str, str]]:
    """Texts by class and field of one module of this language."""
    if module.split(".")[0] != __name__.split(".")[0]:
        return {}
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    return {part.name: _of_class(part) for part in tree.body if isinstance(part, ast.ClassDef)}


def _of_class(part: ast.ClassDef) -> dict[str, str]:
    found = {}
    for field, text in zip(part.body, part.body[1:], strict=False):
        match field, text:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(said))):
                found[name] = inspect.cleandoc(said)
    return found

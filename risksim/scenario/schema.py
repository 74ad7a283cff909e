"""The scenario language as a JSON Schema, by which editors complete and check scenario files.

Editors read schemas as draft 7, so only keywords are used that draft 7 and its successors share
(https://github.com/redhat-developer/yaml-language-server/issues/856).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode

from risksim.language import _, spoken
from risksim.scenario.base import Stated
from risksim.scenario.scenario import Scenario
from risksim.scenario.texts import describe, in_one_line, parts

DRAFT = "http://json-schema.org/draft-07/schema#"


class _Schema(GenerateJsonSchema):
    """Pydantic's schema without a title on every field: an editor shows the description instead."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002, the base class hands it over
        """Never: the title would only repeat the key."""
        return False

    def generate(self, schema: Any, mode: JsonSchemaMode = "validation") -> dict[str, Any]:
        """The schema in the keywords of draft 7."""
        said = _spelled_out(super().generate(schema, mode))
        describe()
        models = {model.__name__: model for model in parts()}
        for part in (said, *said["$defs"].values()):
            if part.get("title") in models:
                _add_texts(part, models[part["title"]])
        plain: dict[str, Any] = _plain(said)
        return plain


def _add_texts(part: dict[str, Any], model: type[BaseModel]) -> None:
    """Give each property of a part the text under its field."""
    for name, field in model.model_fields.items():
        if field.description is not None:
            part["properties"][field.alias or name]["description"] = field.description


def _spelled_out(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema in which only parts have names of their own: an editor shows at once what else may stand there."""
    named = {f"#/$defs/{name}": said for name, said in schema["$defs"].items() if "title" not in said}

    def spelled(said: Any) -> Any:
        if isinstance(said, list):
            return [spelled(entry) for entry in said]
        if not isinstance(said, dict):
            return said
        here = {word: spelled(entry) for word, entry in said.items()}
        return spelled(named[here.pop("$ref")]) | here if here.get("$ref") in named else here

    schema["$defs"] = {name: said for name, said in schema["$defs"].items() if "title" in said}
    whole: dict[str, Any] = spelled(schema)
    return whole


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a scenario file.

    Returns
    -------
    dict
        Titles and descriptions are those of the models, descriptions in the language spoken; `examples` show how a
        field is written. `x-unit` names what an uncertain number counts.
    """
    schema = _english()
    return schema if spoken() == "en" else _told(schema)


def descriptions() -> list[str]:
    """Every description of the schema as the catalogue has it: in English, on one line and without its unit."""
    return list(dict.fromkeys(in_one_line(said)[0] for said in _described(_english())))


def _described(said: Any) -> Iterator[str]:
    for word, entry in said.items() if isinstance(said, dict) else enumerate(said) if isinstance(said, list) else ():
        if word == "description" and isinstance(entry, str):
            yield entry
        else:
            yield from _described(entry)


def _told(said: Any) -> Any:
    """A schema with its descriptions in the language spoken."""
    if isinstance(said, list):
        return [_told(entry) for entry in said]
    if not isinstance(said, dict):
        return said
    return {
        word: _in_words(entry) if word == "description" and isinstance(entry, str) else _told(entry)
        for word, entry in said.items()
    }


def _in_words(description: str) -> str:
    text, unit = in_one_line(description)
    return _(text) + unit


def _english() -> dict[str, Any]:
    schema = Scenario.model_json_schema(by_alias=True, schema_generator=_Schema)
    names = {name: part["title"] for name, part in schema["$defs"].items()}
    schema = _renamed(schema, names)
    # A generic part that is made for one type loses its docstring.
    stated = {"description": (Stated.__doc__ or "").replace("``", "`")}
    schema["$defs"] = {names[name]: stated | part for name, part in schema["$defs"].items()}
    return {
        "$schema": DRAFT,
        "title": "risksim scenario",
        "description": "One social-outcome deal, schema 1.",
        **{word: said for word, said in schema.items() if word not in ("title", "description")},
        "anyOf": [{"required": ["financing"]}, {"required": ["public"]}],
    }


def _renamed(said: Any, names: dict[str, str]) -> Any:
    """A schema whose references use the titles of the parts, which are short for generic parts too."""
    if isinstance(said, list):
        return [_renamed(entry, names) for entry in said]
    if not isinstance(said, dict):
        return said
    reference = said.get("$ref")
    if isinstance(reference, str):
        return {**said, "$ref": f"#/$defs/{names[reference.rsplit('/', 1)[1]]}"}
    return {word: _renamed(entry, names) for word, entry in said.items()}


_NULL = {"type": "null"}


def _plain(said: Any) -> Any:
    """A schema in the keywords that draft 7 and 2020-12 share, as an editor shows it best.

    A list of two numbers is `items` with `minItems` and `maxItems`; a reference stands alone, since draft 7 ignores
    what stands beside it; a choice is `anyOf`, since an editor calls a half-written block a mistake of `oneOf`; and a
    key that may be left out is not offered the value null. An end that is infinite is none: JSON has no such number.
    """
    if isinstance(said, list):
        return [_plain(entry) for entry in said]
    if not isinstance(said, dict):
        return said
    said = {word: _plain(entry) for word, entry in said.items() if not _says_nothing(word, entry)}
    if isinstance(said.get("prefixItems"), list):
        said["items"] = said.pop("prefixItems")[0]
    if isinstance(said.get("oneOf"), list):
        said["anyOf"] = said.pop("oneOf")
    if isinstance(said.get("anyOf"), list) and _NULL in said["anyOf"]:
        branches = [branch for branch in said.pop("anyOf") if branch != _NULL]
        said = {**branches[0], **said} if len(branches) == 1 else {"anyOf": branches, **said}
    if isinstance(said.get("$ref"), str) and len(said) > 1:
        said = {"allOf": [{"$ref": said.pop("$ref")}], **said}
    return said


def _says_nothing(word: str, entry: Any) -> bool:
    return (word == "default" and entry is None) or (isinstance(entry, float) and math.isinf(entry))

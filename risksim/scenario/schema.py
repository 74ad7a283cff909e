"""The scenario language as a JSON Schema, by which editors complete and check scenario files.

Editors read schemas as draft 7, so only keywords are used that draft 7 and its successors share
(https://github.com/redhat-developer/yaml-language-server/issues/856).
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode

from risksim.scenario.base import Stated
from risksim.scenario.scenario import Scenario
from risksim.scenario.texts import describe, parts

DRAFT = "http://json-schema.org/draft-07/schema#"


class _Schema(GenerateJsonSchema):
    """Pydantic's schema without a title on every field: an editor shows the description instead."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002, the base class hands it over
        """Never: the title would only repeat the key."""
        return False

    def generate(self, schema: Any, mode: JsonSchemaMode = "validation") -> dict[str, Any]:
        """The schema in the keywords of draft 7."""
        said = super().generate(schema, mode)
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


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a scenario file.

    Returns
    -------
    dict
        Titles and descriptions are those of the models; `examples` show how a field is written. `x-unit` names what
        an uncertain number counts.
    """
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
    key that may be left out is not offered the value null.
    """
    if isinstance(said, list):
        return [_plain(entry) for entry in said]
    if not isinstance(said, dict):
        return said
    said = {word: _plain(entry) for word, entry in said.items() if not (word == "default" and entry is None)}
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

"""The description of the API as a page shows it: grouped, with lines to try."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from markupsafe import Markup, escape

from risksim.language import N_, _

Json = Mapping[str, Any]
WHERE = {"path": N_("in the address"), "query": N_("after ?"), "header": N_("header")}
KINDS = {
    "string": N_("text"),
    "integer": N_("whole number"),
    "number": N_("number"),
    "boolean": N_("true or false"),
    "object": N_("object"),
    "array": N_("list"),
    "null": N_("null"),
}
"""What JSON Schema calls a kind of value."""


_CODE = re.compile(r"``([^`]+)``|`([^`]+)`")


def worded(text: str) -> Markup:
    """A text with what stands in backquotes as code."""
    return Markup(_CODE.sub(lambda found: f"<code>{found[1] or found[2]}</code>", str(escape(text))))  # noqa: S704


def plain(text: str) -> str:
    """A text without its backquotes."""
    return text.replace("`", "")


class Field(NamedTuple):
    """A parameter, or a field of a body."""

    name: str
    where: str
    kind: str
    required: bool
    text: Markup


class Answer(NamedTuple):
    """What an operation answers."""

    status: str
    text: str


class Operation(NamedTuple):
    """One thing that can be asked."""

    name: str
    method: str
    path: str
    title: str
    text: list[Markup]
    fields: list[Field]
    answers: list[Answer]
    curl: str


class Group(NamedTuple):
    """Operations about one thing."""

    name: str
    text: str
    operations: list[Operation]


class Page(NamedTuple):
    """The whole description."""

    version: str
    groups: list[Group]


def page(said: Json, address: str, *, signs_in: bool = True) -> Page:
    """What the page shows.

    Parameters
    ----------
    said : dict
        The description, OpenAPI 3.1.
    address : str
        Of the service, as ``https://risksim.example.org``.
    signs_in : bool
        Whether a token is to be sent.
    """
    found: dict[str, list[Operation]] = {}
    for path, item in said["paths"].items():
        for method, operation in item.items():
            tag = operation.get("tags", ["other"])[0]
            found.setdefault(tag, []).append(_operation(said, method, path, operation, address, signs_in))
    texts = {tag["name"]: tag["description"] for tag in said["tags"]}
    ordered = [*(tag for tag in texts if tag in found), *(tag for tag in found if tag not in texts)]
    return Page(said["info"]["version"], [Group(tag, texts.get(tag, ""), found[tag]) for tag in ordered])


def _operation(said: Json, method: str, path: str, operation: Json, address: str, signs_in: bool) -> Operation:
    parameters = [_parameter(said, one) for one in operation.get("parameters", ())]
    content = operation.get("requestBody", {}).get("content", {})
    body = _at(said, content["application/json"]["schema"]) if "application/json" in content else None
    return Operation(
        operation["operationId"],
        method.upper(),
        path,
        plain(operation["summary"]),
        [worded(part) for part in operation["description"].split("\n\n") if part != operation["summary"] + "."],
        [*parameters, *(_fields(said, body) if body is not None else ())],
        list(_answers(said, operation)),
        _curl(method, path, operation, address, signs_in, with_body=body is not None),
    )


def _parameter(said: Json, one: Json) -> Field:
    kind, where = _kind(said, one["schema"]), WHERE[one["in"]]
    return Field(one["name"], _(where), kind, one.get("required", False), worded(one.get("description", "")))


def _fields(said: Json, body: Json) -> Iterator[Field]:
    needed = body.get("required", ())
    for name, schema in body.get("properties", {}).items():
        text = schema.get("description") or _at(said, schema).get("description", "")
        if "default" in schema and schema["default"] is not None:
            text += f" `{json.dumps(schema['default'], ensure_ascii=False)}`"
        yield Field(name, _("body"), _kind(said, schema), name in needed, worded(text.strip()))


def _kind(said: Json, schema: Json) -> str:
    """A kind of value, in a word or by what it may be."""
    schema = _at(said, schema)
    if "enum" in schema or "const" in schema:
        return ", ".join(map(str, schema.get("enum", [schema.get("const")])))
    if "anyOf" in schema:
        return _(" or ").join(dict.fromkeys(_kind(said, one) for one in schema["anyOf"] if one.get("type") != "null"))
    kind = KINDS.get(schema.get("type", ""), "")
    return _(kind)


def _answers(said: Json, operation: Json) -> Iterator[Answer]:
    for status, one in sorted(operation["responses"].items()):
        yield Answer(status, _at(said, one)["description"])


def _at(said: Json, node: Json) -> Json:
    """A part, where a reference leads to."""
    while "$ref" in node:
        found: Any = said
        for step in node["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        node = found
    return node


def _curl(method: str, path: str, operation: Json, address: str, signs_in: bool, *, with_body: bool) -> str:
    """A line for a terminal."""
    place = path
    for one in operation.get("parameters", ()):
        if one["in"] == "path":
            place = place.replace(f"{{{one['name']}}}", str(one.get("example", f"${one['name'].upper()}")))
    needed = [one for one in operation.get("parameters", ()) if one["in"] == "query" and one.get("required")]
    if needed:
        place += "?" + "&".join(f"{one['name']}=1" for one in needed)
    lines = [f'curl {"" if method == "get" else f"-X {method.upper()} "}"{address}{place}"']
    if signs_in:
        lines.append('-H "Authorization: Bearer $RISKSIM_TOKEN"')
    if with_body:
        example = operation["requestBody"]["content"]["application/json"].get("example", {})
        told = json.dumps(example, ensure_ascii=False).replace("'", "'\\''")
        lines += ['-H "Content-Type: application/json"', f"-d '{told}'"]
    return " \\\n  ".join(lines)

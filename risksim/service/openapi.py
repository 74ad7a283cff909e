"""The description of the API, OpenAPI 3.1; ``python -m risksim.service.openapi`` writes it down."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from risksim.service.problems import MEDIA_TYPE

FILE = Path(__file__).with_name("openapi.json")
BEFORE = "/api/"
"""How the addresses begin that are described."""
SUMMARY = "Monte Carlo risk simulation for investors in social-outcome deals."
DESCRIPTION = """Deals, questions about them, and answers, as the command line gives them: the same keys, and for the
same deal, seed and paths the same numbers.

Where people sign in, send `Authorization: Bearer rsk_...` with a token from the page *Account*. On loopback without
accounts nothing is needed.

Errors are problem details (RFC 9457, `application/problem+json`) in the language of `Accept-Language`, `en` or `da`.
"""
TAGS = {
    "deals": "Deals, their revisions, what differs between two, and who may do what with them.",
    "texts": "Scenario files: looked over, their JSON Schema, those that ship with the program.",
    "runs": "Questions: small ones are answered at once, large ones become jobs.",
    "downloads": "Memo, data and scenario file, to take away.",
    "account": "Whoever asks: their account, sessions and tokens; links to a deal; the audit log.",
    "live": "The answer that moves with a slider, as the workbench asks for it.",
}
PROBLEMS = {
    "400": "The body cannot be read.",
    "401": "Nobody knows who asks: a token or a sign-in is missing or not valid.",
    "403": "Who asks may see this, but not do it.",
    "404": "There is nothing under this address, or it is not shared with who asks.",
    "408": "The body did not arrive in time.",
    "409": "It is no longer as the request takes it to be.",
    "413": "The body or the text is too large.",
    "422": "The request, the deal or the question has mistakes; `faults` names them with their places.",
    "429": "Too many requests, or too many jobs; `Retry-After` says when to come back.",
    "500": "A fault of the program; `reference` names it to whoever runs the service.",
}
OF = {"shipped": "broendby-tuba"}
EXAMPLES: dict[str, dict[str, Any]] = {
    "create_deal": {"name": "A first deal", "text": "schema: 1\nname: A first deal\n", "draft": True},
    "rename_deal": {"name": "The deal of the town"},
    "append_revision": {"text": "schema: 1\nname: A deal\n", "based_on": 1, "note": "A lower price", "draft": True},
    "put_member": {"email": "ida@example.org", "role": "viewer"},
    "validate": {"text": "schema: 1\nname: A first deal\n"},
    "ask_question": {"of": OF, "question": "run", "wishes": {"paths": 1000, "seed": 1}},
    "make_memo": {"of": OF, "form": "pdf", "language": "da"},
    "make_data": {"of": OF, "form": "csv", "paths": 1000},
    "make_data_of_run": {"form": "nc"},
    "make_scenario": {"of": OF, "changes": {"cohorts[0].participants": 120}},
    "live": {"of": OF, "set": {}, "paths": 1000},
    "inputs": {"of": OF},
}
"""A body to try, by the name of the operation."""
PLACES = {
    "deal_id": "Identifier of the deal.",
    "link_id": "Identifier of the link.",
    "session_id": "Identifier of the session.",
    "token_id": "Identifier of the token.",
    "sort": "Which lines.",
    "deal": "Only of this deal.",
    "before": "Only what is older than this.",
    "limit": "Entries at most.",
}
"""What parameters are, where their route does not say it."""
ALWAYS = ("401", "403", "404", "409", "422", "429", "500")
WITH_BODY = ("400", "408", "413")
SCHEMES = {
    "token": {"type": "http", "scheme": "bearer", "description": "A token from the page *Account*: `rsk_...`."},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "__Host-risksim",
        "description": "The session of somebody who signed in.",
    },
}


def describe(app: FastAPI) -> None:
    """Let an application describe itself in our words."""

    def made() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = description(app)
        return app.openapi_schema

    app.openapi = made  # type: ignore[method-assign]


def description(app: FastAPI) -> dict[str, Any]:
    """The API of an application.

    Parameters
    ----------
    app : FastAPI
        With its routes.

    Returns
    -------
    dict
        OpenAPI 3.1.
    """
    said = get_openapi(
        title=app.title,
        version=app.version,
        openapi_version="3.1.0",
        summary=SUMMARY,
        description=DESCRIPTION,
        routes=app.routes,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        servers=[{"url": "/", "description": "This service."}],
    )
    said["paths"] = {path: item for path, item in sorted(said["paths"].items()) if path.startswith(BEFORE)}
    parts = said.setdefault("components", {})
    parts["securitySchemes"] = SCHEMES
    parts["responses"] = {f"Problem{status}": _problem(text) for status, text in PROBLEMS.items()}
    schemas = parts.setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    said["security"] = [{"token": []}, {"session": []}]
    said["tags"] = [{"name": name, "description": text} for name, text in TAGS.items()]
    for item in said["paths"].values():
        for operation in item.values():
            _with_problems(operation)
            _with_words(operation)
            _with_example(operation)
            _with_places(operation)
    return said


def _with_problems(operation: dict[str, Any]) -> None:
    statuses = {*ALWAYS, *(WITH_BODY if "requestBody" in operation else ())}
    answers = operation["responses"]
    answers.pop("422", None)  # the framework's own shape, which is not sent here
    for status in sorted(statuses):
        answers.setdefault(status, {"$ref": f"#/components/responses/Problem{status}"})


def _with_words(operation: dict[str, Any]) -> None:
    """A summary that says what is done, not what its function is called."""
    first, _line, rest = operation.get("description", "").strip().partition("\n\n")
    operation["summary"] = " ".join(first.split()).rstrip(".")
    operation["description"] = rest.strip() or " ".join(first.split())


def _with_places(operation: dict[str, Any]) -> None:
    for parameter in operation.get("parameters", ()):
        parameter.setdefault("description", PLACES.get(parameter["name"], f"Of the name `{parameter['name']}`."))


def _with_example(operation: dict[str, Any]) -> None:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is not None and operation["operationId"] in EXAMPLES:
        content["example"] = EXAMPLES[operation["operationId"]]


def _problem(text: str) -> dict[str, Any]:
    return {"description": text, "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}}}


def as_text(said: dict[str, Any]) -> str:
    """A description as it is kept, the same for the same API."""
    return json.dumps(said, indent=1, ensure_ascii=False, sort_keys=False) + "\n"


def current() -> str:
    """What the file should hold."""
    from risksim.service.app import make
    from risksim.service.settings import Settings

    with tempfile.TemporaryDirectory() as folder:
        app = make(Settings(folder=Path(folder), database=None))
        said = as_text(app.openapi())
        app.state.service.database.close()
    return said


if __name__ == "__main__":
    FILE.write_text(current(), encoding="utf-8")

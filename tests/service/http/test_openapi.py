"""The description of the API: kept, current, whole."""

import json
import re

import jsonschema
import pytest

from risksim.service import openapi
from risksim.service.openapi import FILE

SAID = json.loads(FILE.read_text(encoding="utf-8"))
EACH = [(method, path, operation) for path, item in SAID["paths"].items() for method, operation in item.items()]


def test_it_is_what_the_service_answers():
    assert FILE.read_text(encoding="utf-8") == openapi.current(), "run python -m risksim.service.openapi"


def test_it_is_served_as_it_is_kept(client):
    assert client.get("/api/openapi.json").text == FILE.read_text(encoding="utf-8")


def test_it_is_openapi_3_1_with_security_and_no_other_address():
    assert SAID["openapi"].startswith("3.1.")
    assert set(SAID["components"]["securitySchemes"]) == {"token", "session"}
    assert SAID["security"]
    assert not re.findall(
        r"https?://(?!json-schema\.org)[^\s\"]+", FILE.read_text().replace("https://www.rfc-editor", "")
    )


@pytest.mark.parametrize(("method", "path", "operation"), EACH, ids=[f"{method} {path}" for method, path, _ in EACH])
def test_every_operation_is_described(method, path, operation):
    assert re.fullmatch(r"[a-z_]+", operation["operationId"])
    assert len(operation["summary"]) > 5
    assert len(operation["description"]) > 5
    assert operation["tags"][0] in openapi.TAGS
    assert {"401", "403", "404", "422", "429", "500"} <= set(operation["responses"])
    assert ("413" in operation["responses"]) == ("requestBody" in operation)
    for parameter in operation.get("parameters", ()):
        assert parameter.get("description"), parameter["name"]
    for status, answer in operation["responses"].items():
        if status >= "400":
            assert answer == {"$ref": f"#/components/responses/Problem{status}"}


def test_operation_ids_are_told_apart():
    ids = [operation["operationId"] for _method, _path, operation in EACH]
    assert len(ids) == len(set(ids))


def test_every_reference_leads_somewhere():
    for reference in re.findall(r'"\$ref": "#/([^"]+)"', FILE.read_text(encoding="utf-8")):
        found = SAID
        for part in reference.split("/"):
            found = found[part]


def test_a_problem_is_as_described(client):
    schemas = SAID["components"]
    problem = {"$ref": "#/components/schemas/ProblemDetails", "components": schemas}
    for said in (client.get("/api/v1/nothing"), client.post("/api/v1/validate", json={})):
        jsonschema.validate(said.json(), problem)

"""Whatever is sent to the API, it answers as it describes itself and never breaks."""

import json

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from risksim.service.app import make
from risksim.service.openapi import FILE
from risksim.service.settings import Settings

CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
)
"""Those that hold for an API whose errors all have one shape. A body may fit its schema and still be no deal."""
HERE = {"Host": "127.0.0.1:8000"}
ENDLESS = "/events"
"""A stream has no end to wait for; tests of its own hold it."""


@pytest.fixture(scope="module")
def operations(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fuzzed")
    app = make(Settings(folder=folder, workers=0, per_minute=1_000_000, most_jobs=1_000_000, most_paths_at_once=300))
    schema = schemathesis.openapi.from_asgi("/api/openapi.json", app, headers=HERE)
    yield {one.ok().definition.raw["operationId"]: one.ok() for one in schema.get_all_operations()}
    app.state.service.database.close()


SAID = json.loads(FILE.read_text(encoding="utf-8"))
NAMES = [
    operation["operationId"]
    for path, item in SAID["paths"].items()
    for operation in item.values()
    if not path.endswith(ENDLESS)
]


def tried(operation, mode, most: int) -> None:
    """Send requests that fit the description, or that don't."""

    @settings(
        max_examples=most,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def send(case):
        case.call_and_validate(checks=CHECKS, headers=HERE)

    send()


@pytest.mark.parametrize("name", NAMES)
def test_few_requests_of_every_kind(operations, name):
    tried(operations[name], GenerationMode.POSITIVE, 2)


@pytest.mark.slow
@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize("name", NAMES)
def test_many_requests_of_every_kind(operations, name, mode):
    tried(operations[name], mode, 60)

"""What is written of the API holds: its reference page, line by line, and the page that the service shows."""

import json
import re
import shlex
from pathlib import Path

import pytest

from risksim.service.settings import Settings

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "service-api.md").read_text(encoding="utf-8")
LINES = [line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]
FIGURES = {"100,000": 100_000, "10,000,000": 10_000_000, "20": 20, "2,000,000": 2_000_000, "1,200": 1_200}


def sent(client, line: str, known: dict[str, str]):
    """Send what a line of curl sends."""
    words = shlex.split(re.sub(r"\$(\w+)", lambda found: known[found[1]], line))
    assert words[0] == "curl"
    method, address, head, body = "GET", "", {}, None
    rest = iter(words[1:])
    for word in rest:
        if word == "-X":
            method = next(rest)
        elif word == "-H":
            name, value = next(rest).split(": ", 1)
            head[name] = value
        elif word == "-d":
            body = next(rest)
        else:
            address = word
    return client.request(method, address.removeprefix("http://127.0.0.1:8000"), headers=head, content=body)


@pytest.mark.slow
def test_every_line_of_the_reference_works(client):
    known, sent_lines = {}, 0
    for line in LINES:
        if line.startswith("export "):
            name, value = line.removeprefix("export ").split("=", 1)
            known[name] = value
            continue
        taken = re.fullmatch(r"(\w+)=\$\((.*)\)", line)
        answer = sent(client, taken[2] if taken else line, known)
        assert answer.status_code < 300, f"{line}\n{answer.text}"
        sent_lines += 1
        if taken:
            known[taken[1]] = answer.headers["location"]
    assert sent_lines == len(LINES) - 1 >= 15


def test_the_problem_of_the_reference_is_the_one_that_is_told(client):
    shown = json.loads(re.search(r"```json\n(.*?)```", PAGE, re.DOTALL)[1])
    said = client.post("/api/v1/runs", json={"of": {"shipped": "broendby-tuba"}, "wishes": 5})
    assert said.json() == shown


def test_the_limits_of_the_reference_are_those_of_the_settings():
    rows = re.findall(r"\| `RISKSIM_(\w+)` \|[^|]+\| ([\d,]+) \|", PAGE)
    assert len(rows) == 5
    for name, figure in rows:
        assert Settings.model_fields[name.lower()].default == FIGURES[figure]


@pytest.mark.parametrize(("language", "said"), [("en", "On this page"), ("da", "På denne side")])
def test_the_page_of_the_service_shows_every_operation(client, language, said):
    found = client.get("/api", headers={"Accept-Language": language})
    assert found.status_code == 200
    assert found.headers["content-language"] == language
    assert f'aria-label="{said}"' in found.text
    assert "<script" not in found.text
    assert "style=" not in found.text
    ids = re.findall(r'id="([^"]+)"', found.text)
    assert len(ids) == len(set(ids))
    described = client.get("/api/openapi.json").json()["paths"]
    for path, item in described.items():
        assert f"<code>{path}</code>" in found.text
        for operation in item.values():
            assert operation["operationId"] in ids
    assert set(re.findall(r'href="#([^"]+)"', found.text)) <= set(ids)
    assert not re.findall(r'(?:src|href)="https?://(?!127\.0\.0\.1)', found.text)

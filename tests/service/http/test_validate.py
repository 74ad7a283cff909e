"""Scenario files over HTTP: the words of `risksim check`, the schema, the deals that ship with the program."""

import json

import pytest

from risksim import api
from risksim.errors import ScenarioError
from tests.service.conftest import SIMPLE


def test_a_deal_gets_the_review_of_check(client, printed):
    said = client.post("/api/v1/validate", json={"text": SIMPLE}).json()
    assert (said["valid"], said["faults"]) == (True, [])
    assert said["review"] == json.loads(printed("check", "--json"))


def test_mistakes_are_told_in_the_words_of_check(client):
    text = SIMPLE.replace("schema: 1", "schema: 2").replace("hurdles:", "hurdle:")
    said = client.post("/api/v1/validate", json={"text": text, "name": "mine.yaml"})
    assert said.status_code == 200
    assert (said.json()["valid"], said.json()["review"]) == (False, None)
    with pytest.raises(ScenarioError) as raised:
        api.read_text(text, "mine.yaml")
    assert "\n".join(one["message"] for one in said.json()["faults"]) == str(raised.value)
    told = [(one["line"], one["column"], one["path"]) for one in said.json()["faults"]]
    assert told == [(one.line, one.column, one.path) for one in raised.value.faults]
    assert len(said.json()["faults"]) >= 2


def test_mistakes_are_told_in_the_language_asked_for(client):
    text = SIMPLE.replace("hurdles:", "hurdle:")
    asked = {"text": text, "name": "mine.yaml"}
    (danish,) = client.post("/api/v1/validate", json=asked | {"language": "da"}).json()["faults"]
    (english,) = client.post("/api/v1/validate", json=asked | {"language": "en"}).json()["faults"]
    assert (danish["line"], danish["column"], danish["path"]) == (english["line"], english["column"], english["path"])
    assert danish["found"].startswith("fandt nøglen 'hurdle'")
    assert danish["remedy"] == "Mente du hurdles?"
    assert english["remedy"] == "Did you mean hurdles?"


def test_a_bomb_of_aliases_is_a_mistake(client):
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]" for old, new in zip("abcdefgh", "bcdefghi", strict=True)]
    said = client.post("/api/v1/validate", json={"text": "\n".join(lines)})
    assert said.status_code in (200, 422)
    assert said.status_code == 422 or said.json()["valid"] is False


def test_the_schema_is_that_of_the_command_line(client):
    found = client.get("/api/v1/schema")
    assert found.json() == api.json_schema()
    assert found.headers["etag"]


def test_the_schema_speaks_the_language_asked_for(client):
    english = client.get("/api/v1/schema")
    danish = client.get("/api/v1/schema?language=da")
    assert client.get("/api/v1/schema", headers={"Accept-Language": "da"}).content == danish.content
    assert client.get("/api/v1/schema?language=en", headers={"Accept-Language": "da"}).content == english.content
    assert (english.headers["content-language"], danish.headers["content-language"]) == ("en", "da")
    assert english.headers["etag"] != danish.headers["etag"]
    assert danish.json()["properties"]["name"]["description"] == "Hvad aftalen hedder."
    assert english.json()["properties"]["name"]["description"] == api.json_schema()["properties"]["name"]["description"]


def test_a_shipped_deal_has_its_text(client):
    found = client.get("/api/v1/shipped/examples/simple-reference").json()
    assert found["text"] == SIMPLE
    assert client.get("/api/v1/shipped/../../pyproject").status_code == 404
    assert client.get("/api/v1/shipped/%2e%2e%2fpyproject.toml").status_code == 404

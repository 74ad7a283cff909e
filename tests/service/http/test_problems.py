"""What goes wrong is told as problem details, in words, in the language asked for."""

import logging

import pytest
from fastapi.testclient import TestClient

from risksim.service.problems import MOST_TOLD
from tests.service.conftest import ADDRESS, SIMPLE

VALIDATE = "/api/v1/validate"


def test_no_such_address_and_no_such_method(client):
    none = client.get("/api/v1/nothing")
    assert (none.status_code, none.json()["type"]) == (404, "not-found")
    wrong = client.put("/api/v1/deals")
    assert (wrong.status_code, wrong.json()["type"]) == (405, "not-allowed")
    assert wrong.headers["allow"] == "GET, POST"
    assert "GET, POST" in wrong.json()["detail"]
    assert wrong.headers["content-type"] == none.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("body", "path", "found", "remedy"),
    [
        ({}, "text", "it is missing", "Add `text`."),
        ({"text": 5}, "text", "got 5; this is a text", "Change it"),
        ({"text": "a", "tekst": "b"}, "tekst", 'got "b"; it is not known here', "/api"),
        ({"text": "a", "language": "de"}, "language", "one of 'en' or 'da' is allowed", "Change it"),
        ({"text": "a\x00"}, "text", "a letter that cannot be written", "Change it"),
    ],
)
def test_a_request_that_is_wrong_is_told_in_words(client, body, path, found, remedy):
    said = client.post(VALIDATE, json=body)
    assert (said.status_code, said.json()["type"]) == (422, "invalid-request")
    (fault,) = said.json()["faults"]
    assert fault["path"] == path
    assert found in fault["found"]
    assert remedy in fault["remedy"]
    assert found in said.json()["detail"]


@pytest.mark.parametrize("content", [b"", b"{x", b'{"text": "\\ud800"}', b"[" * 100_000, b"null", b"\xff\xfe"])
def test_a_body_that_is_no_json_is_told_in_words(client, content):
    said = client.post(VALIDATE, content=content, headers={"Content-Type": "application/json"})
    assert said.status_code in (400, 422)
    assert said.json()["detail"]


def test_a_problem_speaks_the_language_asked_for(client):
    english, danish = (client.get("/api/v1/nothing", headers={"Accept-Language": one}) for one in ("en", "da-DK"))
    assert (english.headers["content-language"], danish.headers["content-language"]) == ("en", "da")
    assert english.json()["type"] == danish.json()["type"]
    assert english.json()["detail"] != danish.json()["detail"]


def test_a_problem_speaks_the_language_that_a_body_names(client):
    body = {"of": {"shipped": "no-such-deal"}, "language": "da"}
    said = client.post("/api/v1/runs", json=body, headers={"Accept-Language": "en"})
    assert (said.status_code, said.headers["content-language"]) == (404, "da")
    wrong = client.post("/api/v1/runs", json={"language": "da"}, headers={"Accept-Language": "en"})
    assert (wrong.status_code, wrong.headers["content-language"]) == (422, "da")


def test_what_nobody_foresaw_gets_a_number_and_no_value_is_logged(app, monkeypatch, caplog):
    def broken(*_args, **_more):
        raise KeyError("a secret of a deal")

    monkeypatch.setattr("risksim.service.routes.validate.check_text", broken)
    with TestClient(app, base_url=ADDRESS) as client, caplog.at_level(logging.ERROR):
        said = client.post(VALIDATE, json={"text": SIMPLE}, headers={"Accept-Language": "da"})
    assert (said.status_code, said.json()["type"]) == (500, "unexpected")
    assert said.headers["content-language"] == "da"
    assert said.json()["reference"] in said.json()["detail"]
    assert said.json()["reference"] in caplog.text
    assert "KeyError" in caplog.text
    assert "validate.py" in caplog.text
    assert "secret" not in caplog.text + said.text


def test_a_body_without_its_kind_says_which_header_is_missing(client):
    form = {"Content-Type": "application/x-www-form-urlencoded", "Accept-Language": "da"}
    said = client.post("/api/v1/runs", content=b'{"of": {"shipped": "broendby-tuba"}}', headers=form).json()
    assert "Content-Type: application/json" in said["detail"]
    said = client.post("/api/v1/data", json={"of": {"shipped": "x"}, "form": "json"}, headers={"Accept-Language": "da"})
    assert "tilladt er 'csv' eller 'nc'" in said.json()["detail"]


LIVE = {"of": {"shipped": "examples/simple-reference"}}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/v1/live", LIVE | {"set": {f"k{number}": [] for number in range(100)}}),
        ("/api/v1/validate", {f"k{number}": 0 for number in range(150)}),
    ],
)
def test_of_many_mistakes_the_first_are_told(client, path, body):
    said = client.post(path, json=body).json()
    assert len(said["faults"]) == MOST_TOLD + 1
    assert "more mistakes after these 20" in said["faults"][-1]["found"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/v1/live", LIVE | {"set": {f"k{number}": [] for number in range(50_000)}}),
        ("/api/v1/runs", LIVE | {"changes": {f"k{number}": [] for number in range(50_000)}}),
        ("/api/v1/deals", {f"k{number}": 0 for number in range(50_000)}),
    ],
)
def test_an_object_of_many_keys_is_refused_without_a_look_at_each(client, path, body):
    said = client.post(path, json=body).json()
    assert [one["found"].rpartition("; ")[2] for one in said["faults"] if "at most" in one["found"]], said["detail"]
    assert len(said["faults"]) <= 2


def test_a_long_name_of_a_field_is_not_repeated_in_whole(client):
    assert len(client.post(VALIDATE, json={"text": "a", "k" * 100_000: 1}).content) < 2_000


@pytest.mark.parametrize(
    "move", ['{"\\ud800": 1}', '{"end": "\\ud800"}', '{"cohorts[0].participants": 1%s}' % ("0" * 400)]
)
@pytest.mark.parametrize(("path", "name"), [("/api/v1/live", "set"), ("/api/v1/runs", "changes")])
def test_a_move_to_what_is_no_number_and_no_text_is_a_mistake_of_the_request(client, path, name, move):
    body = f'{{"of": {{"shipped": "examples/simple-reference"}}, "{name}": {move}}}'
    said = client.post(path, content=body, headers={"Content-Type": "application/json"})
    assert said.status_code == 422, said.text


@pytest.mark.parametrize("depth", [60, 400])
def test_wishes_within_wishes_have_an_end(client, depth):
    body = f'{{"of": {{"shipped": "examples/simple-reference"}}, "wishes": {{"changes": {"[" * depth}{"]" * depth}}}}}'
    said = client.post("/api/v1/runs", content=body, headers={"Content-Type": "application/json"})
    assert (said.status_code, said.json()["faults"][0]["path"]) == (422, "wishes")
    assert "nested too deeply" in said.json()["detail"]

"""The frame of the workbench: which files it names, what it lets its script do, and who sees it."""

from __future__ import annotations

import json
import re

import pytest

from risksim.service.pages import built as building
from risksim.service.pages.built import built
from risksim.service.problems import Problem
from risksim.service.routes import workbench

MANIFEST = {
    "src/main.ts": {"file": "assets/main-1.js", "css": ["assets/main-1.css"], "imports": ["_shared.js"]},
    "_shared.js": {"file": "assets/shared-2.js", "css": ["assets/shared-2.css"], "imports": ["src/main.ts"]},
    "src/Editor.svelte": {"file": "assets/editor-3.js", "css": ["assets/editor-3.css"], "isDynamicEntry": True},
}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "manifest.json").write_text(json.dumps(MANIFEST))
    return tmp_path


@pytest.fixture
def is_built(folder, monkeypatch):
    monkeypatch.setattr(workbench, "built", lambda: built(folder))


def said(page: str) -> dict[str, str]:
    """What the page says to its script."""
    tag = re.search(r'<div id="workbench"([^>]*)>', page)
    assert tag is not None
    return dict(re.findall(r'data-([a-z]+)="([^"]*)"', tag[1]))


def test_the_page_names_what_is_needed_at_once_and_nothing_that_comes_later(folder):
    found = built(folder)
    assert found.script == "/static/workbench/assets/main-1.js"
    assert found.early == ("/static/workbench/assets/shared-2.js",)
    assert found.styles == ("/static/workbench/assets/main-1.css", "/static/workbench/assets/shared-2.css")


@pytest.mark.parametrize("content", [None, "", "[]", "{}"])
def test_a_copy_without_a_built_page_says_how_to_get_one(tmp_path, content):
    if content is not None:
        (tmp_path / "manifest.json").write_text(content)
    with pytest.raises(Problem, match="npm run build") as told:
        built(tmp_path)
    assert told.value.status == 503


def test_what_was_built_is_there():
    found = built(building.FOLDER / building.WHERE)
    for address in (found.script, *found.styles, *found.early):
        assert (building.FOLDER / address.removeprefix("/static/")).is_file()


def test_the_service_opens_on_a_deal_that_ships_with_it(client, is_built):
    answer = client.get("/")
    assert answer.status_code == 200
    assert answer.url.path == "/workbench"
    assert said(answer.text) == {"may": "edit export run view", "shipped": "broendby-tuba"}


def test_nothing_runs_that_does_not_come_from_a_file(client, is_built):
    answer = client.get("/workbench")
    scripts = re.findall(r"<script([^>]*)>(.*?)</script>", answer.text, re.DOTALL)
    assert scripts == [(' type="module" src="/static/workbench/assets/main-1.js"', "")]
    assert not re.search(r'<[^>]+ (style|on\w+)="', answer.text)
    nonce = re.search(r'<meta name="csp-nonce" content="([^"]+)">', answer.text)
    assert nonce is not None
    assert f"'nonce-{nonce[1]}'" in answer.headers["Content-Security-Policy"]


def test_a_name_in_the_address_is_written_as_text(client, is_built):
    page = client.get("/workbench", params={"shipped": '"><script>alert(1)</script>'}).text
    assert "<script>alert" not in page


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("owner", "delete edit export run share view"),
        ("editor", "edit export run view"),
        ("viewer", "export run view"),
    ],
)
def test_a_saved_deal_tells_its_script_what_this_person_may_do(people, is_built, who, may):
    deal = people.deal()
    page = getattr(people, who).client.get(f"/deals/{deal.id}/workbench").text
    assert said(page) == {"may": may, "deal": deal.id, "revision": "1", "latest": "1"}


def test_a_deal_of_somebody_else_is_the_same_as_none(people, is_built):
    deal = people.deal()
    there, nowhere = (
        people.stranger.client.get(f"/deals/{one}/workbench", headers={"Accept": "application/json"})
        for one in (deal.id, "0" * 24)
    )
    assert (there.status_code, there.json()) == (404, nowhere.json())
    assert deal.name not in there.text


@pytest.mark.parametrize("revision", [2, 0, "x"])
def test_a_revision_that_is_not_there_is_refused(people, is_built, revision):
    deal = people.deal()
    answer = people.owner.client.get(f"/deals/{deal.id}/workbench", params={"revision": revision})
    assert answer.status_code in (404, 422)


def test_both_languages(client, is_built):
    danish, english = (client.get("/workbench", headers={"Accept-Language": one}).text for one in ("da", "en"))
    assert '<html lang="da">' in danish
    assert '<html lang="en">' in english

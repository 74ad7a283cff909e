"""The log is read in the language of its reader: every detail that somebody notes has its words."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from risksim.language import _, speaking
from risksim.service.access import accounts
from risksim.service.routes.log_pages import DETAILS, VALUES
from tests.service.access.conftest import ADDRESS

PACKAGE = Path(__file__).parents[3] / "risksim"


def noted() -> set[str]:
    """Keys of details, wherever the log is written."""
    found: set[str] = set()
    for file in [*(PACKAGE / "service").rglob("*.py"), *(PACKAGE / "cli").glob("*.py")]:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) == "note":
                found |= {word.arg for word in node.keywords if word.arg} - {"deal_id", "run_id"}
    return found


def test_every_detail_has_its_words_and_no_other():
    assert noted() == set(DETAILS)


@pytest.mark.parametrize(
    "phrase", sorted({*DETAILS.values(), *(word for words in VALUES.values() for word in words.values())} - {"link"})
)
def test_details_are_told_in_danish(phrase):
    with speaking("da"):
        assert _(phrase) != phrase


def test_links_and_accounts_are_called_by_name_for_who_may_know_it(house):
    link = house.link()
    holder = house.client(accept="text/html")
    assert holder.get(f"/s/{link}").status_code == 303
    log = house.client(house.owner.cookie).get("/audit", params={"deal": house.deal}).text
    assert '<span class="label">link board</span>' in log
    assert "link board, lasts, in days: 1" in log
    assert "board" not in house.client(house.viewer.cookie).get("/audit").text


def test_an_account_is_called_by_its_address_for_who_made_it(house):
    admin = house.client(house.admin.cookie, accept="text/html", origin=ADDRESS)
    made = admin.post("/people", data={"email": "newly@example.org"})
    assert made.status_code == 200, made.text
    assert "account newly@example.org, made" in admin.get("/audit").text
    with house.service.database.writing() as session:
        session.delete(accounts.of_email(session, "newly@example.org"))
    assert "newly@example.org" not in admin.get("/audit").text

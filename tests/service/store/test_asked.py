"""From what a request names to a compiled deal: shipped deals, texts, and hostile texts."""

from __future__ import annotations

import threading
import time

import pytest

from risksim import api
from risksim.errors import RisksimError, ScenarioError
from risksim.language import speaking
from risksim.service.access.principal import NOBODY, Principal
from risksim.service.live.shapes import DealAsked
from risksim.service.problems import Problem, of_error
from risksim.service.store import asked, compiled, shipped
from tests.service.conftest import SIMPLE


def test_shipped_deals_are_those_of_the_collection():
    found = {one.name: one for one in shipped.shipped()}
    assert found["broendby-tuba"].title == "TUBA Brøndby"
    assert found["danish/havnen"].title == "Havnen, Aarhus"
    assert found["portfolio/four-danish-deals"].title == "Four Danish deals"
    assert found["portfolio/four-danish-deals"].is_portfolio
    assert not found["danish/havnen"].is_portfolio
    assert next(one.name for one in shipped.shipped()) == "aarhus-table"
    assert len(found) == len(list(shipped.folder().rglob("*.yaml")))


def test_titles_are_what_the_files_call_themselves():
    for one in shipped.shipped():
        if not one.is_portfolio and one.name.split("/")[0] in ("danish", "rules", "public", "soem", "templates"):
            assert api.read(one.file, draft=True).scenario.name == one.title


@pytest.mark.parametrize("name", ["", "../README", "danish/../broendby-tuba", "/etc/passwd", "danish", "x\0", "*"])
def test_no_name_leads_out_of_the_collection(name):
    with pytest.raises(Problem) as found:
        shipped.text_of(name)
    assert found.value.status == 404


def test_a_saved_a_shipped_and_a_typed_deal_are_asked_alike(people):
    made, service = people.deal(), people.service
    for who in (people.owner, people.viewer):
        assert asked.deal_of(service, who.principal, DealAsked(deal=made.id)).scenario.name == "Simple reference deal"
    typed = asked.deal_of(service, people.stranger.principal, DealAsked(text=SIMPLE))
    assert typed.plan.digest == asked.deal_of(service, people.owner.principal, DealAsked(deal=made.id)).plan.digest
    found = asked.text_of(service, people.stranger.principal, DealAsked(shipped="danish/havnen"))
    assert (found.file, found.shipped) == ("danish/havnen.yaml", "danish/havnen")
    with pytest.raises(Problem) as refused:
        asked.deal_of(service, people.stranger.principal, DealAsked(deal=made.id))
    assert refused.value.status == 404


def test_nobody_asks_nothing_and_a_link_only_its_deal(people):
    made, service = people.deal(), people.service
    for wanted in (DealAsked(text=SIMPLE), DealAsked(shipped="broendby-tuba")):
        with pytest.raises(Problem) as found:
            asked.deal_of(service, NOBODY, wanted)
        assert found.value.status == 401
    link = Principal("link", deal_id=made.id, via="l")
    assert asked.deal_of(service, link, DealAsked(deal=made.id)).scenario.name == "Simple reference deal"
    for wanted, status in ((DealAsked(text=SIMPLE), 403), (DealAsked(deal="0" * 24), 404)):
        with pytest.raises(Problem) as found:
            asked.deal_of(service, link, wanted)
        assert found.value.status == status
    with pytest.raises(Problem) as found:
        asked.text_of(service, link, DealAsked(deal=made.id), "export")
    assert found.value.status == 403


def test_a_portfolio_is_told_so(people):
    with pytest.raises(Problem) as found:
        asked.deal_of(people.service, people.owner.principal, DealAsked(shipped="portfolio/four-danish-deals"))
    assert found.value.kind == "portfolio"


def test_a_deal_is_compiled_once_however_many_ask_it_at_once(monkeypatch):
    count, read, begin = [], api.read_text, threading.Barrier(8)

    def counted(text: str, file: str) -> api.Deal:
        count.append(file)
        time.sleep(0.02)
        return read(text, file)

    monkeypatch.setattr(api, "read_text", counted)
    found = []

    def ask() -> None:
        begin.wait()
        found.append(compiled.compiled(SIMPLE + "# once\n"))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(count) == 1
    assert len({id(one) for one in found}) == 1


def test_what_is_kept_speaks_the_language_it_was_asked_in():
    text = SIMPLE + "\ntitles: {da: {success: Succes}}\n"
    assert compiled.compiled(text).plan.labels.outcome_titles == ("success",)
    with speaking("da"):
        assert compiled.compiled(text).plan.labels.outcome_titles == ("Succes",)


def test_only_so_many_deals_are_kept():
    kept = compiled._Kept(3)
    first = kept.get(SIMPLE, "a")
    assert kept.get(SIMPLE, "a") is first
    for file in ("b", "c", "d"):
        kept.get(SIMPLE, file)
    assert len(kept._places) == 3
    assert kept.get(SIMPLE, "a") is not first


def bombs() -> dict[str, str]:
    laughs = "\n".join(
        ["a0: &a0 [lol, lol]", *(f"a{k}: &a{k} [{', '.join([f'*a{k - 1}'] * 9)}]" for k in range(1, 30))]
    )
    return {
        "aliases": laughs,
        "an alias of itself": "a: &a [*a]",
        "nested lists": "a: " + "[" * 400_000,
        "nested blocks": "\n".join(" " * k + "a:" for k in range(1_000)),
        "nested maps in one line": "{a: " * 200_000,
        "a huge number": SIMPLE.replace("value: 120", f"value: {'9' * 4_000}"),
        "a huge power": SIMPLE.replace("value: 120", "value: 1e308"),
        "many people": SIMPLE.replace("value: 120", "value: 1000000000"),
        "a long life": SIMPLE.replace("2027-01-01", "9999-12-31"),
        "often": SIMPLE.replace("follow_up:\n  - {value: 2027-01-01,", "follow_up:\n  - {every: 0 months,"),
        "many keys": "\n".join(f"k{k}: 1" for k in range(80_000)),
        "many colons": ": " * 400_000,
        "many questions": "? " * 400_000,
        "many dashes": "- " * 400_000,
        "many quotes": "a: '" + "''" * 400_000,
        "many escapes": 'a: "' + "\\x41" * 200_000 + '"',
        "many tags": "\n".join(f"k{k}: !!python/object:os.system x" for k in range(10_000)),
        "many anchors": "\n".join(f"k{k}: &a{k} x" for k in range(20_000)),
        "many stars": "a: [" + "*a, " * 200_000 + "]",
        "a long word": "a: " + "x" * 900_000,
        "many comments": "# x\n" * 200_000,
        "spaces": "a:" + " " * 900_000 + "b",
        "empty lines": "\n" * 900_000,
        "merge keys": "<<: &a {<<: *a}",
        "a date of no calendar": SIMPLE.replace("2027-01-01", "2027-02-31"),
        "no number": SIMPLE.replace("value: 60000", "value: .nan"),
    }


@pytest.mark.parametrize("name", bombs())
def test_a_hostile_text_is_refused_quickly_and_kindly(name):
    begin = time.process_time()
    with pytest.raises(RisksimError) as found:
        compiled.compiled(bombs()[name])
    assert time.process_time() - begin < 20, name  # a busy machine takes two, and one that is caught never ends
    problem = of_error(found.value)
    assert problem.status == 422
    assert isinstance(found.value, ScenarioError)
    assert problem.faults
    assert all(one.found and one.remedy for one in problem.faults)


def test_a_text_that_is_too_long_is_refused_before_it_is_read():
    with pytest.raises(Problem) as found:
        compiled.compiled("#" * 1_000_001)
    assert (found.value.kind, found.value.status) == ("too-long", 413)

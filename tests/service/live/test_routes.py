"""The same over HTTP, and the gate that all answers go through."""

from __future__ import annotations

import threading
import time

import pytest

from risksim.service.live.gate import LONGEST, LONGEST_COLD, MOST_WAITING, Gate, Kept
from risksim.service.live.underway import Underway
from risksim.service.problems import Problem
from risksim.service.routes import live
from risksim.service.work.life import life_of
from tests.engine.deals import SHIPPED

SIMPLE = {"shipped": "examples/simple-reference"}
TUBA = {"shipped": "broendby-tuba"}


def test_inputs_and_answer_of_a_shipped_deal(client):
    inputs = client.post("/api/v1/live/inputs", json={"of": SIMPLE, "language": "da"}).json()
    assert any(one["id"] == "payments[0].price" for one in inputs["inputs"])
    asked = {"of": SIMPLE, "set": {"payments[0].price": 900}, "paths": 256}
    found = client.post("/api/v1/live", json=asked, headers={"X-Page": "p1"})
    assert found.status_code == 200
    written = client.post("/api/v1/scenario", json={"of": SIMPLE, "changes": asked["set"]}).text
    again = client.post("/api/v1/live", json={"of": {"text": written}, "paths": 256}).json()
    assert again["digest"] == found.json()["digest"]
    assert again["statistics"] == found.json()["statistics"]


def test_the_histogram_comes_first_and_the_rest_is_reckoned_once(client, monkeypatch):
    reckoned, reckonings = live.reckoned, []
    monkeypatch.setattr(live, "reckoned", lambda *asked, **more: reckonings.append("") or reckoned(*asked, **more))
    asked = {"of": TUBA, "set": {"payments[0].price": 21_000}, "paths": 256}
    first = client.post("/api/v1/live", json=asked | {"parts": ["returns"]}).json()
    whole = client.post("/api/v1/live", json=asked).json()
    assert (first["parts"], whole["parts"]) == (["returns"], ["answer"])
    assert first["charts"] == {"returns": whole["charts"]["returns"]}
    assert first["ends"] == whole["ends"]
    assert (first["statistics"], first["figures"]) == ({}, [])
    assert whole["statistics"]
    again = client.post("/api/v1/live", json=asked | {"parts": ["returns"]}).json()
    assert again == whole  # it is there already
    assert len(reckonings) == 1


def test_what_comes_first_of_no_answer_is_the_problem_in_the_language_asked_for(client):
    asked = {"of": SIMPLE, "set": {"nothing": 1}, "parts": ["returns"], "language": "da"}
    for _ in range(2):
        found = client.post("/api/v1/live", json=asked)
        assert (found.status_code, found.json()["type"]) == (422, "no-such-input")
        assert "Der er" in found.json()["detail"]
    assert not [key for key in list(live.UNDERWAY._found) if "nothing" in str(key)]


def test_where_people_queue_up_the_whole_answer_comes_at_once(client, monkeypatch):
    asked = {"of": TUBA, "paths": 257, "parts": ["returns"]}
    monkeypatch.setattr(live, "GATE", Gate(2))
    with live.GATE.entered("one"):
        assert not live.GATE.is_full
        assert client.post("/api/v1/live", json=asked).json()["parts"] == ["returns"]
    with live.GATE.entered("one"), live.GATE.entered("slow", slow=True):
        assert live.GATE.is_full
    monkeypatch.setattr(Gate, "is_full", True)
    assert client.post("/api/v1/live", json=asked | {"seed": 3}).json()["parts"] == ["answer"]


def test_the_histogram_is_asked_alone(client):
    assert client.post("/api/v1/live", json={"of": SIMPLE, "parts": ["returns", "answer"]}).status_code == 422


def test_what_was_answered_is_kept(client):
    asked = {"of": SIMPLE, "paths": 300}
    first, second = (client.post("/api/v1/live", json=asked).content for _ in range(2))
    assert first == second
    other = client.post("/api/v1/live", json=asked | {"seed": 2}).content
    assert other != first


def test_slow_parts_are_given_up_also_for_what_was_answered_before(client, monkeypatch):
    given_up = []
    monkeypatch.setattr(live, "_give_up", lambda _request, page: given_up.append(page.rpartition(" ")[2]))
    asked = {"of": SIMPLE, "paths": 301}
    for page in ("first", "back"):  # the slider goes where it was
        client.post("/api/v1/live", json=asked, headers={"X-Page": page})
    client.post("/api/v1/live", json=asked | {"parts": ["lines"]}, headers={"X-Page": "rests"})
    assert given_up == ["first", "back"]


def test_a_saved_deal_is_asked_by_those_who_may(people):
    deal = people.deal()
    asked = {"of": {"deal": deal.id}, "paths": 256}
    for path in ("/api/v1/live", "/api/v1/live/inputs", "/api/v1/scenario"):
        body = asked if path == "/api/v1/live" else {"of": asked["of"]}
        assert people.owner.client.post(path, json=body).status_code == 200
        assert people.stranger.client.post(path, json=body).status_code == 404
        assert people.nobody.post(path, json=body).status_code in (401, 404)


def test_a_portfolio_has_nothing_to_move(client):
    name = next((SHIPPED / "portfolio").glob("*.yaml")).stem
    inputs = client.post("/api/v1/live/inputs", json={"of": {"shipped": f"portfolio/{name}"}}).json()
    if inputs["obstacle"] is None:  # a deal of it
        text = "portfolio:\n  name: All\n"
        inputs = client.post("/api/v1/live/inputs", json={"of": {"text": text}}).json()
    assert inputs["obstacle"]
    assert inputs["inputs"] == []


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        ({"of": {"shipped": "no-such-deal"}}, 404, "not-found"),
        ({"of": {"shipped": "../pyproject"}}, 404, "not-found"),
        ({"of": SIMPLE, "set": {"nothing": 1}}, 422, "no-such-input"),
        ({"of": SIMPLE, "set": {"payments[0].price": -5}}, 422, "faulty-deal"),
        ({"of": {"text": "schema: 1"}}, 422, "faulty-deal"),
    ],
)
def test_mistakes_are_problems(client, body, status, kind):
    found = client.post("/api/v1/live", json=body)
    assert (found.status_code, found.json()["type"]) == (status, kind)


def test_a_body_of_another_form_is_refused(client):
    assert client.post("/api/v1/live", json={"of": SIMPLE, "paths": "many"}).status_code == 422
    assert client.post("/api/v1/live", json={"of": SIMPLE, "more": 1}).status_code == 422


def test_variants_over_http(client):
    body = {"of": SIMPLE, "paths": 256, "variants": [{"name": "A"}, {"name": "B", "set": {"payments[0].price": 900}}]}
    found = client.post("/api/v1/live/compare", json=body).json()
    assert found["names"] == ["A", "B"]
    assert found["table"]["rows"]


def test_years_of_variants_are_told_in_the_language(client):
    variants = [{"name": "A"}, {"name": "B", "set": {"payments[0].price": 900}}]
    body = {"of": SIMPLE, "paths": 256, "variants": variants, "language": "da"}
    rows = [row[0]["text"] for row in client.post("/api/v1/live/compare", json=body).json()["table"]["rows"]]
    assert any(row.startswith("Tilbagebetaling i 2") for row in rows)
    assert not any("epayment" in row for row in rows)


def test_shipped_deals_are_listed(client):
    found = client.get("/api/v1/shipped").json()
    assert {"name": "broendby-tuba", "title": "TUBA Brøndby", "is_portfolio": False} in found


# Answers in two


def test_who_asks_for_the_whole_waits_for_the_one_that_is_underway():
    underway, go_on, works = Underway(), threading.Event(), []

    def work(first):
        works.append("")
        first(b"first")
        first(b"told again, after a death")
        assert go_on.wait(60)
        return b"whole"

    assert underway.first("one", work) == b"first"
    assert underway.first("one", work) == b"first"
    assert underway.whole("other") is None
    found = []
    waiting = threading.Thread(target=lambda: found.append(underway.whole("one")))
    waiting.start()
    go_on.set()
    waiting.join(60)
    assert (found in ([b"whole"], [None]), len(works)) == (True, 1)  # None: it ended before it was asked for
    assert _ended(underway, "one")


def test_what_goes_wrong_is_told_to_all_who_wait_and_then_forgotten():
    underway, go_on = Underway(), threading.Event()

    def work(first):
        first(b"first")
        assert go_on.wait(60)
        raise Problem("busy", 503, "no", "no")

    assert underway.first("one", work) == b"first"
    both = underway._found["one"]
    go_on.set()
    with pytest.raises(Problem):
        both.whole.result(60)
    assert _ended(underway, "one")
    with pytest.raises(ZeroDivisionError):
        underway.first("two", lambda _first: 1 / 0)
    assert underway.first("three", lambda _first: b"whole") == b"whole"


def _ended(underway, key):
    until = time.monotonic() + 60
    while underway.whole(key) is not None and time.monotonic() < until:
        pass
    return key not in underway._found


# The gate

PATIENCE = 60.0
"""How long a thread of a slow machine may take for what takes no time. [s]"""


def until(so) -> None:
    """Wait until something is so."""
    end = time.monotonic() + PATIENCE
    while not so():
        assert time.monotonic() < end
        time.sleep(0.001)


class Crowd:
    """Threads at a gate, each of which stays inside until it is let go."""

    def __init__(self, gate: Gate) -> None:
        self.gate, self.inside, self.problems = gate, [], []
        self.leave = threading.Event()
        self.threads: list[threading.Thread] = []

    def come(self, name: str, page: str = "", *, slow: bool = False) -> None:
        def run() -> None:
            try:
                with self.gate.entered(page, slow=slow):
                    self.inside.append(name)
                    self.leave.wait(PATIENCE)
            except Problem as problem:
                self.problems.append((name, problem.kind))

        before = self.gate.came
        self.threads.append(threading.Thread(target=run))
        self.threads[-1].start()
        until(lambda: self.gate.came > before)
        with self.gate._changed:  # who came is inside or waits when the gate is let go of
            inside = len(self.gate._inside)
        until(lambda: len(self.inside) == inside)

    def go(self) -> None:
        self.leave.set()
        for thread in self.threads:
            thread.join(PATIENCE)


def test_as_many_are_inside_as_there_is_room_for_and_the_quick_go_first():
    crowd = Crowd(Gate(2))
    crowd.come("slow 1", slow=True)
    crowd.come("slow 2", slow=True)  # waits: one place stays for what is quick
    crowd.come("quick 1")
    crowd.come("quick 2")
    assert crowd.inside == ["slow 1", "quick 1"]
    crowd.go()
    assert sorted(crowd.inside) == ["quick 1", "quick 2", "slow 1", "slow 2"]
    assert crowd.inside.index("quick 2") < crowd.inside.index("slow 2") or len(crowd.inside) == 4
    assert crowd.problems == []


def test_a_page_that_asks_faster_than_it_is_answered_loses_its_oldest_question():
    crowd = Crowd(Gate(1))
    crowd.come("first", "page")
    for number in range(MOST_WAITING + 1):
        crowd.come(f"then {number}", "page")
    crowd.come("another", "another page")
    until(lambda: crowd.problems)
    assert crowd.problems == [("then 0", "superseded")]
    crowd.go()
    assert "another" in crowd.inside
    assert len(crowd.inside) == MOST_WAITING + 2


def test_a_gate_opens_again_after_a_mistake():
    gate = Gate(1)
    with pytest.raises(ZeroDivisionError), gate.entered():
        raise ZeroDivisionError
    with gate.entered():
        pass


def test_who_waits_too_long_is_told_to_come_back():
    gate = Gate(1)
    with gate.entered(), pytest.raises(Problem) as caught, gate.entered(longest=0.01):
        pass
    assert (caught.value.kind, caught.value.status) == ("busy", 503)
    with gate.entered(longest=0.01):
        pass


def test_the_oldest_answers_are_forgotten():
    kept = Kept(2)
    for key in "abc":
        kept.keep(key, key.encode())
    assert [kept.get(key) for key in "abc"] == [None, b"b", b"c"]


# On a machine that compiles


class Noting(Gate):
    """A gate that notes how long it may be waited at."""

    def __init__(self, room: int) -> None:
        super().__init__(room)
        self.waits: list[float] = []

    def entered(self, page="", *, slow=False, longest=LONGEST):
        self.waits.append(longest)
        return super().entered(page, slow=slow, longest=longest)


def test_while_code_is_compiled_the_service_says_so_and_answers_are_waited_for_longer(client, app, monkeypatch):
    monkeypatch.setattr(live, "GATE", gate := Noting(2))
    cold = client.get("/readyz")
    assert (cold.status_code, cold.json()["warm"]) == (503, False)  # what the page looks at, and says
    assert client.post("/api/v1/live", json={"of": SIMPLE, "paths": 311}).status_code == 200
    life_of(app).warm.set()
    assert client.get("/readyz").json()["warm"] is True
    assert client.post("/api/v1/live", json={"of": SIMPLE, "paths": 312}).status_code == 200
    assert gate.waits == [LONGEST_COLD, LONGEST]
    assert LONGEST_COLD > LONGEST


@pytest.mark.parametrize(("language", "title"), [("en", "Too many questions at once"), ("da", "For mange spørgsmål")])
def test_who_waited_longer_than_compiling_takes_is_told_to_ask_again(client, monkeypatch, language, title):
    monkeypatch.setattr(live, "GATE", gate := Gate(1))
    monkeypatch.setattr(live, "LONGEST_COLD", 0.01)
    with gate.entered():
        said = client.post("/api/v1/live", json={"of": SIMPLE, "paths": 313, "language": language})
    assert (said.status_code, said.headers["Retry-After"]) == (503, "1")
    assert said.json()["title"].startswith(title)

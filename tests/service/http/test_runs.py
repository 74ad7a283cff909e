"""Questions over HTTP: the command line's own bytes, at once or as a job that can be followed, stopped and resumed."""

import hashlib
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from risksim.replies import Means
from risksim.service.routes import events
from risksim.service.store import runs
from risksim.service.store.tables import Run
from risksim.service.work import making
from tests.service.conftest import SIMPLE

RUNS = "/api/v1/runs"
FEW = {"paths": 512}


def ask(client, deal: str, status: int, question: str = "run", wishes=None, head=None, **more):
    body = {"of": {"deal": deal}, "question": question, "wishes": FEW if wishes is None else wishes, **more}
    said = client.post(RUNS, json=body, headers=head)
    assert said.status_code == status, said.text
    return said


def work_off(service) -> None:
    """Do what a worker does with the next run."""
    with service.database.writing() as session:
        run = runs.claim(session, "tester")
    answer = making.make(service, run, lambda _done: None, Means())
    with service.database.writing() as session:
        assert runs.finish(session, run.id, "tester", service.files.keep(answer.content), answer.media_type)


@pytest.mark.parametrize(
    ("question", "wishes", "options"),
    [
        ("run", {"paths": 512, "seed": 7}, ("--paths", "512", "--seed", "7", "-q")),
        ("explain", {"path": 3}, ("--path", "3")),
        ("check", {}, ()),
    ],
)
def test_an_answer_is_the_very_bytes_of_the_command_line(client, deal, printed, question, wishes, options):
    said = ask(client, deal, 200, question, wishes)
    found = client.get(said.json()["run"]["result"])
    assert found.content == printed(question, *options, "--json")
    assert said.json()["result"] == found.json()
    name = hashlib.sha256(found.content).hexdigest()
    assert found.headers["etag"] == said.headers["etag"] == f'"{name}"'
    assert found.headers["content-type"] == "application/json"
    known = client.get(said.json()["run"]["result"], headers={"If-None-Match": f'"{"0" * 64}", "{name}"'})
    assert (known.status_code, known.content) == (304, b"")


def test_a_job_answers_as_the_question_that_is_answered_at_once(client, deal, service):
    at_once = ask(client, deal, 200).json()["run"]
    queued = ask(client, deal, 202, wait=False)
    job = queued.json()
    assert queued.headers["location"] == job["address"]
    assert (job["state"], job["total"], job["result"]) == ("queued", 512, None)
    early = client.get(f"{job['address']}/result")
    assert (early.status_code, early.json()["type"], early.json()["state"]) == (409, "no-answer-yet", "queued")
    work_off(service)
    done = client.get(job["address"]).json()
    assert (done["state"], done["done"], done["etag"]) == ("done", 512, at_once["etag"])
    assert client.get(done["result"]).content == client.get(at_once["result"]).content


def test_a_large_question_becomes_a_job_even_for_whoever_would_wait(client, deal, service):
    most = service.settings.most_paths_at_once
    assert ask(client, deal, 202, wishes={"paths": most + 1}, wait=True).json()["state"] == "queued"
    too_many = ask(client, deal, 422, wishes={"paths": service.settings.most_paths}, wait=False, question="stress")
    assert too_many.json()["detail"]


def test_more_paths_than_this_service_runs_are_refused(client, deal, app):
    service = app.state.service
    app.state.service = service.__class__(
        service.settings.model_copy(update={"most_paths": 600}), *list(vars(service).values())[1:]
    )
    assert ask(client, deal, 202, wishes={"paths": 600}, wait=False)
    said = ask(client, deal, 422, wishes={"paths": 601}).json()
    assert (said["type"], said["paths"], said["most"]) == ("too-many-paths", 601, 600)


def test_more_jobs_than_one_person_may_have_are_refused(client, deal, service):
    for _ in range(service.settings.most_jobs):
        ask(client, deal, 202, wait=False)
    said = ask(client, deal, 429, wait=False)
    assert said.json()["type"] == "too-many-jobs"
    assert int(said.headers["retry-after"]) > 0
    assert ask(client, deal, 200).json()["run"]["state"] == "done"


@pytest.mark.parametrize("damage", ["gone", "half"])
def test_an_answer_whose_file_is_gone_or_damaged_is_told_and_may_be_asked_again(client, deal, service, damage):
    said = ask(client, deal, 200, "sensitivity", {"paths": 256}, head={"Idempotency-Key": "k"})
    run, place = said.json()["run"], service.files.place(said.json()["run"]["etag"])
    place.unlink() if damage == "gone" else place.write_bytes(b"half")
    for address in (run["result"], run["table"]):
        told = client.get(address)
        assert (told.status_code, told.json()["type"]) == (409, "answer-gone")
    again = ask(client, deal, 409, "sensitivity", {"paths": 256}, head={"Idempotency-Key": "k"})
    assert again.json()["type"] == "answer-gone"
    assert ask(client, deal, 200, "sensitivity", {"paths": 256}).json()["result"] == said.json()["result"]
    assert client.get(run["result"]).json() == said.json()["result"]


def test_moved_inputs_change_the_answer_as_the_file_that_they_make(client, deal):
    inputs = client.post("/api/v1/live/inputs", json={"of": {"text": SIMPLE}}).json()["inputs"]
    moved = next(one for one in inputs if one["group"] == "price")
    changes = {moved["id"]: moved["value"] * 2}
    base, said = ask(client, deal, 200).json(), ask(client, deal, 200, changes=changes).json()
    assert said["run"]["digest"] != base["run"]["digest"]
    text = client.post("/api/v1/scenario", json={"of": {"deal": deal}, "changes": changes}).text
    body = {"of": {"text": text}, "wishes": FEW}
    assert client.post(RUNS, json=body).json()["result"]["statistics"] == said["result"]["statistics"]
    assert ask(client, deal, 422, changes={"no.such[0].place": 1.0}).json()["type"] == "no-such-input"


def test_deals_are_put_side_by_side(client, deal):
    body = {
        "of": {"deal": deal},
        "against": [{"shipped": "examples/simple-reference"}],
        "question": "compare",
        "wishes": FEW,
    }
    said = client.post(RUNS, json=body)
    assert said.status_code == 200, said.text
    assert said.json()["result"]["schema"] == "risksim.compare/1"
    assert said.json()["run"]["deal"] == deal
    assert client.post(RUNS, json={**body, "question": "run"}).status_code == 422
    assert client.post(RUNS, json={**body, "against": body["against"] * 4}).status_code == 422
    hidden = {**body, "wishes": {**FEW, "deals": []}}
    assert client.post(RUNS, json=hidden).json()["faults"][0]["path"] == "wishes.deals"


def test_a_comparison_with_another_private_deal_is_seen_by_nobody_else(people):
    shared = people.deal().id
    own = people.owner.client.post("/api/v1/deals", json={"name": "Own", "text": SIMPLE}).json()["id"]
    body = {"of": {"deal": shared}, "against": [{"deal": own}], "question": "compare", "wishes": FEW}
    run = people.owner.client.post(RUNS, json=body).json()["run"]
    assert run["deal"] is None
    assert people.owner.client.get(run["result"]).status_code == 200
    assert people.viewer.client.get(run["address"]).status_code == 404
    assert people.viewer.client.post(RUNS, json=body).status_code == 404
    job = people.owner.client.post(RUNS, json={**body, "wait": False}).json()
    work_off(people.service)
    assert people.owner.client.get(job["address"]).json()["etag"] == run["etag"]


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        ({"of": {"shipped": "no-such-deal"}}, 404, "not-found"),
        ({"of": {"deal": "0" * 24}}, 404, "not-found"),
        ({"of": {}}, 422, "invalid-request"),
        ({"of": {"text": SIMPLE, "shipped": "x"}}, 422, "invalid-request"),
        ({"of": {"text": "schema: 1"}}, 422, "faulty-deal"),
        ({"of": {"text": SIMPLE}, "question": "oracle"}, 422, "cannot-answer"),
        ({"of": {"text": SIMPLE}, "wishes": {"paths": 0}}, 422, "cannot-answer"),
        ({"of": {"text": SIMPLE}, "wishes": {"pahts": 10}}, 422, "cannot-answer"),
        ({"of": {"text": SIMPLE}, "changes": {"x": "\x00"}}, 422, "invalid-request"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused_in_words(client, body, status, kind):
    said = client.post(RUNS, json=body)
    assert (said.status_code, said.json()["type"]) == (status, kind)
    assert len(said.json()["detail"]) > 20


def test_a_run_is_cancelled_resumed_and_deleted(client, deal):
    address = ask(client, deal, 202, wait=False).json()["address"]
    assert client.post(f"{address}/cancel").json()["state"] == "cancelled"
    assert client.get(f"{address}/result").json()["state"] == "cancelled"
    assert client.post(f"{address}/resume").json()["state"] == "queued"
    assert client.delete(address).status_code == 204
    assert client.get(address).status_code == 404
    done = ask(client, deal, 200).json()["run"]["address"]
    assert client.post(f"{done}/cancel").status_code == client.post(f"{done}/resume").status_code == 409
    assert client.delete(done).status_code == 204


def test_a_run_that_is_worked_on_is_cancelled_before_it_is_deleted(client, deal, service):
    address = ask(client, deal, 202, wait=False).json()["address"]
    with service.database.writing() as session:
        runs.claim(session, "tester")
    said = client.delete(address)
    assert (said.status_code, said.json()["type"]) == (409, "being-worked-on")
    found = client.get(address).json()
    assert (found["state"], found["cancelling"]) == ("running", True)


def test_what_went_wrong_with_a_run_is_told(client, deal, service):
    job = ask(client, deal, 202, wait=False).json()
    with service.database.writing() as session:
        runs.claim(session, "tester")
        problem = {"type": "too-large", "title": "Too large", "status": 500, "detail": "No room.", "hint": 1}
        runs.fail(session, job["id"], "tester", problem)
    told = client.get(f"{job['address']}/result")
    assert (told.status_code, told.json()["type"], told.json()["detail"]) == (409, "too-large", "No room.")
    assert (told.json()["hint"], told.json()["state"]) == (1, "failed")


def test_how_often_the_work_broke_off_is_told(client, deal, service):
    job = ask(client, deal, 202, wait=False).json()
    assert job["attempts_in_vain"] == 0
    with service.database.writing() as session:
        runs.claim(session, "tester")
        runs.requeue_of(session, ["tester"], 2)
    found = client.get(job["address"]).json()
    assert (found["state"], found["attempts_in_vain"]) == ("queued", 1)
    with service.database.writing() as session:
        runs.claim(session, "tester")
        runs.requeue_of(session, ["tester"], 2)
    assert client.get(job["address"]).json()["problem"]["type"] == "given-up"
    assert "2 times" in client.get(f"{job['address']}/result").json()["detail"]
    assert client.post(f"{job['address']}/resume").json()["attempts_in_vain"] == 0


def test_runs_are_listed_in_pages_and_by_deal(client, deal):
    mine = [ask(client, deal, 202, wait=False).json()["id"] for _ in range(3)]
    other = client.post(RUNS, json={"of": {"text": SIMPLE}, "wishes": FEW, "wait": False}).json()["id"]
    first = client.get(f"{RUNS}?limit=3").json()
    rest = client.get(first["next"]).json()
    assert [one["id"] for one in first["runs"] + rest["runs"]] == [other, *mine[::-1]]
    assert rest["next"] is None
    assert [one["id"] for one in client.get(f"{RUNS}?deal={deal}").json()["runs"]] == mine[::-1]
    assert client.get(f"{RUNS}?deal={'0' * 24}").status_code == 404


@pytest.mark.parametrize("wait", [None, False])
def test_the_same_key_asks_once_from_two_threads(client, deal, service, wait):
    body = {"of": {"deal": deal}, "wishes": FEW, "wait": wait}
    both = threading.Barrier(2)

    def send(_):
        both.wait()
        return client.post(RUNS, json=body, headers={"Idempotency-Key": "k"})

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(send, range(2))
    assert first.status_code == second.status_code == (200 if wait is None else 202)
    assert first.content == second.content
    with service.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Run)) == 1
    other = client.post(RUNS, json={**body, "wishes": {"paths": 513}}, headers={"Idempotency-Key": "k"})
    assert (other.status_code, other.json()["type"]) == (422, "idempotency-key-reused")


def told(text: str) -> list[tuple[str, dict]]:
    """The events of a stream."""
    found = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line and line[0] != ":")
        if "data" in fields:
            found.append((fields["event"], json.loads(fields["data"]) | {"mark": fields["id"]}))
    return found


def before_looks(monkeypatch, steps) -> None:
    """Before each look of a stream but its first take a step, if it is not None: what comes of it is told.

    A step at a moment of its own could come before the stream begins, or two of them between its looks.
    """
    look, left = events._look, iter([None, *steps])

    def looked(*asked):
        step = next(left, None)
        if step is not None:
            step()
        return look(*asked)

    monkeypatch.setattr(events, "EVERY", 0.02)
    monkeypatch.setattr(events, "_look", looked)


def test_events_tell_each_state_and_progress_until_the_run_ends(client, deal, service, monkeypatch):
    job = ask(client, deal, 202, wait=False).json()
    held = []

    def doing(step):
        def done() -> None:
            held.append(service.database.engine.pool.checkedout())
            with service.database.writing() as session:
                step(session)

        return done

    work = [
        doing(lambda session: runs.claim(session, "tester")),
        doing(lambda session: runs.beat(session, job["id"], "tester", 100)),
        doing(lambda session: runs.beat(session, job["id"], "tester", 200)),
        doing(lambda session: runs.finish(session, job["id"], "tester", "0" * 64, "application/json")),
    ]
    before_looks(monkeypatch, work)
    said = client.get(job["events"])
    assert said.headers["content-type"].startswith("text/event-stream")
    assert said.headers["x-accel-buffering"] == "no"
    found = [(kind, one["state"], one["done"]) for kind, one in told(said.text)]
    assert found == [
        ("state", "queued", 0), ("state", "running", 0), ("progress", "running", 100), ("progress", "running", 200),
        ("state", "done", 512),
    ]  # fmt: skip
    assert held == [0] * len(work)
    last = told(said.text)[-1][1]["mark"]
    assert told(client.get(job["events"], headers={"Last-Event-ID": last}).text) == []


def test_a_silent_stream_sends_comments(client, deal, service, monkeypatch):
    monkeypatch.setattr(events, "HEARTBEAT", 0.05)
    job = ask(client, deal, 202, wait=False).json()
    before_looks(monkeypatch, [*[None] * 8, lambda: client.post(f"{job['address']}/cancel")])
    said = client.get(job["events"]).text
    assert said.count(": still here") >= 2
    assert told(said)[-1][1]["state"] == "cancelled"


def test_a_stream_ends_when_the_run_is_no_longer_shared(people, monkeypatch):
    deal = people.deal().id
    job = ask(people.viewer.client, deal, 202, wait=False).json()
    leave = f"/api/v1/deals/{deal}/members/{people.viewer.id}"
    before_looks(monkeypatch, [None, lambda: people.owner.client.delete(leave)])
    assert [one["state"] for _kind, one in told(people.viewer.client.get(job["events"]).text)] == ["queued"]


def test_a_foreign_run_is_answered_as_one_that_is_not_there(people):
    deal = people.deal().id
    run = ask(people.owner.client, deal, 200).json()["run"]["id"]
    asks = [
        ("GET", ""),
        ("GET", "/result"),
        ("GET", "/events"),
        ("POST", "/cancel"),
        ("POST", "/resume"),
        ("DELETE", ""),
    ]
    for method, place in asks:
        foreign, absent = (people.stranger.client.request(method, f"{RUNS}/{one}{place}") for one in (run, "0" * 24))
        assert (foreign.status_code, foreign.content) == (404, absent.content), place
        assert people.nobody.request(method, f"{RUNS}/{run}{place}").status_code in (401, 404)
    assert people.viewer.client.get(f"{RUNS}/{run}/result").status_code == 200
    assert people.viewer.client.delete(f"{RUNS}/{run}").status_code == 403
    refused = people.stranger.client.post(RUNS, json={"of": {"deal": deal}, "wishes": FEW})
    assert (refused.status_code, refused.json()["type"]) == (404, "not-found")


def test_counts_that_were_observed_become_invoices(client, deal, printed, tmp_path):
    template = tmp_path / "observed.csv"
    template.write_bytes(printed("settle", "--template"))
    said = ask(client, deal, 200, "settle", {"observed": template.read_text(), "name": str(template)})
    assert said.json()["result"] == json.loads(printed("settle", "--observed", str(template), "--json"))
    wrong = ask(client, deal, 422, "settle", {"observed": "no,such\ncolumns,here\n"})
    assert wrong.json()["faults"]


def test_questions_are_listed_with_their_wishes(client):
    found = {one["question"]: one for one in client.get("/api/v1/questions").json()["questions"]}
    assert {"run", "stress", "compare", "price", "settle", "tail", "public", "explain"} <= set(found)
    assert found["run"]["wishes"]["properties"]["seed"]["default"] == 1
    assert (found["compare"]["least"], found["compare"]["most"]) == (1, 4)

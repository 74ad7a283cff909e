"""The table of runs: who may see one, who gets the next, and whose answer counts."""

from __future__ import annotations

import datetime as dt
import threading
from collections import Counter

import pytest
from sqlalchemy import update

from risksim.service.access.principal import EVERY_SCOPE, NOBODY, Principal
from risksim.service.problems import Problem
from risksim.service.store import runs
from risksim.service.store.database import Database
from risksim.service.store.tables import Account, Deal, Member, Run, now
from risksim.service.store.upkeep import prepare

MOST = 3
"""Attempts in vain, after which a run is given up."""
HERE = "machine:1:a"
ELSEWHERE = "machine:2:b"
ANSWER = "0" * 64
MEANWHILE = 0.5
"""How long a second one may do what it can before the first one is done; if it waits, as it should, no more. [s]"""


def person(name):
    return Principal("session", name, EVERY_SCOPE)


@pytest.fixture
def database(settings):
    made = Database(settings)
    prepare(made)
    with made.writing() as session:
        session.add_all(Account(id=name, email=f"{name}@example.org") for name in ("ane", "bo", "cai"))
    yield made
    made.close()


@pytest.fixture
def writing(database):
    with database.writing() as session:
        yield session


def asked(session, who="ane", **more):
    wishes = {"question": "run", "wishes": {"paths": 256}, "digest": "d", "shipped": "a-deal"} | more
    return runs.ask(session, person(who), **wishes)


def shared_deal(session):
    session.add(Deal(id="deal", name="A deal"))
    session.flush()
    roles = {"ane": "owner", "bo": "viewer"}
    session.add_all(Member(deal_id="deal", account_id=name, role=role) for name, role in roles.items())
    session.flush()
    return runs.ask(session, person("ane"), question="run", wishes={}, digest="d", deal="deal", revision=1)


def refused(status, function, *given, **more):
    with pytest.raises(Problem) as caught:
        function(*given, **more)
    assert caught.value.status == status
    return caught.value.details()


def moved_back(session, run_id, seconds):
    session.execute(update(Run).where(Run.id == run_id).values(heartbeat_at=now() - dt.timedelta(seconds=seconds)))


# Who may


def test_run_of_no_saved_deal_is_its_askers_alone(writing):
    run = asked(writing)
    assert runs.find(writing, person("ane"), run.id).id == run.id
    foreign = refused(404, runs.find, writing, person("bo"), run.id)
    assert foreign == refused(404, runs.find, writing, person("bo"), "no-such-run")
    assert foreign == refused(404, runs.find, writing, NOBODY, run.id)


def test_run_of_a_deal_is_seen_by_whoever_sees_the_deal(writing):
    run = shared_deal(writing)
    assert runs.find(writing, person("bo"), run.id, "export").id == run.id
    refused(404, runs.find, writing, person("cai"), run.id)
    refused(404, runs.find, writing, NOBODY, run.id)
    link = Principal("link", deal_id="deal", via="l")
    assert runs.find(writing, link, run.id).id == run.id
    refused(403, runs.find, writing, link, run.id, "export")
    refused(404, runs.find, writing, Principal("link", deal_id="other", via="l"), run.id)


def test_asking_needs_the_right_to(writing):
    shared_deal(writing)
    more = {"wishes": {}, "digest": "d", "deal": "deal"}
    refused(404, runs.ask, writing, person("cai"), question="run", **more)
    refused(403, runs.ask, writing, Principal("link", deal_id="deal", via="l"), question="memo", **more)
    refused(403, runs.ask, writing, NOBODY, question="run", wishes={}, digest="d", shipped="a-deal")
    reader = Principal("token", "ane", frozenset(("read",)), via="t")
    refused(403, runs.ask, writing, reader, question="run", **more)


def test_only_the_asker_or_an_editor_cancels(writing):
    run = shared_deal(writing)
    refused(403, runs.cancel, writing, person("bo"), run.id)
    refused(403, runs.cancel, writing, Principal("link", deal_id="deal", via="l"), run.id)
    refused(404, runs.cancel, writing, person("cai"), run.id)
    assert runs.cancel(writing, person("ane"), run.id).state == "cancelled"


def test_list_has_what_may_be_seen_page_by_page(writing):
    first, of_deal = asked(writing), shared_deal(writing)
    other = asked(writing, "bo")
    assert {run.id for run in runs.listed(writing, person("bo"))} == {of_deal.id, other.id}
    newest, *_ = runs.listed(writing, person("ane"), limit=1)
    assert newest.id == of_deal.id
    assert [run.id for run in runs.listed(writing, person("ane"), after=newest.id)] == [first.id]
    assert [run.id for run in runs.listed(writing, person("ane"), deal="deal")] == [of_deal.id]
    assert not runs.listed(writing, NOBODY)


# Asking twice, asking too often


def test_same_key_gives_the_same_run_and_another_question_is_refused(writing):
    run = asked(writing, idempotency_key="k")
    assert asked(writing, idempotency_key="k").id == run.id
    assert asked(writing, "bo", idempotency_key="k").id != run.id
    refused(422, asked, writing, idempotency_key="k", question="stress")


def test_only_so_many_wait(writing):
    asked(writing, most=2)
    second = asked(writing, most=2)
    refused(429, asked, writing, most=2)
    asked(writing, "bo", most=2)
    runs.cancel(writing, person("ane"), second.id)
    asked(writing, most=2)
    refused(429, runs.resume, writing, person("ane"), second.id, most=2)


def test_two_who_ask_at_once_do_not_both_get_the_last_place(database):
    """On SQLite the second waits for the first anyway; on PostgreSQL it does for the row of who asks."""
    refusals = []

    def second():
        try:
            with database.writing() as session:
                asked(session, most=1)
        except Problem as problem:
            refusals.append(problem.status)

    other = threading.Thread(target=second)
    with database.writing() as session:
        asked(session, most=1)
        other.start()
        other.join(MEANWHILE)
    other.join()
    assert refusals == [429]


# Who gets the next


def test_next_is_the_oldest_of_who_has_fewest_at_work(writing):
    first, second = asked(writing), asked(writing)
    third = asked(writing, "bo")
    order = [runs.claim(writing, HERE).id for _ in range(3)]
    assert order == [first.id, third.id, second.id]
    assert runs.claim(writing, HERE) is None


def test_every_run_is_claimed_once_by_many(database):
    with database.writing() as session:
        wanted = {asked(session, who).id for who in ("ane", "bo") for _ in range(15)}
    taken, begin = [], threading.Barrier(6)

    def work(name):
        begin.wait()
        while True:
            with database.writing() as session:
                run = runs.claim(session, name)
            if run is None:
                return
            taken.append((run.id, name))

    crowd = [threading.Thread(target=work, args=(f"machine:{number}:x",)) for number in range(6)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    assert Counter(run_id for run_id, _ in taken) == dict.fromkeys(wanted, 1)
    with database.reading() as session:
        assert {(run_id, session.get(Run, run_id).worker) for run_id in wanted} == set(taken)


# Whose answer counts


def test_answer_is_written_by_who_is_named(writing):
    run = asked(writing, of=256)
    assert runs.claim(writing, HERE).attempts == 1
    assert not runs.finish(writing, run.id, ELSEWHERE, ANSWER, "application/json")
    assert not runs.fail(writing, run.id, ELSEWHERE, {})
    assert not runs.beat(writing, run.id, ELSEWHERE, 1)
    assert runs.beat(writing, run.id, HERE, 100)
    assert runs.finish(writing, run.id, HERE, ANSWER, "application/json")
    done = runs.find(writing, person("ane"), run.id)
    assert (done.state, done.result, done.done) == ("done", ANSWER, 256)
    assert not runs.finish(writing, run.id, HERE, "1" * 64, "application/json")


def test_answer_of_a_worker_whose_run_was_taken_is_dropped(writing):
    run = asked(writing)
    runs.claim(writing, HERE)
    moved_back(writing, run.id, 60)
    assert runs.requeue_stale(writing, MOST, 20) == [run.id]
    assert not runs.beat(writing, run.id, HERE, 5)
    assert runs.claim(writing, ELSEWHERE).id == run.id
    assert not runs.finish(writing, run.id, HERE, ANSWER, "application/json")
    assert runs.finish(writing, run.id, ELSEWHERE, ANSWER, "application/json")


def test_living_runs_are_left_alone(writing):
    run = asked(writing)
    runs.claim(writing, HERE)
    assert not runs.requeue_stale(writing, MOST, 20)
    assert runs.workers_at_work(writing) == [HERE]
    assert not runs.requeue_of(writing, [ELSEWHERE])
    assert runs.requeue_of(writing, [HERE]) == [run.id]


def _falls_silent(session, run_id, most=MOST):
    moved_back(session, run_id, 60)
    assert runs.requeue_stale(session, most, 20) == [run_id]


def _is_found_dead(session, run_id, most=MOST):
    assert runs.requeue_of(session, [HERE], most) == [run_id]


@pytest.mark.parametrize("ending", [_falls_silent, _is_found_dead])
def test_run_that_goes_down_again_and_again_is_given_up_and_may_be_resumed(writing, ending):
    run = asked(writing, language="da")
    for death in range(MOST):
        assert (runs.claim(writing, HERE).id, run.deaths) == (run.id, death)
        assert runs.in_vain(writing) == (death, 0)
        ending(writing, run.id)
    given_up = runs.find(writing, person("ane"), run.id)
    assert (given_up.state, given_up.problem["type"]) == ("failed", "given-up")
    assert f"{MOST} gange" in given_up.problem["detail"]
    assert runs.in_vain(writing) == (0, 1)
    assert runs.claim(writing, HERE) is None
    resumed = runs.resume(writing, person("ane"), run.id)
    assert (resumed.state, resumed.deaths, resumed.attempts) == ("queued", 0, 0)
    assert runs.in_vain(writing) == (0, 0)
    assert runs.claim(writing, HERE).problem is None


def test_other_failures_are_not_told_as_given_up(writing):
    run = asked(writing)
    runs.claim(writing, HERE)
    assert runs.fail(writing, run.id, HERE, {"type": "unexpected"})
    assert runs.in_vain(writing) == (0, 0)


def test_given_up_after_the_first_attempt_where_that_is_set(writing):
    run = asked(writing, language="en")
    runs.claim(writing, HERE)
    _is_found_dead(writing, run.id, 1)
    assert "broke off 1 time before" in runs.find(writing, person("ane"), run.id).problem["detail"]


@pytest.mark.parametrize("ending", [_falls_silent, _is_found_dead])
def test_run_that_gets_further_is_tried_again_and_again(writing, ending):
    run = asked(writing)
    for done in range(1, 3 * MOST):
        assert runs.claim(writing, HERE).id == run.id
        assert runs.beat(writing, run.id, HERE, done)
        ending(writing, run.id)
        found = runs.find(writing, person("ane"), run.id)
        assert (found.state, found.attempts, found.deaths) == ("queued", 0, 0)


def test_getting_as_far_as_before_is_not_getting_further(writing):
    run = asked(writing)
    runs.claim(writing, HERE)
    runs.beat(writing, run.id, HERE, 50)
    _is_found_dead(writing, run.id)
    for _ in range(MOST):
        runs.claim(writing, HERE)
        assert runs.beat(writing, run.id, HERE, 50)
        _is_found_dead(writing, run.id)
    assert runs.find(writing, person("ane"), run.id).state == "failed"


def test_getting_further_once_begins_the_count_anew(writing):
    run = asked(writing)
    for done in (0, 0, 10, 10, 10):
        runs.claim(writing, HERE)
        runs.beat(writing, run.id, HERE, done)
        _is_found_dead(writing, run.id)
    found = runs.find(writing, person("ane"), run.id)
    assert (found.state, found.deaths) == ("queued", MOST - 1)


def _stops(session, run_id):
    assert runs.put_back(session, run_id, HERE)


def _is_told_to_end(session, run_id):
    assert runs.requeue_of(session, [HERE]) == [run_id]


@pytest.mark.parametrize("ending", [_stops, _is_told_to_end])
def test_run_is_not_blamed_for_a_worker_that_was_stopped_in_order(writing, ending):
    run = asked(writing)
    for _ in range(2 * MOST):
        assert runs.claim(writing, HERE).id == run.id
        ending(writing, run.id)
    found = runs.find(writing, person("ane"), run.id)
    assert (found.state, found.deaths, found.attempts) == ("queued", 0, 0)


def test_run_that_was_often_begun_in_vain_comes_last(writing):
    tried = asked(writing)
    for _ in range(runs.OFTEN):
        assert runs.claim(writing, HERE).id == tried.id
        runs.requeue_of(writing, [HERE], 10)
    fresh = [asked(writing).id, asked(writing).id]
    assert [runs.claim(writing, HERE).id for _ in range(3)] == [*fresh, tried.id]


def test_run_that_was_once_begun_in_vain_keeps_its_place(writing):
    tried = asked(writing)
    asked(writing)
    for _ in range(runs.OFTEN):
        assert runs.claim(writing, HERE).id == tried.id
        runs.requeue_of(writing, [HERE], 10)


def test_run_that_got_further_has_its_place_again(writing):
    tried = asked(writing)
    for _ in range(runs.OFTEN):
        runs.claim(writing, HERE)
        runs.requeue_of(writing, [HERE], 10)
    asked(writing)
    writing.execute(update(Run).where(Run.id == tried.id).values(state="running", worker=HERE))
    assert runs.beat(writing, tried.id, HERE, 1)
    runs.requeue_of(writing, [HERE], 10)
    assert runs.claim(writing, HERE).id == tried.id


# Cancelling


def test_waiting_run_is_cancelled_at_once_and_goes_on_when_resumed(writing):
    run = asked(writing)
    assert runs.cancel(writing, person("ane"), run.id).state == "cancelled"
    assert runs.cancel(writing, person("ane"), run.id).state == "cancelled"
    assert runs.claim(writing, HERE) is None
    assert runs.resume(writing, person("ane"), run.id).state == "queued"
    assert runs.claim(writing, HERE).id == run.id


@pytest.mark.parametrize("ending", ["worker", "death"])
def test_working_run_is_cancelled_when_its_worker_notices_or_is_dead(writing, ending):
    run = asked(writing)
    runs.claim(writing, HERE)
    assert runs.cancel(writing, person("ane"), run.id).cancel_asked_at is not None
    assert not runs.beat(writing, run.id, HERE, 1)
    if ending == "worker":
        assert runs.put_back(writing, run.id, HERE)
    else:
        runs.requeue_of(writing, [HERE])
    assert runs.find(writing, person("ane"), run.id).state == "cancelled"


def test_run_that_is_given_back_while_it_is_cancelled_is_cancelled(database):
    with database.writing() as session:
        run_id = asked(session).id
        runs.claim(session, HERE)
    told = []

    def cancel():
        with database.writing() as session:
            told.append(runs.cancel(session, person("ane"), run_id).state)

    other = threading.Thread(target=cancel)
    with database.writing() as session:
        assert runs.put_back(session, run_id, HERE)
        other.start()
        other.join(MEANWHILE)
    other.join()
    assert told == ["cancelled"]


def test_answered_run_is_neither_cancelled_nor_resumed(writing):
    run = asked(writing)
    runs.claim(writing, HERE)
    runs.finish(writing, run.id, HERE, ANSWER, "application/json")
    refused(409, runs.cancel, writing, person("ane"), run.id)
    refused(409, runs.resume, writing, person("ane"), run.id)


def test_counts_are_by_state(writing):
    asked(writing)
    asked(writing)
    runs.claim(writing, HERE)
    assert runs.counted(writing) == {"queued": 1, "running": 1}
    assert runs.waiting(writing) == 1

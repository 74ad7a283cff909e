"""Runs: questions that wait, are worked on, and are answered. The table is the truth about a job.

A run goes ``queued`` → ``running`` → ``done``, ``failed`` or ``cancelled``. Each step is one statement that names the
state it leaves, so of two who would take the same step one finds nothing to change. Whoever works on a run is named in
it, beats its heart into it, and may write its answer only while it is still named there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, func, or_, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from risksim.language import Language, _, plural, speaking
from risksim.service.access.permission import NEEDS, Action, may
from risksim.service.access.principal import Principal
from risksim.service.problems import Problem, not_found
from risksim.service.store import deals
from risksim.service.store.tables import Account, Deal, Member, Run, now

OFTEN = 2
"""A run that was begun so often without getting further waits behind all that were not."""
STALE = 20.0
"""A run whose worker was silent for so long is taken from it; clocks of machines may differ by less. [s]"""
TAKES_AWAY = ("memo", "data")
"""Questions whose answer is a file to take away: who may only look may not ask them."""
CANDIDATES = 16
"""Waiting runs that are looked at together."""
UNFINISHED = ("queued", "running")
WENT_WRONG = ("cancelled", "failed")
GIVEN_UP = "given-up"
"""Kind of the problem of a run that was begun in vain too often."""


# Asking


def ask(
    session: Session,
    principal: Principal,
    *,
    question: str,
    wishes: Mapping[str, Any],
    digest: str,
    language: Language = "en",
    deal: str | None = None,
    revision: int | None = None,
    shipped: str | None = None,
    text: str | None = None,
    of: int | None = None,
    idempotency_key: str | None = None,
    most: int | None = None,
) -> Run:
    """Ask a question that is answered later.

    Parameters
    ----------
    session : Session
        Writing.
    principal : Principal
        Who asks.
    question : str
        A key of `risksim.replies.QUESTIONS`, or ``memo``, or ``data``.
    wishes : mapping
        How it is asked; JSON.
    digest : str
        Of the deal with its changes.
    language : Language
        Of what is to be read.
    deal, revision : str and int, optional
        A saved deal and which of its revisions.
    shipped : str, optional
        Name of a deal that ships with the program.
    text : str, optional
        A scenario file.
    of : int, optional
        How much there is to do, in units of the question.
    idempotency_key : str, optional
        The same key with the same question gives the run that is there already.
    most : int, optional
        How many runs of one person may wait or run.

    Returns
    -------
    Run

    Raises
    ------
    Problem
        404 or 403 as `risksim.service.store.deals.find`; 429 if too many wait; 422 for a key used for something else.
    """
    actions: tuple[Action, ...] = ("export", "run") if question in TAKES_AWAY else ("run",)
    for action in actions:
        if deal is not None:
            deals.find(session, principal, deal, action)
        elif principal.account_id is None or NEEDS[action] not in principal.scopes:
            raise _not_allowed()
    asked = {
        "deal_id": deal, "revision": revision, "shipped": shipped, "text": text,
        "question": question, "wishes": dict(wishes), "language": language, "digest": digest,
    }  # fmt: skip
    if idempotency_key is not None:
        before = _asked_before(session, principal, idempotency_key, asked)
        if before is not None:
            return before
    check_room(session, principal, most)
    run = Run(account_id=principal.account_id, of=of, idempotency_key=idempotency_key, **asked)
    session.add(run)
    session.flush()
    return run


def check_room(session: Session, principal: Principal, most: int | None) -> None:
    """Refuse one more run of somebody who has too many that wait or run.

    Raises
    ------
    Problem
        429.
    """
    if most is None:
        return
    whose = _of(principal.account_id)
    # Their own row is held, so that two who ask at once don't both find the last place.
    one = select(Account.id).where(Account.id == principal.account_id)
    if principal.account_id is None:
        one = select(Deal.id).where(Deal.id == principal.deal_id)
    session.execute(one.with_for_update(key_share=True))
    if principal.account_id is None:  # those who hold links to one deal count together, and apart from all others
        whose = and_(whose, Run.deal_id == principal.deal_id)
    waiting_for = select(func.count()).where(whose, Run.state.in_(UNFINISHED))
    there = session.scalar(waiting_for) or 0
    if there >= most:
        detail = _(
            "{count} of your runs wait or are being worked on; {most} are allowed. Wait for one, or cancel one.",
            count=there,
            most=most,
        )
        raise Problem("too-many-jobs", 429, _("Too many runs"), detail, headers={"Retry-After": "10"})


def _asked_before(session: Session, principal: Principal, key: str, asked: dict[str, Any]) -> Run | None:
    if principal.account_id is None:
        return None
    run = session.scalar(select(Run).where(_of(principal.account_id), Run.idempotency_key == key))
    if run is not None and any(getattr(run, name) != value for name, value in asked.items()):
        detail = _("This idempotency key was used for another question. Send a new key with a new question.")
        raise Problem("idempotency-key-reused", 422, _("Key used before"), detail)
    return run


def _of(account_id: str | None) -> ColumnElement[bool]:
    return Run.account_id.is_(None) if account_id is None else Run.account_id == account_id


# Looking


def find(session: Session, principal: Principal, run_id: str, action: Action = "view") -> Run:
    """A run with which somebody may do something: what they may do with its deal.

    Raises
    ------
    Problem
        404 if there is none or they may not see it, in the same words; 403 if they see it but may not do this.
    """
    run = session.get(Run, run_id, populate_existing=True)
    if run is None or not _may(session, principal, "view", run):
        raise not_found(_("run"))
    if not _may(session, principal, action, run):
        raise _not_allowed()
    return run


def _may(session: Session, principal: Principal, action: Action, run: Run) -> bool:
    if run.deal_id is not None:
        return may(principal, action, run.deal_id, deals.role_of(session, principal, run.deal_id))
    mine = principal.account_id is not None and principal.account_id == run.account_id
    return may(principal, action, "", "owner" if mine else None)


def _not_allowed() -> Problem:
    return Problem("not-allowed", 403, _("Not allowed"), _("You may look at this, but not do this with it."))


def listed(
    session: Session, principal: Principal, *, deal: str | None = None, after: str | None = None, limit: int = 50
) -> Sequence[Run]:
    """The runs that somebody may see, the youngest first.

    Parameters
    ----------
    session : Session
        Reading.
    principal : Principal
        Who asks.
    deal : str, optional
        Of one deal alone, which they were found to see.
    after : str, optional
        Identifier of the last run of the page before.
    limit : int
        How many at most.

    Returns
    -------
    sequence of Run

    Raises
    ------
    Problem
        422 where the page is to begin after a run that they do not see, or that is deleted.
    """
    if principal.account_id is None or NEEDS["view"] not in principal.scopes:
        return ()
    wanted = select(Run).order_by(Run.created_at.desc(), Run.id.desc()).limit(limit)
    if deal is not None:
        wanted = wanted.where(Run.deal_id == deal)
        if deals.role_of(session, principal, deal) is None:  # they hold a link to it
            wanted = wanted.where(Run.account_id == principal.account_id)
    else:
        shared = select(Member.deal_id).where(Member.account_id == principal.account_id)
        own = and_(Run.deal_id.is_(None), Run.account_id == principal.account_id)
        wanted = wanted.where(or_(own, Run.deal_id.in_(shared)))
    if after is not None:
        last = session.get(Run, after)
        if last is None or not _may(session, principal, "view", last):
            raise deals.no_such_page()  # where others' runs lie in time is not told either
        older = and_(Run.created_at == last.created_at, Run.id < last.id)
        wanted = wanted.where(or_(Run.created_at < last.created_at, older))
    return session.scalars(wanted).all()


def waiting(session: Session) -> int:
    """How many runs wait for a worker."""
    return counted(session).get("queued", 0)


def counted(session: Session) -> dict[str, int]:
    """How many runs there are in each state."""
    return {state: int(many) for state, many in session.execute(select(Run.state, func.count()).group_by(Run.state))}


class InVain(NamedTuple):
    """What came to nothing."""

    attempts: int
    """Of runs that wait or are worked on, since each last got further."""
    given_up: int
    """Runs that were begun in vain too often, and that nobody resumed since."""


def in_vain(session: Session) -> InVain:
    """How much came to nothing."""
    attempts = session.scalar(select(func.sum(Run.deaths)).where(Run.state.in_(UNFINISHED)))
    kind = Run.problem["type"].as_string()
    given_up = session.scalar(select(func.count()).where(Run.state == "failed", kind == GIVEN_UP))
    return InVain(int(attempts or 0), int(given_up or 0))


# Working


def claim(session: Session, worker: str) -> Run | None:
    """Take the next run that waits: of whoever has the fewest worked on, the one that waits longest.

    Runs that were often begun in vain come last: what takes its worker down, or the whole machine, is not to keep
    everything else waiting.

    Parameters
    ----------
    session : Session
        Writing; to be committed at once.
    worker : str
        Who takes it.

    Returns
    -------
    Run or None
        None where nothing waits.
    """
    whose = func.coalesce(Run.account_id, "")
    busy = (
        select(whose.label("whose"), func.count().label("runs"))
        .where(Run.state == "running")
        .group_by(whose)
        .subquery()
    )
    often_tried_last = case((Run.attempts < OFTEN, 0), else_=Run.attempts)
    fewest_first = func.coalesce(busy.c.runs, 0)
    next_ones = (
        select(Run.id)
        .outerjoin(busy, busy.c.whose == whose)
        .where(Run.state == "queued")
        .order_by(often_tried_last, fewest_first, Run.created_at, Run.id)
        .limit(CANDIDATES)
    )
    while found := session.scalars(next_ones).all():
        for run_id in found:
            moment = now()
            taken = {"state": "running", "worker": worker, "attempts": Run.attempts + 1, "heartbeat_at": moment}
            begun = {"started_at": func.coalesce(Run.started_at, moment), "cancel_asked_at": None}
            if _change(session, and_(Run.id == run_id, Run.state == "queued"), **taken, **begun):
                return session.get(Run, run_id, populate_existing=True)
    return None


def beat(session: Session, run_id: str, worker: str, done: int) -> bool:
    """Say that a worker is alive and how far it is.

    Returns
    -------
    bool
        False if it should stop: the run is no longer its own, or somebody asked to cancel it.
    """
    further = {"done": case((Run.done < done, done), else_=Run.done)}
    tries = {
        "attempts": case((Run.done < done, 0), else_=Run.attempts),
        "deaths": case((Run.done < done, 0), else_=Run.deaths),
    }
    still = and_(_held(run_id, worker), Run.cancel_asked_at.is_(None))
    return _change(session, still, heartbeat_at=now(), **further, **tries)


def finish(session: Session, run_id: str, worker: str, result: str, media_type: str) -> bool:
    """Write the answer of a run; False if it is no longer this worker's, and nothing was written.

    Parameters
    ----------
    session : Session
        Writing.
    run_id, worker : str
        Which run, and who answers.
    result : str
        Name of the kept file.
    media_type : str
        What it is.

    Returns
    -------
    bool
    """
    whole = {"done": func.coalesce(Run.of, Run.done), "problem": None, "cancel_asked_at": None}
    answer = {"state": "done", "result": result, "media_type": media_type, "finished_at": now()}
    return _change(session, _held(run_id, worker), **answer, **whole)


def fail(session: Session, run_id: str, worker: str, problem: Mapping[str, Any]) -> bool:
    """Write what went wrong with a run; False if it is no longer this worker's."""
    return _change(session, _held(run_id, worker), state="failed", problem=dict(problem), finished_at=now())


def put_back(session: Session, run_id: str, worker: str) -> bool:
    """Give a run back because its worker stops, which is no fault of the run; a cancelled one stays cancelled."""
    held = _held(run_id, worker)
    if _change(session, and_(held, Run.cancel_asked_at.is_not(None)), state="cancelled", finished_at=now()):
        return True
    before = case((Run.attempts > 0, Run.attempts - 1), else_=0)
    return _change(session, held, state="queued", worker=None, heartbeat_at=None, attempts=before)


# Stopping and going on


def cancel(session: Session, principal: Principal, run_id: str) -> Run:
    """Stop a run: at once if it waits, as soon as its worker notices if it is worked on.

    Whoever asked may stop it, and who may edit its deal.

    Raises
    ------
    Problem
        As `find`; 409 if it is done or failed.
    """
    run, moment, waits = own(session, principal, run_id), now(), Run.state == "queued"
    # One statement: between two of them a worker could claim the run, or give it back.
    _change(
        session,
        and_(Run.id == run_id, Run.state.in_(UNFINISHED)),
        state=case((waits, "cancelled"), else_=Run.state),
        finished_at=case((waits, moment), else_=Run.finished_at),
        cancel_asked_at=case((waits, Run.cancel_asked_at), else_=func.coalesce(Run.cancel_asked_at, moment)),
    )
    session.refresh(run)
    if run.state in ("done", "failed"):
        detail = _("This run has ended already; only one that waits or is worked on can be cancelled.")
        raise Problem("already-ended", 409, _("Ended already"), detail)
    return run


def resume(session: Session, principal: Principal, run_id: str, most: int | None = None) -> Run:
    """Let a cancelled or failed run go on; what was finished of it is not computed again.

    Raises
    ------
    Problem
        As `find`; 409 if it is done; 429 as `ask`.
    """
    run = own(session, principal, run_id)
    if run.state in WENT_WRONG:
        check_room(session, principal, most)
    fresh = {"state": "queued", "worker": None, "heartbeat_at": None, "attempts": 0, "deaths": 0}
    blank = {"cancel_asked_at": None, "finished_at": None, "problem": None}
    _change(session, and_(Run.id == run_id, Run.state.in_(WENT_WRONG)), **fresh, **blank)
    session.refresh(run)
    if run.state == "done":
        raise Problem(
            "already-ended", 409, _("Ended already"), _("This run is answered; there is nothing to go on with.")
        )
    return run


def own(session: Session, principal: Principal, run_id: str) -> Run:
    """A run that somebody may stop or delete: their own, or one of a deal that they may edit.

    Who holds a link has no run of their own: others hold links as well, and nothing tells their runs apart.
    """
    run = find(session, principal, run_id, "run")
    mine = principal.account_id is not None and run.account_id == principal.account_id
    if not mine and not _may(session, principal, "edit", run):
        raise _not_allowed()
    return run


# What a dead worker leaves


def requeue_stale(session: Session, most: int, older_than: float = STALE) -> list[str]:
    """Take runs from workers that have been silent for too long, perhaps with their whole machine.

    Parameters
    ----------
    session : Session
        Writing.
    most : int
        After how many attempts in vain a run is given up.
    older_than : float
        Silent for longer than this. [s]

    Returns
    -------
    list of str
        Identifiers of the runs.
    """
    return _requeue(session, _silent(older_than), most)


def requeue_of(session: Session, workers: Sequence[str], most: int | None = None) -> list[str]:
    """Take runs from workers that are known to be dead.

    Parameters
    ----------
    session : Session
        Writing.
    workers : sequence of str
        Their names.
    most : int, optional
        After how many attempts in vain a run is given up. Left out, this attempt is none: somebody told the worker to
        end.

    Returns
    -------
    list of str
        Identifiers of the runs.
    """
    return _requeue(session, Run.worker.in_(workers), most) if workers else []


def silent_workers(session: Session, older_than: float = STALE) -> list[str]:
    """The names of the workers that have been silent for too long, and their runs with them."""
    silent = select(Run.worker).where(Run.state == "running", _silent(older_than))
    return [name for name in session.scalars(silent) if name is not None]


def to_go_on_with(session: Session, run_ids: Sequence[str], kept: float) -> set[str]:
    """Which of these runs may still go on, so that their finished blocks are needed.

    Parameters
    ----------
    session : Session
        Reading.
    run_ids : sequence of str
        Runs, there or not.
    kept : float
        How long a run that was cancelled or failed may be resumed. [s]

    Returns
    -------
    set of str
    """
    since = now() - dt.timedelta(seconds=kept)
    may_go_on = or_(Run.state.in_(UNFINISHED), and_(Run.state.in_(WENT_WRONG), Run.finished_at >= since))
    return set(session.scalars(select(Run.id).where(Run.id.in_(run_ids), may_go_on)))


def workers_at_work(session: Session) -> list[str]:
    """The names of the workers that runs name."""
    return list(session.scalars(select(Run.worker).where(Run.state == "running", Run.worker.is_not(None)).distinct()))


def _silent(older_than: float) -> ColumnElement[bool]:
    before = now() - dt.timedelta(seconds=older_than)
    return or_(Run.heartbeat_at.is_(None), Run.heartbeat_at < before)


def _requeue(session: Session, of: ColumnElement[bool], most: int | None) -> list[str]:
    """Back to the queue, unless somebody cancelled it or it was begun in vain too often.

    An attempt that got further than any before was not in vain, however it ended: `beat` sets its number to 0.
    """
    taken = []
    left = select(Run).where(Run.state == "running", of).execution_options(populate_existing=True)
    for run in session.scalars(left).all():
        still, in_vain = and_(_held(run.id, run.worker), of), most is not None and run.attempts > 0
        deaths = run.deaths + in_vain
        if run.cancel_asked_at is not None:
            changed = _change(session, still, state="cancelled", finished_at=now())
        elif most is not None and in_vain and deaths >= most:
            problem = _given_up(run.language, deaths)
            changed = _change(session, still, state="failed", finished_at=now(), deaths=deaths, problem=problem)
        else:
            counts = {"deaths": deaths, "attempts": run.attempts if in_vain else max(run.attempts - 1, 0)}
            changed = _change(session, still, state="queued", worker=None, heartbeat_at=None, **counts)
        if changed:
            taken.append(run.id)
    return taken


def _given_up(language: str, times: int) -> dict[str, Any]:
    with speaking("da" if language == "da" else "en"):
        detail = plural(
            "The work broke off {times} time before it got any further: the program or the whole machine went down "
            "with it, perhaps for want of memory. Try fewer paths, or resume it when the machine has less to do.",
            "The work broke off {times} times before it got any further: the program or the whole machine went down "
            "with it, perhaps for want of memory. Try fewer paths, or resume it when the machine has less to do.",
            times,
            times=times,
        )
        return Problem(GIVEN_UP, 500, _("The work was given up"), detail).details()


def _held(run_id: str, worker: str | None) -> ColumnElement[bool]:
    return and_(Run.id == run_id, Run.state == "running", Run.worker == worker)


def _change(session: Session, where: ColumnElement[bool], **values: Any) -> bool:
    """Change the runs that fit; whether there was one."""
    done = session.execute(update(Run).where(where).values(**values).execution_options(synchronize_session=False))
    assert isinstance(done, CursorResult)
    return done.rowcount > 0

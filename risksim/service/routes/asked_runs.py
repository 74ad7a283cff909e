"""From a question as it was asked to a run, and from a run to what is told of it."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from risksim import api
from risksim.language import Language, _
from risksim.replies import QUESTIONS
from risksim.replies import work as work_of
from risksim.replies.asking import question_of
from risksim.service.access import audit
from risksim.service.access.pace import AtOnce
from risksim.service.access.permission import may
from risksim.service.access.principal import Principal
from risksim.service.context import Service
from risksim.service.live.changes import changes_of_set
from risksim.service.live.gate import MOST_OF_ALL, MOST_OF_ONE
from risksim.service.problems import Problem, ProblemDetails, of_validation
from risksim.service.routes.shapes import Asking, RunAsked, RunShown
from risksim.service.store import asked, deals, runs
from risksim.service.store.asked import Text
from risksim.service.store.compiled import compiled
from risksim.service.store.tables import Run, now
from risksim.service.work import making
from risksim.service.work.making import Answer

AT_ONCE = threading.BoundedSemaphore(max(os.cpu_count() or 1, 2))
"""Questions that are worked on while who asks waits: more at the same time would only slow each other."""

OF_ONE = AtOnce(MOST_OF_ONE, MOST_OF_ALL)
"""Questions of one person that wait or are worked on so: else one person could hold every thread."""


class Prepared(NamedTuple):
    """A question that makes sense, of deals that who asks may ask."""

    run: Run
    """As the table keeps it; not yet there."""
    work: int | None
    """Paths to be simulated in all; None where nobody can tell beforehand."""
    at_once: bool = False

    def answer(self, service: Service, who: Principal) -> Answer:
        """Answer it now."""
        with OF_ONE.one(who.key), AT_ONCE:
            return making.make(service, self.run, lambda _done: None)

    def as_asked(self) -> dict[str, Any]:
        """What `risksim.service.store.runs.ask` takes."""
        run = self.run
        return {
            "question": run.question,
            "wishes": run.wishes,
            "digest": run.digest,
            "language": run.language,
            "deal": run.deal_id,
            "revision": run.revision,
            "shipped": run.shipped,
            "text": run.text,
            "of": self.work,
        }


def prepared(service: Service, who: Principal, body: RunAsked, language: Language) -> Prepared:
    """Check a question before any work is done.

    Raises
    ------
    RisksimError
        If who asks may not ask it, the deal has mistakes, or the wishes make no sense.
    """
    question = question_of(body.question)
    if who.account_id is not None and not may(who, "view", "", "owner"):
        raise deals.no_account(who)  # a token that could not look at the answer
    if body.against and question.deals[1] == 1:
        raise Problem(
            "one-deal",
            422,
            _("One deal too many"),
            _("`{question}` is asked of one deal. Leave `against` out, or ask `compare`.", question=body.question),
        )
    if making.COMPARED in body.wishes:
        raise of_validation([{"type": "extra_forbidden", "loc": ("wishes", making.COMPARED), "input": None}])
    if question.deals[1] > 1:
        found = _of_several(service, who, body, language)
    else:
        found = of_one(service, who, body, body.question, body.wishes, language)
    return found._replace(at_once=body.wait is not False and is_small(service, found.work))


def of_one(
    service: Service, who: Principal, body: Asking, question: str, wishes: Mapping[str, Any], language: Language
) -> Prepared:
    """A question of one deal with inputs moved."""
    of = asked.text_of(service, who, body.of, "run")
    if question in making.FILES:
        asked.text_of(service, who, body.of, "export")
    deal = compiled(of.text, of.file)
    wished = with_moves(deal, body, wishes)
    work = making.work_of(question, deal, wished)
    _check_paths(service, work, wished)
    run = Run(
        question=question,
        wishes=wished,
        language=language,
        digest=making.changed(deal, wished).plan.digest,
        deal_id=of.deal_id,
        revision=of.revision,
        shipped=of.shipped,
        text=of.text if of.deal_id is None and of.shipped is None else None,
    )
    return Prepared(run, work)


def again(service: Service, run: Run) -> Prepared:
    """A run that was checked before, asked once more otherwise."""
    work = making.work_of(run.question, making.deal_of(service, run), run.wishes)
    _check_paths(service, work, run.wishes)
    return Prepared(run, work)


def _of_several(service: Service, who: Principal, body: RunAsked, language: Language) -> Prepared:
    """A question of deals side by side.

    Its answer tells of all of them, so that it belongs to a saved deal only where it is of that deal alone; else
    whoever asked it keeps it.
    """
    texts = [asked.text_of(service, who, one, "run") for one in (body.of, *body.against)]
    compared = [compiled(one.text, one.file) for one in texts]
    wished = with_moves(compared[0], body, body.wishes)
    work = work_of(body.question, compared, wished)
    _check_paths(service, work, wished)
    owner = texts[0].deal_id
    alone = owner is not None and all(one.shipped is not None or one.deal_id == owner for one in texts)
    if not alone and who.account_id is None:
        raise Problem("not-allowed", 403, _("Not allowed"), _("Sign in to put this deal beside others."))
    run = Run(
        question=body.question,
        wishes=wished | {making.COMPARED: [_named(one) for one in texts]},
        language=language,
        digest=making.changed(compared[0], wished).plan.digest,
        deal_id=owner if alone else None,
        revision=texts[0].revision if alone else None,
    )
    return Prepared(run, work)


def with_moves(deal: api.Deal, body: Asking, wishes: Mapping[str, Any]) -> dict[str, Any]:
    """Wishes with the inputs that are moved, as changes of a file."""
    if not body.changes:
        return dict(wishes)
    there = wishes.get("changes")
    return {**wishes, "changes": {**(there if isinstance(there, dict) else {}), **changes_of_set(deal, body.changes)}}


def is_small(service: Service, work: int | None) -> bool:
    """Whether a question can be answered while who asks waits."""
    return work is not None and work <= service.settings.most_paths_at_once


def _named(text: Text) -> dict[str, Any]:
    if text.deal_id is not None:
        return {"deal": text.deal_id, "revision": text.revision}
    return {"shipped": text.shipped} if text.shipped is not None else {"text": text.text}


def _check_paths(service: Service, work: int | None, wishes: Mapping[str, Any]) -> None:
    most, wished = service.settings.most_paths, wishes.get("paths")
    paths = max(work or 0, wished if isinstance(wished, int) else 0)
    if paths > most:
        raise Problem(
            "too-many-paths",
            422,
            _("Too many paths"),
            _("The question takes {paths} paths; one question may take {most}. Ask for fewer.", paths=paths, most=most),
            more={"paths": paths, "most": most},
        )


def close(run: Run, result: str, media_type: str) -> None:
    """Say that a run is answered."""
    run.state, run.result, run.media_type = "done", result, media_type
    run.started_at = run.finished_at = now()
    run.done = run.of or 0


def content_of(service: Service, run: Run) -> bytes:
    """The kept answer of a run.

    Raises
    ------
    Problem
        409 if its file is gone or damaged, as after a backup that had to leave it out.
    """
    try:
        return service.files.read(run.result or "")
    except (OSError, ValueError):
        raise Problem(
            "answer-gone",
            409,
            _("The answer is gone"),
            _(
                "The file of this answer is gone or damaged. Ask the question again: the same deal gives the same "
                "answer."
            ),
        ) from None


def delete(session: Session, who: Principal, run_id: str) -> bool:
    """Delete a run, or ask whoever works on it to stop.

    Returns
    -------
    bool
        Whether it is deleted. If not, the wish to stop must be kept: end the transaction before telling of it.

    Raises
    ------
    Problem
        As `risksim.service.store.runs.cancel`.
    """
    run = runs.own(session, who, run_id)
    if run.state in runs.UNFINISHED:
        run = runs.cancel(session, who, run_id)
    if run.state == "running":
        return False
    audit.note(session, who, "delete", run.deal_id, run_id, what="run")
    session.delete(run)
    session.flush()
    return True


def file_name(run: Run) -> str:
    """What a file is called that is taken away; nothing of a private deal."""
    form = str(run.wishes.get("form", "pdf" if run.question == "memo" else "csv"))
    return f"{run.question}-{run.digest.rpartition(':')[2][:8]}.{form}"


def has_table(question: str) -> bool:
    """Whether the answer to a question has a table."""
    return question in QUESTIONS and QUESTIONS[question].has_table


def language_of(run: Run) -> Language:
    """In which a run was asked."""
    return "da" if run.language == "da" else "en"


def shown(run: Run) -> RunShown:
    """What is told of a run."""
    address = f"/api/v1/runs/{run.id}"
    return RunShown(
        id=run.id,
        question=run.question,
        deal=run.deal_id,
        revision=run.revision,
        shipped=run.shipped,
        digest=run.digest,
        wishes=run.wishes,
        language=language_of(run),
        state=run.state,
        done=run.done,
        total=run.of,
        cancelling=run.cancel_asked_at is not None and run.state == "running",
        attempts_in_vain=run.deaths,
        created_at=run.created_at,
        started_at=run.started_at,
        finished_at=run.finished_at,
        problem=None if run.problem is None else ProblemDetails(**run.problem),
        etag=run.result,
        media_type=run.media_type,
        address=address,
        result=f"{address}/result" if run.result is not None else None,
        table=f"{address}/table.csv" if run.result is not None and has_table(run.question) else None,
        events=f"{address}/events",
    )

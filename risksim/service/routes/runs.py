"""Questions under ``/api/v1/runs``: small ones are answered at once, large ones become jobs."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy.orm import Session

from risksim.language import Language, _
from risksim.service.access import audit
from risksim.service.access.principal import Principal
from risksim.service.access.who import asking, still
from risksim.service.context import Service, service_of
from risksim.service.problems import Problem
from risksim.service.routes import asked_runs
from risksim.service.routes.events import events_of
from risksim.service.routes.once import IdempotencyKey, before, fingerprint, once
from risksim.service.routes.pages import After, Limit, next_page
from risksim.service.routes.shapes import RunAnswered, RunAsked, RunPage, RunShown
from risksim.service.routes.tongue import answering_in
from risksim.service.store import deals, runs
from risksim.service.store.tables import Run
from risksim.service.work.life import life_of

router = APIRouter(prefix="/api/v1/runs", tags=["runs"])
Who = Annotated[Principal, Depends(asking)]
RunId = Annotated[str, Path(pattern="^[0-9a-f]{24}$", description="Identifier of the run.")]
OF_A_DEAL = Query(pattern="^[0-9a-f]{24}$", description="Only runs of this deal.")
JOB: dict[int | str, dict[str, Any]] = {
    202: {"model": RunShown, "description": "It became a job; `Location` is where it is."}
}


@router.post("", response_model=RunAnswered, responses=JOB)
def ask_question(request: Request, body: RunAsked, who: Who, key: IdempotencyKey = None) -> Response:
    """Ask a question of a deal.

    Small questions are answered at once (200), large ones become jobs (202): their state is at `Location`, and events
    tell how far they are. `wait` asks for one or the other; a question that is too large to be answered at once, or
    whose size nobody can tell beforehand, becomes a job all the same.
    """
    service = service_of(request)
    with answering_in(request, body.language) as language:
        print_ = fingerprint(request.url.path, body)
        made = before(service, who, key, print_)
        if made is None:
            question = asked_runs.prepared(service, who, body, language)
            if question.at_once:
                made = answered(service, who, question, key, print_)
            else:
                made = once(service, who, key, print_, lambda session: enqueued(service, session, who, question))
        return told(service, who, *made, language=language)


def enqueued(
    service: Service, session: Session, who: Principal, question: asked_runs.Prepared
) -> tuple[int, dict[str, Any]]:
    """Put a question into the queue."""
    run = runs.ask(session, who, **question.as_asked(), most=service.settings.most_jobs)
    audit.note(session, who, "run", run.deal_id, run.id, question=run.question)
    return 202, {"run": run.id}


def answered(
    service: Service, who: Principal, question: asked_runs.Prepared, key: str | None, print_: str
) -> tuple[int, dict[str, Any]]:
    """Answer at once; the answer is kept as that of a job is, so that it can be looked at again."""
    answer = question.answer(service, who)
    name = service.files.keep(answer.content)

    def make(session: Session) -> tuple[int, dict[str, Any]]:
        run = runs.ask(session, who, **question.as_asked())
        asked_runs.close(run, name, answer.media_type)
        audit.note(session, who, "run", run.deal_id, run.id, question=run.question)
        return 200, {"run": run.id}

    return once(service, who, key, print_, make)


def told(service: Service, who: Principal, status: int, made: dict[str, Any], language: Language) -> Response:
    """A run that was made as an answer: with its result (200), or as a job (202)."""
    with service.database.reading() as session:
        run = runs.find(session, who, made["run"])
    shown = asked_runs.shown(run)
    headers = {"Location": shown.address, "Content-Language": language, "Cache-Control": "no-store"}
    if status != 200:
        return JSONResponse(shown.model_dump(mode="json"), 202, headers)
    # The answer is put in as it is kept, so that every digit is the one that was written.
    said = b'{"run":' + shown.model_dump_json().encode() + b',"result":' + asked_runs.content_of(service, run) + b"}"
    return Response(said, 200, headers | {"ETag": f'"{run.result}"'}, media_type="application/json")


@router.get("", response_model=RunPage)
def list_runs(
    request: Request,
    response: Response,
    who: Who,
    deal: Annotated[str | None, OF_A_DEAL] = None,
    after: After = None,
    limit: Limit = 50,
) -> RunPage:
    """The runs that the one who asks may see, the youngest first."""
    with service_of(request).database.reading() as session:
        if deal is not None:
            deals.find(session, who, deal, "view")
        found = runs.listed(session, who, deal=deal, after=after, limit=limit + 1)
    shown = [asked_runs.shown(one) for one in found[:limit]]
    return RunPage(runs=shown, next=next_page(request, response, shown[-1].id if len(found) > limit else None))


@router.get("/{run_id}", response_model=RunShown)
def get_run(request: Request, response: Response, run_id: RunId, who: Who) -> RunShown:
    """How far a run is."""
    with service_of(request).database.reading() as session:
        found = runs.find(session, who, run_id)
    response.headers["Cache-Control"] = "no-store"
    return asked_runs.shown(found)


RESULT: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The JSON of the command of the same name, or the file that was asked for.",
        "content": {
            "application/json": {"schema": {"type": "object"}},
            "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
        },
        "headers": {"ETag": {"description": "SHA-256 of the answer.", "schema": {"type": "string"}}},
    },
    304: {"description": "It is what `If-None-Match` names."},
}


@router.get("/{run_id}/result", response_class=Response, responses=RESULT)
def get_result(
    request: Request,
    run_id: RunId,
    who: Who,
    if_none_match: Annotated[str | None, Header(max_length=1000, description="ETags that are known already.")] = None,
) -> Response:
    """The answer of a run: for a question the very JSON that the command line prints.

    Before it is there the answer is 409, with the state of the run.
    """
    service = service_of(request)
    with service.database.writing() as session:
        run = runs.find(session, who, run_id)
        if run.question in runs.TAKES_AWAY:
            runs.find(session, who, run_id, "export")
        if run.state == "done":
            audit.note(session, who, "export" if run.question in runs.TAKES_AWAY else "view", run.deal_id, run.id)
    if run.state != "done" or run.result is None:
        raise not_there(run)
    headers = {"ETag": f'"{run.result}"', "Cache-Control": "private, no-cache", "Content-Language": run.language}
    if if_none_match is not None and headers["ETag"] in {one.strip() for one in if_none_match.split(",")}:
        return Response(status_code=304, headers=headers)
    if run.question in runs.TAKES_AWAY:
        headers["Content-Disposition"] = f'attachment; filename="{asked_runs.file_name(run)}"'
    return Response(asked_runs.content_of(service, run), headers=headers, media_type=run.media_type)


def not_there(run: Run) -> Problem:
    """Why a run has no answer."""
    if run.state == "failed" and run.problem is not None:
        more = {key: value for key, value in run.problem.items() if key not in ("type", "status", "title", "detail")}
        return Problem(
            str(run.problem.get("type", "failed")),
            409,
            str(run.problem.get("title", _("Without an answer"))),
            str(run.problem.get("detail", "")),
            more=more | {"state": run.state},
        )
    said = {
        "queued": _("The run waits for a worker. Ask again later, or follow its events."),
        "running": _("The run is being worked on. Ask again later, or follow its events."),
        "cancelled": _("The run was cancelled. Resume it to get its answer."),
    }
    detail = said.get(run.state, _("The run failed. Resume it to try once more."))
    return Problem("no-answer-yet", 409, _("No answer yet"), detail, more={"state": run.state})


EVENTS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Events `state` and `progress`, each with the run as JSON; the stream ends when the run ends.",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}


@router.get("/{run_id}/events", response_class=Response, responses=EVENTS)
async def follow_run(
    request: Request,
    run_id: RunId,
    who: Who,
    last_event_id: Annotated[
        str | None, Header(max_length=100, description="Identifier of the last event that arrived.")
    ] = None,
) -> Response:
    """How far a run is, as server-sent events.

    `state` tells each new state, `progress` how much is done. A comment every 15 seconds keeps the connection open.
    """
    service, stopping = service_of(request), life_of(request.app).stopping
    return await events_of(service, who, run_id, last_event_id, stopping, lambda: still(request, who))


@router.post("/{run_id}/cancel", response_model=RunShown)
def cancel_run(request: Request, run_id: RunId, who: Who) -> RunShown:
    """Stop a run: at once while it waits, else within seconds. What was finished is kept for `resume`."""
    with service_of(request).database.writing() as session:
        found = runs.cancel(session, who, run_id)
        audit.note(session, who, "run", found.deal_id, run_id, cancelled=True)
        return asked_runs.shown(found)


@router.post("/{run_id}/resume", response_model=RunShown)
def resume_run(request: Request, run_id: RunId, who: Who) -> RunShown:
    """Let a cancelled or failed run go on; what was finished of it is not computed again."""
    service = service_of(request)
    with service.database.writing() as session:
        found = runs.resume(session, who, run_id, service.settings.most_jobs)
        audit.note(session, who, "run", found.deal_id, run_id, resumed=True)
        return asked_runs.shown(found)


@router.delete("/{run_id}", status_code=204)
def delete_run(request: Request, run_id: RunId, who: Who) -> Response:
    """Delete a run and its answer.

    One that is being worked on is stopped, which takes some seconds; until then the answer is 409.
    """
    with service_of(request).database.writing() as session:
        deleted = asked_runs.delete(session, who, run_id)
    if not deleted:
        raise Problem(
            "being-worked-on",
            409,
            _("Being worked on"),
            _("The run is being stopped, which takes some seconds. Delete it when it has stopped."),
        )
    return Response(status_code=204)

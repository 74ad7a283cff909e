"""To take away: memo, data and scenario file of a deal with inputs moved."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from risksim.language import Language, _, speaking
from risksim.replies import as_csv
from risksim.service.access import audit
from risksim.service.access.principal import Principal
from risksim.service.access.who import asking
from risksim.service.context import Service, service_of
from risksim.service.live.changes import written
from risksim.service.problems import Problem
from risksim.service.routes import asked_runs
from risksim.service.routes.once import IdempotencyKey, fingerprint, once
from risksim.service.routes.runs import JOB, RunId, enqueued, not_there, told
from risksim.service.routes.shapes import Asking, DataAsked, DataOfRun, MemoAsked, ScenarioAsked
from risksim.service.routes.tongue import answering_in
from risksim.service.store import asked, runs
from risksim.service.store.compiled import compiled
from risksim.service.store.tables import Run

router = APIRouter(prefix="/api/v1", tags=["downloads"])
Who = Annotated[Principal, Depends(asking)]
YAML = "application/yaml"


def _file(description: str, *kinds: str) -> dict[int | str, dict[str, Any]]:
    schema = {"type": "string", "format": "binary"}
    return {200: {"description": description, "content": {kind: {"schema": schema} for kind in kinds}}, **JOB}


MEMO = _file(
    "The memo, where it was asked for quickly.",
    "application/pdf",
    "text/html",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
)
DATA = _file("Every path, where there are few.", "text/csv", "application/x-netcdf")


@router.post("/memo", response_class=Response, responses=MEMO)
def make_memo(request: Request, body: MemoAsked, who: Who, key: IdempotencyKey = None) -> Response:
    """The memo of a deal for a board, as ``risksim memo`` makes it.

    It becomes a job (202), whose result is the file; a quick one is the answer itself (200).
    """
    wishes = body.model_dump(mode="json", include={"form", "paths", "seed", "engine", "p_loss", "quick", "date"})
    return _taken(request, who, body, "memo", wishes, key, at_once=body.quick)


@router.post("/data", response_class=Response, responses=DATA)
def make_data(request: Request, body: DataAsked, who: Who, key: IdempotencyKey = None) -> Response:
    """Every path of a deal as a table or labelled, as ``risksim run --out`` saves them.

    Few paths are the answer itself (200), many become a job (202).
    """
    wishes = body.model_dump(mode="json", include={"form", "paths", "seed", "engine"})
    return _taken(request, who, body, "data", wishes, key)


@router.post("/runs/{run_id}/data", response_class=Response, responses=DATA)
def make_data_of_run(
    request: Request, run_id: RunId, body: DataOfRun, who: Who, key: IdempotencyKey = None
) -> Response:
    """Every path of a run that was asked before: the same deal, changes, paths and seed."""
    service = service_of(request)
    with service.database.reading() as session:
        run = runs.find(session, who, run_id, "export")
        runs.find(session, who, run_id, "run")
    if run.question == "run" and "tolerance" in run.wishes and run.result is None:
        raise not_there(run)  # how many paths it takes is known when it is done
    if run.question != "run":
        raise Problem(
            "no-paths",
            422,
            _("No paths to take away"),
            _("Only the question `run` has a path for each row; take the result of this one instead."),
        )
    kept = {name: run.wishes[name] for name in ("paths", "seed", "engine", "stress", "changes") if name in run.wishes}
    if run.wishes.get("tolerance") is not None:
        kept["paths"] = json.loads(asked_runs.content_of(service, run))["run"]["paths"]
    again = Run(
        question="data",
        wishes=kept | {"form": body.form},
        language=run.language,
        digest=run.digest,
        deal_id=run.deal_id,
        revision=run.revision,
        shipped=run.shipped,
        text=run.text,
    )
    language = asked_runs.language_of(run)
    with answering_in(request, language):
        found = asked_runs.again(service, again)
        small = asked_runs.is_small(service, found.work)
        print_ = fingerprint(request.url.path, body)
        return _at_once(service, who, found) if small else _as_job(service, who, found, key, print_, language)


TABLE: dict[int | str, dict[str, Any]] = {
    200: {"description": "The table.", "content": {"text/csv": {"schema": {"type": "string"}}}}
}


@router.get("/runs/{run_id}/table.csv", response_class=Response, responses=TABLE)
def get_table(request: Request, run_id: RunId, who: Who) -> Response:
    """The table of an answer as CSV, as the command of the same name saves it with ``--out``.

    `table` of ``/api/v1/questions`` says whose answers have one; every path of a run is at ``data``.
    """
    service = service_of(request)
    with service.database.writing() as session:
        run = runs.find(session, who, run_id, "export")
        if run.state == "done":
            audit.note(session, who, "export", run.deal_id, run.id, what="table")
    if not asked_runs.has_table(run.question):
        raise Problem(
            "no-table",
            422,
            _("No table to take away"),
            _("The answer to `{question}` has no table; take its result instead.", question=run.question),
        )
    if run.state != "done" or run.result is None:
        raise not_there(run)
    language = asked_runs.language_of(run)
    with speaking(language):
        text = as_csv(json.loads(asked_runs.content_of(service, run)))
    name = f"{run.question}-{run.digest.rpartition(':')[2][:8]}.csv"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Language": language,
        "Cache-Control": "private, no-cache",
    }
    return Response(text, headers=headers, media_type="text/csv; charset=utf-8")


@router.post(
    "/scenario",
    response_class=Response,
    responses={200: {"description": "The file.", "content": {YAML: {"schema": {"type": "string"}}}}},
)
def make_scenario(request: Request, body: ScenarioAsked, who: Who) -> Response:
    """The scenario file of a deal with inputs moved; its comments stay, and it says what was moved from what."""
    service = service_of(request)
    with answering_in(request, body.language):
        of = asked.text_of(service, who, body.of, "export")
        text = written(compiled(of.text, of.file), body.changes)
        with service.database.writing() as session:
            audit.note(session, who, "export", of.deal_id, what="scenario")
    headers = {"Content-Disposition": 'attachment; filename="deal.yaml"', "Cache-Control": "no-store"}
    return Response(text, headers=headers, media_type=f"{YAML}; charset=utf-8")


def _taken(
    request: Request,
    who: Principal,
    body: Asking,
    question: str,
    wishes: dict[str, Any],
    key: str | None,
    at_once: bool = False,
) -> Response:
    service = service_of(request)
    with answering_in(request, body.language) as language:
        found = asked_runs.of_one(service, who, body, question, wishes, language)
        if at_once or (question == "data" and asked_runs.is_small(service, found.work)):
            return _at_once(service, who, found)
        return _as_job(service, who, found, key, fingerprint(request.url.path, body), language)


def _at_once(service: Service, who: Principal, found: asked_runs.Prepared) -> Response:
    """The file itself; nothing of it is kept."""
    answer, run = found.answer(service, who), found.run
    with service.database.writing() as session:
        audit.note(session, who, "export", run.deal_id, what=run.question)
    headers = {
        "Content-Disposition": f'attachment; filename="{asked_runs.file_name(run)}"',
        "Content-Language": run.language,
        "Cache-Control": "no-store",
    }
    return Response(answer.content, headers=headers, media_type=answer.media_type)


def _as_job(
    service: Service, who: Principal, found: asked_runs.Prepared, key: str | None, print_: str, language: Language
) -> Response:
    made = once(service, who, key, print_, lambda session: enqueued(service, session, who, found))
    return told(service, who, *made, language=language)

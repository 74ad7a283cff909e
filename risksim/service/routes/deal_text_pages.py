"""Pages on which the text of a deal is written, and the file to take away; they need no script."""

from __future__ import annotations

import re
from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Form, Path, Query, Request, Response, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse

from risksim.errors import FaultyFileError, RisksimError
from risksim.language import _
from risksim.service.access import audit
from risksim.service.access.principal import Principal
from risksim.service.access.who import asking
from risksim.service.context import service_of
from risksim.service.live.shapes import MOST_TEXT
from risksim.service.pages.render import render
from risksim.service.problems import Problem, of_error
from risksim.service.routes.deals import read_before
from risksim.service.routes.forms import told
from risksim.service.store import deals, shipped

router = APIRouter(include_in_schema=False)
Who = Annotated[Principal, Depends(asking)]
DealId = Annotated[str, Path(pattern="^[0-9a-f]{24}$")]
Line = Annotated[str, Form(max_length=500)]
Text = Annotated[str, Form()]
Box = Annotated[bool, Form()]
Upload = Annotated[UploadFile | None, File()]
MOST_BYTES = 4 * MOST_TEXT


@router.get("/deals/new")
def new(request: Request, who: Who, of: Annotated[str, Query(max_length=200)] = "") -> HTMLResponse:
    """A page to paste or upload a deal, empty or with one that ships with the program."""
    return _writing(request, who, text=shipped.text_of(of) if of else "")


@router.post("/deals")
def make(
    request: Request,
    who: Who,
    name: Line = "",
    text: Text = "",
    file: Upload = None,
    draft: Box = False,
) -> Response:
    """Keep a new deal, or show what is wrong with it."""
    said = ""
    with told(request, who):
        try:
            said = _text_of(text, file)
            read_before(said, draft=draft)
            with service_of(request).database.writing() as session:
                made = deals.create(session, who, name, said, draft=draft)
                audit.note(session, who, "create", made.id)
        except RisksimError as error:
            return _writing(request, who, name=name, text=said or text, error=error)
    return RedirectResponse(f"/deals/{made.id}?done=made", 303)


@router.get("/deals/{deal_id}/edit")
def edit(request: Request, who: Who, deal_id: DealId) -> HTMLResponse:
    """A page to change the text of a deal."""
    with service_of(request).database.writing() as session:
        deal = deals.find(session, who, deal_id, "edit")
        last = deals.revision(session, who, deal_id)
        audit.note(session, who, "view", deal_id)
    return _writing(request, who, deal=deal, text=last.text, based_on=last.number)


@router.post("/deals/{deal_id}/edit")
def revise(
    request: Request,
    who: Who,
    deal_id: DealId,
    based_on: Annotated[int, Form()] = 0,
    text: Text = "",
    note: Line = "",
    file: Upload = None,
    draft: Box = False,
) -> Response:
    """Add a revision, or show what is wrong with it, or what somebody else changed meanwhile."""
    with service_of(request).database.reading() as session:
        deal = deals.find(session, who, deal_id, "edit")
    said = ""
    with told(request, who):
        try:
            said = _text_of(text, file)
            read_before(said, draft=draft)
            with service_of(request).database.writing() as session:
                made = deals.revise(session, who, deal_id, said, based_on, note, draft=draft)
                audit.note(session, who, "edit", deal_id, revision=made.number)
        except RisksimError as error:
            problem = of_error(error)
            based_on = problem.more.get("latest", based_on)
            return _writing(request, who, deal=deal, text=said or text, based_on=based_on, note=note, error=error)
    return RedirectResponse(f"/deals/{deal_id}?done=revised", 303)


def _text_of(text: str, file: UploadFile | None) -> str:
    """What was uploaded, else what was typed; a browser sends line ends of its own."""
    if file is not None and file.filename:
        sent = file.file.read(MOST_BYTES + 1)
        try:
            text = sent.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise Problem(
                "no-text",
                422,
                _("This is no text"),
                _("The file is not UTF-8 text. Choose a scenario file in YAML, or save it again as UTF-8."),
            ) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _writing(
    request: Request,
    who: Principal,
    *,
    deal: Any = None,
    name: str = "",
    text: str = "",
    based_on: int = 0,
    note: str = "",
    error: RisksimError | None = None,
) -> HTMLResponse:
    problem = None if error is None else of_error(error)
    lines = text.split("\n")
    faults = [
        (one, lines[one.line - 1] if one.line is not None and 0 < one.line <= len(lines) else "")
        for one in (problem.faults if problem is not None and problem.faults else ())
    ]
    return render(
        request,
        who,
        "deal_text.html",
        status=200 if problem is None else problem.status,
        deal=deal,
        deal_name=name,
        text=text,
        based_on=based_on,
        note=note,
        problem=problem,
        faults=faults,
        is_faulty=isinstance(error, FaultyFileError),
        changed=_lines_of(problem.more.get("diff", "")) if problem is not None else [],
        back=f"/deals/{deal.id}/edit" if deal is not None else "/deals/new",
    )


def _lines_of(unified: str) -> list[tuple[str, str]]:
    """Lines of a unified diff with the kind of each."""
    kinds = {"+": "in", "-": "out", "@": "gap"}
    return [(kinds.get(line[:1], "same"), line[1:]) for line in unified.splitlines()[2:]]


@router.get("/deals/{deal_id}/revisions/{number}.yaml")
def take_away(
    request: Request, who: Who, deal_id: DealId, number: Annotated[int, Path(ge=1, le=2**31 - 1)]
) -> Response:
    """The text of a revision as a file."""
    with service_of(request).database.writing() as session:
        deal = deals.find(session, who, deal_id, "export")
        found = deals.revision(session, who, deal_id, number)
        audit.note(session, who, "export", deal_id, what="scenario", revision=number)
    plain = re.sub(r"[^A-Za-z0-9]+", "-", deal.name).strip("-").lower()[:60] or "deal"
    headers = {
        "Content-Disposition": f'attachment; filename="{plain}-{number}.yaml"',
        "Cache-Control": "no-store",
    }
    return Response(found.text, headers=headers, media_type="application/yaml; charset=utf-8")

"""Pages of the log: what was done, when, by whom, with which deal."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse

from risksim.language import N_, _
from risksim.service.access import audit, who
from risksim.service.access.principal import Principal
from risksim.service.context import service_of
from risksim.service.pages.render import render

router = APIRouter(include_in_schema=False)
InPerson = Annotated[Principal, Depends(who.in_person)]
OneDeal = Annotated[str | None, Query(pattern=r"^[a-z0-9]{1,24}$")]
SHOWN = 100
"""Lines of the log on one page."""
WRITTEN = 100_000
"""Lines of the log in one file."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet would compute."""
DEEDS = {
    "sign-in": N_("Signed in"),
    "sign-in-refused": N_("Sign-in refused"),
    "sign-out": N_("Signed out"),
    "password": N_("Password changed"),
    "account": N_("Account"),
    "token": N_("Token"),
    "link": N_("Link"),
    "create": N_("Deal created"),
    "view": N_("Viewed"),
    "run": N_("Simulated"),
    "export": N_("Taken away"),
    "edit": N_("Edited"),
    "share": N_("Shared"),
    "delete": N_("Deleted"),
}
"""How the log's keys are read."""
DETAILS = {
    "account": N_("account"),
    "address": N_("from address"),
    "admin": N_("administers"),
    "cancelled": N_("cancelled"),
    "closed": N_("closed"),
    "days": N_("lasts, in days:"),
    "elsewhere": N_("by another provider"),
    "every": N_("every other one"),
    "link": N_("link"),
    "made": N_("made"),
    "opened": N_("opened"),
    "question": N_("question"),
    "resumed": N_("resumed"),
    "revision": N_("revision"),
    "revoked": N_("revoked"),
    "role": N_("role"),
    "scopes": N_("allowed"),
    "sign_in": N_("session"),
    "token": N_("token"),
    "what": N_("what:"),
}
"""How the keys of its details are read."""
VALUES = {
    "role": {"owner": N_("owner"), "editor": N_("editor"), "viewer": N_("viewer")},
    "scopes": {"read": N_("to read"), "write": N_("to write"), "run": N_("to run")},
    "what": {"run": N_("run"), "scenario": N_("scenario"), "table": N_("table")},
}
"""How their values are read, where they are words; names of questions stay."""
NAMED = ("account", "link")
"""Details that are identifiers of what has a name."""


@router.get("/audit")
def log(
    request: Request,
    principal: InPerson,
    sort: audit.Sort = "all",
    deal: OneDeal = None,
    before: Annotated[int | None, Query(ge=1, lt=2**31)] = None,
) -> HTMLResponse:
    """The log: one's own lines, those of one's deals, and for an admin who signed in."""
    with service_of(request).database.reading() as session:
        lines = audit.listed(session, principal, sort, deal, before, SHOWN + 1)
        names = audit.names(session, lines)
    return render(
        request,
        principal,
        "audit.html",
        lines=lines[:SHOWN],
        older=lines[SHOWN - 1].event.id if len(lines) > SHOWN else None,
        sort=sort,
        deal=deal,
        before=before,
        deeds=DEEDS,
        said=lambda line: _said(line, names),
        way=lambda line: _way(line, names),
        back="/audit",
    )


@router.get("/audit.csv")
def log_file(request: Request, principal: InPerson, sort: audit.Sort = "all", deal: OneDeal = None) -> Response:
    """The log as a table for a spreadsheet."""
    with service_of(request).database.reading() as session:
        lines = audit.listed(session, principal, sort, deal, limit=WRITTEN)
    table = io.StringIO()
    rows = csv.writer(table)
    rows.writerow(("at", "who", "by", "action", "deal", "deal_name", "run", "detail"))
    for line in lines:
        event = line.event
        cells = (line.who or event.account_id, event.by, event.action, event.deal_id, line.deal, event.run_id)
        rows.writerow((event.at.isoformat(timespec="seconds"), *map(_cell, cells), json.dumps(event.detail)))
    return Response(
        "\ufeff" + table.getvalue(),
        media_type="text/csv",
        headers={"Content-Disposition": 'attachment; filename="risksim-log.csv"'},
    )


def _cell(text: str | None) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text and text.startswith(FORMULA) else text or ""


def _way(line: audit.Line, names: Mapping[str, str]) -> str:
    """How they came who did it, where not in person: by which link or token."""
    kind, _colon, which = line.event.by.partition(":")
    return _part(kind, names.get(which, which)) if which else ""


def _said(line: audit.Line, names: Mapping[str, str]) -> str:
    """The details of a line in a few words."""
    there = {key: value for key, value in line.event.detail.items() if value not in (False, None, "")}
    return ", ".join(
        _part(key, names.get(str(value), value) if key in NAMED else value) for key, value in there.items()
    )


def _part(key: str, value: object) -> str:
    told = _(DETAILS[key]) if key in DETAILS else key
    if value is True:
        return told
    words = VALUES.get(key, {})
    values = map(str, value if isinstance(value, list) else [value])
    return f"{told} {' '.join(_(words[one]) if one in words else one for one in values)}"

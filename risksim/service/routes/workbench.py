"""The page where investors stress a deal."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from risksim.service.access import audit
from risksim.service.access.permission import BY_ROLE, Action, may, may_keep
from risksim.service.access.principal import Principal
from risksim.service.access.who import asking
from risksim.service.context import service_of
from risksim.service.pages.built import built
from risksim.service.pages.render import render
from risksim.service.store import deals

router = APIRouter(include_in_schema=False)
Who = Annotated[Principal, Depends(asking)]
FIRST = "broendby-tuba"
"""The deal on which the page opens."""


@router.get("/")
def first_page(_who: Who) -> RedirectResponse:
    """Begin with a deal that ships with the program."""
    return RedirectResponse(f"/workbench?shipped={FIRST}", 307)


@router.get("/workbench")
def shipped_deal(request: Request, who: Who, shipped: Annotated[str, Query(max_length=200)] = FIRST) -> HTMLResponse:
    """The workbench of a deal that ships with the program."""
    return render(request, who, "workbench.html", built=built(), may=_of_its_own(who), shipped=shipped, deal=None)


@router.get("/deals/{deal_id}/workbench")
def saved_deal(
    request: Request,
    who: Who,
    deal_id: Annotated[str, Path(max_length=24)],
    revision: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
) -> HTMLResponse:
    """The workbench of a saved deal, for whoever may see it."""
    with service_of(request).database.writing() as session:
        deal = deals.find(session, who, deal_id, "view")
        role = deals.role_of(session, who, deal_id)
        number = deals.revision(session, who, deal_id, revision).number
        audit.note(session, who, "view", deal_id)
    allowed = {action for action in BY_ROLE["owner"] if may(who, action, deal_id, role)}
    return render(
        request,
        who,
        "workbench.html",
        built=built(),
        may=allowed,
        shipped=None,
        deal=deal,
        revision=number,
    )


def _of_its_own(who: Principal) -> set[Action]:
    """What somebody may do with a deal that is nobody's: take it away, and keep it where they may keep deals."""
    allowed: set[Action] = {"view", "run", "export"}
    return allowed | {"edit"} if may_keep(who) else allowed

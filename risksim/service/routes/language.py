"""The language of the pages, as the reader chooses it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from risksim.service.access import accounts, cookies
from risksim.service.access.permission import in_person
from risksim.service.access.principal import Principal
from risksim.service.access.who import visiting
from risksim.service.context import service_of
from risksim.service.pages import tongue

router = APIRouter(include_in_schema=False)
A_YEAR = 365 * 24 * 3600


@router.post("/language")
def choose(
    request: Request,
    principal: Annotated[Principal, Depends(visiting)],
    language: Annotated[str, Form(max_length=10)] = "",
    back: Annotated[str, Form(max_length=500)] = "/",
) -> RedirectResponse:
    """Speak another language from now on, and go on reading."""
    answer = RedirectResponse(own_path(back), 303)
    chosen = tongue.known(language)
    if chosen is None:
        return answer
    if in_person(principal) and principal.language != chosen:
        with service_of(request).database.writing() as session:
            accounts.speak(accounts.of_id(session, str(principal.account_id)), chosen)
    remember(request, answer, chosen)
    return answer


def remember(request: Request, answer: Response, language: str) -> None:
    """Let the browser keep the choice."""
    answer.set_cookie(
        tongue.COOKIE, language, A_YEAR, httponly=True, samesite="lax", secure=cookies.over_https(request)
    )


def own_path(back: str) -> str:
    """A path of this service, whatever somebody wrote: nobody is sent elsewhere."""
    is_own = back.startswith("/") and not back.startswith("//") and "\\" not in back and back.isprintable()
    return back if is_own else "/"

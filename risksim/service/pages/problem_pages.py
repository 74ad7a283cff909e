"""A problem as a page, for whoever reads pages; programs get the details as JSON."""

from __future__ import annotations

import inspect
import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from risksim.errors import RisksimError
from risksim.service.access.principal import NOBODY, Principal
from risksim.service.access.who import visiting
from risksim.service.pages import tongue
from risksim.service.pages.render import render

Handler = Callable[[Request, Any], Response | Awaitable[Response]]
KEPT = ("retry-after", "allow", "www-authenticate")
"""Headers of a problem that its page keeps."""


def show_problems(app: FastAPI) -> None:
    """Let every handler of errors answer readers with a page of the same words."""
    for kind, handler in list(app.exception_handlers.items()):
        if kind is not Exception and kind != 500:
            app.add_exception_handler(kind, _shown(handler))


def wants_page(request: Request) -> bool:
    """Whether a person reads the answer."""
    return not request.url.path.startswith(tongue.API) and "text/html" in request.headers.get("accept", "")


def _shown(handler: Handler) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def told(request: Request, error: Exception) -> Response:
        made = handler(request, error)
        answer = await made if inspect.isawaitable(made) else made
        if not wants_page(request) or not isinstance(answer, Response):
            return answer
        if answer.status_code == 401 and request.method == "GET":
            return RedirectResponse(f"/sign-in?{urlencode({'next': request.url.path})}", 303)
        return await run_in_threadpool(_page, request, answer)

    return told


def _page(request: Request, answer: Response) -> Response:
    """The page says nothing of the address asked for, so that two problems alike are answered alike."""
    try:
        problem = json.loads(bytes(answer.body))
    except ValueError:
        return answer
    page = render(request, _reader(request), "problem.html", status=answer.status_code, problem=problem, back="/")
    page.headers.update({name: answer.headers[name] for name in KEPT if name in answer.headers})
    return page


def _reader(request: Request) -> Principal:
    try:
        return visiting(request)
    except RisksimError:
        return NOBODY

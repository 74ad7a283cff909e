"""Errors as problem details, in the language that the request asks for."""

from __future__ import annotations

import logging
import secrets
import traceback
from collections.abc import Iterable, Iterator
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match
from starlette.types import Message, Receive, Scope, Send

from risksim.errors import RisksimError
from risksim.language import Language, speaking, spoken
from risksim.service.around import Around
from risksim.service.pages import tongue
from risksim.service.problems import MEDIA_TYPE, Problem, of_error, of_status, of_validation, unexpected

log = logging.getLogger(__name__)


def tell(app: FastAPI) -> None:
    """Let an application tell every error as problem details."""

    @app.exception_handler(RisksimError)
    async def _told(request: Request, error: RisksimError) -> JSONResponse:
        with _in_language_of(request):
            return answer(of_error(error))

    @app.exception_handler(RequestValidationError)
    async def _malformed(request: Request, error: RequestValidationError) -> JSONResponse:
        with _in_language_of(request, error.body):
            return answer(of_validation(error.errors()))

    @app.exception_handler(HTTPException)
    async def _of_machinery(request: Request, error: HTTPException) -> JSONResponse:
        with _in_language_of(request):
            detail: Any = error.detail  # Bodies says here what stands in our words
            fill: dict[str, Any] = detail if isinstance(detail, dict) else {}
            headers = dict(error.headers or {})
            if error.status_code == 405:
                allowed = allowed_here(app, request)
                fill = {"method": request.method, "allowed": ", ".join(allowed)}
                headers["Allow"] = ", ".join(allowed)
            return answer(of_status(error.status_code, str(detail), headers, **fill))


def answer(problem: Problem) -> JSONResponse:
    """A problem as an answer, in the language spoken."""
    headers = problem.headers | {"Content-Language": spoken(), "Cache-Control": "no-store"}
    return JSONResponse(problem.details(), problem.status, headers, media_type=MEDIA_TYPE)


def allowed_here(app: FastAPI, request: Request) -> list[str]:
    """The methods that an address answers."""
    found: set[str] = set()
    for route in each_route(app.routes):
        match, _child = route.matches(request.scope)
        if match is not Match.NONE:
            found |= getattr(route, "methods", None) or set()
    return sorted(found)


def each_route(routes: Iterable[BaseRoute]) -> Iterator[BaseRoute]:
    """Every route, those of routers that were included as well."""
    for route in routes:
        inside = getattr(route, "original_router", None)
        if inside is None:
            yield route
        else:
            yield from each_route(inside.routes)


def _in_language_of(request: Request, body: object = None) -> Any:
    """The language that a request asks for in its body, else the one that is spoken."""
    asked = body.get("language") if isinstance(body, dict) else None
    language: Language = getattr(request.state, "language", None) or spoken()
    return speaking(asked if asked in ("en", "da") else language)


class Unforeseen(Around):
    """Answer what nobody foresaw with a number, and log where it happened under the same number.

    The log gets neither the message of the error nor any value: both may be of somebody's deal.
    """

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        begun = False

        async def noting(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, noting)
        except Exception as error:
            reference = secrets.token_hex(4)
            log.error("unexpected %s: %s at %s", reference, type(error).__name__, places(error))
            if begun:  # half an answer must not look like a whole one: the connection ends
                raise UnforeseenError(reference) from None
            with speaking(tongue.of_headers(Headers(scope=scope), scope["path"])):
                told = answer(unexpected(reference))
            await told(scope, receive, send)


class UnforeseenError(RuntimeError):
    """An answer that broke off; its reference stands in the log."""


def places(error: BaseException) -> str:
    """Where an error happened, from the innermost call outwards, without any value."""
    frames = traceback.extract_tb(error.__traceback__)
    return " < ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in reversed(frames[-12:]))

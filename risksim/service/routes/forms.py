"""What pages with forms have in common: something is changed and the page says so, or says what was wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any, NamedTuple

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from risksim.language import speaking
from risksim.service.access.principal import Principal
from risksim.service.context import service_of
from risksim.service.pages.render import language_of
from risksim.service.problems import Problem


class Done(NamedTuple):
    """What a page says after something was done."""

    words: str
    at: str = ""
    """The part of the page that says it; the top where left out."""


class Said(NamedTuple):
    """What a page says of the form that was sent: that it is done, or what was wrong and what had been typed."""

    done: str = ""
    problem: Problem | None = None
    at: str = ""
    """The part of the page that says it; the top where left out."""
    kept: Mapping[str, Any] = MappingProxyType({})
    """What was typed, by the names of the fields of that part."""

    @property
    def status(self) -> int:
        """Of the page."""
        return 200 if self.problem is None else self.problem.status

    def typed(self, at: str, field: str, otherwise: Any = "") -> Any:
        """What stands in a field of a part: what was typed where there was something wrong with it."""
        return self.kept.get(field, otherwise) if at == self.at else otherwise


@contextmanager
def told(request: Request, principal: Principal) -> Iterator[None]:
    """Problems are told in the language of the page."""
    with speaking(language_of(request, principal)):
        yield


def changed(
    request: Request,
    principal: Principal,
    change: Callable[[Session], object],
    done: str,
    wrong: Callable[[Problem], Response],
) -> Response:
    """Change something and go where it is said, or show the page again with what was wrong.

    Parameters
    ----------
    request : Request
        What is answered.
    principal : Principal
        Who asks.
    change : callable
        What is done, in a session that writes.
    done : str
        Address of the page that says so.
    wrong : callable
        The page with the problem.

    Returns
    -------
    Response
    """
    with told(request, principal):
        try:
            with service_of(request).database.writing() as session:
                change(session)
        except Problem as problem:
            return wrong(problem)
    return RedirectResponse(done, 303)


def said_of(done: Mapping[str, Done], name: str) -> Said:
    """What a page says after something was done, by what its address says."""
    found = done.get(name, Done(""))
    return Said(found.words, at=found.at)

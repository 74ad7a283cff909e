"""The language that one request asks for, over that of its headers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import Request

from risksim.language import Language, speaking, spoken


@contextmanager
def answering_in(request: Request, language: Language | None) -> Iterator[Language]:
    """Speak the language that a request names, in its problems as well.

    Parameters
    ----------
    request : Request
        What is answered.
    language : Language or None
        None leaves it to the headers.
    """
    chosen = language or spoken()
    request.state.language = chosen
    with speaking(chosen):
        yield chosen

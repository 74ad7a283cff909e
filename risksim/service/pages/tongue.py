"""Which language a page speaks: the person's choice, the browser's cookie, what the browser prefers, else Danish."""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from risksim.language import LANGUAGES, Language, speaking
from risksim.service.around import Around

COOKIE = "language"
PAGES: Language = "da"
"""Of pages where nobody asks for another."""
PROGRAMS: Language = "en"
"""Of the API where nobody asks for another: what `risksim --json` says."""
API = "/api/"


def known(asked: str | None) -> Language | None:
    """A language that is spoken here, or None."""
    return asked if asked in LANGUAGES else None


def preferred(accept: str) -> Language | None:
    """What the browser would rather read, of what is spoken here.

    Parameters
    ----------
    accept : str
        The header ``Accept-Language``.

    Returns
    -------
    Language or None

    Examples
    --------
    >>> preferred("de, en;q=0.4, da-DK;q=0.8")
    'da'
    >>> preferred("fr") is None
    True
    """
    wishes = [_weighed(part) for part in accept.split(",")[:20]]
    best = max((wish for wish in wishes if wish[1] is not None), key=lambda wish: wish[0], default=(0.0, None))
    return best[1] if best[0] > 0 else None


def of_headers(headers: Headers, path: str) -> Language:
    """The language of an answer to somebody who is not known, or chose none."""
    otherwise = PROGRAMS if path.startswith(API) else PAGES
    return known(_cookie(headers)) or preferred(headers.get("accept-language", "")) or otherwise


class Spoken(Around):
    """Every request is answered in its own language, problems too."""

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        language = of_headers(Headers(scope=scope), scope["path"])
        scope.setdefault("state", {})["language"] = language
        with speaking(language):
            await self.app(scope, receive, send)


def _cookie(headers: Headers) -> str | None:
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return None
    return None if found is None else found.value


def _weighed(part: str) -> tuple[float, Language | None]:
    """How much a language is wished for, and which."""
    name, _, weight = part.strip().partition(";")
    try:
        much = float(weight.strip().removeprefix("q=")) if weight.strip() else 1.0
    except ValueError:
        much = 0.0
    return (much, known(name.strip().lower().split("-")[0]))

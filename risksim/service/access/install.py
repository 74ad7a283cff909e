"""Everything that stands before the routes, put together once."""

from __future__ import annotations

from fastapi import FastAPI
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from risksim.service.access.cookies import OwnCookies
from risksim.service.access.headers import SafeHeaders
from risksim.service.access.origin import OwnPage
from risksim.service.access.pace import Pace
from risksim.service.pages import static
from risksim.service.pages.problem_pages import show_problems
from risksim.service.pages.tongue import Spoken
from risksim.service.settings import Settings


def install(app: FastAPI, settings: Settings) -> None:
    """Put headers, the check of hosts and origins, cookies, languages, pace and static files into an application.

    Called last: what is added here stands before everything else, and problems that others answer become pages for
    those who read pages.

    Parameters
    ----------
    app : FastAPI
        With its routes and its handlers of errors.
    settings : Settings
        Of the service.
    """
    app.state.pace = Pace(settings.per_minute)
    static.mount(app)
    show_problems(app)
    app.add_middleware(OwnPage, settings=settings)
    app.add_middleware(Spoken)
    app.add_middleware(SafeHeaders)
    app.add_middleware(OwnCookies)
    if settings.trusted_proxy is not None:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=settings.trusted_proxy)

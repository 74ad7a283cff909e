"""The application: settings in, routes together."""

from __future__ import annotations

from importlib.metadata import version

from fastapi import FastAPI
from fastapi.routing import APIRoute

from risksim.service import openapi, telling
from risksim.service.access.install import install
from risksim.service.bodies import Bodies
from risksim.service.context import Service
from risksim.service.routes import (
    account_api,
    account_pages,
    deal_pages,
    deal_text_pages,
    deals,
    documentation,
    downloads,
    health,
    language,
    live,
    log_pages,
    people_pages,
    questions,
    runs,
    sign_in,
    validate,
    workbench,
)
from risksim.service.settings import Settings
from risksim.service.store import place
from risksim.service.store.database import Database
from risksim.service.store.files import Files
from risksim.service.store.upkeep import prepare
from risksim.service.work import life


def make(settings: Settings | None = None) -> FastAPI:
    """The application of a service.

    Parameters
    ----------
    settings : Settings, optional
        Left out, those of the environment.

    Returns
    -------
    FastAPI
    """
    settings = settings or Settings()
    app = FastAPI(
        title="risksim",
        version=version("risksim-dsi"),
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        generate_unique_id_function=_name_of,
    )
    database = Database(settings)
    prepare(database)
    place.take(database, settings)
    app.state.service = Service(settings, database, Files(settings.folder / place.RESULTS))
    app.include_router(account_api.router)
    app.include_router(account_pages.router)
    app.include_router(deal_text_pages.router)  # before that of deals: no deal is called ``new``
    app.include_router(deal_pages.router)
    app.include_router(deals.router)
    app.include_router(documentation.router)
    app.include_router(downloads.router)
    app.include_router(health.router)
    app.include_router(language.router)
    app.include_router(live.router)
    app.include_router(log_pages.router)
    app.include_router(people_pages.router)
    app.include_router(questions.router)
    app.include_router(runs.router)
    app.include_router(sign_in.router)
    app.include_router(validate.router)
    app.include_router(workbench.router)
    openapi.describe(app)
    telling.tell(app)
    app.add_middleware(Bodies, most_bytes=settings.most_bytes)
    app.add_middleware(telling.Unforeseen)
    install(app, settings)  # what it puts there stands before everything else
    life.attach(app)  # last: it counts every request, those that were turned away too
    return app


def _name_of(route: APIRoute) -> str:
    """The operation id of a route: the name of its function."""
    return route.name

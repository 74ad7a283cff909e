"""Whether the service is alive and ready, and what it has counted: for whoever looks after it."""

from __future__ import annotations

import ipaddress
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy.exc import SQLAlchemyError

from risksim.service.access import accounts
from risksim.service.access.principal import Principal
from risksim.service.access.who import asking
from risksim.service.bases import Shown
from risksim.service.context import service_of
from risksim.service.problems import not_found
from risksim.service.store.upkeep import is_current
from risksim.service.work.life import life_of

router = APIRouter(tags=["health"])
FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
"""Headers of what came through a proxy."""


class Alive(Shown):
    """The service answers."""

    alive: bool = True


class Ready(Shown):
    """What has to be so before the service is asked anything."""

    ready: bool
    database: bool
    """Whether the database answers."""
    tables: bool
    """Whether its tables are those of this program."""
    warm: bool
    """Whether the compiled code is there; without, the first answers take seconds."""


@router.get("/healthz")
async def alive(response: Response) -> Alive:
    """Whether the server is alive."""
    response.headers["Cache-Control"] = "no-store"
    return Alive()


@router.get("/readyz", responses={503: {"model": Ready, "description": "Not yet, or not now."}})
def ready(request: Request, response: Response) -> Ready:
    """Whether the service can be asked: 200 if so, 503 if not, with what is missing."""
    response.headers["Cache-Control"] = "no-store"
    life = life_of(request.app)
    try:
        database, tables = True, is_current(service_of(request).database)
    except SQLAlchemyError:
        database, tables = False, False
    warm = life.warm.is_set()
    told = Ready(
        ready=database and tables and warm and not life.stopping.is_set(), database=database, tables=tables, warm=warm
    )
    if not told.ready:
        response.status_code = 503
        response.headers["Retry-After"] = "2"
    return told


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"description": "Counts in the format of Prometheus.", "content": {"text/plain": {}}}},
)
def metrics(request: Request, who: Annotated[Principal, Depends(asking)]) -> Response:
    """Counts for Prometheus: for this machine, and for administrators."""
    if not (_administers(request, who) or _from_this_machine(request)):
        raise not_found()
    content = generate_latest(life_of(request.app).metrics.registry)
    return Response(content, headers={"Cache-Control": "no-store"}, media_type=CONTENT_TYPE_LATEST)


def _administers(request: Request, who: Principal) -> bool:
    """Whether an administrator asks, also by a token that reads: Prometheus does not sign in."""
    if who.is_admin or who.kind != "token" or "read" not in who.scopes:
        return who.is_admin
    with service_of(request).database.reading() as session:
        return accounts.of_id(session, str(who.account_id)).is_admin


def _from_this_machine(request: Request) -> bool:
    """Whether the request came from this machine and through no proxy."""
    if request.client is None or any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False

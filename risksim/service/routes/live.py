"""The answer that moves with a slider, under ``/api/v1``."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Hashable
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request, Response

from risksim.errors import RisksimError
from risksim.language import _
from risksim.service.access.pace import AtOnce
from risksim.service.access.principal import Principal
from risksim.service.access.who import asking
from risksim.service.bases import Shown
from risksim.service.context import service_of
from risksim.service.live.compare import compared
from risksim.service.live.gate import LONGEST, LONGEST_COLD, MOST_OF_ALL, MOST_OF_ONE, Gate, Kept, cores
from risksim.service.live.inputs import shown
from risksim.service.live.reckon import Reckoning, Told, reckoned
from risksim.service.live.shapes import (
    CompareAsked,
    CompareShown,
    InputsAsked,
    InputsShown,
    LiveAnswer,
    LiveAsked,
    Part,
)
from risksim.service.live.underway import Underway
from risksim.service.problems import Problem
from risksim.service.routes.tongue import answering_in
from risksim.service.store import shipped
from risksim.service.store.asked import deal_of, text_of
from risksim.service.store.compiled import compiled
from risksim.service.work.life import life_of

router = APIRouter(prefix="/api/v1", tags=["live"])
GATE = Gate(cores())
AT_ONCE = AtOnce(MOST_OF_ONE, MOST_OF_ALL)
KEPT = Kept()
UNDERWAY = Underway()
Asks = Annotated[Principal, Depends(asking)]
Page = Annotated[str, Header(alias="X-Page", max_length=64, description="A random word of the page that asks.")]


class ShippedShown(Shown):
    """A deal that ships with the program."""

    name: str
    title: str
    is_portfolio: bool
    """Whether it lists deals, and so has no inputs to move."""


@router.get("/shipped", response_model=list[ShippedShown])
def shipped_deals(_who: Asks) -> list[ShippedShown]:
    """The deals that ship with the program."""
    return [ShippedShown(name=one.name, title=one.title, is_portfolio=one.is_portfolio) for one in shipped.shipped()]


@router.post("/live/inputs", response_model=InputsShown)
def live_inputs(request: Request, asked: InputsAsked, who: Asks) -> InputsShown:
    """Which inputs of a deal can be moved, and which of its numbers are assumed."""
    with answering_in(request, asked.language):
        text = text_of(service_of(request), who, asked.of, "view")
        try:
            deal = compiled(text.text, text.file)
        except Problem as problem:
            if problem.kind != "portfolio":
                raise
            return _nothing(text.shipped or text.file, problem.detail)
        with AT_ONCE.one(who.key), GATE.entered(slow=True):
            return shown(deal)


def _nothing(name: str, obstacle: str) -> InputsShown:
    """What is shown of a file in which nothing can be moved."""
    return InputsShown(
        name=name,
        digest="",
        currency="",
        inputs=[],
        assumed=[],
        sourced=0,
        stresses=[],
        funded=False,
        obstacle=obstacle,
    )


@router.post("/live", response_model=LiveAnswer)
def live(request: Request, asked: LiveAsked, who: Asks, page: Page = "") -> Response:
    """The answer to a deal with some inputs moved: the numbers that `risksim run` prints of the file with the moves."""
    with answering_in(request, asked.language):
        service = service_of(request)
        _check_paths(asked.paths, service.settings.most_paths_at_once)
        text = text_of(service, who, asked.of, "run")
        moves = json.dumps(asked.set, sort_keys=True)
        digest = hashlib.sha256(text.text.encode("utf-8")).hexdigest()
        is_first = asked.parts == ["returns"]
        in_two = is_first and not GATE.is_full  # where people queue up, a request more makes all of them wait longer
        parts: tuple[Part, ...] = ("answer",) if is_first else tuple(asked.parts)
        key = (digest, text.file, moves, asked.paths, asked.seed, tuple(sorted(parts)), asked.language)
        wanted = Reckoning(text.text, text.file, asked.set, asked.paths, asked.seed, parts, asked.language)
        name = f"{who.key} {page}" if page else ""
        if not wanted.is_slow:
            _give_up(request, name)

        def work(first: Told | None = None) -> bytes:
            return _kept(request, who, wanted, name, key, first)

        mine = (who.key, page, key)
        # What is underway goes first: it is kept before it ceases to be.
        found = (None if is_first else UNDERWAY.whole(mine)) or KEPT.get(key)
        if found is None:
            found = UNDERWAY.first(mine, work) if in_two else work()
        return Response(found, media_type="application/json")


def _kept(request: Request, who: Principal, wanted: Reckoning, name: str, key: Hashable, first: Told | None) -> bytes:
    """An answer, once there is room for it, kept for who asks the same next."""
    longest = LONGEST if life_of(request.app).warm.is_set() else LONGEST_COLD
    with AT_ONCE.one(who.key), GATE.entered(name, slow=wanted.is_slow, longest=longest):
        found = _reckoned(request, wanted._replace(threads=GATE.threads), name, first)
    KEPT.keep(key, found)
    return found


def _reckoned(request: Request, wanted: Reckoning, page: str, first: Told | None) -> bytes:
    """The answer of a process beside the server, or of this one where there is none."""
    processes = life_of(request.app).processes
    if processes is None or not processes.ready.is_set():
        return reckoned(wanted, first=first)
    return processes.ask(wanted, page, first)


def _give_up(request: Request, page: str) -> None:
    """Give up the slow parts of what a page has moved on from."""
    GATE.give_up(page)
    processes = life_of(request.app).processes
    if processes is not None:
        processes.give_up(page)


def _check_paths(paths: int, most: int) -> None:
    if paths > most:
        raise RisksimError(
            _("At most {most} paths are answered at once; {paths} were asked. Start a run.", most=most, paths=paths)
        )


@router.post("/live/compare", response_model=CompareShown)
def live_compare(request: Request, asked: CompareAsked, who: Asks, page: Page = "") -> CompareShown:
    """How variants of a deal differ from the first of them, met by the same people and luck."""
    with answering_in(request, asked.language):
        service = service_of(request)
        _check_paths(asked.paths * len(asked.variants), service.settings.most_paths_at_once)
        deal = deal_of(service, who, asked.of, "run")
        with AT_ONCE.one(who.key), GATE.entered(f"{who.key} {page} compare" if page else "", slow=True):
            return compared(deal, asked.variants, asked.paths, asked.seed)

"""How far a run is, as server-sent events: read again and again, holding no connection to the database meanwhile."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager

from fastapi.responses import StreamingResponse
from fastapi.sse import format_sse_event
from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from risksim.service.access.pace import AtOnce
from risksim.service.access.principal import Principal
from risksim.service.context import Service
from risksim.service.problems import Problem
from risksim.service.routes.asked_runs import shown
from risksim.service.routes.shapes import RunShown
from risksim.service.store import runs

EVERY = 0.5
"""How often a run is looked at. [s]"""
HEARTBEAT = 15.0
"""After how long a silence a comment is sent, so that no proxy takes the connection for dead. [s]"""
RETRY = 2_000
"""After what time a browser comes back. [ms]"""
ASKED_AGAIN = 5.0
"""How often it is asked whether whoever follows is still signed in, and their token or link still open. [s]"""
MOST = 20
"""Streams that one person follows at most."""
MOST_OF_ALL = 200
"""Streams at most: each looks into the database twice a second."""
ENDED = ("done", "failed", "cancelled")
HEADERS = {"X-Accel-Buffering": "no", "Cache-Control": "no-store"}


STREAMS = AtOnce(MOST, MOST_OF_ALL)


async def events_of(
    service: Service,
    who: Principal,
    run_id: str,
    last: str | None,
    stopping: threading.Event,
    still: Callable[[], bool] = lambda: True,
) -> StreamingResponse:
    """Follow a run to its end.

    Parameters
    ----------
    service : Service
        Where it is.
    who : Principal
        Who asks; whether they may see it is asked again each time.
    run_id : str
        Which run.
    last : str or None
        The last event that arrived, after a connection broke.
    still : callable
        Whether whoever asks still is who they were when they began.
    stopping : Event
        Set when the server is about to stop: whoever follows comes back to the next one.

    Raises
    ------
    Problem
        If there is no such run for them.
    """
    first = await run_in_threadpool(_look, service, who, run_id)
    place = STREAMS.one(who.key)
    place.__enter__()  # refuses before the answer begins
    return _Stream(_follow(service, who, first, last, stopping, still), place)


class _Stream(StreamingResponse):
    """A stream that gives its place back, however it ends."""

    def __init__(self, content: AsyncIterator[bytes], place: AbstractContextManager[None]) -> None:
        super().__init__(content, headers=HEADERS, media_type="text/event-stream")
        self._place = place

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._place.__exit__(None, None, None)


async def _follow(
    service: Service,
    who: Principal,
    run: RunShown,
    last: str | None,
    stopping: threading.Event,
    still: Callable[[], bool],
) -> AsyncIterator[bytes]:
    told, silent, unasked = last, 0.0, 0.0
    yield format_sse_event(retry=RETRY)
    while True:
        mark = mark_of(run)
        if mark != told:
            kind = "progress" if told is not None and told.partition(":")[0] == run.state else "state"
            yield format_sse_event(data_str=json.dumps(said(run)), event=kind, id=mark)
            told, silent = mark, 0.0
        if run.state in ENDED or stopping.is_set():
            return
        await asyncio.sleep(EVERY)
        silent, unasked = silent + EVERY, unasked + EVERY
        if silent >= HEARTBEAT:
            yield format_sse_event(comment="still here")
            silent = 0.0
        if unasked >= ASKED_AGAIN:
            unasked = 0.0
            if not await run_in_threadpool(still):  # signed out, or the token or link was revoked
                return
        try:
            run = await run_in_threadpool(_look, service, who, run.id)
        except Problem:  # deleted, or shared with them no longer
            return


def mark_of(run: RunShown) -> str:
    """The identifier of an event: what it tells, so that whoever comes back hears only what is new."""
    return f"{run.state}:{run.done}:{int(run.cancelling)}"


def said(run: RunShown) -> dict[str, object]:
    """What an event tells of a run; its wishes may be long and are not told again."""
    return run.model_dump(mode="json", exclude={"wishes"})


def _look(service: Service, who: Principal, run_id: str) -> RunShown:
    with service.database.reading() as session:
        return shown(runs.find(session, who, run_id))

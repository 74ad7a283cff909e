"""What begins and ends with the server: the keeper of the workers, and a warm-up so that the first answer is quick."""

from __future__ import annotations

import gc
import logging
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from risksim import api
from risksim.errors import RisksimError
from risksim.replies import ask
from risksim.service.context import Service
from risksim.service.live.processes import Processes, wanted
from risksim.service.memory import FEW, give_back, keep_little
from risksim.service.store import shipped
from risksim.service.store.compiled import compiled
from risksim.service.work.keeper import Keeper
from risksim.service.work.metrics import Measured, Metrics

log = logging.getLogger(__name__)

THREADS = 80
"""Requests that are in work at once; most of them wait for their turn to reckon."""
WARMED_BY = "examples/simple-reference"
"""The shipped deal that warms up."""
WARMED_ON = 256
"""Paths of the warm-up. [paths]"""


class Life:
    """What lives while the server does.

    Parameters
    ----------
    service : Service
        Of this server.
    """

    def __init__(self, service: Service) -> None:
        self.keeper = Keeper(service)
        self.metrics = Metrics(service.database)
        self.warm = threading.Event()
        """Whether the compiled code is there."""
        self.stopping = threading.Event()
        """Whether the server is about to stop: streams that would go on end themselves."""
        self.tends = False
        """Whether the server starts workers and warms up; an application in a test does not."""
        self.processes: Processes | None = None
        """Processes that reckon live answers; None where the server reckons them itself."""
        self._count = wanted(service.settings.live_processes)
        self._warming: threading.Thread | None = None

    def begin(self) -> None:
        """Begin, where the server tends to anything."""
        if self.tends:
            keep_little(FEW)
            self.processes = Processes(self._count) if self._count else None
            self._warming = threading.Thread(target=self._warm_up, name="warm-up", daemon=True)
            self._warming.start()
            self.keeper.begin()

    def tell_to_stop(self) -> None:
        """Say that the server is about to stop."""
        self.stopping.set()
        self.keeper.tell_to_stop()

    def end(self) -> None:
        """End; runs that were worked on are in the queue again."""
        self.tell_to_stop()
        if self.processes is not None:
            self.processes.end()
        if self.tends:
            self.keeper.end()

    def _warm_up(self) -> None:
        began = time.monotonic()
        try:
            warm_up()
        except RisksimError:
            log.exception("the warm-up failed; the first answers are slow")
        gc.collect()
        gc.freeze()  # what is loaded stays: who looks through it for garbage finds none and takes a tenth of a second
        log.info("compiled code is ready after %.1f s", time.monotonic() - began)
        self.warm.set()
        give_back()
        if self.processes is not None and not self.stopping.is_set():
            self.processes.begin()
            log.info("%d processes for live answers are ready after %.1f s", self._count, time.monotonic() - began)


def warm_up() -> None:
    """Ask a small deal what pages ask, by both engines, so that the compiled code is there."""
    deal = compiled(shipped.text_of(WARMED_BY))
    for engine in ("individual", "conditional"):
        ask("run", [deal], {"paths": WARMED_ON, "engine": engine}, threads=1)
    api.identity()


def attach(app: FastAPI) -> None:
    """Give an application its life; to be called after everything else was added to it."""
    life = Life(app.state.service)
    app.state.life = life

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        from anyio import to_thread

        to_thread.current_default_thread_limiter().total_tokens = THREADS
        life.begin()
        try:
            yield
        finally:
            await to_thread.run_sync(life.end)

    app.router.lifespan_context = lifespan
    app.add_middleware(Measured, metrics=life.metrics)


def life_of(app: FastAPI) -> Life:
    """The life of an application."""
    life = app.state.life
    assert isinstance(life, Life)
    return life

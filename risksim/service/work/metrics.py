"""What is counted, for Prometheus: routes, states and seconds. No name of a deal, no address of a person.

What requests do is counted in this process; what runs do is read from the database when somebody asks, so that it is
the same whichever process worked on them.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from risksim.service.store import runs
from risksim.service.store.database import Database
from risksim.service.store.tables import Event, Run
from risksim.service.work.logs import REQUESTS

log = logging.getLogger(REQUESTS)

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Bounds of the durations of requests. [s]"""
LONG_SECONDS = (0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0, 14400.0)
"""Bounds of the durations of runs. [s]"""
STATES = ("queued", "running", "done", "failed", "cancelled")
QUIET = ("/healthz", "/readyz", "/metrics")
"""Routes that machines ask all the time; they are counted but not logged."""
NO_ROUTE = "none"


class Metrics:
    """Counts of one server.

    Parameters
    ----------
    database : Database
        Where runs and refused sign-ins are counted.
    """

    def __init__(self, database: Database) -> None:
        self.registry = CollectorRegistry()
        labels = ("route", "method")
        self.requests = Counter(
            "risksim_requests", "Requests that were answered.", (*labels, "status"), registry=self.registry
        )
        self.seconds = Histogram(
            "risksim_request_seconds", "How long answers took.", labels, buckets=SECONDS, registry=self.registry
        )
        self.registry.register(_OfRuns(database))


class _OfRuns(Collector):
    """Runs and refused sign-ins, counted when asked."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._durations = Histogram(
            "risksim_run_seconds",
            "How long runs took from their first claim to their answer.",
            ("question",),
            buckets=LONG_SECONDS,
            registry=None,
        )
        self._lock = threading.Lock()
        self._seen: tuple[Any, set[str]] = (None, set())

    def describe(self) -> list[Metric]:
        """Nothing, so that registering asks no database."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Count."""
        with self._database.reading() as session:
            states = runs.counted(session)
            in_vain = runs.in_vain(session)
            oldest = session.scalar(select(func.min(Run.created_at)).where(Run.state == "queued"))
            refused = session.scalar(select(func.count()).where(Event.action == "sign-in-refused")) or 0
            ended = session.execute(self._ended()).all()
        counted = GaugeMetricFamily("risksim_runs", "Runs by state.", labels=("state",))
        for state in STATES:
            counted.add_metric((state,), states.get(state, 0))
        yield counted
        age = 0.0 if oldest is None else max(time.time() - oldest.timestamp(), 0.0)
        yield GaugeMetricFamily("risksim_queue_oldest_seconds", "For how long the oldest run has waited.", age)
        lost = "How often the work on runs that wait or are worked on broke off since they last got further."
        yield GaugeMetricFamily("risksim_attempts_in_vain", lost, in_vain.attempts)
        yield GaugeMetricFamily("risksim_runs_given_up", "Runs that were begun in vain too often.", in_vain.given_up)
        yield CounterMetricFamily("risksim_sign_ins_refused", "Attempts to sign in that were refused.", refused)
        with self._lock:
            for run_id, question, started, finished in ended:
                if run_id not in self._seen[1]:
                    self._durations.labels(question).observe(max((finished - started).total_seconds(), 0.0))
            if ended:
                last = ended[-1].finished_at
                self._seen = (
                    last,
                    {one.id for one in ended if one.finished_at == last}
                    | (self._seen[1] if self._seen[0] == last else set()),
                )
        yield from self._durations.collect()

    def _ended(self) -> Any:
        """The runs that were answered since the last count."""
        done = select(Run.id, Run.question, Run.started_at, Run.finished_at)
        done = done.where(Run.state == "done", Run.started_at.is_not(None)).order_by(Run.finished_at)
        since = self._seen[0]
        return done if since is None else done.where(Run.finished_at >= since)


class Measured:
    """Count and log every request: method, route, status and time; never an address as asked, which may be secret.

    Parameters
    ----------
    app : callable
        What answers.
    metrics : Metrics
        Where it is counted.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app, self.metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status, first = time.perf_counter(), 500, None

        async def noting(message: Message) -> None:
            nonlocal status, first
            if message["type"] == "http.response.start":
                status, first = message["status"], time.perf_counter()
            await send(message)

        try:
            await self.app(scope, receive, noting)
        finally:
            self._note(scope, status, (first or time.perf_counter()) - began)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route, method = route_of(scope), scope["method"] if scope["method"] in METHODS else "other"
        self.metrics.requests.labels(route, method, str(status)).inc()
        self.metrics.seconds.labels(route, method).observe(seconds)
        if route not in QUIET:
            said = {"method": method, "route": route, "status": status, "milliseconds": round(1000 * seconds, 1)}
            log.info("%s %s %d %.0f ms", method, route, status, 1000 * seconds, extra={"more": said})


METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))


def route_of(scope: Scope) -> str:
    """The pattern of the route that answered, as ``/api/v1/deals/{deal_id}``; ``none`` where there was none."""
    route = scope.get("route")
    path = getattr(route, "path_format", None) or getattr(route, "path", None)
    return str(path) if path else NO_ROUTE

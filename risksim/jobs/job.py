"""A job: run a deal, keep what the statistics need, stop when they are good enough, go on after an interruption."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from risksim.engine.run import Engine, Progress, Settings, check_settings
from risksim.jobs.blocks import Beginning, Look, Wanted, begin, collect_task, run_task, task_size, tasks_of
from risksim.jobs.checkpoint import Checkpoint, question_of
from risksim.jobs.columns import Kept, names_of, sides_of
from risksim.jobs.executors import Executor, Function, Reduced, Task, Threads
from risksim.jobs.reservoir import Reservoir
from risksim.jobs.stopping import Reached, Tolerance, check, reached, stages, statistics_by_name
from risksim.metrics import array
from risksim.metrics.cohorts import CohortPeople, cohorts_from
from risksim.metrics.ledger import Move, ledger_from
from risksim.metrics.precision import Estimate
from risksim.metrics.returns import irr_of_paths, irr_of_sums
from risksim.metrics.sample import Sample
from risksim.metrics.sketch import RELATIVE_ERROR
from risksim.metrics.source import QUANTILE_LEVELS, Recorder, Source, Stored, Values
from risksim.metrics.streamed import Collected, Streamed
from risksim.metrics.summary import Statistic, Summary, summary_from
from risksim.metrics.tally import Counter, Tally, flows_of, reduce
from risksim.plan.layout import Plan

KEEP_VALUES = 1_000_000
"""Paths up to which the values of every quantity are kept. [paths]"""
EVERY_VALUE = "from the values of every path"
"""Where quantiles come from if nothing had to be left out."""


class Job(NamedTuple):
    """A run that only has to leave statistics. Only the first four and `tolerances` change a number."""

    plan: Plan
    paths: int = 100_000
    """Paths; at most, where there are tolerances. [paths]"""
    seed: int = 1
    engine: str = "individual"
    """One of `risksim.engine.engines.NAMES`; who works goes path by path, by the individual or conditional engine."""
    keep_values: int = KEEP_VALUES
    """Paths up to which values are kept and quantiles are exact. [paths]"""
    exact: bool = False
    """Draw the paths a second time where values were not kept, so that quantiles are exact all the same."""
    tolerances: tuple[Tolerance, ...] = ()
    """Stop as soon as these hold."""
    moves: bool = False
    """Also the mean ledger."""
    cohorts: bool = False
    """Also the mean people of each cohort."""
    brief: bool = False
    """Nothing but the investors' statistics."""
    columns: bool = False
    """Also what statistics are made of, path by path, where it was kept."""
    threads: int = 0
    block: int = 0
    """Paths in a task; 0 chooses by memory. [paths]"""
    checkpoint: Path | None = None
    """Folder for finished tasks."""
    executor: Executor | None = None
    """Who computes tasks; left out, threads."""
    progress: Progress | None = None
    kept_in: Path | None = None
    """Folder for finished tasks if it goes path by path anyway: unlike `checkpoint` it has no say in that."""
    helper: Executor | None = None
    """Who computes tasks if it goes path by path anyway: unlike `executor` it has no say in that."""

    @property
    def settings(self) -> Settings:
        """How its paths are made."""
        engine: Engine = "conditional" if self.engine == "conditional" else "individual"
        return Settings(
            self.paths, self.seed, self.threads, self.block, form="patterns", keep_claims=False, engine=engine
        )

    @property
    def by_path(self) -> bool:
        """Whether something was asked for that only runs path by path have."""
        elsewhere = self.checkpoint is not None or self.executor is not None
        return elsewhere or self.exact or self.keep_values != KEEP_VALUES


class Done(NamedTuple):
    """What a job leaves."""

    plan: Plan
    summary: Summary
    moves: list[Move] | None
    """The mean ledger, where it was asked for."""
    cohorts: list[CohortPeople] | None
    """The mean people of each cohort, where they were asked for."""
    paths: int
    """Paths behind the statistics. [paths]"""
    partial: bool
    """Whether it was interrupted before it was done."""
    seed: int
    engine: str
    how: str
    """Its paths and its engine in words: ``100,000 paths, seed 1, individual engine``."""
    seconds: float
    reservoir: Reservoir | None
    """Some paths, whole; None where there are none."""
    accuracy: str
    """Where quantiles come from, in words that follow "quantiles"."""
    reached: tuple[Reached, ...]
    """How well the statistics of the tolerances are known."""
    capital: float | None
    """What all investors together pay in, where it is the same on every path. [currency]"""
    remarks: tuple[str, ...]
    """What went otherwise than asked, in words."""
    columns: Mapping[str, Values] | None = None
    """What statistics are made of, path by path (`risksim.metrics.summary.columns_of`), where it was asked for."""
    sample: Sample | None = None
    """Weights and replicates of these paths."""


def said_of_paths(paths: int, seed: int, engine: str) -> str:
    """Paths, seed and engine of a run that goes path by path, in words."""
    counted = f"{paths:,} path{'' if paths == 1 else 's'}"
    if engine == "conditional":
        return f"{counted} by quasi-random points in 32 replicates, seed {seed}, conditional engine"
    return f"{counted}, seed {seed}, {engine} engine"


class _Stream:
    """What is left of the paths so far: their values while they are few, sums and counts when they are many."""

    def __init__(self, job: Job, beginning: Beginning, keeping: bool) -> None:
        self.job, self.beginning = job, beginning
        self.kept = Kept(min(job.paths, job.keep_values)) if keeping else None
        self.tally = None if keeping else Tally(beginning.asked, beginning.shifts)
        self.reservoir = Reservoir()
        self.collected: dict[str, Collected] = {}

    @property
    def n_paths(self) -> int:
        """Paths so far."""
        if self.kept is not None:
            return self.kept.n_paths
        assert self.tally is not None
        return self.tally.n_paths

    @property
    def wanted(self) -> Wanted:
        """What a task has to leave."""
        return Wanted(None if self.kept is not None else self.beginning.shifts, self.job.moves, self.job.cohorts)

    def add(self, part: Reduced) -> None:
        """Add the next task."""
        self.reservoir.add(part)
        if self.kept is not None:
            packed = {
                name.removeprefix("column."): values for name, values in part.items() if name.startswith("column.")
            }
            self.kept.add(packed, int(part["paths"]), self.beginning.kinds)
        else:
            assert self.tally is not None
            self.tally.add(part)

    def stop_keeping(self) -> None:
        """Go over from values to sums and counts."""
        if self.kept is None:
            return
        kept, self.kept = self.kept, None
        self.tally = Tally(self.beginning.asked, self.beginning.shifts)
        for number in range(len(kept.sizes)):
            columns = kept.part(number)
            self.tally.add(reduce(columns, self.beginning.asked, self.beginning.shifts, self.job.plan.minor_units))

    def source(self) -> Source:
        """Where statistics of the paths so far come from."""
        if self.kept is None:
            assert self.tally is not None
            return Streamed(self.tally, self.collected)
        return Stored(self.kept, self.sample())

    def sample(self) -> Sample:
        """Weights and replicates of the paths so far."""
        n = self.n_paths
        return Sample(np.full(n, 1.0 / n), np.resize(np.arange(self.beginning.shifts.n_replicates, dtype=np.int16), n))

    def returns(self, source: Source) -> list[Statistic]:
        """IRR of the mean flow of every side."""
        plan, found = self.job.plan, []
        years, hurdle = plan.calendar.years, float(plan.hurdles[-1])
        for row, side in enumerate(sides_of(plan)):
            name = "all" if side is None else str(side)
            if isinstance(source, Streamed):
                received, drawn = source.means_of(f"moic.{name}")
                found.append(irr_of_sums(source.flows(row), years, drawn, received, hurdle))
                continue
            assert self.kept is not None
            sample = self.sample()
            drawn, received = (
                float(array.mean(self.kept[f"{key}.{name}"].astype(np.float64), sample))
                for key in ("drawn", "received")
            )
            flow = flows_of(self.kept, name, plan.minor_units)
            found.append(irr_of_paths(flow, years, drawn, received, hurdle, sample))
        return found

    def summary(self) -> Summary:
        """All statistics of the paths so far."""
        plan, source = self.job.plan, self.source()
        returns = self.returns(source)
        n_tranches = len(plan.labels.tranches)
        known, names = set(self.beginning.columns), names_of(plan)
        if self.job.brief:
            names = names._replace(payers=(), outcomes=(), endings=())
            known -= {"ended_by"}
        return summary_from(source, names, known, returns[:n_tranches], returns[-1] if plan.labels.groups else None)


@contextmanager
def _whole() -> Iterator[None]:
    """While it lasts, Ctrl-C waits: a task is added whole or not at all, so that what is handed back adds up."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    asked: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _frame: asked.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler if before is None else before)
    if asked:
        raise KeyboardInterrupt


def work(job: Job) -> Done:
    """Do a job.

    Parameters
    ----------
    job : Job
        The deal and what is wanted of it.

    Returns
    -------
    Done
        The same bits for any number of threads, any size of task and any executor, interrupted and resumed or not.

    Raises
    ------
    RunError
        If settings make no sense, a tolerance names no statistic, or the books of a path don't close.
    KeyboardInterrupt
        If it was interrupted before the first task was finished; later, what is there is handed back as partial.
    """
    began = time.monotonic()
    settings = job.settings
    check_settings(settings)
    beginning = begin(job.plan, settings, job.paths, job.moves, job.cohorts)
    check(job.tolerances, statistics_by_name(_nothing(job, beginning)))
    looks = stages(job.paths) if job.tolerances else [job.paths]
    stream = _Stream(job, beginning, keeping=looks[0] <= job.keep_values)
    remarks: list[str] = []
    partial = False
    found: tuple[Reached, ...] = ()
    try:
        for look in looks:
            if look > job.keep_values:
                with _whole():
                    stream.stop_keeping()
            for part in _parts(job, stream, look, remarks):
                with _whole():
                    stream.add(part)
                if job.progress is not None:
                    job.progress(stream.n_paths)
            if job.tolerances:
                found = reached(job.tolerances, stream.summary())
                if all(one.met for one in found):
                    break
        if job.exact and stream.kept is None:
            stream.collected = _collect(job, stream)
    except KeyboardInterrupt:
        if stream.n_paths == 0:
            raise
        partial = True
    summary = stream.summary()
    if job.tolerances:
        found = reached(job.tolerances, summary)
    source = stream.source()
    return Done(
        plan=job.plan,
        summary=summary,
        moves=_moves(job, source) if job.moves else None,
        cohorts=cohorts_from(source, job.plan.labels.cohorts, job.plan.labels.outcomes) if job.cohorts else None,
        paths=stream.n_paths,
        partial=partial,
        seed=job.seed,
        engine=job.engine,
        how=said_of_paths(stream.n_paths, job.seed, job.engine),
        seconds=time.monotonic() - began,
        reservoir=stream.reservoir,
        accuracy=_accuracy(stream),
        reached=found,
        capital=_capital(stream),
        remarks=tuple(remarks),
        **_columns(job, stream),
    )


def _nothing(job: Job, beginning: Beginning) -> Summary:
    """A summary in which every statistic is missing, for their names."""
    missing, labels = Estimate.missing(), job.plan.labels
    of_group = missing if labels.groups else None
    return summary_from(Recorder(), names_of(job.plan), beginning.columns, [missing] * len(labels.tranches), of_group)


def _parts(job: Job, stream: _Stream, last: int, remarks: list[str]) -> Iterator[Reduced]:
    """The tasks from where the stream is up to `last`, in order, from disk where they are there."""
    settings, wanted = job.settings, stream.wanted
    size = task_size(job.plan, settings)
    first = stream.n_paths // size * size
    assert first == stream.n_paths or first >= last, "stages end where tasks end"
    if job.checkpoint is None:
        yield from _in_order(job, run_task, (job.plan, settings, wanted), first, last, size)
        return
    store = Checkpoint(job.checkpoint, question_of(job.plan, settings, wanted, size))
    missing = (task for task in tasks_of(first, last, size) if not store.has(task))
    common = (job.plan, settings, wanted)
    fresh = _saved(store, size, last, _executor(job).map(run_task, common, missing))
    waiting: dict[int, Reduced] = {}
    for task in tasks_of(first, last, size):
        found = waiting.pop(task.number, None)
        if found is None and store.has(task):
            found = store.load(task)
            if found is None:
                remarks.append(
                    f"{store.file(task)} is damaged or belongs to a shorter run; its paths were computed again."
                )
                found = run_task(*common, task)
                store.save(task, found)
        while found is None:
            number, part = next(fresh)
            if number == task.number:
                found = part
            else:
                waiting[number] = part
        yield found


def _saved(
    store: Checkpoint, size: int, last: int, results: Iterator[tuple[int, Reduced]]
) -> Iterator[tuple[int, Reduced]]:
    """Results as they come, each on disk before it is used."""
    for number, part in results:
        store.save(Task(number, number * size, min(size, last - number * size)), part)
        yield number, part


def _in_order(
    job: Job, function: Function, common: tuple[object, ...], first: int, last: int, size: int
) -> Iterator[Reduced]:
    """The results of tasks in their order; those that come early wait."""
    waiting: dict[int, Reduced] = {}
    expected = first // size
    for number, part in _executor(job).map(function, common, tasks_of(first, last, size)):
        waiting[number] = part
        while expected in waiting:
            yield waiting.pop(expected)
            expected += 1


def _columns(job: Job, stream: _Stream) -> dict[str, Any]:
    """What the statistics were made of, where it was asked for and kept."""
    kept = stream.kept
    return {"columns": kept, "sample": stream.sample()} if job.columns and kept is not None else {}


def _executor(job: Job) -> Executor:
    return job.executor if job.executor is not None else Threads(job.threads)


def _collect(job: Job, stream: _Stream) -> dict[str, Collected]:
    """Draw all paths again and collect the values in the buckets that quantiles look at."""
    source, settings = stream.source(), job.settings
    assert isinstance(source, Streamed)
    keys, edges = {}, {}
    for name in stream.beginning.asked.laws:
        levels = [(level, 1) for level in QUANTILE_LEVELS]
        if name in stream.beginning.asked.tails:
            level, sign = stream.beginning.asked.tails[name]
            levels.append((level, sign))
            edges[name] = sign, source.edges(name, level, sign)
        keys[name] = np.unique(np.concatenate([source.wanted(level, name, sign) for level, sign in levels]))
    keys = {name: wanted for name, wanted in keys.items() if wanted.size or name in edges}
    if not keys:
        return {}
    look = Look(keys, edges, stream.beginning.shifts.n_replicates)
    size = task_size(job.plan, settings)
    values: dict[str, tuple[list[Values], list[Values]]] = {name: ([], []) for name in keys}
    beyond = {name: Counter() for name in edges}
    for part in _in_order(job, collect_task, (job.plan, settings, look), 0, stream.n_paths, size):
        for name, (found, replicates) in values.items():
            found.append(part[f"value.{name}"])
            replicates.append(part[f"replicate.{name}"])
        for name, counter in beyond.items():
            counter.add(part[f"beyond.{name}"])
    return {
        name: Collected.of(*held, beyond[name].total() if name in beyond else None) for name, held in values.items()
    }


def _moves(job: Job, source: Source) -> list[Move]:
    plan, labels = job.plan, job.plan.labels
    names = [
        (labels.parties[giver], labels.parties[taker], reason)
        for giver, taker, reason in zip(plan.ledger.from_party, plan.ledger.to_party, labels.lines, strict=True)
    ]
    return ledger_from(source, names, labels.years, plan.minor_units)


def _accuracy(stream: _Stream) -> str:
    if stream.kept is not None:
        return EVERY_VALUE
    if stream.collected:
        return f"{EVERY_VALUE}, by a second pass"
    return f"from counts in narrow buckets, relative error at most {RELATIVE_ERROR:.2%}"


def _capital(stream: _Stream) -> float | None:
    """What is paid in, where all paths pay in the same. [currency]"""
    plan = stream.job.plan
    side = "all" if plan.labels.groups else "0"
    if stream.kept is not None:
        drawn = stream.kept[f"drawn.{side}"]
        return float(drawn[0]) / plan.minor_units if drawn.min() == drawn.max() else None
    assert stream.tally is not None
    row = list(stream.beginning.asked.ratios).index(f"moic.{side}")
    varies = stream.tally.sums("ratios")[row, :, 3].any()
    return None if varies else float(stream.beginning.shifts.ratios[row, 1]) / plan.minor_units

"""The simple reference deal, person by person: risksim beside NumPy, in the layout of airspeed velocity.

What is timed is the same on both sides: inputs drawn, people counted, payments made. Imports, compilation and every
metric are left out.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from benchmarks import rivals
from risksim import api
from risksim.engine import run as engine
from risksim.engine.addresses import key_of
from risksim.engine.inputs import draw_inputs
from risksim.engine.settle import discount_factors
from risksim.kernels import cashflow, payments, waterfall
from risksim.kernels.patterns import HEAD, count_people, scratch_of
from risksim.plan.layout import IntArray, PathResults, Plan

SCENARIO = Path(__file__).resolve().parents[1] / "scenarios" / "examples" / "simple-reference.yaml"
PATHS = 1_000_000
SEED = 1
STAGES = ("inputs", "people", "claims", "post", "books", "returns")


def simple_deal() -> Plan:
    """The simple reference deal, compiled."""
    return api.read(SCENARIO).plan


def pay_block(plan: Plan, settings: engine.Settings, start: int, received: IntArray) -> None:
    """Draw the inputs of a block, count its people, make its payments: -> int64[path, tranche]. [minor unit]"""
    here = slice(start, min(start + engine.block_size(plan, settings), settings.paths))
    n_paths = here.stop - here.start
    inputs, measured, _ = engine.draw_block(plan, settings, settings.first_path + start, n_paths)
    claim = np.empty((n_paths, plan.payments.kind.size, measured.shape[3]), dtype=np.int64)
    payments.claims(
        measured,
        plan.payments,
        plan.financing,
        plan.calendar.years,
        len(plan.labels.payers),
        plan.minor_units,
        inputs,
        claim,
    )
    flow = np.empty((n_paths, plan.ledger.from_party.size, measured.shape[3]), dtype=np.int64)
    drawn = np.empty((n_paths, len(plan.labels.tranches)), dtype=np.int64)
    waterfall.post(claim, plan.payments, plan.financing, plan.minor_units, inputs, flow, drawn, received[here])


def pay(plan: Plan, n_paths: int, seed: int = SEED, threads: int = 1) -> IntArray:
    """The timed program: what the investor receives on every path. [minor unit]

    Parameters
    ----------
    plan : Plan
        The simple deal.
    n_paths, seed, threads : int
        As `risksim.api.simulate` takes them; one thread is the calling one.

    Returns
    -------
    int64[path]
    """
    settings = engine.Settings(n_paths, seed, threads)
    received = np.empty((n_paths, len(plan.labels.tranches)), dtype=np.int64)
    starts = range(0, n_paths, engine.block_size(plan, settings))
    if threads == 1:
        for start in starts:
            pay_block(plan, settings, start, received)
    else:
        with ThreadPoolExecutor(threads) as pool:
            for future in [pool.submit(pay_block, plan, settings, start, received) for start in starts]:
                future.result()
    return received[:, 0]


def same_bits(one: PathResults, other: PathResults) -> bool:
    """True if two runs agree in every bit of every array."""
    return all(left.tobytes() == right.tobytes() for left, right in zip(one, other, strict=True))


class Stages:
    """The stages of one block on arrays that are there already: what a stage costs without the memory around it."""

    def __init__(self, plan: Plan, n_paths: int = engine.LARGEST_BLOCK) -> None:
        self.plan, self.n_paths = plan, n_paths
        self.key = np.array(key_of(SEED, plan.stream), dtype=np.uint64)
        n_periods, n_lines = plan.calendar.years.size, plan.ledger.from_party.size
        n_tranches, n_payers = len(plan.labels.tranches), len(plan.labels.payers)
        n_cohorts, n_measures = len(plan.labels.cohorts), plan.measures.outcome.size
        self.measured = np.empty((n_paths, n_cohorts, n_measures, n_periods))
        self.headcount = np.empty((n_paths, n_cohorts, HEAD + 2 * len(plan.labels.outcomes)), dtype=np.int32)
        self.claim = np.empty((n_paths, plan.payments.kind.size, n_periods), dtype=np.int64)
        self.flow = np.empty((n_paths, n_lines, n_periods), dtype=np.int64)
        self.drawn = np.empty((n_paths, n_tranches), dtype=np.int64)
        self.received = np.empty((n_paths, n_tranches), dtype=np.int64)
        self.balance = np.empty((n_paths, len(plan.labels.parties), n_periods), dtype=np.int64)
        self.repayment = np.empty((n_paths, n_payers, len(plan.labels.years)), dtype=np.int64)
        self.irr = np.empty((n_paths, n_tranches))
        self.status = np.empty((n_paths, n_tranches), dtype=np.int8)
        self.npv = np.empty((n_paths, n_tranches, plan.hurdles.size))
        self.tranche_party = np.arange(1, 1 + n_tranches, dtype=np.int64)
        self.discount = discount_factors(plan)
        for stage in STAGES:
            self.run(stage)

    def run(self, stage: str) -> None:
        """Run one stage of the block."""
        getattr(self, f"_{stage}")()

    def _inputs(self) -> None:
        self.inputs = draw_inputs(self.plan.inputs, self.key, 0, self.n_paths)

    def _people(self) -> None:
        plan = self.plan
        scratch = scratch_of(plan.cohorts, plan.outcomes)
        count_people(
            self.key, 0, plan.cohorts, plan.outcomes, plan.measures, self.inputs, scratch, self.measured, self.headcount
        )

    def _claims(self) -> None:
        plan = self.plan
        n_payers = len(plan.labels.payers)
        payments.claims(
            self.measured,
            plan.payments,
            plan.financing,
            plan.calendar.years,
            n_payers,
            plan.minor_units,
            self.inputs,
            self.claim,
        )

    def _post(self) -> None:
        plan = self.plan
        waterfall.post(
            self.claim,
            plan.payments,
            plan.financing,
            plan.minor_units,
            self.inputs,
            self.flow,
            self.drawn,
            self.received,
        )

    def _books(self) -> None:
        plan = self.plan
        waterfall.close_books(
            self.flow,
            self.claim,
            plan.ledger.from_party,
            plan.ledger.to_party,
            len(plan.labels.tranches),
            plan.calendar.year_index,
            self.balance,
            self.repayment,
        )

    def _returns(self) -> None:
        cashflow.returns(
            self.balance,
            self.tranche_party,
            self.drawn,
            self.received,
            self.plan.calendar.years,
            self.discount,
            float(self.plan.minor_units),
            self.irr,
            self.status,
            self.npv,
        )


class Person:
    """Person level: inputs, people, payments. Compare the three at the same number of paths."""

    params = (PATHS,)
    param_names = ("paths",)

    def setup(self, paths: int) -> None:  # noqa: ARG002
        self.plan = simple_deal()
        pay(self.plan, engine.LARGEST_BLOCK)  # compiles

    def time_risksim(self, paths: int) -> None:
        pay(self.plan, paths)

    def time_numpy_as_stated(self, paths: int) -> None:
        rivals.people_as_stated(paths, SEED)

    def time_numpy_as_stated_sfc64(self, paths: int) -> None:
        rivals.people_as_stated(paths, SEED, np.random.SFC64)

    def time_numpy_tuned(self, paths: int) -> None:
        rivals.people_tuned(paths, SEED)

    def peakmem_risksim(self, paths: int) -> None:
        pay(self.plan, paths)

    def peakmem_numpy_as_stated(self, paths: int) -> None:
        rivals.people_as_stated(paths, SEED)


class Threads:
    """The second core: inputs, people and payments, and the whole run."""

    params = (1, 2)
    param_names = ("threads",)

    def setup(self, threads: int) -> None:
        self.plan = simple_deal()
        api.simulate(self.plan, 4 * engine.LARGEST_BLOCK, threads=threads)  # compiles

    def time_pay(self, threads: int) -> None:
        pay(self.plan, PATHS, threads=threads)

    def time_simulate(self, threads: int) -> None:
        api.simulate(self.plan, PATHS, SEED, threads)

    def peakmem_simulate(self, threads: int) -> None:
        api.simulate(self.plan, PATHS, SEED, threads)


class Stage:
    """One stage of one block, on arrays that are there already."""

    params = STAGES
    param_names = ("stage",)

    def setup(self, stage: str) -> None:  # noqa: ARG002
        self.stages = Stages(simple_deal())

    def time_stage(self, stage: str) -> None:
        self.stages.run(stage)

"""The rich reference deal beside rivals: the same inputs for every program, then lives, money and internal rates.

Three rivals, of which each is somebody's honest best:

as stated
    NumPy as a good programmer writes the model down: a latent normal for how well a person is placed and one for each
    result, uniforms for leaving, enrolment and measurement, chunks of paths.
same mathematics
    NumPy by somebody who knows that persons are alike given the inputs: the chances of their joint fates by quadrature,
    two raw 32-bit words a person, one packed ``bincount``.
C
    The same mathematics in ``rich.c``, compiled when it is asked for.

`settle_numpy` is the money of both NumPy programs. Every program gives what was verified, by measure and period; the
agreement of all of them is checked in standard errors, that of their money to the last øre.
"""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from risksim import api
from risksim.engine import run as engine
from risksim.engine.addresses import Purpose, keys_of
from risksim.engine.inputs import inputs_of
from risksim.engine.lives import live_block
from risksim.engine.settle import settle_in_pieces
from risksim.kernels.words import fill_uniforms
from risksim.plan.dependence import latent_of_icc
from risksim.plan.layout import Plan

IntArray = npt.NDArray[np.int64]
Int32Array = npt.NDArray[np.int32]
FloatArray = npt.NDArray[np.float64]

HERE = Path(__file__).resolve().parent
SCENARIO = HERE.parent / "scenarios" / "examples" / "rich-reference.yaml"
COMPILER = ("gcc", "-O3", "-march=native", "-fno-math-errno", "-fno-trapping-math", "-shared", "-fPIC")
PATHS = 65_536
SEED = 1
CHUNK = 256
"""Paths in a chunk of the program as stated. [paths]"""
SAME_CHUNK = 1_024
"""Paths in a chunk of the program with the same mathematics. [paths]"""
MONEY_CHUNK = 8_192
"""Paths in a chunk of the money of both. [paths]"""
NODES = 12
OK_UNIQUE, TOTAL_LOSS, NO_INVESTMENT, ALL_POSITIVE, MULTIPLE, NO_ROOT = range(6)
LOWEST_LOG, HIGHEST_LOG = np.log(1e-4), np.log(11.0)


class Terms(NamedTuple):
    """The rich reference deal, written out: ``scenarios/examples/rich-reference.yaml`` says the same."""

    month_weight: FloatArray
    """float64[month]: chance of each month of enrolment. [1]"""
    period: IntArray
    """int64[measurement, month]: half-year in which well-being and work, twice, are settled."""
    settlement_class: IntArray
    """int64[month]: months that settle together."""
    years: FloatArray
    """float64[period]. [year]"""
    drawn: IntArray
    """int64[period]: paid in. [minor unit]"""
    discount: FloatArray
    """float64[hurdle, period]. [1]"""
    person: float
    """Loading of every result on how well a person is placed."""
    cohort: float
    """Loading of every result on what the cohort shares."""
    places: int = 120
    unmeasured: float = 0.1
    price: tuple[int, int] = (3_000_000, 1_500_000)
    """Well-being and work. [minor unit]"""
    cap: int = 320_000_000
    """[minor unit]"""

    @property
    def rest(self) -> float:
        """Loading of every result on chance."""
        return float((1.0 - self.person**2 - self.cohort**2) ** 0.5)


@lru_cache(maxsize=1)
def terms() -> Terms:
    """The deal, worked out from its words."""
    dates = np.array([f"{2025 + half // 2}-{1 + 6 * (half % 2):02d}-01" for half in range(14)], dtype="datetime64[D]")
    years = (dates - dates[0]).astype(np.int64) / 365.0
    paid_in = np.array([np.datetime64(f"{2025 + half // 2}-{1 + 6 * (half % 2):02d}-01") <= dates for half in range(6)])
    total = 245_000_000 * paid_in.sum(axis=0) / 6.0
    weight = np.minimum(1.0, np.arange(1, 37) / 6.0)
    period = -(-(np.arange(36) + np.array([[9], [15], [21]])) // 6)
    return Terms(
        weight / weight.sum(),
        period,
        period[0] - period[0, 0],
        years,
        np.diff(np.floor(total + 0.5).astype(np.int64), prepend=0),
        (1.0 + np.array([[0.0], [0.05]])) ** -years,
        0.6,
        latent_of_icc(0.02, 0.6) ** 0.5,
    )


class Given(NamedTuple):
    """What every program is given of each path."""

    inputs: FloatArray
    """float64[path, input]: ratio, dropout, chances of well-being and work."""
    factor: FloatArray
    """float64[path]: what the cohort shares, standard normal."""
    enrolled: Int32Array
    """int32[path]. [people]"""


@lru_cache(maxsize=1)
def rich_deal() -> Plan:
    """The rich reference deal, compiled."""
    return api.read(SCENARIO).plan


def given(n_paths: int, seed: int = SEED) -> Given:
    """Inputs and cohort factors as risksim draws them."""
    from scipy.special import ndtri

    plan = rich_deal()
    key = keys_of(seed, plan.stream)
    inputs = inputs_of(plan, key, 0, n_paths)
    uniforms = np.empty(n_paths)
    fill_uniforms(key, 0, int(Purpose.COHORT), 0, uniforms)
    enrolled = np.minimum(np.floor(inputs[:, 0] * terms().places + 1e-9), terms().places)
    return Given(inputs, ndtri(uniforms), enrolled.astype(np.int32))


# Lives: what was verified, int32[path, measure, period]


def lives_as_stated(of: Given, seed: int = SEED, chunk: int = CHUNK) -> Int32Array:
    """Latent normals person by person."""
    from scipy.special import ndtri

    deal, generator = terms(), np.random.Generator(np.random.SFC64(seed))
    n_paths, people = of.factor.size, np.arange(deal.places)
    verified = np.empty((n_paths, 2, deal.years.size), dtype=np.int32)
    month_ends = np.cumsum(deal.month_weight)[:-1].astype(np.float32)
    bars = (ndtri(of.inputs[:, 2:]) + deal.cohort * of.factor[:, np.newaxis]).astype(np.float32)
    stays_above = of.inputs[:, 1].astype(np.float32)  # who stays at the end of the course is all that anybody pays for
    for start in range(0, n_paths, chunk):
        here = slice(start, min(start + chunk, n_paths))
        size = (here.stop - here.start, deal.places)
        seen = people < of.enrolled[here, np.newaxis]
        seen &= generator.random(size, dtype=np.float32) >= deal.unmeasured
        stays = generator.random(size, dtype=np.float32) >= stays_above[here, np.newaxis]
        month = np.searchsorted(month_ends, generator.random(size, dtype=np.float32), side="right")
        placed = np.float32(deal.person) * generator.standard_normal(size, dtype=np.float32)
        path = np.arange(size[0])[:, np.newaxis] * deal.years.size
        counts = np.zeros((2, size[0] * deal.years.size), dtype=np.int64)
        for measurement, measure in enumerate((0, 1, 1)):
            luck = np.float32(deal.rest) * generator.standard_normal(size, dtype=np.float32)
            met = (luck < placed + bars[here, measure, np.newaxis]) & seen
            if measure == 0:
                met &= stays
            cells = (path + deal.period[measurement][month])[met]
            counts[measure] += np.bincount(cells, minlength=counts.shape[1])
        verified[here] = counts.reshape(2, size[0], -1).swapaxes(0, 1)
    return verified


def fate_chances(of: Given) -> FloatArray:
    """Chances of the joint fates of somebody who enrolled: float64[fate, path], the last one the rest.

    Well-being and work at both measurements of stayers (eight), work of leavers (three), and nothing to pay for.
    """
    from scipy.special import ndtr, ndtri

    deal = terms()
    places, weights = np.polynomial.hermite_e.hermegauss(NODES)
    weights /= weights.sum()
    shared = deal.person * places[:, np.newaxis] + deal.cohort * of.factor
    a, b = (ndtr((ndtri(of.inputs[:, column]) + shared) / deal.rest) for column in (2, 3))
    bb = b * b
    p_a, p_b, p_bb, p_ab, p_abb = (weights @ part for part in (a, b, bb, a * b, a * bb))
    seen = 1.0 - deal.unmeasured
    stay, leave = seen * (1.0 - of.inputs[:, 1]), seen * of.inputs[:, 1]
    return np.array(
        [
            stay * p_abb,
            stay * (p_ab - p_abb),
            stay * (p_ab - p_abb),
            stay * (p_a - 2.0 * p_ab + p_abb),
            stay * (p_bb - p_abb) + leave * p_bb,
            stay * (p_b - p_bb - p_ab + p_abb) + leave * (p_b - p_bb),
            stay * (p_b - p_bb - p_ab + p_abb) + leave * (p_b - p_bb),
        ]
    )


FATES = np.array([[1, 1, 1], [1, 1, 0], [1, 0, 1], [1, 0, 0], [0, 1, 1], [0, 1, 0], [0, 0, 1], [0, 0, 0]])
"""int64[fate, measurement]: what of each fate is verified."""


def lives_same_mathematics(of: Given, seed: int = SEED, chunk: int = SAME_CHUNK) -> Int32Array:
    """Two raw words a person, one for the settlement class and one for the joint fate."""
    deal, generator = terms(), np.random.Generator(np.random.SFC64(seed))
    n_paths, n_periods, people = of.factor.size, deal.years.size, np.arange(deal.places)
    n_classes = int(deal.settlement_class[-1]) + 1
    verified = np.zeros((n_paths, 2, n_periods), dtype=np.int32)
    class_ends = np.cumsum(np.bincount(deal.settlement_class, deal.month_weight))[:-1]
    class_limits = (class_ends * 2.0**32).astype(np.uint32)
    first_period = deal.period[:, 0]
    packed = (FATES * [1.0, 2.0**16, 2.0**32]).sum(axis=1)
    buffer, mask = np.empty((chunk, deal.places), dtype=np.uint8), np.empty((chunk, deal.places), dtype=bool)
    for start in range(0, n_paths, chunk):
        here = slice(start, min(start + chunk, n_paths))
        size = here.stop - here.start
        limits = np.cumsum(fate_chances(Given(*(part[here] for part in of))), axis=0) * 2.0**32
        limits = np.minimum(limits, 2.0**32 - 1.0).astype(np.uint32)
        raw = generator.bit_generator.random_raw(size * deal.places)
        words = raw.view(np.uint32).reshape(2, size, deal.places)
        settles, above = buffer[:size], mask[:size]
        settles[:] = 0
        for limit in class_limits:
            np.greater_equal(words[0], limit, out=above)
            settles += above
        fate = np.zeros((size, deal.places), dtype=np.uint8)
        for limit in limits:
            np.greater_equal(words[1], limit[:, np.newaxis], out=above)
            fate += above
        fate[people >= of.enrolled[here, np.newaxis]] = FATES.shape[0] - 1
        cells = settles + np.arange(0, size * n_classes, n_classes)[:, np.newaxis]
        totals = np.bincount(cells.ravel(), packed[fate].ravel(), size * n_classes).astype(np.int64)
        totals = totals.reshape(size, n_classes)
        for measurement, measure in enumerate((0, 1, 1)):
            part = (totals >> (16 * measurement)) & 0xFFFF
            begin = first_period[measurement]
            verified[here, measure, begin : begin + n_classes] += part.astype(np.int32)
    return verified


# Money


class Money(NamedTuple):
    """What became of each path."""

    received: IntArray
    """int64[path]. [minor unit]"""
    repaid: IntArray
    """int64[path, budget year]. [minor unit]"""
    npv: FloatArray
    """float64[path, hurdle]. [currency]"""
    irr: FloatArray
    """float64[path]. [1/year]"""
    status: npt.NDArray[np.int8]
    """int8[path]."""


def settle_numpy(verified: Int32Array, chunk: int = MONEY_CHUNK) -> Money:
    """Payments up to the cap, budget years, net present values and internal rates, in chunks of paths."""
    parts = [_settle_chunk(verified[start : start + chunk]) for start in range(0, verified.shape[0], chunk)]
    return Money(*(np.concatenate(each) for each in zip(*parts, strict=True)))


def _settle_chunk(verified: Int32Array) -> Money:
    deal = terms()
    claim = verified[:, 0] * np.int64(deal.price[0]) + verified[:, 1] * np.int64(deal.price[1])
    total = np.minimum(np.cumsum(claim, axis=1), deal.cap)
    paid = np.diff(total, axis=1, prepend=0)
    flows = (paid - deal.drawn) / 100.0
    irr, status = rates_numpy(flows, deal.years, total[:, -1])
    repaid = paid.reshape(paid.shape[0], -1, 2).sum(axis=2)
    return Money(total[:, -1], repaid, flows @ deal.discount.T, irr, status)


def rates_numpy(flows: FloatArray, years: FloatArray, received: IntArray) -> tuple[FloatArray, npt.NDArray[np.int8]]:
    """Internal rates and their status, all paths at once: Newton's method in ln(1 + r) for those that have one rate."""
    running = np.cumsum(flows, axis=1)
    final = running[:, -1]
    changes, first = _sign_changes(flows)
    running_changes, _ = _sign_changes(running)
    from_the_end, last = _sign_changes(np.cumsum(flows[:, ::-1], axis=1))
    above = (running_changes == 1) & (final > 0.0)
    beneath = (running_changes == 0) & (final < 0.0) & (from_the_end == 1) & (last > 0)
    lost = received <= 0
    unique = ~lost & (first < 0) & ((changes == 1) | above | beneath)
    status = np.full(final.size, NO_ROOT, dtype=np.int8)
    irr = np.full(final.size, np.nan)
    irr[unique], status[unique] = np.expm1(_newton(flows[unique], years)), OK_UNIQUE
    for path in np.flatnonzero(unique & np.isnan(irr)):
        irr[path] = _bracketed(flows[path], years)
    rest = ~lost & ~unique & (first < 0)
    if rest.any():
        irr[rest], status[rest] = _scan(flows[rest], years)
    irr[lost], status[lost] = -1.0, TOTAL_LOSS
    return irr, status


def _sign_changes(values: FloatArray) -> tuple[IntArray, IntArray]:
    """Changes of sign along each row, zeros passed over, and the first sign."""
    signs = np.sign(values).astype(np.int8)
    changes = np.zeros(signs.shape[0], dtype=np.int64)
    before = signs[:, 0].copy()
    first = before.copy()
    for t in range(1, signs.shape[1]):
        now = np.where(signs[:, t] == 0, before, signs[:, t])
        changes += (now != before) & (before != 0)
        first = np.where(first == 0, now, first)
        before = now
    return changes, first.astype(np.int64)


def _newton(flows: FloatArray, years: FloatArray) -> FloatArray:
    gained, given_up = np.maximum(flows, 0.0), np.maximum(-flows, 0.0)
    total_in, total_out = gained.sum(axis=1), given_up.sum(axis=1)
    gap = gained @ years / total_in - given_up @ years / total_out
    with np.errstate(all="ignore"):
        x = np.where(gap > 1e-6, np.log(total_in / total_out) / gap, 0.0)
        x = np.clip(x, LOWEST_LOG, HIGHEST_LOG)
        left = np.arange(x.size)
        for _ in range(12):
            terms_now = flows[left] * np.exp(-x[left, np.newaxis] * years)
            step = terms_now.sum(axis=1) / (terms_now @ years)
            x[left] += step
            left = left[~(np.abs(step) <= 1e-13 * np.maximum(1.0, np.abs(x[left])))]
            if not left.size:
                break
        x[left] = np.nan
        # The rate has the sign of what comes back less what was paid in; Newton's method may have run elsewhere.
        good = (np.abs(x) < 20.0) & ((x >= 0.0) == (flows.sum(axis=1) >= 0.0))
    return np.where(good, x, np.nan)


def _bracketed(flows: FloatArray, years: FloatArray) -> float:
    """The one rate of a path on the side of zero on which it must lie."""
    from scipy.optimize import brentq

    ends = (0.0, 30.0) if flows.sum() >= 0.0 else (-30.0, 0.0)
    origin = years[0] if ends[1] > 0.0 else years[-1]
    return float(np.expm1(brentq(lambda x: flows @ np.exp(-(years - origin) * x), *ends, xtol=1e-15)))


def _scan(flows: FloatArray, years: FloatArray) -> tuple[FloatArray, npt.NDArray[np.int8]]:
    """Rates of the few paths left, from -99.99 % to 1000 % on a grid."""
    from scipy.optimize import brentq

    grid = np.linspace(LOWEST_LOG, HIGHEST_LOG, 513)
    positive = flows @ np.exp(-np.outer(years - years[-1], grid)) > 0.0
    crossings = positive[:, 1:] != positive[:, :-1]
    roots = crossings.sum(axis=1)
    status = np.select([roots == 0, roots == 1], [NO_ROOT, OK_UNIQUE], MULTIPLE).astype(np.int8)
    irr = np.full(roots.size, np.nan)
    for row in np.flatnonzero(roots == 1):
        at = int(np.flatnonzero(crossings[row])[0])
        irr[row] = np.expm1(
            brentq(lambda x, row=row: flows[row] @ np.exp(-years * x), grid[at], grid[at + 1], xtol=1e-15)
        )
    return irr, status


# C


class Native:
    """The program in C."""

    def __init__(self, library: ctypes.CDLL) -> None:
        self.library, self.terms = library, _terms_in_c()

    def lives(self, of: Given, seed: int = SEED) -> Int32Array:
        from scipy.special import ndtri

        n_paths = of.factor.size
        verified = np.empty((n_paths, 2, terms().years.size), dtype=np.int32)
        heads = np.empty((n_paths, 2), dtype=np.int32)
        marks = [np.ascontiguousarray(ndtri(of.inputs[:, column])) for column in (2, 3)]
        dropout = np.ascontiguousarray(of.inputs[:, 1])
        arrays = [of.enrolled, dropout, *marks, of.factor, verified, heads]
        self.library.lives(ctypes.byref(self.terms), ctypes.c_int64(n_paths), ctypes.c_uint64(seed), *map(_at, arrays))
        return verified

    def settle(self, verified: Int32Array) -> Money:
        n_paths = verified.shape[0]
        money = Money(
            np.empty(n_paths, dtype=np.int64),
            np.empty((n_paths, 7), dtype=np.int64),
            np.empty((n_paths, 2)),
            np.empty(n_paths),
            np.empty(n_paths, dtype=np.int8),
        )
        self.library.settle(ctypes.byref(self.terms), ctypes.c_int64(n_paths), _at(verified), *map(_at, money))
        return money


def _at(array: npt.NDArray[np.generic]) -> ctypes.c_void_p:
    assert array.flags.c_contiguous
    return ctypes.c_void_p(array.ctypes.data)


def _terms_in_c() -> ctypes.Array[ctypes.c_char]:
    """`Terms` of ``rich.c``, byte by byte."""
    deal = terms()
    places, weights = np.polynomial.hermite_e.hermegauss(NODES)
    class_ends = np.cumsum(np.bincount(deal.settlement_class, deal.month_weight))
    limits = np.minimum(class_ends * 2.0**31, 2.0**31 - 1.0)
    first_of_class = np.unique(deal.settlement_class, return_index=True)[1]
    layout = np.dtype(
        [
            ("loadings", "f8", 4),
            ("node", "f8", NODES),
            ("weight", "f8", NODES),
            ("class_limit", "i4", limits.size),
            ("period", "i4", (3, limits.size)),
            ("price", "i8", 2),
            ("cap", "i8"),
            ("drawn", "i8", deal.years.size),
            ("years", "f8", deal.years.size),
            ("discount", "f8", deal.discount.shape),
            ("places", "i4"),
        ],
        align=True,
    )
    packed = np.zeros((), dtype=layout)
    packed["loadings"] = (deal.cohort, deal.person, deal.rest, deal.unmeasured)
    packed["node"], packed["weight"] = places, weights / weights.sum()
    packed["class_limit"], packed["period"] = limits, deal.period[:, first_of_class]
    packed["price"], packed["cap"], packed["drawn"] = deal.price, deal.cap, deal.drawn
    packed["years"], packed["discount"], packed["places"] = deal.years, deal.discount, deal.places
    return ctypes.create_string_buffer(packed.tobytes(), packed.nbytes)


@lru_cache(maxsize=1)
def native() -> Native | None:
    """The program in C, compiled now; None where there is no compiler."""
    if shutil.which(COMPILER[0]) is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "rich.so"
        source = str(HERE / "rich.c")
        done = subprocess.run(
            [*COMPILER, source, "-o", str(library), "-lm"], capture_output=True, text=True, check=False
        )
        if done.returncode:
            print(f"C: skipped, {done.stderr.strip().splitlines()[-1]}")
            return None
        return Native(ctypes.CDLL(str(library)))


# risksim


def lives_individual(of: Given, seed: int = SEED) -> FloatArray:
    """Persons lived one by one: float64[path, measure, period]."""
    plan = rich_deal()
    key = keys_of(seed, plan.stream)
    return _in_blocks(of, lambda start, inputs, measured, heads: live_block(plan, key, start, inputs, measured, heads))


def lives_by_fate(of: Given, seed: int = SEED) -> FloatArray:
    """Persons drawn by fate: float64[path, measure, period]."""
    from risksim.engine.fate_counts import count_block
    from risksim.engine.rich_fates import chances_of, fates_of

    plan = rich_deal()
    key, fates = keys_of(seed, plan.stream), fates_of(plan, 0)

    def count(start: int, inputs: FloatArray, measured: FloatArray, heads: Int32Array) -> None:
        count_block(plan, [fates], [chances_of(plan, key, start, 0, inputs)], key, start, measured, heads)

    return _in_blocks(of, count)


def lives_collapsed(of: Given, seed: int = SEED) -> FloatArray:
    """Only how many meet each fate, by chains of binomial quantiles: float64[path, measure, period]."""
    from risksim.engine.conditional import count_fates

    plan = rich_deal()
    key = engine.keys_of_run(plan, engine.Settings(of.factor.size, seed, 1, engine="conditional"))
    return _in_blocks(of, lambda start, inputs, measured, heads: count_fates(plan, key, start, inputs, measured, heads))


def _in_blocks(of: Given, count: Callable[[int, FloatArray, FloatArray, Int32Array], None]) -> FloatArray:
    """Count block by block, as large as the engine's, into what the contract measures."""
    plan, n_paths = rich_deal(), of.factor.size
    measured = np.empty((n_paths, 1, plan.measures.outcome.size, plan.calendar.years.size))
    heads = np.empty((n_paths, 1, 4 + 2 * plan.outcomes.address.size), dtype=np.int32)
    block = engine.block_size(plan, engine.Settings())
    for start in range(0, n_paths, block):
        here = slice(start, min(start + block, n_paths))
        count(start, of.inputs[here], measured[here], heads[here])
    return measured[:, 0]


def settle_risksim(verified: FloatArray | Int32Array, inputs: FloatArray) -> Money:
    """Money by risksim's engine, block by block."""
    plan = rich_deal()
    block = engine.block_size(plan, engine.Settings())
    parts = []
    for start in range(0, verified.shape[0], block):
        here = slice(start, start + block)
        measured = verified[here, np.newaxis].astype(np.float64, copy=False)
        for _, done in settle_in_pieces(plan, inputs[here], measured):
            money = (done.received, done.repayment, done.npv, done.irr, done.irr_status)
            parts.append(tuple(each[:, 0] for each in money))
    return Money(*(np.concatenate(each) for each in zip(*parts, strict=True)))


class Program(NamedTuple):
    """One program: lives and money, each timed."""

    lives: Callable[[Given], npt.NDArray[np.generic]]
    money: Callable[[npt.NDArray[np.generic], Given], Money]


AS_STATED = "NumPy as stated"
SAME = "NumPy, same mathematics"
IN_C = "C, same mathematics"
LIVED, BY_FATE = "risksim: persons lived one by one", "risksim: persons by fate"
COLLAPSED = "risksim: numbers of persons by binomial quantiles"
OURS = {LIVED: lives_individual, BY_FATE: lives_by_fate, COLLAPSED: lives_collapsed}
"""Forms of lives of risksim."""


def programs() -> tuple[dict[str, Program], list[str]]:
    """Every program that can run here, and what is left out."""
    found: dict[str, Program] = {}
    left_out: list[str] = []
    for name, lives in OURS.items():
        found[name] = Program(lives, lambda verified, of: settle_risksim(verified, of.inputs))
    found[AS_STATED] = Program(lives_as_stated, lambda verified, _: settle_numpy(verified))
    found[SAME] = Program(lives_same_mathematics, lambda verified, _: settle_numpy(verified))
    compiled = native()
    if compiled is None:
        left_out.append(f"{IN_C}: no compiler")
    else:
        found[IN_C] = Program(compiled.lives, lambda verified, _: compiled.settle(verified))
    return found, left_out


# Agreement


class Result(NamedTuple):
    """What a program found."""

    verified: npt.NDArray[np.generic]
    """[path, measure, period]. [people]"""
    money: Money


def faults(results: dict[str, Result], of: Given) -> list[str]:
    """Where programs disagree: statistics by four standard errors of the paired differences, money by anything."""
    reference = results[LIVED]
    said = []
    for name, result in results.items():
        apart = differences(result, reference)
        said += [f"{name}: {what} off by {z:.1f} standard errors" for what, z in apart.items() if not abs(z) < 4.0]
        said += [f"{name}: {what}" for what in wrong_money(result, of)]
    return said


def differences(one: Result, other: Result) -> dict[str, float]:
    """How far the statistics of two programs lie apart, in standard errors of the differences of each path."""
    left, right = statistics(one), statistics(other)
    apart = {}
    for what in left:
        gap = left[what] - right[what]
        spread = gap.std() / gap.size**0.5
        apart[what] = float(gap.mean() / spread) if spread > 0.0 else 0.0
    return apart


def statistics(of: Result) -> dict[str, FloatArray]:
    """Numbers of each path whose means are compared: first and second moments, losses, years."""
    wellbeing, work = of.verified.astype(np.float64).sum(axis=2).T
    received = of.money.received / 1e8
    year = of.money.repaid[:, 3] / 1e8
    return {
        "well-being": wellbeing,
        "work": work,
        "received": received,
        "P(loss)": (of.money.received < terms().drawn.sum()).astype(np.float64),
        "NPV": of.money.npv[:, 1] / 1e6,
        "fourth year": year,
        "well-being squared": wellbeing**2,
        "work squared": work**2,
        "well-being times work": wellbeing * work,
        "received squared": received**2,
        "fourth year squared": year**2,
    }


def wrong_money(result: Result, of: Given, most: int = 8_192) -> list[str]:
    """How the money of a program differs from that of risksim's engine on the same people."""
    part = Given(*(each[:most] for each in of))
    ours, theirs = settle_risksim(result.verified[:most], part.inputs), Money(*(each[:most] for each in result.money))
    said = []
    if not (np.array_equal(ours.received, theirs.received) and np.array_equal(ours.repaid, theirs.repaid)):
        said.append("pays other amounts than the engine for the same people")
    if not np.array_equal(ours.status, theirs.status):
        said.append(f"{int((ours.status != theirs.status).sum())} rates with another status")
    apart = float(np.abs(ours.npv - theirs.npv).max())
    if not apart <= 1e-6:
        said.append(f"net present values off by {apart:.1e}")
    apart = float(np.nanmax(np.abs(ours.irr - theirs.irr), initial=0.0))
    if not apart <= 1e-10:
        said.append(f"rates off by {apart:.1e}")
    return said

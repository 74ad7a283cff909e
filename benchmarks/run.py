"""Measure risksim beside its rivals, print ratios first, keep the figures and write the page.

    python benchmarks/run.py [--quick] [--only NAME]... [--json FILE] [--page FILE]
    python benchmarks/run.py --from FILE --page FILE

Programs take turns, so that a busy machine hurts all of them alike. A ratio is the median of the ratios of the turns,
a time the median of the times. The command fails if a program disagrees with the exact law or with another program, or
if threads change a bit; it never fails because a machine is slow.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import growth, page, precision, processes, purse, questions, rates, rich, rivals
from benchmarks.bench_simple import SEED, STAGES, Stages, pay, same_bits, simple_deal
from benchmarks.clock import Timed, in_ns, machine, one_core, ratio, rounded, turns
from risksim import api

RISKSIM = "risksim: inputs, people and payments"
WHOLE_RUN = "risksim: whole run with books, IRR and NPV, every path kept"
OPTIONAL = {"OpenTURNS, conditioned binomial": "openturns", "monaco, loop over cases": "monaco"}
Figures = dict[str, Any]


class Size(NamedTuple):
    """How much is measured."""

    quick: bool

    @property
    def repeats(self) -> int:
        return 3 if self.quick else 5

    def of(self, full: int, quick: int) -> int:
        """A number in a full run and in a quick one."""
        return quick if self.quick else full


class Part(NamedTuple):
    """What a part of the command found."""

    figures: Figures
    faults: list[str]
    """Wrong results: these fail the command."""
    left_out: list[str]
    """What could not be measured here."""


def simple(size: Size) -> Part:
    """The simple reference deal, person by person, beside every rival."""
    plan, paths = simple_deal(), size.of(1_000_000, 100_000)
    api.simulate(plan, 1_024, SEED, 1)  # compiles
    whole_array = min(paths, 50_000)
    programs = {
        "NumPy as stated, PCG64": (rivals.people_as_stated, paths),
        "NumPy as stated, SFC64": (partial(rivals.people_as_stated, bits=np.random.SFC64), paths),
        "NumPy as stated, whole array": (rivals.people_whole_array, whole_array),
        "NumPy hard-tuned, SFC64": (rivals.people_tuned, paths),
        "OpenTURNS, conditioned binomial": (rivals.conditioned_binomial, paths),
        "monaco, loop over cases": (rivals.case_loop, size.of(10_000, 2_000)),
    }
    left_out = [f"{name}: not installed" for name, package in OPTIONAL.items() if not rivals.installed(package)]
    for name, package in OPTIONAL.items():
        if not rivals.installed(package):
            del programs[name]
    faults = _simple_faults(paths, {name: run(n, SEED) for name, (run, n) in programs.items()})
    with one_core():
        timed = {RISKSIM: Timed(lambda: pay(plan, paths), paths)}
        timed |= {name: Timed(partial(run, n, SEED), n) for name, (run, n) in programs.items()}
        timed[WHOLE_RUN] = Timed(lambda: api.simulate(plan, paths, SEED, 1), paths)
        seconds = turns(timed, size.repeats)
        block = Stages(plan)
        stages = {stage: Timed(partial(block.run, stage), block.n_paths) for stage in STAGES}
        by_stage = in_ns(turns(stages, 10 * size.repeats))
    figures = {
        "paths": paths,
        "ratios": {f"{name}, times risksim": rounded(ratio(seconds[name], seconds[RISKSIM])) for name in programs},
        "ns a path": in_ns(seconds),
        "ns a path, by stage": by_stage,
    }
    return Part(figures, faults, left_out)


def _simple_faults(paths: int, payments: dict[str, rivals.IntArray]) -> list[str]:
    """What is wrong with the results of the simple deal, whatever their speed."""
    plan = simple_deal()
    one, two = api.simulate(plan, paths, SEED, 1).paths, api.simulate(plan, paths, SEED, 2).paths
    faults = [] if same_bits(one, two) else ["risksim: one thread and two threads differ"]
    received = pay(plan, paths)
    if not np.array_equal(received, one.received[:, 0]):
        faults.append("risksim: the timed stages pay other amounts than the engine")
    for name, paid in ({RISKSIM: received} | payments).items():
        found = rivals.agreement(paid)
        if not found.holds:
            faults.append(
                f"{name}: off the exact law by {found.mean_payment:.1f} and {found.p_loss:.1f} standard errors"
            )
    return faults


def internal_rates(size: Size) -> Part:
    """Internal rates of many deals beside pyxirr."""
    flows = rates.flows(size.of(rates.DEALS, 20_000))
    held, n_deals = rates.balances(flows), flows.shape[0]
    rates.by_risksim(rates.balances(flows[:10]))  # compiles
    there = rivals.installed("pyxirr")
    programs = {"risksim": Timed(lambda: rates.by_risksim(held), n_deals)}
    if there:
        programs["pyxirr, one call a deal"] = Timed(lambda: rates.by_pyxirr(flows), n_deals)
    with one_core():
        seconds = turns(programs, 3 * size.repeats)
    figures: Figures = {"deals": n_deals, "ratios": {}, "ns a deal": in_ns(seconds)}
    if there:
        name = "pyxirr, one call a deal"
        figures["ratios"] = {f"{name}, times risksim": rounded(ratio(seconds[name], seconds["risksim"]))}
    return Part(figures, rates.faults(flows, there), [] if there else ["pyxirr: not installed"])


def rich_deal(size: Size) -> Part:
    """The rich reference deal: lives and money apart, the inputs given."""
    of = rich.given(size.of(rich.PATHS, 8_192))
    n_paths = of.factor.size
    programs, left_out = rich.programs()
    results, timed = {}, {}
    for name, program in programs.items():
        verified = program.lives(of)
        results[name] = rich.Result(verified, program.money(verified, of))
        timed[name] = Timed(partial(program.lives, of), n_paths)
        timed[_money_of(name)] = Timed(partial(program.money, verified, of), n_paths)
    with one_core():
        seconds = turns(timed, size.repeats)
    both = {name: [a + b for a, b in zip(seconds[name], seconds[_money_of(name)], strict=True)] for name in programs}
    ours = [name for name in programs if name.startswith("risksim")]
    theirs = [name for name in programs if name not in ours]
    figures = {
        "paths": n_paths,
        "ratios": {f"{their}, times {our}": rounded(ratio(both[their], both[our])) for our in ours for their in theirs},
        "ratios, lives alone": {
            f"{their}, times {our}": rounded(ratio(seconds[their], seconds[our])) for our in ours for their in theirs
        },
        "ns a path": in_ns(both),
        "ns a path, lives": in_ns({name: seconds[name] for name in programs}),
        "ns a path, money and rates": in_ns({name: seconds[_money_of(name)] for name in programs}),
    }
    return Part(figures, rich.faults(results, of), left_out)


def _money_of(name: str) -> str:
    return f"{name}, money"


def threads(size: Size) -> Part:
    """One thread and two, not pinned."""
    plan, paths = simple_deal(), size.of(1_000_000, 200_000)
    api.simulate(plan, 1_024, SEED, 1)  # compiles
    seconds = turns(
        {
            "pay, 1 thread": Timed(lambda: pay(plan, paths, threads=1), paths),
            "pay, 2 threads": Timed(lambda: pay(plan, paths, threads=2), paths),
            "whole run, 1 thread": Timed(lambda: api.simulate(plan, paths, SEED, 1), paths),
            "whole run, 2 threads": Timed(lambda: api.simulate(plan, paths, SEED, 2), paths),
        },
        5,
    )
    figures = {
        "paths": paths,
        "ratios": {
            f"{what}, one thread over two": rounded(ratio(seconds[f"{what}, 1 thread"], seconds[f"{what}, 2 threads"]))
            for what in ("pay", "whole run")
        },
        "ns a path": in_ns(seconds),
    }
    return Part(figures, [], [])


def scaling(size: Size) -> Part:
    """Time a path by participants, cohorts and paths."""
    people, repeats = size.of(growth.PEOPLE, 2_400_000), size.of(3, 1)
    with one_core():
        participants = growth.by_participants(repeats, people)
        cohorts = growth.by_cohorts(repeats, people)
        paths = growth.by_paths(repeats, size.of(growth.PATHS[-1], 1_000_000))
    figures = {
        "growth with the power of": {
            "participants": growth.exponent(participants),
            "cohorts": growth.exponent(cohorts),
            "paths": growth.exponent(paths, each=False),
        },
        "ns a path, by participants": participants,
        "ns a path, by cohorts of 120": cohorts,
        "ns a path, by paths": paths,
    }
    return Part(figures, [], [])


def accuracy(size: Size) -> Part:
    """Errors against the exact law of the simple deal, and what they cost."""
    points, seeds = size.of(precision.POINTS, 4_096), size.of(precision.SEEDS, 10)
    with one_core():
        found, left_out = precision.table(points, seeds)
    return Part({"points": points, "samples": seeds} | found, [], left_out)


def memory(size: Size) -> Part:
    """Most memory held by whole processes."""
    paths = (100_000, 1_000_000) if size.quick else (100_000, 1_000_000, 10_000_000)
    found, refused = processes.peaks(paths, 1_000, size.of(10_000, 1_024))
    return Part(found, [], refused)


def public_purse(size: Size) -> Part:
    """Runs that reckon a public purse beside plain runs on the same paths."""
    paths = size.of(65_536, 16_384)
    timed = purse.programs(paths)
    with one_core():
        seconds = turns(timed, size.repeats)
    names = [(deal, engine) for deal in purse.deals() for engine in purse.ENGINES]
    figures = {
        "paths": paths,
        "ratios": {
            f"{purse.purse_of(*name)}, times the plain run": rounded(
                ratio(seconds[purse.purse_of(*name)], seconds[purse.plain_of(*name)])
            )
            for name in names
        },
        "ns a path": in_ns(seconds),
    }
    return Part(figures, purse.faults(min(paths, 4_096)), [])


def asked(size: Size) -> Part:
    """Questions beside one plain run of the same deal."""
    paths = size.of(100_000, 20_000)
    timed = questions.programs(paths)
    with one_core():
        seconds = turns(timed, 3)
    plain = seconds[questions.PLAIN]
    figures = {
        "paths": paths,
        "ratios": {
            f"{name}, times the plain run": rounded(ratio(seconds[name], plain))
            for name in timed
            if name != questions.PLAIN
        },
        "ns a path": in_ns(seconds),
    }
    return Part(figures, questions.faults(min(paths, 2_048)), [])


def start_up(size: Size) -> Part:
    """Whole processes."""
    taken, complaints = processes.start_up(size.repeats if not size.quick else 1)
    return Part(taken, complaints, [])


PARTS: dict[str, Callable[[Size], Part]] = {
    "simple": simple,
    "rates": internal_rates,
    "rich": rich_deal,
    "threads": threads,
    "scaling": scaling,
    "accuracy": accuracy,
    "memory": memory,
    "purse": public_purse,
    "questions": asked,
    "start-up": start_up,
}


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure risksim beside its rivals.")
    parser.add_argument("--quick", action="store_true", help="smaller runs: about a minute")
    parser.add_argument("--only", action="append", choices=sorted(PARTS), help="this part; may be said again")
    parser.add_argument("--json", type=Path, help="keep the figures here; parts not measured stay as they are there")
    parser.add_argument("--from", type=Path, dest="source", help="measure nothing, take the figures from here")
    parser.add_argument("--page", type=Path, help="write the page and its pictures from the figures")
    chosen = parser.parse_args()
    if chosen.source is not None:
        figures, faults = json.loads(chosen.source.read_text(encoding="utf-8")), []
    else:
        figures, faults = measure(Size(chosen.quick), chosen.only or list(PARTS), chosen.json)
    if chosen.page is not None:
        page.write(figures, chosen.page)
    if faults:
        sys.exit("\n".join(faults))


def measure(size: Size, names: list[str], keep: Path | None) -> tuple[Figures, list[str]]:
    """Measure parts one by one, print each, and keep what is found after each."""
    here = machine()
    figures: Figures = {"machine": here, "parts": {}}
    if keep is not None and keep.exists():
        before = json.loads(keep.read_text(encoding="utf-8"))
        if before["machine"] == here:
            figures = before
        elif set(names) != set(PARTS):
            sys.exit(f"{keep} holds figures of another machine or of other packages; measure every part anew.")
    print(", ".join(f"{key} {value}" for key, value in here.items()), flush=True)
    faults: list[str] = []
    # Before anything runs, so that the load is that of other programs.
    load = rounded(os.getloadavg()[0]) if hasattr(os, "getloadavg") else 0.0
    for name in names:
        begin = time.perf_counter()
        found = PARTS[name](size)
        seconds = time.perf_counter() - begin
        faults += found.faults
        measured = {"day": dt.datetime.now(tz=dt.UTC).date().isoformat(), "quick": size.quick, "load": load}
        figures["parts"][name] = measured | {"figures": found.figures, "left out": found.left_out}
        print(f"\n{name} ({seconds:.0f} s)\n{page.plain(found.figures)}", flush=True)
        for line in found.left_out:
            print(f"  left out: {line}", flush=True)
        if keep is not None:
            figures["parts"] = {part: figures["parts"][part] for part in PARTS if part in figures["parts"]}
            keep.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return figures, faults


if __name__ == "__main__":
    main()

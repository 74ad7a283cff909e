"""The slow twin of public money: person by person, in fractions, as `docs/reference/public-money.md` says it.

Written from that page and the parsed `Scenario`, never from the plan, the kernels or the engine. Refunds by weeks are
added up week by week from the steps of the register.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from risksim.scenario.base import value_of
from risksim.scenario.scenario import Scenario

SECTORS = ("municipality", "region", "state")
REGISTER = Path(__file__).parents[2] / "risksim" / "scenario" / "register.toml"
BILLION = 10**9


@dataclass
class Life:
    """One participant, as far as public money reads a life. Dates are those of the deal."""

    joined: dt.date | None = None
    """The date of the deal on or after enrolment; None where there is none."""
    finished: dt.date | None = None
    """Likewise of completion; None for whoever doesn't complete."""
    met: dict[str, list[dt.date]] = field(default_factory=dict)
    """By outcome, the follow-ups at which it is met."""
    without: dict[str, list[dt.date]] = field(default_factory=dict)
    """The same without the programme."""


@dataclass
class Ledger:
    """Minor units by line, calendar year and sector; costs are negative."""

    gross: Counter[tuple[str, int, str]] = field(default_factory=Counter)
    net: Counter[tuple[str, int, str]] = field(default_factory=Counter)
    cash: Counter[tuple[str, int, str]] = field(default_factory=Counter)
    beyond: Counter[str] = field(default_factory=Counter)


def reckon(
    scenario: Scenario, lives: list[Life], follow_ups: list[dt.date], numbers: Mapping[str, float] | None = None
) -> Ledger:
    """What every line of a deal saves on one path.

    `numbers` are drawn values by name, as ``public.consequences[shelter].price``.
    """
    public, out = scenario.public, Ledger()
    given = _Numbers(numbers or {})
    tax = Fraction("1.28") if public.calculation == "socio-economic" else Fraction(1)
    minor = {"DKK": 100, "JPY": 1}[scenario.currency]
    for name, said in public.consequences.items():
        at = f"public.consequences[{name}]"
        worth = given.of(said.saved, f"{at}.saved") * given.of(said.volume, f"{at}.volume")
        worth *= given.of(said.price, f"{at}.price") * _level(scenario, said.price_year) * minor * tax
        if public.calculation == "socio-economic" and said.kind == "transfer":
            worth *= 0
        kept = 1 - given.of(said.unserved, f"{at}.unserved")
        if public.overlap is not None:
            claimed = given.of(public.overlap.share, "public.overlap.share")
            kept *= 1 - claimed * (1 - _kept(public.overlap))
        timed = said.counts == "while met"
        decay = Fraction(0) if timed else given.of(said.decay, f"{at}.decay")
        gross: Counter[tuple[int, int]] = Counter()
        net: Counter[tuple[int, int]] = Counter()
        for life in lives:
            for sign, units, dates in ((1, gross, life.met), (1, net, life.met), (-1, net, life.without)):
                for key, much in claims(scenario, said, decay, dates, follow_ups):
                    units[key] += sign * much
        cash = given.of(said.cashable, f"{at}.cashable")
        post(out, scenario, name, said, (gross, worth), (net, worth * kept), cash)
    for name, said in public.during.items():
        at = f"public.during[{name}]"
        worth = given.of(said.saved, f"{at}.saved") * given.of(said.price, f"{at}.price")
        worth *= _level(scenario, said.price_year) * minor * tax
        if public.calculation == "socio-economic" and said.kind == "transfer":
            worth *= 0
        people = heads(lives, said.per)
        post(out, scenario, name, said, (people, worth), (people, worth), given.of(said.cashable, f"{at}.cashable"))
    for name, said in public.costs.items():
        worth = given.of(said.amount, f"public.costs[{name}].amount") * _level(scenario, said.price_year) * minor * tax
        worth *= 1 if said.instead else -1
        if said.per is not None:
            times = heads(lives, said.per)
        else:
            by_year = said.by_year or {scenario.start_date.year: 1}
            times = Counter({(year, 0): Fraction(str(value_of(part))) for year, part in by_year.items()})
        post(out, scenario, name, said, (times, worth), (times, worth), Fraction(0))
    return out


class _Numbers:
    def __init__(self, drawn: Mapping[str, float]) -> None:
        self.drawn = drawn

    def of(self, said: Any, name: str) -> Fraction:
        """A number as a fraction: as it was drawn, or as it is written."""
        if name in self.drawn:
            return Fraction(self.drawn[name])
        return Fraction(str(value_of(said)))


def claims(
    scenario: Scenario, said: Any, decay: Fraction, dates: Mapping[str, list[dt.date]], follow_ups: list[dt.date]
) -> Iterator[tuple[tuple[int, int], Fraction]]:
    """What one person claims, by calendar year and years after the success: the best claim of each year."""
    outcomes = [said.outcome] if isinstance(said.outcome, str) else list(said.outcome)
    if said.counts == "while met":
        for date in sorted({date for outcome in outcomes for date in dates.get(outcome, [])}):
            at = follow_ups.index(date)
            here, following = (date, follow_ups[at + 1]) if at + 1 < len(follow_ups) else (follow_ups[at - 1], date)
            months = 12 * (following.year - here.year) + following.month - here.month
            yield (date.year, 0), Fraction(months, 12)
        return
    profile = [Fraction(str(each)) for each in said.by_year] if said.by_year else [Fraction(1)] * said.lasts
    best: dict[int, tuple[Fraction, int]] = {}
    for outcome in outcomes:
        if not dates.get(outcome):
            continue
        first = min(dates[outcome])
        for t, part in enumerate(profile[: said.lasts], start=1):
            much = part * (1 - decay) ** (t - 1)
            best[first.year + t] = max(best.get(first.year + t, (Fraction(0), t)), (much, t))
    for year, (much, t) in best.items():
        yield (year, t), much


def heads(lives: Iterable[Life], per: str) -> Counter[tuple[int, int]]:
    """Participants or completers by calendar year."""
    days = (life.joined if per == "participant" else life.finished for life in lives)
    return Counter((day.year, 0) for day in days if day is not None)


def post(
    out: Ledger,
    scenario: Scenario,
    name: str,
    said: Any,
    gross: tuple[Mapping[tuple[int, int], Any], Fraction],
    net: tuple[Mapping[tuple[int, int], Any], Fraction],
    cashable: Fraction,
) -> None:
    """Round each year once, cut it into parts by t and split each part between sectors."""
    books = ((out.gross, *gross), (out.net, *net), (out.cash, net[0], net[1] * cashable))
    evidence = getattr(said, "evidence", None)
    for book, units, worth in books:
        for year in sorted({year for year, _ in units}):
            ts = sorted(t for y, t in units if y == year)
            groups: list[tuple[list[int], int]] = []
            for t in ts:
                share = shares(scenario, said.bears, year, t)
                if groups and groups[-1][0] == share:
                    groups[-1] = (share, t)
                else:
                    groups.append((share, t))
            before = 0
            for share, last in groups:
                so_far = round(sum(units[year, t] for t in ts if t <= last) * worth)
                for sector, part in zip(SECTORS, split(so_far - before, share), strict=True):
                    book[name, year, sector] += part
                before = so_far
            if book is out.net and evidence is not None:
                within = round(sum((units[year, t] for t in ts if t <= evidence), Fraction(0)) * worth)
                out.beyond[name] += before - within


def split(amount: int, share: list[int]) -> list[int]:
    """Largest remainder, by magnitude; ties go to the first."""
    sign, size = (-1 if amount < 0 else 1), abs(amount)
    parts = [size * each // BILLION for each in share]
    by_rest = sorted(range(len(share)), key=lambda k: (-(size * share[k] % BILLION), k))
    for k in by_rest[: size - sum(parts)]:
        parts[k] += 1
    return [sign * part for part in parts]


def shares(scenario: Scenario, bears: Any, year: int, t: int) -> list[int]:
    """What each sector bears of what falls in a calendar year t years after a success, in billionths."""
    if isinstance(bears, str):
        exact = [Fraction(int(sector == bears)) for sector in SECTORS]
    elif isinstance(bears, Mapping):
        exact = [Fraction(bears.get(sector, 0)) for sector in SECTORS]
    else:
        state = by_weeks(bears.refund, bears.weeks, t) if scenario.public.refunds_apply else Fraction(0)
        exact = [1 - state, Fraction(0), state]
    whole = [round(each * BILLION) for each in exact]
    whole[whole.index(max(whole))] += BILLION - sum(whole)
    return whole


def by_weeks(rule: str, weeks: float, t: int) -> Fraction:
    """The state's part of the t-th year after a success, of people who had been on support for some weeks."""
    table = tomllib.loads(REGISTER.read_text(encoding="utf-8"))["constants"][rule]["table"]
    first = int(weeks) + 52 * max(t - 1, 0)
    total = Fraction(0)
    for week in range(first, first + 52):
        step = max(k for k, begins in enumerate(table["from_week"]) if begins <= week)
        total += Fraction(str(table["share"][step]))
    return total / 52


def _level(scenario: Scenario, year: int | None) -> Fraction:
    target = scenario.public.price_year or scenario.start_date.year
    if year is None or year == target:
        return Fraction(1)
    return Fraction(str(scenario.public.index[target])) / Fraction(str(scenario.public.index[year]))


def _kept(overlap: Any) -> Fraction:
    return Fraction(1, overlap.programmes) if overlap.by == "equal parts" else Fraction(int(overlap.rank == 1))

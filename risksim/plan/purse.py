"""The public purse of a deal: what successes save and what public budgets spend, as arrays beside the deal's own.

Its numbers are gathered apart from the deal's, so that nothing that investors get can hang on them.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from risksim.language import _
from risksim.plan import layout, people
from risksim.plan.numbers import Gathered, Number, Path, Places, is_graded, slots
from risksim.scenario import incidence, register
from risksim.scenario.incidence import IncidenceError
from risksim.scenario.outcomes import is_amount
from risksim.scenario.payments import outcomes_of
from risksim.scenario.programme import usual
from risksim.scenario.public import SECTORS, Consequence, During, Overlap, Public, PublicCost, Refunded
from risksim.scenario.scenario import Scenario
from risksim.scenario.uncertainty import LARGEST_AMOUNT

NOTHING, CERTAIN_ONE = Number(-1, 0.0), Number(-1, 1.0)
CASHABLE = {"service": "cashable-share-services", "transfer": "cashable-share-transfers"}
"""The constant that says how much of a saving becomes cash."""
NEVER_OF_TIME = ("by_year", "lasts", "decay", "evidence")
"""What only years after a success have."""


class Parts(NamedTuple):
    """What the rest of the plan tells the purse."""

    outcomes: layout.Outcomes
    calendar: layout.Calendar
    dates: Sequence[dt.date]
    """All periods."""
    follow_ups: Sequence[dt.date]
    years: Sequence[int]
    """Budget years of the deal."""
    payers: Sequence[str]
    clause: layout.IntArray
    """int64[rule]: position in the file of the clause of each row of the payment rules."""


class Line(NamedTuple):
    """A line of the purse before it is arrays."""

    name: str
    place: Path
    kind: int
    counts: int
    claims: tuple[int, ...]
    """Outcomes of persons."""
    heads: int
    """JOINED or FINISHED; -1 where no people are counted."""
    level: int
    """The price level of its price: a calendar year."""
    profile: tuple[float, ...]
    """By years after the success, from 0 on. [1]"""
    evidence: int
    in_all: Mapping[int, float]
    """By calendar year, of a cost in all. [1]"""
    saved: Number
    volume: Number
    price: Number
    decay: Number
    cashable: Number
    unserved: Number
    said: Consequence | During | PublicCost

    @property
    def is_transfer(self) -> bool:
        """Whether it is income support."""
        return getattr(self.said, "kind", "") == "transfer"


def purse(deal: Gathered, places: Places, parts: Parts) -> layout.Purse | None:
    """The public purse of a deal; None where the file says nothing of it. Its faults join those of the deal.

    Parameters
    ----------
    deal : Gathered
        The scenario and the uncertain numbers of the deal, which it leaves as they are.
    places : Places
        The document, for line numbers in messages.
    parts : Parts
        What the rest of the plan says.
    """
    if deal.scenario.public is None:
        return None
    return _Compiler(deal, places, deal.scenario.public, parts).purse()


class _Compiler:
    """What every step needs: the scenario, the purse's own numbers, and the tables used so far."""

    def __init__(self, deal: Gathered, places: Places, public: Public, parts: Parts) -> None:
        self.deal, self.public, self.parts = deal, public, parts
        self.scenario: Scenario = deal.scenario
        self.own = Gathered(deal.out, places, draft=deal.draft, quantiles=deal.quantiles)
        self.start = self.scenario.start_date.year
        self.price_year = public.first_price_year(self.scenario.start_date)
        self.personal = list(self.scenario.personal)
        self.sentences: dict[str, None] = {}
        self.volumes: list[int] = []
        self.index = self._index()

    def purse(self) -> layout.Purse | None:
        public, parts = self.public, self.parts
        lines = self._lines()
        years = self._years(lines)
        meters, columns = self._meters(lines)
        anyway = self._anyway()
        overlap = public.overlap
        share = NOTHING
        if overlap is not None:
            share = self.own.number(("public", "overlap", "share"), overlap.share, "1", high=1.0)
        budgets = [*SECTORS, *(payer for payer in parts.payers if payer not in SECTORS)]
        discount, deflator = self._discount(len(years)), self._deflator(years)
        grouped = self._grouped(lines, years, columns)
        appropriation = self._appropriations()
        factor = self._tax_factor(lines)
        claims = self._claims_of_rules()
        self._share_addresses()
        self.deal.faults.extend(self.own.faults)
        if self.own.faults:
            return None
        return layout.Purse(
            inputs=self.own.inputs(),
            together=self._together(),
            meters=meters,
            lines=grouped,
            anyway_slot=anyway[0],
            anyway_value=anyway[1],
            overlap=layout.Numbers(*slots([share])),
            overlap_kept=_kept(overlap),
            year_of_period=np.array([date.year - self.start for date in parts.dates], dtype=np.int64),
            months_to_next=self._months_to_next(),
            discount=discount,
            deflator=deflator,
            payer_budget=np.array([budgets.index(payer) for payer in parts.payers], dtype=np.int64),
            appropriation=appropriation,
            claim_of_rule=claims,
            socio_economic=public.calculation == "socio-economic",
            tax_factor=factor,
            budgets=tuple(budgets),
            years=tuple(years),
            names=tuple(line.name for line in lines),
            committees=tuple(line.said.committee or "" for line in lines),
            notes=tuple(self.own.notes),
            price_year=self.price_year,
            editions=tuple(self.sentences),
        )

    def fault(self, place: Path, found: str, remedy: str) -> None:
        """Note what is wrong."""
        self.own.faults.append(self.own.places.fault(place, found, remedy))

    def say_table(self, key: str, use: str) -> None:
        """Note that a table of the register was used."""
        one = register.constants()[key]
        until = f"{one.valid_from} to {one.valid_to}" if one.valid_to else f"from {one.valid_from} on"
        self.sentences[f"{key}, {use}: {until}, {one.source or 'no source'}; {register.STATUS[one.status]}."] = None

    # Prices

    def _index(self) -> dict[int, float]:
        said = self.public.index
        if said is None or not isinstance(said, str):
            return dict(said or {})
        one = register.constants().get(said)
        if one is None or one.is_number or "index" not in one.value:
            self.fault(
                ("public", "index"),
                _("got '{said}', which is no price index of the register.", said=said[:60]),
                _("Write net-price-index, or the value of an index for each year, as {2020: 100, 2026: 118}."),
            )
            return {}
        self.say_table(said, "prices of other years")
        table = register.table(said)
        return {int(year): value for year, value in zip(table["year"], table["index"], strict=True)}

    def conversion(self, place: Path, own: int | None, target: int | None = None) -> float:
        """What turns a price of one year into a price of another, that of the calculation where none is named. [1]"""
        target = self.price_year if target is None else target
        if own is None or own == target:
            return 1.0
        missing = [year for year in (own, target) if year not in self.index]
        if not missing:
            return self.index[target] / self.index[own]
        known = f"an index for {min(self.index)} to {max(self.index)}" if self.index else "no index"
        self.fault(
            place,
            _(
                "got prices of {own}, which are needed in prices of {target}; the file names {known}, which "
                "does not say {names}.",
                own=own,
                target=target,
                known=known,
                names=_(" and ").join(map(str, missing)),
            ),
            _(
                "Write public.index with both years, as {{{own}: 100, {target}: 110}}, or prices of {target}.",
                own=own,
                target=target,
            ),
        )
        return 1.0

    # Lines

    def _lines(self) -> list[Line]:
        public = self.public
        found = [self._consequence(name, one) for name, one in public.consequences.items()]
        found += [self._during(name, one) for name, one in public.during.items()]
        found += [self._cost(name, one) for name, one in public.costs.items()]
        for line in found:
            self._bounded(line)
        return found

    def _consequence(self, name: str, one: Consequence) -> Line:
        here: Path = ("public", "consequences", name)
        while_met = one.counts == "while met"
        if while_met:
            for key in NEVER_OF_TIME:
                if getattr(one, key) is not None:
                    found = _(
                        "got {key} beside counts: while met, which saves while an outcome is met and nothing after.",
                        key=key,
                    )
                    self.fault((*here, key), found, _("Take {key} out, or write counts: first success.", key=key))
        converted = self.conversion((*here, "price_year"), one.price_year)
        if while_met:
            profile: tuple[float, ...] = (converted,)
        else:
            profile = (0.0, *(converted * times for times in self._by_year(here, one)))
        volume = self.own.number(
            (*here, "volume"), one.volume if one.volume is not None else usual("consequence-volume"), "1"
        )
        if volume.slot >= 0:
            self.volumes.append(volume.slot)
        decay = NOTHING
        if not while_met:
            said = one.decay if one.decay is not None else usual("benefit-decay")
            decay = self.own.number((*here, "decay"), said, "1/year", high=1.0)
        return Line(
            name,
            here,
            layout.IS_CONSEQUENCE,
            layout.WHILE_MET if while_met else layout.BY_SUCCESS,
            self._claims(here, one),
            -1,
            one.price_year or self.price_year,
            profile,
            one.evidence if one.evidence is not None else len(profile) - 1,
            {},
            self._saved(here, one, "year"),
            volume,
            self._price(here, one),
            decay,
            self._cashable(here, one),
            self.own.number((*here, "unserved"), one.unserved, "1", high=1.0),
            one,
        )

    def _during(self, name: str, one: During) -> Line:
        here: Path = ("public", "during", name)
        return Line(
            name,
            here,
            layout.IS_DURING,
            layout.OF_PEOPLE,
            (),
            layout.JOINED if one.per == "participant" else layout.FINISHED,
            one.price_year or self.price_year,
            (self.conversion((*here, "price_year"), one.price_year),),
            0,
            {},
            self._saved(here, one, one.per),
            CERTAIN_ONE,
            self._price(here, one),
            NOTHING,
            self._cashable(here, one),
            NOTHING,
            one,
        )

    def _cost(self, name: str, one: PublicCost) -> Line:
        here: Path = ("public", "costs", name)
        converted = self.conversion((*here, "price_year"), one.price_year)
        in_all: dict[int, float] = {}
        if one.per is None:
            said = {self.start: 1.0} if one.by_year is None else one.by_year
            in_all = {year: times * converted for year, times in said.items()}
        elif one.by_year is not None:
            found = _(
                "got by_year beside per: {per}; what each costs falls in the year in which people are counted.",
                per=one.per,
            )
            self.fault((*here, "by_year"), found, _("Take by_year out, or per."))
        for year in in_all:
            if year < self.start:
                found = _(
                    "got {year}, before the deal starts in {start}; years are counted from the start on.",
                    year=year,
                    start=self.start,
                )
                self.fault((*here, "by_year"), found, _("Write it under {start}.", start=self.start))
        unit = self.scenario.currency if one.per is None else f"{self.scenario.currency}/{one.per}"
        return Line(
            name,
            here,
            layout.IS_INSTEAD if one.instead else layout.IS_COST,
            layout.IN_ALL if one.per is None else layout.OF_PEOPLE,
            (),
            {"participant": layout.JOINED, "completer": layout.FINISHED}.get(one.per or "", -1),
            one.price_year or self.price_year,
            (0.0 if one.per is None else converted,),
            0,
            in_all,
            self.own.number((*here, "amount"), one.amount, unit),
            CERTAIN_ONE,
            CERTAIN_ONE,
            NOTHING,
            CERTAIN_ONE,
            NOTHING,
            one,
        )

    def _saved(self, here: Path, one: Consequence | During, per: str) -> Number:
        is_money = one.unit == "currency"
        if is_graded(one.saved) and is_graded(one.price):
            found = _("got a grade of confidence on what is saved and on its price; each amount is graded once.")
            self.fault((*here, "price"), found, _("Take one of the grades out."))
        unit = f"{self.scenario.currency if is_money else one.unit}/{per}"
        return self.own.number((*here, "saved"), one.saved, unit, low=-math.inf)

    def _price(self, here: Path, one: Consequence | During) -> Number:
        currency = self.scenario.currency
        unit = currency if one.unit == "currency" else f"{currency}/{one.unit}"
        return self.own.number((*here, "price"), one.price, unit)

    def _cashable(self, here: Path, one: Consequence | During) -> Number:
        said = one.cashable if one.cashable is not None else usual(CASHABLE[one.kind])
        return self.own.number((*here, "cashable"), said, "1", high=1.0)

    def _by_year(self, here: Path, one: Consequence) -> list[float]:
        """What the first, second, ... year after a success is multiplied by, to the last in which anything is saved."""
        horizon, lasts = self.public.horizon, one.lasts
        if horizon is not None and lasts is not None and lasts > horizon:
            found = _(
                "got {lasts} years, but savings are counted over a horizon of {horizon}.", lasts=lasts, horizon=horizon
            )
            self.fault(
                (*here, "lasts"), found, _("Write public.horizon: {lasts}, or let it last less long.", lasts=lasts)
            )
        if lasts is None and (horizon is not None or one.by_year is None):
            lasts = horizon if horizon is not None else int(register.plain("benefit-horizon"))
        if one.by_year is None:
            return [1.0] * (lasts or 0)
        return one.by_year[:lasts]

    def _claims(self, here: Path, one: Consequence) -> tuple[int, ...]:
        said = [one.outcome] if isinstance(one.outcome, str) else one.outcome
        known: list[int] = []
        for name in said:
            if name not in self.scenario.personal:
                found = _(
                    "got '{name}', which is no outcome of persons; there is {names}.",
                    name=name[:60],
                    names=", ".join(self.personal),
                )
                self.fault((*here, "outcome"), found, _("Write one of these names."))
            elif is_amount(self.scenario.personal[name]):
                found = _(
                    "got '{name}', an amount that each person has; only what people meet or not saves as a success.",
                    name=name,
                )
                self.fault(
                    (*here, "outcome"), found, _("Add an outcome that reads it, with at_least, and name that one.")
                )
            else:
                known.append(self.personal.index(name))
        if len(set(known)) < len(known):
            self.fault((*here, "outcome"), _("got an outcome twice; a person counts once."), _("Write each name once."))
        return tuple(dict.fromkeys(known))

    def _bounded(self, line: Line) -> None:
        """Refuse what could not be counted exactly."""
        people_in = max(sum(cohort.most_people for cohort in self.scenario.cohorts), 1)
        times = max(map(abs, [*line.profile, *line.in_all.values()]))
        most = abs(line.saved.value * line.price.value) * times * (people_in if line.counts != layout.IN_ALL else 1)
        if not most <= LARGEST_AMOUNT:
            self.fault(
                line.place,
                f"comes to {most:.3g} a year if everybody counts; sums are exact up to {LARGEST_AMOUNT:,.0f}.",
                _("Count the zeros of its units and its price."),
            )

    # Years

    def _years(self, lines: Iterable[Line]) -> list[int]:
        """Calendar years from that of the start to the last in which anything can be saved."""
        last = self.parts.dates[-1].year
        lasts = [len(line.profile) - 1 for line in lines if line.counts == layout.BY_SUCCESS]
        spent = [year for line in lines for year in line.in_all]
        return list(range(self.start, max([last + max(lasts, default=0), *spent]) + 1))

    def _seen(self, line: Line) -> range:
        """Calendar years in which the people of a line may be counted."""
        if line.heads >= 0:
            heads = people.heads_in(self.scenario, self.parts.dates)
            periods = np.flatnonzero(heads[line.heads - layout.JOINED])
        else:
            first, period = self.parts.outcomes.first_row, self.parts.outcomes.period_of_month
            rows = [period[first[k] : first[k + 1]].ravel() for k in line.claims]
            periods = np.concatenate([*rows, np.empty(0, dtype=np.int64)])
        found = [self.parts.dates[t].year for t in periods.tolist() if t >= 0]
        return range(min(found), max(found) + 1) if found else range(0)

    def _months_to_next(self) -> layout.FloatArray:
        """Months from each follow-up to the next; 0 for periods that are no follow-up. [month]"""
        month = dict(zip(self.parts.dates, self.parts.calendar.month.tolist(), strict=True))
        at = [0.0, *(month[date] for date in self.parts.follow_ups)]
        gaps = [after - before for before, after in itertools.pairwise(at)]
        following = dict(zip(self.parts.follow_ups, [*gaps[1:], gaps[-1]], strict=True))
        return np.array([following.get(date, 0.0) for date in self.parts.dates], dtype=np.float64)

    def _discount(self, n_years: int) -> layout.FloatArray:
        """Present value in the year of the start of one unit in each year. [1]"""
        said = self.public.discount
        if not isinstance(said, str):
            self.sentences[f"Present values at {said:.4g} a year, as the file says."] = None
            return np.array((1.0 + said) ** -np.arange(n_years))
        one = register.constants().get(said)
        if one is None or one.is_number or "from_year" not in one.value:
            self.fault(
                ("public", "discount"),
                _("got '{said}', which is no schedule of rates of the register.", said=said[:60]),
                _("Write discount-schedule, discount-schedule-2013, or a yearly rate as 0.035."),
            )
            return np.ones(n_years)
        self.say_table(said, "the real rate of present values")
        table = register.table(said)
        return discount_factors(table["from_year"], table["rate"], n_years)

    def _deflator(self, years: Sequence[int]) -> layout.FloatArray:
        """What turns a nominal amount of each year into prices of the calculation. [1]"""
        said = self.public.inflation
        growth = 1.0 + (register.plain("public-inflation") if said is None else said)
        return np.array([growth ** (self.price_year - year) for year in years])

    # People

    def _meters(self, lines: Sequence[Line]) -> tuple[layout.Measures, dict[tuple[int, int], int]]:
        """The people to be counted, each once, and the column of each outcome and statistic."""
        columns: dict[tuple[int, int], int] = {}
        for line in lines:
            if line.heads >= 0:
                columns.setdefault((-1, line.heads), len(columns))
            for outcome in line.claims:  # first successes always: they say how many people met it, once each
                wanted = (layout.FIRST, layout.ABLE, *([layout.ACHIEVED] if line.counts == layout.WHILE_MET else []))
                for statistic in wanted:
                    columns.setdefault((outcome, statistic), len(columns))
        outcomes = self.parts.outcomes
        heads = people.heads_in(self.scenario, self.parts.dates)
        rows = np.zeros((len(columns), outcomes.measured_month.shape[0]), np.uint8)
        seen_in = np.zeros((len(columns), len(self.parts.dates)), np.uint8)
        for (outcome, statistic), m in columns.items():
            if outcome < 0:
                seen_in[m] = heads[statistic - layout.JOINED]
                continue
            rows[m, outcomes.first_row[outcome] : outcomes.first_row[outcome + 1]] = 1
            periods = outcomes.period_of_month[rows[m] == 1]
            seen_in[m, periods[periods >= 0]] = 1
        axes = [np.array([key[axis] for key in columns], dtype=np.int64) for axis in (0, 1)]
        return layout.Measures(axes[0], axes[1], rows, seen_in), columns

    def _anyway(self) -> tuple[layout.IntArray, layout.FloatArray]:
        """The share of people who would have met each outcome anyway, where the purse says it."""
        numbers = dict.fromkeys(self.personal, Number(-1, math.nan))
        for name, share in self.public.anyway.items():
            here: Path = ("public", "anyway", name)
            if name not in numbers:
                found = _(
                    "got '{name}', which is no outcome of persons; there is {names}.",
                    name=name[:60],
                    names=", ".join(self.personal),
                )
                self.fault(here, found, _("Write one of these names."))
            elif name in self.deal.anyway:
                found = _("got '{name}', whose outcome says itself how many would have met it anyway.", name=name)
                self.fault(here, found, _("Take it out here: the counterfactual of the outcome holds."))
            else:
                numbers[name] = self.own.number(here, share, "1", high=1.0)
        return slots(list(numbers.values()))

    # Who bears

    def _grouped(
        self, lines: Sequence[Line], years: Sequence[int], columns: Mapping[tuple[int, int], int]
    ) -> layout.PurseLines:
        n_t = max((len(line.profile) for line in lines), default=1)
        profile, in_all = np.zeros((len(lines), n_t)), np.zeros((len(lines), len(years)))
        share = np.full((len(lines), len(years), n_t, len(SECTORS)), math.nan)
        socio = self.public.calculation == "socio-economic"
        for k, line in enumerate(lines):
            if not (socio and line.is_transfer):
                profile[k, : len(line.profile)] = line.profile
                for year, times in line.in_all.items():
                    in_all[k, year - self.start] = times if year >= self.start else 0.0
            self._share(line, years, profile[k], share[k])

        def of_lines(numbers: list[int]) -> layout.IntArray:
            return np.array(numbers, dtype=np.int64)

        def numbers_of(name: str) -> layout.Numbers:
            return layout.Numbers(*slots([getattr(line, name) for line in lines]))

        return layout.PurseLines(
            kind=of_lines([line.kind for line in lines]),
            counts=of_lines([line.counts for line in lines]),
            claim_ptr=np.cumsum([0, *(len(line.claims) for line in lines)]).astype(np.int64),
            claim_outcome=of_lines([outcome for line in lines for outcome in line.claims]),
            meter=of_lines([_meter(line, columns) for line in lines]),
            able=of_lines(
                [columns[line.claims[0], layout.ABLE] if len(line.claims) == 1 else -1 for line in lines],
            ),
            profile=profile,
            evidence=of_lines([line.evidence for line in lines]),
            saved=numbers_of("saved"),
            volume=numbers_of("volume"),
            price=numbers_of("price"),
            decay=numbers_of("decay"),
            cashable=numbers_of("cashable"),
            unserved=numbers_of("unserved"),
            is_transfer=np.array([line.is_transfer for line in lines], dtype=np.uint8),
            in_all=in_all,
            share=share,
        )

    def _share(self, line: Line, years: Sequence[int], profile: layout.FloatArray, out: layout.FloatArray) -> None:
        """Who bears a line in each calendar year and year after the success: out float64[year, t, sector].

        Cells of a refund in which nothing can fall are left as they are: no rule was asked about them.
        """
        bears = line.said.bears
        if isinstance(bears, str):
            out[:] = [float(sector == bears) for sector in SECTORS]
        elif isinstance(bears, dict):
            if abs(math.fsum(bears.values()) - 1.0) > 1e-9:
                found = _("got shares that add up to {total:g}; they add up to 1.", total=math.fsum(bears.values()))
                self.fault((*line.place, "bears"), found, _("Look which part is missing, or counted twice."))
            said = {str(sector): part for sector, part in bears.items()}
            out[:] = [said.get(sector, 0.0) for sector in SECTORS]
        else:
            try:
                self._refunded(line, bears, years, self._falls_in(line, profile), out)
            except IncidenceError as error:
                self.fault((*line.place, "bears", "refund"), error.found, error.remedy)

    def _refunded(
        self,
        line: Line,
        bears: Refunded,
        years: Sequence[int],
        cells: Iterable[tuple[int, int]],
        out: layout.FloatArray,
    ) -> None:
        editions = incidence.editions(bears.refund, self.public)
        if not self.public.refunds_apply:
            words = "No refunds: the municipality bears what the state would have borne under rules of refund."
            self.sentences[words] = None
            out[:] = 1.0, 0.0, 0.0
            return
        known: dict[tuple[incidence.DatedEdition, int], float] = {}
        for year, t in cells:
            edition = incidence.edition_on(editions, year)
            if (edition, t) not in known:
                known[edition, t] = self._state_share(line, bears, edition, t)
            out[year - years[0], t] = 1.0 - known[edition, t], 0.0, known[edition, t]

    def _falls_in(self, line: Line, profile: layout.FloatArray) -> list[tuple[int, int]]:
        """Calendar years and years after the success in which anything of a line can fall."""
        if line.counts == layout.IN_ALL:
            return [(year, 0) for year in line.in_all if year >= self.start]
        return [(first + t, t) for first in self._seen(line) for t in np.flatnonzero(profile).tolist()]

    def _state_share(self, line: Line, bears: Refunded, edition: incidence.DatedEdition, t: int) -> float:
        """What the state bears t years after a success. [1]"""
        rule = bears.refund
        self.sentences[f"{rule}: the edition {edition.dates}, {edition.origin or 'as the file says'}."] = None
        if edition.basis == "weeks":
            begins = bears.weeks + incidence.WEEKS_A_YEAR * max(t - 1, 0)
            return incidence.state_share_by_weeks(edition, begins, begins + incidence.WEEKS_A_YEAR)
        if edition.basis == "cost":
            return self._state_share_of_cost(line, bears, edition)
        if bears.days is None and math.isfinite(edition.most_days):
            raise IncidenceError(
                _(
                    "got {rule}, which refunds the first {most_days:g} days of a year, and no days.",
                    rule=rule,
                    most_days=edition.most_days,
                ),
                _("Add how many days of a year one person uses, as days: 200."),
            )
        return incidence.state_share_of_days(edition, bears.days or 1.0)

    def _state_share_of_cost(self, line: Line, bears: Refunded, edition: incidence.DatedEdition) -> float:
        if bears.yearly_cost is None:
            raise IncidenceError(
                _(
                    "got {refund}, which refunds a part of what one person costs in a year, and no yearly_cost.",
                    refund=bears.refund,
                ),
                _("Add what one person costs in a year before the refund, as yearly_cost: 973571."),
            )
        if edition.currency not in ("", self.scenario.currency):
            raise IncidenceError(
                _(
                    "got {refund}, whose amounts are in {currency}, in a deal in {wanted}.",
                    refund=bears.refund,
                    currency=edition.currency,
                    wanted=self.scenario.currency,
                ),
                _(
                    "Write the rule in {currency} under public.refunds.{refund}.",
                    currency=self.scenario.currency,
                    refund=bears.refund,
                ),
            )
        level = self.conversion((*line.place, "bears", "refund"), edition.price_year, line.level)
        return incidence.state_share_of_cost(edition, bears.yearly_cost, level)

    # Repayments

    def _appropriations(self) -> layout.Numbers:
        """What each payer has set aside in each budget year of the deal; nan for nothing said."""
        numbers = {(payer, year): Number(-1, math.nan) for payer in self.parts.payers for year in self.parts.years}
        for payer, by_year in self.public.appropriations.items():
            for year, amount in by_year.items():
                here: Path = ("public", "appropriations", payer, str(year))
                if payer not in self.parts.payers:
                    found = _(
                        "got {payer}, who pays nothing in this deal; {names} does.",
                        payer=payer,
                        names=_(" and ").join(self.parts.payers),
                    )
                    self.fault(here, found, _("Name a payer of the deal, or take it out."))
                elif (payer, year) not in numbers:
                    found = _(
                        "got {year}, in which nothing is paid; budget years are {listed}.",
                        year=year,
                        listed=_listed(self.parts.years),
                    )
                    self.fault(here, found, _("Write it under one of these years."))
                else:
                    numbers[payer, year] = self.own.number(here, amount, self.scenario.currency)
        return layout.Numbers(*slots(list(numbers.values())))

    def _claims_of_rules(self) -> layout.IntArray:
        """The outcome of persons for which each row of the payment rules pays, or PAYS_NONE or PAYS_OTHER."""
        found = []
        for k in self.parts.clause.tolist():
            names = outcomes_of(self.scenario.payments[k])
            is_one = len(names) == 1 and names[0] in self.scenario.personal
            other = layout.PAYS_OTHER if names else layout.PAYS_NONE
            found.append(self.personal.index(names[0]) if is_one else other)
        return np.array(found, dtype=np.int64)

    # The whole

    def _tax_factor(self, lines: Sequence[Line]) -> float:
        """What factor prices are multiplied by. [1]"""
        if self.public.calculation != "socio-economic":
            return 1.0
        self.say_table("net-tax-factor", f"{register.plain('net-tax-factor'):g} on everything that is no transfer")
        left_out = [line.name for line in lines if line.is_transfer]
        if left_out:
            self.sentences[f"Transfers cancel in a socio-economic calculation: {', '.join(left_out)} saves 0."] = None
        return register.plain("net-tax-factor")

    def _together(self) -> layout.FloatArray:
        """The part of each input that is the factor which volumes share: the correlation of any two of them. [1]"""
        said = self.public.together
        out = np.zeros(len(self.own.laws))
        out[self.volumes] = register.plain("consequence-correlation") if said is None else said
        return out

    def _share_addresses(self) -> None:
        """Refuse inputs that would be drawn as one of the deal's."""
        for address, name in self.own.addresses.items():
            other = self.deal.addresses.get(address)
            if other is not None:
                here = self.own.paths[[note.name for note in self.own.notes].index(name)]
                self.fault(
                    here,
                    _("'{name}' and '{other}' share the address of their draws.", name=name, other=other),
                    _("Rename one of them."),
                )


def discount_factors(from_year: Sequence[float], rate: Sequence[float], n_years: int) -> layout.FloatArray:
    """Present values of one unit in each year from the start, at rates by stretches of years.

    Parameters
    ----------
    from_year : sequence of float
        Years from the start up to which the rate before holds, the first 0. [year]
    rate : sequence of float
        The rate of each stretch. [1/year]
    n_years : int
        Years from the start, that of the start included.

    Returns
    -------
    float64[n_years]
        1 in the year of the start; each year is the one before it, discounted by one year at the rate of its stretch.

    Examples
    --------
    >>> discount_factors([0, 35, 70], [0.035, 0.025, 0.015], 12)[1:11].sum().round(4)
    np.float64(8.3166)
    """
    factors = [1.0]
    for year in range(1, n_years):
        now = max(k for k, begins in enumerate(from_year) if begins < year)
        factors.append(factors[-1] / (1.0 + rate[now]))
    return np.array(factors[:n_years])


def at_means(found: layout.Purse) -> layout.Purse:
    """The same purse with every uncertain number at its mean, and no inputs."""
    mean = found.inputs.mean

    def fixed(numbers: layout.Numbers) -> layout.Numbers:
        at = mean[np.maximum(numbers.slot, 0)] if mean.size else numbers.value
        return layout.Numbers(np.full_like(numbers.slot, -1), np.where(numbers.slot >= 0, at, numbers.value))

    lines = found.lines._replace(
        saved=fixed(found.lines.saved),
        volume=fixed(found.lines.volume),
        price=fixed(found.lines.price),
        decay=fixed(found.lines.decay),
        cashable=fixed(found.lines.cashable),
        unserved=fixed(found.lines.unserved),
    )
    anyway = fixed(layout.Numbers(found.anyway_slot, found.anyway_value))
    return found._replace(
        together=np.empty(0),
        lines=lines,
        anyway_slot=anyway.slot,
        anyway_value=anyway.value,
        overlap=fixed(found.overlap),
        appropriation=fixed(found.appropriation),
        notes=(),
    )


def _kept(overlap: Overlap | None) -> float:
    """What this programme keeps of successes that others claim as well. [1]"""
    if overlap is None:
        return 1.0
    return 1.0 / overlap.programmes if overlap.by == "equal parts" else float(overlap.rank == 1)


def _meter(line: Line, columns: Mapping[tuple[int, int], int]) -> int:
    """The column that a line counts."""
    if line.heads >= 0:
        return columns[-1, line.heads]
    if len(line.claims) != 1:
        return -1
    return columns[line.claims[0], layout.ACHIEVED if line.counts == layout.WHILE_MET else layout.FIRST]


def _listed(years: Sequence[int]) -> str:
    return ", ".join(map(str, years))

"""The slow twin of a financing: one path, party by party and date by date, as docs/reference/model.md says it.

Written from the parsed `Scenario`, in whole minor units and exact fractions; only what accrues is float64.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from risksim.scenario.base import value_of
from risksim.scenario.financing import Cost, Grant, Guarantee, Instalments, Tranche
from risksim.scenario.loans import Goal, Repayments, RevenueShare
from risksim.scenario.scenario import Scenario
from tests.reference.contract import result_on
from tests.reference.ending import Ended

Moves = dict[tuple[str, str, str, dt.date], int]
"""By from, to, reason and date. [minor unit]"""
ACCOUNT = "outcome account"
Events = list[tuple[str, dt.date, float]]
"""What costs that follow the people are for: participant, participant month or completer, the day, how many."""


def share(amount: int, weights: Mapping[str, int], limits: Mapping[str, int] | None = None) -> dict[str, int]:
    """Whole units by largest remainder, ties to the first; who is full stands aside and the rest is shared again."""
    given = dict.fromkeys(weights, 0)
    while amount > 0:
        open_to = {w: weights[w] for w in weights if weights[w] > 0 and (limits is None or given[w] < limits[w])}
        if not open_to:
            break
        total, exact = sum(open_to.values()), {}
        for who, weight in open_to.items():
            exact[who] = Fraction(amount * weight, total)
        whole = {who: int(part) for who, part in exact.items()}
        by_rest = sorted(open_to, key=lambda who: whole[who] - exact[who])
        for who in by_rest[: amount - sum(whole.values())]:
            whole[who] += 1
        for who, part in whole.items():
            taken = part if limits is None else min(part, limits[who] - given[who])
            given[who] += taken
            amount -= taken
    return given


@dataclass
class Investor:
    """What one tranche has paid, got and is owed."""

    terms: Tranche
    commitment: int
    drawn: int = 0
    paid_in: int = 0
    received: int = 0
    principal: int = 0
    interest: float = 0.0
    hurdle: float = 0.0
    moment: float = 0.0
    alive: float = 1.0
    """Of the borrower of a loan."""
    reached: set[str] = field(default_factory=set)
    """The goals of a loan that were reached."""


@dataclass
class Books:
    """One path of a deal on its way through the dates."""

    scenario: Scenario
    values: Mapping[str, float]
    minor: int
    dates: list[dt.date]
    years: Mapping[dt.date, float]
    add: Callable[[dt.date, int], dt.date]
    moves: Moves = field(default_factory=dict)
    cash: int = 0
    own_in: int = 0
    own_back: int = 0
    events: Events = field(default_factory=list)
    tallies: Mapping[tuple[str, str, dt.date], list[float]] = field(default_factory=dict)
    """Verified, measured and eligible people by cohort, outcome and follow-up."""
    spread: bool = False
    """Whether failures of borrowers are spread by expectation."""
    ended: Ended | None = None
    planned: Events = field(default_factory=list)
    """The events of a path that ended as they would have been."""

    def __post_init__(self) -> None:
        deal = self.scenario.financing
        self.deal = deal
        self.due: dict[tuple[str, dt.date], int] = {}
        self.investors = {
            t.name: Investor(t, self.whole(self.values[f"financing.tranches[{t.name}].commitment"]))
            for t in deal.tranches
        }
        self.grants = {g.name: self.whole(self.values[f"financing.grants[{g.name}].amount"]) for g in deal.grants}
        self.granted = dict.fromkeys(self.grants, 0)
        self.provider = self.scenario.provider
        self.own = f"{self.provider}, own funds"
        self.left = {n: self.limit(g) for n, g in enumerate(deal.guarantees)}
        self.claimed: dict[str, int] = {}
        self.over: dt.date | None = None
        if self.ended is not None:
            self.over = next(date for date in self.dates if date >= self.ended.day)

    # Amounts

    def whole(self, amount: float) -> int:
        return round(amount * self.minor)

    def cap(self, tranche: Tranche):
        return tranche.return_cap or (self.deal.return_cap if tranche.loan is None else None)

    def limit(self, guarantee: Guarantee) -> int:
        if guarantee.share is not None:
            return round(guarantee.share * sum(i.commitment for i in self.covered(guarantee)))
        return self.whole(self.values[f"financing.guarantees[{guarantee.name}].limit"])

    def covered(self, guarantee: Guarantee) -> list[Investor]:
        return [i for name, i in self.investors.items() if guarantee.covers in ("investors", name)]

    def bill(self, cost: Cost, date: dt.date) -> int:
        """What a cost comes to on a date; what followed the people up to a stop is billed at once after it."""
        if self.ended is None:
            return self.foreseen(cost, date, self.events)
        if cost.per is None:
            return self.foreseen(cost, date, self.events) if date <= self.ended.day else 0
        billed = [day for day in self.dates if day == self.over or (day <= self.ended.day and self.times(cost, day))]
        if date not in billed:
            return 0
        before = max((day for day in billed if day < date), default=dt.date.min)
        number = sum(n for what, day, n in self.events if what == cost.per and before < day <= date)
        return self.whole(self.values[f"financing.costs[{cost.name}].amount"] * number)

    def foreseen(self, cost: Cost, date: dt.date, events: Events) -> int:
        """What a cost comes to on a date if nothing stops."""
        times, here = self.times(cost, date), f"financing.costs[{cost.name}]"
        if not times:
            return 0
        if cost.share_of_commitment is not None:
            promised = sum(i.commitment for i in self.investors.values())
            return times * round(self.values[f"{here}.share_of_commitment"] * promised)
        if cost.per is None:
            return times * self.whole(self.values[f"{here}.amount"])
        before = max((day for day in self.dates if day < date and self.times(cost, day)), default=dt.date.min)
        number = sum(n for what, day, n in events if what == cost.per and before < day <= date)
        return self.whole(self.values[f"{here}.amount"] * number)

    def times(self, cost: Cost, date: dt.date) -> int:
        if (cost.name, date) not in self.due:
            self.due[cost.name, date] = self.count_times(cost, date)
        return self.due[cost.name, date]

    def count_times(self, cost: Cost, date: dt.date) -> int:
        start = value_of(self.scenario.start)
        if cost.per is not None and "due" not in cost.model_fields_set:
            return int(date in self.scenario.follow_up_dates())
        if isinstance(cost.due, Instalments):
            every = int(value_of(cost.due.every))
            return sum(self.add(start, k * every) == date for k in range(cost.due.times))
        if isinstance(cost.due, list):
            return sum(value_of(day) == date for day in cost.due)
        return int(date == start)

    def upto(self, part: Tranche | Grant, amount: float, date: dt.date) -> int:
        """What the drawdown foresees up to a date."""
        start, drawdown = value_of(self.scenario.start), part.drawdown
        if isinstance(drawdown, Instalments):
            every = int(value_of(drawdown.every))
            past = sum(self.add(start, k * every) <= date for k in range(drawdown.times))
            return self.whole(amount * (past / drawdown.times))
        if isinstance(drawdown, list):
            past = sorted((d for d in drawdown if value_of(d.on) <= date), key=lambda d: value_of(d.on))
            if drawdown[0].amount is not None:
                return min(self.whole(sum(d.amount for d in past)), self.whole(amount))
            everything = len(past) == len(drawdown)
            return self.whole(amount * (1.0 if everything else sum(d.share for d in past)))
        return self.whole(amount)

    # Moves

    def move(self, giver: str, taker: str, reason: str, date: dt.date, amount: int) -> None:
        if amount:
            assert amount > 0
            place = giver, taker, reason, date
            self.moves[place] = self.moves.get(place, 0) + amount

    def pay_in(self, investor: Investor, amount: int, date: dt.date) -> None:
        investor.paid_in += amount
        investor.hurdle += amount
        investor.moment += amount * self.years[date]

    def draw(self, investor: Investor, amount: int, date: dt.date) -> None:
        name = investor.terms.name
        investor.drawn += amount
        investor.principal += amount
        amount = round(amount * investor.alive)
        self.move(name, self.provider, f"drawdown of {name}", date, amount)
        self.pay_in(investor, amount, date)
        self.cash += amount

    def give(self, name: str, amount: int, date: dt.date) -> None:
        self.move(name, self.provider, f"grant of {name}", date, amount)
        self.granted[name] += amount
        self.cash += amount

    def receive(self, name: str, giver: str, reason: str, amount: int, date: dt.date) -> None:
        self.move(giver, name, reason, date, amount)
        self.investors[name].received += amount
        self.investors[name].hurdle -= amount

    # One date

    def accrue(self, date: dt.date, before: dt.date) -> None:
        span = self.years[date] - self.years[before]
        for investor in self.investors.values():
            owed, rate, loan = investor.principal + investor.interest, investor.terms.rate, investor.terms.loan
            if loan is not None and "lowered" in investor.reached:
                rate = loan.lowered.to
            investor.interest += owed * ((1.0 + rate) ** span - 1.0)
            cap = self.cap(investor.terms)
            investor.hurdle *= (1.0 + cap.rate if cap else 1.0) ** span

    def scheduled(self, date: dt.date) -> None:
        for name, investor in self.investors.items():
            if investor.terms.drawdown != "as needed":
                amount = self.values[f"financing.tranches[{name}].commitment"]
                self.draw(investor, self.upto(investor.terms, amount, date) - investor.drawn, date)
        for grant in self.deal.grants:
            if grant.drawdown != "as needed":
                amount = self.values[f"financing.grants[{grant.name}].amount"]
                self.give(grant.name, self.upto(grant, amount, date) - self.granted[grant.name], date)

    def fees_due(self, date: dt.date, before: dt.date) -> dict[str, int]:
        """Commitment fees for the time since the date before, on what was not drawn then."""
        found = {}
        for name, investor in self.investors.items():
            fee, drawdown = investor.terms.commitment_fee, investor.terms.drawdown
            costs = [day for cost in self.deal.costs if cost.paid_by == "programme" for day in self.dates
                     if self.times(cost, day)]  # fmt: skip
            if drawdown == "as needed":
                last = max(costs, default=None)
            elif isinstance(drawdown, Instalments):
                last = self.add(value_of(self.scenario.start), int(value_of(drawdown.every)) * (drawdown.times - 1))
            else:
                last = max(value_of(d.on) for d in drawdown) if isinstance(drawdown, list) else self.dates[0]
            if fee and last is not None and date <= last:
                span = self.years[date] - self.years[before]
                amount = round(fee * span * (investor.commitment - investor.drawn))
                found[name] = round(amount * investor.alive)
        return found

    def programme(self, date: dt.date, cash: int, fees: Mapping[str, int]) -> int:
        """Costs of the programme, from its cash, kept payments, grants, calls and own funds. Returns the cash left."""
        costs = [cost for cost in self.deal.costs if cost.paid_by == "programme"]
        if not costs and not fees:
            return cash
        need = sum(self.bill(cost, date) for cost in costs) + sum(fees.values())
        until = self.add(date, int(value_of(self.deal.buffer)))
        later = ahead = 0
        if self.ended is None or date <= self.ended.day:
            events = self.events if self.ended is None else self.planned
            bills = {day: sum(self.foreseen(cost, day, events) for cost in costs) for day in self.dates if day > date}
            later, ahead = sum(bills.values()), sum(bill for day, bill in bills.items() if day <= until)
        if self.deal.recycle:
            kept = min(cash, max(0, need + later - self.cash))
            self.move(ACCOUNT, self.provider, "outcome payments kept for costs", date, kept)
            self.cash += kept
            cash -= kept
        for grant in self.deal.grants:
            if grant.drawdown == "as needed":
                left = self.grants[grant.name] - self.granted[grant.name]
                self.give(grant.name, min(max(0, need + ahead - self.cash), left), date)
        undrawn = {
            name: i.commitment - i.drawn for name, i in self.investors.items() if i.terms.drawdown == "as needed"
        }
        for name, amount in share(max(0, need + ahead - self.cash), undrawn, undrawn).items():
            self.draw(self.investors[name], amount, date)
        if self.deal.uncovered_costs == "provider" and need > self.cash:
            self.own_in += need - self.cash
            self.move(self.own, self.provider, "costs beyond all sources", date, need - self.cash)
            self.cash = need
        for name, fee in fees.items():
            amount = min(fee, self.cash)
            self.cash -= amount
            self.receive(name, self.provider, f"commitment fee of {name}", amount, date)
        for cost in costs:
            amount = min(self.bill(cost, date), self.cash)
            self.move(self.provider, cost.paid_to, cost.name, date, amount)
            self.cash -= amount
        return cash

    def fees(self, date: dt.date) -> None:
        for cost in self.deal.costs:
            amount = self.bill(cost, date)
            if cost.paid_by == "investors":
                commitments = {name: i.commitment for name, i in self.investors.items()}
                for name, part in share(amount, commitments).items():
                    self.move(name, cost.paid_to, cost.name, date, part)
                    self.pay_in(self.investors[name], part, date)
            elif cost.paid_by != "programme":
                self.move(cost.paid_by, cost.paid_to, cost.name, date, amount)

    def allowed(self, investor: Investor, date: dt.date) -> int:
        cap = self.cap(investor.terms)
        if cap is None:
            return 2**62
        if cap.as_ == "irr":
            most = investor.hurdle
        elif cap.as_ == "simple average":
            earned = cap.rate * (investor.paid_in * self.years[date] - investor.moment)
            most = investor.paid_in + earned - investor.received
        else:
            most = (1.0 + cap.rate) * investor.paid_in - investor.received
        return max(0, round(most))

    def in_steps(self) -> bool:
        """Whether interest and principal are told apart from the surplus."""
        deal = self.deal
        queue = [t for t in deal.tranches if t.loan is None]
        if any(t.rank is not None or t.rate > 0 for t in queue):
            return True
        return deal.surplus in ("payers", "provider") and any(self.cap(t) is None for t in queue)

    def alone(self, date: dt.date, direct: Mapping[tuple[str, dt.date], int]) -> int:
        """Payments to one tranche: interest, then principal; the rest is on top. Returns all of them."""
        total = 0
        for name, investor in self.investors.items():
            amount = direct.get((name, date), 0)
            self.receive(name, ACCOUNT, f"payments to {name} alone", amount, date)
            of_interest = min(amount, max(0, round(investor.interest)))
            investor.interest -= of_interest
            investor.principal -= min(amount - of_interest, investor.principal)
            total += amount
        return total

    # Loans

    def fail(self, date: dt.date) -> None:
        """Borrowers who fail by this date, and what is recovered of them."""
        for name, investor in self.investors.items():
            loan = investor.terms.loan
            if loan is None or loan.default is None or loan.default.yearly_chance == 0.0:
                continue
            here = f"financing.tranches[{name}].loan.default"
            chance, lost = self.values[f"{here}.yearly_chance"], self.values[f"{here}.lost"]
            start, drawdown = value_of(self.scenario.start), investor.terms.drawdown
            first = min(value_of(d.on) for d in drawdown) if isinstance(drawdown, list) else start
            still = (1.0 - chance) ** max(self.years[date] - self.years[first], 0.0)
            moment = self.values.get(f"{here}.moment", 1.0)
            alive = still if self.spread else float(moment >= 1.0 - still)
            owed = (investor.alive - alive) * (1.0 - lost) * (investor.principal + investor.interest)
            # Interest that was rounded up when it was paid stays owed below zero, and grows: nobody recovers that.
            self.receive(name, self.own, f"recovered of the loan of {name}", max(round(owed), 0), date)
            investor.alive = alive

    def met(self, goal: Goal, date: dt.date, maturity: dt.date) -> bool:
        judged = self.scenario.follow_up_dates() if goal.on is None else [value_of(day) for day in goal.on]
        if date not in judged or date > maturity:
            return False
        if goal.counts == "value":
            found = self.result(goal.outcome, date)
            return found is not None and found >= goal.at_least
        tallies = [t for (_, name, day), t in self.tallies.items() if name == goal.outcome and day <= date]
        verified, eligible = sum(t[0] for t in tallies), sum(t[2] for t in tallies)
        if goal.counts == "count":
            return verified >= goal.at_least
        return eligible > 0 and Fraction(verified) >= Fraction(repr(goal.at_least)) * Fraction(eligible)

    def result(self, name: str, date: dt.date) -> float | None:
        """What is known of a result on a date."""
        until = dt.date.max if self.ended is None else self.ended.until
        return result_on(self.scenario, self.values, name, date, until)

    def repay(self, date: dt.date) -> None:
        """What falls due of each loan, after what is forgiven."""
        for name, investor in self.investors.items():
            loan = investor.terms.loan
            if loan is None:
                continue
            maturity = value_of(loan.maturity)
            for key in ("lowered", "forgiven", "accelerated"):
                goal = getattr(loan, key)
                if goal is not None and key not in investor.reached and self.met(goal, date, maturity):
                    investor.reached.add(key)
                    if key == "forgiven":
                        investor.principal -= min(investor.principal, round(loan.forgiven.share * investor.drawn))
            interest = max(0, round(investor.interest))
            due = 0, 0
            if isinstance(loan.repaid, RevenueShare):
                revenue = self.result(loan.repaid.share_of, date)
                part = max(0, self.whole((revenue or 0.0) * loan.repaid.share))
                due = min(part, interest), min(max(0, part - interest), investor.principal)
            elif isinstance(loan.repaid, Repayments):
                every, first = int(value_of(loan.repaid.every)), value_of(loan.repaid.first)
                days = [self.add(first, k * every) for k in range(loan.repaid.times)]
                if date in days:
                    left = len(days) - days.index(date)
                    due = interest, round(investor.principal * (1.0 / left))
            if date >= maturity or "accelerated" in investor.reached:
                due = interest, investor.principal
            investor.interest -= due[0]
            investor.principal -= due[1]
            for amount, what in zip(due, ("interest on", "repayment of"), strict=True):
                self.receive(name, self.own, f"{what} the loan of {name}", round(amount * investor.alive), date)

    def distribute(self, cash: int, date: dt.date) -> int:
        ranks = {name: i.terms.rank or 1 for name, i in self.investors.items() if i.terms.loan is None}
        if not ranks:
            return cash
        if self.in_steps():
            for rank in sorted(set(ranks.values())):
                here = {name: self.investors[name] for name in ranks if ranks[name] == rank}
                owed = {n: min(max(0, round(i.interest)), self.allowed(i, date)) for n, i in here.items()}
                for name, amount in share(cash, owed, owed).items():
                    self.receive(name, ACCOUNT, f"interest of {name}", amount, date)
                    here[name].interest -= amount
                    cash -= amount
                owed = {name: min(i.principal, self.allowed(i, date)) for name, i in here.items()}
                for name, amount in share(cash, owed, owed).items():
                    self.receive(name, ACCOUNT, f"principal of {name}", amount, date)
                    here[name].principal -= amount
                    cash -= amount
        takers = {}
        for name, investor in ((name, self.investors[name]) for name in ranks):
            last = ranks[name] == max(ranks.values())
            outside = self.deal.surplus in ("payers", "provider")
            takes = last and self.cap(investor.terms) is not None if outside else last
            if takes or self.deal.surplus == "investors":
                takers[name] = investor.commitment
        what = "surplus to" if self.in_steps() else "outcome payments to"
        limits = {name: self.allowed(self.investors[name], date) for name in takers}
        for name, amount in share(cash, takers, limits).items():
            self.receive(name, ACCOUNT, f"{what} {name}", amount, date)
            cash -= amount
        return cash

    def surplus(self, cash: int, date: dt.date, now: Mapping[str, int]) -> None:
        if self.deal.surplus == "provider":
            self.move(ACCOUNT, self.own, "surplus to the provider", date, cash)
            return
        weights = now if any(now.values()) else self.claimed
        given = share(cash, weights)
        if cash and not any(given.values()):
            given = {next(iter(weights)): cash}
        for payer, amount in given.items():
            self.move(ACCOUNT, payer, f"surplus back to {payer}", date, amount)

    def guarantees(self, date: dt.date) -> None:
        last = date == self.dates[-1]
        year_ends = last or self.dates[self.dates.index(date) + 1].year != date.year
        for position, guarantee in enumerate(self.deal.guarantees):
            if not (last or (year_ends and guarantee.called == "yearly")):
                continue
            after = self.whole(self.values[f"financing.guarantees[{guarantee.name}].attaches_after"])
            if guarantee.covers == "provider":
                amount = min(max(0, self.own_in - self.own_back - after), self.left[position])
                self.move(guarantee.name, self.own, f"deficit guarantee of {guarantee.name}", date, amount)
                self.own_back += amount
            else:
                short = {i.terms.name: max(0, i.paid_in - i.received) for i in self.covered(guarantee)}
                amount = min(max(0, sum(short.values()) - after), self.left[position])
                for name, part in share(amount, short, short).items():
                    self.receive(name, guarantee.name, f"guarantee of {guarantee.name}", part, date)
            self.left[position] -= amount

    def floors(self, date: dt.date) -> None:
        for name, investor in self.investors.items():
            of_deal = self.deal.return_floor if investor.terms.loan is None else None
            floor = investor.terms.return_floor or of_deal
            if floor is not None:
                missing = max(0, round(floor.share * investor.paid_in) - investor.received)
                self.receive(name, floor.paid_by, f"return floor of {name}", missing, date)

    def end_early(self, date: dt.date, ended: Ended) -> int:
        """What a stop pays, and payments that were kept for costs and are no longer needed. Returns the cash."""
        kept = sum(amount for (_, _, why, _), amount in self.moves.items() if why == "outcome payments kept for costs")
        cash = min(kept, self.cash)
        self.move(self.provider, ACCOUNT, "payments no longer needed for costs", date, cash)
        self.cash -= cash
        pays, here = ended.end.pays, f"ends_early[{ended.end.name}].pays"
        if pays is None:
            return cash
        queue = [investor for investor in self.investors.values() if investor.terms.loan is None]
        if pays.amount is not None:
            amount = self.whole(self.values[f"{here}.amount"])
        elif pays.share_of_drawn is not None:
            amount = round(self.values[f"{here}.share_of_drawn"] * sum(i.drawn for i in queue))
        else:
            undrawn = sum(i.commitment - i.drawn for i in queue)
            amount = round(self.values[f"{here}.share_of_undrawn"] * undrawn)
        self.move(pays.paid_by, ACCOUNT, "payment for ending early", date, amount)
        return cash + amount

    def run(
        self,
        payers: Sequence[str],
        owed: Mapping[tuple[str, dt.date], int],
        direct: Mapping[tuple[str, dt.date], int],
    ) -> None:
        """Every date in order: accrue, payments in, draw, costs, distribute, loans, guarantees; floors at the end.

        owed by payer and date, all of it; direct by tranche and date, what of it goes to one tranche alone.
        """
        self.claimed = dict.fromkeys(payers, 0)
        before = self.dates[0]
        for date in self.dates:
            self.accrue(date, before)
            self.fail(date)
            fees = self.fees_due(date, before)
            now = {payer: owed.get((payer, date), 0) for payer in payers}
            for payer, amount in now.items():
                self.move(payer, ACCOUNT, f"outcome payments by {payer}", date, amount)
                self.claimed[payer] += amount
            cash = sum(now.values()) - sum(direct.get((name, date), 0) for name in self.investors)
            ends = self.deal.termination
            if ends is not None and value_of(ends.on) == date:
                amount = self.whole(self.values["financing.termination.amount"])
                self.move(ends.paid_by, ACCOUNT, "payment for ending early", date, amount)
                cash += amount
            going = self.ended is None or date <= self.ended.day
            if going:
                self.scheduled(date)
            if going or date == self.over:
                cash = self.programme(date, cash, fees if going else {})
                self.fees(date)
            self.alone(date, direct)
            if self.ended is not None and date == self.over:
                cash += self.end_early(date, self.ended)
            self.surplus(self.distribute(cash, date), date, now)
            self.repay(date)
            self.guarantees(date)
            before = date
        self.floors(self.dates[-1])


def dates_of(scenario: Scenario, add: Callable[[dt.date, int], dt.date]) -> set[dt.date]:
    """Every date of drawdowns, grants, costs, loans and a termination payment."""
    start, deal = value_of(scenario.start), scenario.financing
    found: set[dt.date] = set()
    dues = [cost.due for cost in deal.costs if cost.per is None or "due" in cost.model_fields_set]
    for rhythm in [*(t.drawdown for t in (*deal.tranches, *deal.grants)), *dues]:
        if isinstance(rhythm, Instalments):
            found |= {add(start, k * int(value_of(rhythm.every))) for k in range(rhythm.times)}
        elif isinstance(rhythm, list):
            found |= {value_of(getattr(day, "on", day)) for day in rhythm}
        elif rhythm == "start":
            found.add(start)
    for loan in (t.loan for t in deal.tranches if t.loan is not None):
        found.add(value_of(loan.maturity))
        if isinstance(loan.repaid, Repayments):
            every = int(value_of(loan.repaid.every))
            found |= {add(value_of(loan.repaid.first), k * every) for k in range(loan.repaid.times)}
    return found | ({value_of(deal.termination.on)} if deal.termination is not None else set())

"""Who bears what is saved: rules of refund as dated editions, and what the state bears under one.

A rule is a name, as ``refund-ladder``. The register holds its editions, or the file does under `public.refunds`, which
then stand in place of all of the register's. A year that no edition covers is an error: nothing is extrapolated.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
from typing import TYPE_CHECKING, Literal, NamedTuple

from risksim.errors import PlanError
from risksim.language import _, speaking
from risksim.scenario import register

if TYPE_CHECKING:
    from risksim.scenario.public import Edition, Public

WEEKS_A_YEAR = 52
"""Weeks of support in a year after a success. [week]"""

Basis = Literal["weeks", "cost", "days"]


class DatedEdition(NamedTuple):
    """A rule of refund as it stands from one date to another."""

    rule: str
    valid_from: dt.date
    valid_to: dt.date | None
    """The last day; None where it still holds."""
    basis: Basis
    """Whether weeks on support, one person's yearly cost or days of a year decide."""
    steps: tuple[tuple[float, float], ...]
    """From which week or amount on, and the share that the state bears from there on; for days one step from 0. [1]"""
    most_days: float = math.inf
    """The days of a year for which anything is refunded. [day/year]"""
    price_year: int | None = None
    """The price level of amounts; None where they are at that of the cost they are held against."""
    currency: str = ""
    """The currency of amounts; empty where it is that of the deal."""
    origin: str = ""
    """Where it comes from, and whether anybody has compared it with that."""

    @property
    def dates(self) -> str:
        """When it holds, in words that a plan keeps, and so in English.

        Examples
        --------
        >>> DatedEdition("refund-ladder", dt.date(2016, 1, 4), None, "weeks", ()).dates
        'from 2016-01-04 on'
        """
        with speaking("en"):
            return self.said_dates()

    def said_dates(self) -> str:
        """When it holds, in the language spoken."""
        if self.valid_to is None:
            return _("from {valid_from} on", valid_from=self.valid_from)
        return _("{valid_from} to {valid_to}", valid_from=self.valid_from, valid_to=self.valid_to)


class IncidenceError(PlanError):
    """A rule of refund that says nothing of what it is asked.

    Parameters
    ----------
    found : str
        What was found and what is allowed.
    remedy : str
        What to try.
    """

    def __init__(self, found: str, remedy: str) -> None:
        self.found, self.remedy = found, remedy
        super().__init__(f"{found} {remedy}")


# Editions


def rules(public: Public | None = None) -> list[str]:
    """The names of all rules: those of the register, then those that only the file has."""
    known = [one.rule for one in register.constants().values() if one.rule]
    return list(dict.fromkeys([*known, *(public.refunds if public is not None else {})]))


def rule_keys(rule: str) -> tuple[str, ...]:
    """The constants of the register that are editions of a rule; none for a rule that only a file has."""
    return tuple(key for key, one in register.constants().items() if one.rule == rule)


def editions(rule: str, public: Public | None = None) -> tuple[DatedEdition, ...]:
    """The dated editions of a rule, in the order of their dates.

    Parameters
    ----------
    rule : str
        Its name.
    public : Public, optional
        The block of the file, whose `refunds` take the place of the register's.

    Returns
    -------
    tuple of DatedEdition
        Each ends the day before the next begins, or earlier where it says so.

    Raises
    ------
    IncidenceError
        If nobody knows the rule, two editions begin on the same day, or one says not exactly one kind of refund.
    """
    own = public.refunds.get(rule) if public is not None else None
    found = [_of_register(key) for key in rule_keys(rule)] if own is None else [_of_file(rule, one) for one in own]
    if not found:
        raise IncidenceError(
            _(
                "got '{rule}', which is no rule of refund; there is {public}.",
                rule=rule[:60],
                public=", ".join(rules(public)),
            ),
            _("Write one of these names, or the rule itself under public.refunds."),
        )
    found.sort(key=lambda one: one.valid_from)
    for one, following in itertools.pairwise(found):
        if one.valid_from == following.valid_from:
            raise IncidenceError(
                _(
                    "got two editions of {rule} from {valid_from} on; on each day one of them holds.",
                    rule=rule,
                    valid_from=one.valid_from,
                ),
                _("Take one of them out, or change its date."),
            )
    return tuple(map(_ended, found, [*found[1:], None]))


def _ended(one: DatedEdition, following: DatedEdition | None) -> DatedEdition:
    """The same edition, at an end where the next begins."""
    if following is None:
        return one
    last = following.valid_from - dt.timedelta(days=1)
    return one._replace(valid_to=last if one.valid_to is None else min(one.valid_to, last))


def _of_register(key: str) -> DatedEdition:
    one, table = register.constants()[key], register.table(key)
    origin = "; ".join(filter(None, (one.source, register.STATUS[one.status], one.note)))
    common = (one.rule, one.valid_from, one.valid_to)
    if "from" in table:
        steps = tuple(zip(table["from"], table["share"], strict=True))
        currency = one.unit.split("/")[0]
        return DatedEdition(*common, "cost", steps, price_year=one.price_year, currency=currency, origin=origin)
    if "from_week" in table:
        # Where the table says what the municipality pays the state, the state bears the rest.
        shares = table["share"] if "share" in table else [1.0 - share for share in table["municipal_share"]]
        return DatedEdition(*common, "weeks", tuple(zip(table["from_week"], shares, strict=True)), origin=origin)
    (most,) = table.get("most_days", [math.inf])
    return DatedEdition(*common, "days", ((0.0, table["share"][0]),), most_days=most, origin=origin)


def _of_file(rule: str, said: Edition) -> DatedEdition:
    from risksim.scenario.origins import origin_text

    kinds = [key for key in ("by_week", "by_cost", "share") if getattr(said, key) is not None]
    if len(kinds) != 1:
        raise IncidenceError(
            _(
                "got {kinds} for {rule} from {valid_from} on; an edition says by_week, by_cost or share.",
                kinds=_(" and ").join(kinds) or _("no share of the state"),
                rule=rule,
                valid_from=said.valid_from,
            ),
            _("Write one of the three."),
        )
    if said.valid_to is not None and said.valid_to < said.valid_from:
        raise IncidenceError(
            _(
                "got an edition of {rule} that ends on {valid_to}, before it begins on {valid_from}.",
                rule=rule,
                valid_to=said.valid_to,
                valid_from=said.valid_from,
            ),
            _("Did the two dates change places?"),
        )
    common = (rule, said.valid_from, said.valid_to)
    origin = origin_text(said)
    if said.by_week is not None:
        return DatedEdition(*common, "weeks", tuple(sorted(said.by_week.items())), origin=origin)
    if said.by_cost is not None:
        steps = tuple(sorted(said.by_cost.items()))
        return DatedEdition(*common, "cost", steps, price_year=said.price_year, origin=origin)
    most = math.inf if said.most_days is None else said.most_days
    return DatedEdition(*common, "days", ((0.0, said.share or 0.0),), most_days=most, origin=origin)


def edition_on(found: tuple[DatedEdition, ...], year: int) -> DatedEdition:
    """The edition under which a calendar year falls: the one that holds through more than half of its days.

    A rule that came into force on 4 January is that of the whole year, and one that changed on 1 October leaves the
    year to its predecessor: money is reckoned in whole years.

    Parameters
    ----------
    found : tuple of DatedEdition
        The editions of one rule (`editions`).
    year : int
        A calendar year.

    Returns
    -------
    DatedEdition

    Raises
    ------
    IncidenceError
        If none of them does.
    """
    best = max(found, key=lambda one: _days_in(one, year))
    if 2 * _days_in(best, year) <= (dt.date(year, 12, 31) - dt.date(year, 1, 1)).days + 1:
        covered = _(" and ").join(one.said_dates() for one in found)
        raise IncidenceError(
            _(
                "got {year}, a year in no edition of {rule}, which is known {covered}; a rule of refund is "
                "never carried over to years that it does not cover.",
                year=year,
                rule=best.rule,
                covered=covered,
            ),
            _(
                "Write under public.refunds.{rule} how it stands in {year}, with valid_from and where it "
                "comes from, or say who bears it by shares.",
                rule=best.rule,
                year=year,
            ),
        )
    return best


def _days_in(one: DatedEdition, year: int) -> int:
    """Days of a year on which an edition holds. [day]"""
    first = max(one.valid_from, dt.date(year, 1, 1))
    last = min(one.valid_to or dt.date.max, dt.date(year, 12, 31))
    return max((last - first).days + 1, 0)


# What the state bears


def state_share_by_weeks(edition: DatedEdition, from_week: float, to_week: float) -> float:
    """The average share that the state bears over a stretch of weeks on support.

    Parameters
    ----------
    edition : DatedEdition
        By weeks.
    from_week, to_week : float
        Where the stretch begins and ends, counted from the first day on support; the first before the second. [week]

    Returns
    -------
    float
        [1]

    Examples
    --------
    Of a new spell of a year that is avoided, the municipality saves 61.9 %: 20 % of 4 weeks, 60 % of 22, 70 % of 26.

    >>> (ladder,) = editions("refund-ladder")
    >>> round(1 - state_share_by_weeks(ladder, 0, 52), 6)
    0.619231
    """
    ends = [*(start for start, _ in edition.steps[1:]), math.inf]
    weeks = [
        share * max(min(end, to_week) - max(start, from_week), 0.0)
        for (start, share), end in zip(edition.steps, ends, strict=True)
    ]
    return math.fsum(weeks) / (to_week - from_week)


def state_share_of_cost(edition: DatedEdition, yearly_cost: float, level: float = 1.0) -> float:
    """The share that the state bears of what one person costs in a year.

    Parameters
    ----------
    edition : DatedEdition
        By cost.
    yearly_cost : float
        Before the refund. [currency/year]
    level : float
        What the thresholds are multiplied by to stand at the price level of the cost. [1]

    Returns
    -------
    float
        The refunded parts of the slices between thresholds, over the cost. [1]

    Examples
    --------
    Of 1,000,000 a quarter of what exceeds 830,000 is refunded: 42,500.

    >>> (bill,) = editions("expensive-cases")
    >>> state_share_of_cost(bill, 1_000_000)
    0.0425
    """
    ends = [*(start for start, _ in edition.steps[1:]), math.inf]
    slices = [
        share * max(min(end * level, yearly_cost) - start * level, 0.0)
        for (start, share), end in zip(edition.steps, ends, strict=True)
    ]
    return math.fsum(slices) / yearly_cost


def state_share_of_days(edition: DatedEdition, days: float) -> float:
    """The share that the state bears of what one person uses in a year.

    Parameters
    ----------
    edition : DatedEdition
        By days.
    days : float
        Days of a year that one person uses. [day/year]

    Returns
    -------
    float
        [1]

    Examples
    --------
    Of 200 days in a shelter the first 120 are refunded by a half: 60 days of 200.

    >>> before, since = editions("shelter-refund")
    >>> state_share_of_days(before, 200), state_share_of_days(since, 200)
    (0.5, 0.3)
    """
    return edition.steps[0][1] * min(days, edition.most_days) / days

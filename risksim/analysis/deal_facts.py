"""What the file of a deal tells a board: who pays for the programme, what is paid for, who pays, up to what."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from risksim import api
from risksim.analysis.memo import DealOf, InvestorOf, PriceOf
from risksim.errors import RisksimError

PRICES = ("price", "pays", "amount", "share")
"""Keys under which a payment rule says what it pays."""
LIMITS = ("total", "per_period")


class Place(NamedTuple):
    """A term of the contract that may be changed."""

    place: str
    """As stresses write it."""
    kind: str
    """``price``, ``guarantee`` or ``cap``."""
    title: str
    """What it is called by the file."""


def deal_of(deal: api.Deal, capital: float | None = None) -> DealOf:
    """A deal as its file tells it.

    Parameters
    ----------
    deal : Deal
        The deal.
    capital : float, optional
        What all investors pay in, where a run found it the same on every path. [currency]

    Returns
    -------
    DealOf
    """
    scenario, plan = deal.scenario, deal.plan
    labels = plan.labels
    published, assumed = api.origins_of(deal)
    return DealOf(
        name=plan.name,
        description=" ".join((scenario.description or "").split()),
        currency=plan.currency,
        decimals=len(str(plan.minor_units)) - 1,
        day_count=plan.day_count,
        starts_on=scenario.start_date,
        ends_on=labels.dates[-1] if labels.dates else scenario.end_date,
        people=int(plan.cohorts.places.sum()),
        cohorts=len(labels.cohorts),
        outcomes=tuple(titles_of(plan).items()),
        capital=capital,
        investors=tuple(_investors(deal)),
        payers=labels.payers,
        prices=tuple(_prices(deal)),
        caps=tuple(_caps(deal)),
        published=len(published),
        assumed=len(assumed),
        repeated=api.repeated(plan),
        amounts=api.amounts(plan),
    )


def titles_of(plan: api.Plan) -> dict[str, str]:
    """What reports call each outcome of persons and each result of the programme."""
    labels = plan.labels
    names = (*labels.outcomes, *labels.results)
    titles = (*(labels.outcome_titles or labels.outcomes), *(labels.result_titles or labels.results))
    return dict(zip(names, titles, strict=False))


def _number(deal: api.Deal, place: str) -> float | None:
    """The one certain number at a place; None where there is none."""
    try:
        values = api.numbers_at(deal, place).values
    except RisksimError:
        return None
    return values[0] if len(values) == 1 else None


def _investors(deal: api.Deal) -> Iterator[InvestorOf]:
    if not deal.scenario.is_funded:
        return
    financing = deal.scenario.financing
    for place, one in enumerate(financing.tranches):
        amount = None if one.drawdown == "as needed" else _number(deal, f"financing.tranches[{place}].commitment")
        yield InvestorOf(one.name, amount, one.rank)
    for place, grant in enumerate(financing.grants):
        amount = None if grant.drawdown == "as needed" else _number(deal, f"financing.grants[{place}].amount")
        yield InvestorOf(grant.name, amount, None, kind="grant")
    for place, promise in enumerate(financing.guarantees):
        limit = _number(deal, f"financing.guarantees[{place}].limit")
        if promise.share is not None:
            limit = _covered(deal, promise.covers, promise.share)
        yield InvestorOf(promise.name, None, None, limit, "guarantor")


def _covered(deal: api.Deal, covers: str, share: float) -> float | None:
    """A share of the commitments that a guarantee covers. [currency]"""
    tranches = enumerate(deal.scenario.financing.tranches)
    places = [place for place, one in tranches if covers in ("investors", "provider", one.name)]
    amounts = [_number(deal, f"financing.tranches[{place}].commitment") for place in places]
    return None if None in amounts else share * sum(amount for amount in amounts if amount is not None)


def _rules(deal: api.Deal) -> Iterator[tuple[int, str, dict[str, Any], Any]]:
    """Position, kind, what is written and what was read of every payment rule."""
    for position, (said, rule) in enumerate(
        zip(deal.document.root.get("payments") or [], deal.scenario.payments, strict=False)
    ):
        kind = next(iter(said))
        yield position, kind, dict(said[kind] or {}), getattr(rule, kind)


def _title(deal: api.Deal, kind: str, terms: Any) -> str:
    """What a rule is called: by its label, its outcome, or its kind."""
    label, outcome = getattr(terms, "label", None), getattr(terms, "outcome", None)
    return str(label or titles_of(deal.plan).get(str(outcome), outcome) or kind)


def _prices(deal: api.Deal) -> Iterator[PriceOf]:
    for position, kind, said, terms in _rules(deal):
        payers = tuple(_payers(deal, terms))
        if not payers or kind in ("floor", "fund"):
            continue
        key = next((key for key in PRICES[:3] if key in said), None)
        price = None if key is None else _number(deal, f"payments[{position}].{key}")
        stated = said.get(key) if key is not None else None
        assumed = any(isinstance(one, dict) and "assumption" in one for one in (said, stated))
        name = getattr(terms, "label", None) or getattr(terms, "outcome", None) or kind
        yield PriceOf(str(name), _title(deal, kind, terms), kind, price, payers, assumed)


def _payers(deal: api.Deal, terms: Any) -> Iterator[str]:
    if getattr(terms, "split", None) is not None:
        yield from dict.fromkeys(str(one.payer) for one in deal.scenario.cohorts if one.payer is not None)
    elif hasattr(terms, "shares"):
        yield from terms.shares()


def _caps(deal: api.Deal) -> Iterator[tuple[str, float]]:
    for position, kind, said, terms in _rules(deal):
        for key in LIMITS if kind == "cap" else ():
            amount = _number(deal, f"payments[{position}].{key}") if key in said else None
            if amount is not None:
                yield str(getattr(terms, "label", None) or key), amount


# Terms that may be changed


def main_price(deal: api.Deal, expected: api.Run) -> Place | None:
    """The price of the rule that claims most where everything is as expected; None where no price can be multiplied.

    Parameters
    ----------
    deal : Deal
        The deal.
    expected : Run
        It at its expectations.

    Returns
    -------
    Place or None
    """
    plan, claims = deal.plan, expected.paths.claim
    found: list[tuple[float, int, Place]] = []
    for position, place in _price_places(deal):
        rows = np.flatnonzero(plan.payments.clause == position)
        claimed = float(claims[:, rows].sum()) if claims.size else 0.0
        found.append((-claimed, position, place))
    return min(found, default=(0.0, 0, None))[2]


def all_prices(deal: api.Deal) -> tuple[Place, ...]:
    """Every price that can be multiplied, in the order of the file."""
    return tuple(place for _position, place in _price_places(deal))


def _price_places(deal: api.Deal) -> Iterator[tuple[int, Place]]:
    """The prices that can be multiplied, each with the position of its rule."""
    for position, kind, said, terms in _rules(deal):
        key = next((key for key in PRICES if key in said), None)
        if key is None or kind in ("cap", "floor", "fund", "rebase", "amend", "fixed"):
            continue
        place = f"payments[{position}].{key}"
        try:
            api.numbers_at(deal, place)
        except RisksimError:
            continue
        yield position, Place(place, "price", _title(deal, kind, terms))


def other_terms(deal: api.Deal) -> tuple[Place, ...]:
    """The guarantees and caps of a deal, as far as each is a number that may be changed."""
    return tuple(one for one in _other_terms(deal) if _is_number(deal, one.place))


def _other_terms(deal: api.Deal) -> Iterator[Place]:
    for place, promise in enumerate(deal.scenario.financing.guarantees):
        key = "limit" if promise.limit is not None else "share"
        yield Place(f"financing.guarantees[{place}].{key}", "guarantee", promise.name)
    for position, kind, said, terms in _rules(deal):
        for key in LIMITS if kind == "cap" else ():
            if key in said:
                yield Place(f"payments[{position}].{key}", "cap", str(getattr(terms, "label", None) or key))


def _is_number(deal: api.Deal, place: str) -> bool:
    try:
        return bool(api.numbers_at(deal, place).values)
    except RisksimError:
        return False

"""Contradictions between the parts of a financing, each named where it stands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

from pydantic_core import InitErrorDetails

from risksim.language import _
from risksim.scenario.base import mistake_at, value_of
from risksim.scenario.document import grouped
from risksim.scenario.financing import Financing, Instalments, cap_of, floor_of, ranks_of
from risksim.scenario.uncertainty import LARGEST_AMOUNT

Path = tuple[str | int, ...]
Certain = Callable[[Any], float | None]
RESERVED = ("programme", "investors", "provider", "suppliers")
"""Words that name a role and no party of its own."""


def contradictions(financing: Financing, provider: str, payers: list[str], certain: Certain) -> list[InitErrorDetails]:
    """What a financing says that cannot be true at once.

    Parameters
    ----------
    financing : Financing
        Of one deal.
    provider : str
        Who runs the programme.
    payers : list of str
        Who pays for outcomes.
    certain : callable
        The value of a number that is not uncertain, None of others.
    """
    return [
        *_names(financing, provider, payers),
        *_ranks(financing),
        *_caps(financing),
        *_givers(financing, payers),
        *_covered(financing),
        *_needs(financing),
        *_amounts(financing, certain),
        *_costs(financing, certain),
    ]


def own_parties(financing: Financing) -> list[tuple[Path, str]]:
    """The parties that the financing itself names, with their places."""
    found: list[tuple[Path, str]] = []
    for key in ("tranches", "grants", "guarantees"):
        found += [
            (("financing", key, position, "name"), part.name) for position, part in enumerate(getattr(financing, key))
        ]
    return found


def _names(financing: Financing, provider: str, payers: list[str]) -> Iterator[InitErrorDetails]:
    if provider in payers:
        yield mistake_at(
            ("provider",),
            _(
                "got '{provider}', which also pays for outcomes; in the ledger the two are parties of their own.",
                provider=provider,
            ),
            _("Name the provider by its own name, as the department that runs the programme."),
        )
    seen = {provider, *payers}
    for path, name in own_parties(financing):
        guarantor_again = path[1] == "guarantees" and any(
            name == other.name for other in financing.guarantees[: int(path[2])]
        )
        if name in RESERVED:
            yield mistake_at(
                path,
                _("got '{name}', a word that names a role of this language.", name=name),
                _("Give the party another name."),
            )
        elif name in seen and not guarantor_again:
            yield mistake_at(
                path,
                _("got '{name}', which is also another party of this deal.", name=name),
                _("Give each party a name of its own."),
            )
        seen.add(name)


def _ranks(financing: Financing) -> Iterator[InitErrorDetails]:
    here: Path = ("financing", "tranches")
    queue = [position for position, tranche in enumerate(financing.tranches) if tranche.loan is None]
    said = [financing.tranches[position].rank for position in queue]
    if any(rank is None for rank in said) and any(rank is not None for rank in said):
        yield mistake_at(
            (*here, queue[said.index(None)]),
            _("got no rank although another tranche has one; either all tranches have a rank or none has."),
            _("Add a line such as rank: 1."),
        )
        return
    ranks = sorted(set(ranks_of(financing)) - {0})
    for expected, rank in enumerate(ranks, 1):
        if rank != expected:
            yield mistake_at(
                (*here, queue[said.index(rank)], "rank"),
                _(
                    "got {rank}, but no tranche has rank {expected}; ranks run from 1 without gaps.",
                    rank=rank,
                    expected=expected,
                ),
                _("Write rank: {expected}.", expected=expected),
            )
            return
    if financing.surplus == "last rank" and len(ranks) < 2:
        yield mistake_at(
            ("financing", "surplus"),
            _("got last rank, but the tranches have no ranks to tell apart."),
            _("Write surplus: investors, or give the tranches ranks."),
        )


def _caps(financing: Financing) -> Iterator[InitErrorDetails]:
    caps = [cap_of(financing, tranche) for tranche in financing.tranches]
    bound = [cap for cap, tranche in zip(caps, financing.tranches, strict=True) if tranche.loan is None]
    if bound and all(bound) and financing.surplus not in ("payers", "provider"):
        yield mistake_at(
            ("financing",),
            _("got a return cap for every investor, but not who gets what passes it."),
            _("Add a line surplus: payers, or surplus: provider."),
        )
    for position, tranche in enumerate(financing.tranches):
        cap, floor = caps[position], floor_of(financing, tranche)
        where: Path = ("financing", "tranches", position) if tranche.return_floor else ("financing",)
        if cap is None:
            continue
        if floor is not None and cap.as_ == "multiple" and floor.share > 1.0 + cap.rate:
            yield mistake_at(
                (*where, "return_floor", "share"),
                _(
                    "got {share:g}, but the return cap lets at most {rate:g} times the capital come back; a "
                    "floor lies below the cap.",
                    share=floor.share,
                    rate=1.0 + cap.rate,
                ),
                _("Lower the floor, or raise the cap."),
            )
        elif floor is not None and floor.share > 1.0 and cap.rate == 0.0:
            yield mistake_at(
                (*where, "return_floor", "share"),
                _("got {share:g}, but the return cap of 0 lets no more than the capital come back.", share=floor.share),
                _("Lower the floor, or raise the cap."),
            )
        if tranche.rate > 0.0 and cap.as_ != "multiple" and tranche.rate > cap.rate:
            yield mistake_at(
                ("financing", "tranches", position, "rate"),
                _(
                    "got {rate:g}, above the return cap of {cap:g}; interest beyond the cap is never paid.",
                    rate=tranche.rate,
                    cap=cap.rate,
                ),
                _("Lower the rate, or raise the cap."),
            )


def _givers(financing: Financing, payers: list[str]) -> Iterator[InitErrorDetails]:
    third = [part.name for part in financing.guarantees] + [part.name for part in financing.grants]
    places: list[tuple[Path, str]] = [
        (("financing", "tranches", position, "return_floor", "paid_by"), tranche.return_floor.paid_by)
        for position, tranche in enumerate(financing.tranches)
        if tranche.return_floor is not None
    ]
    if financing.return_floor is not None:
        places.append((("financing", "return_floor", "paid_by"), financing.return_floor.paid_by))
    if financing.termination is not None:
        places.append((("financing", "termination", "paid_by"), financing.termination.paid_by))
    for path, name in places:
        yield from _unknown(path, name, [*payers, *third])
    for position, cost in enumerate(financing.costs):
        here: Path = ("financing", "costs", position)
        yield from _unknown((*here, "paid_by"), cost.paid_by, ["programme", "investors", *payers])


def _unknown(path: Path, name: str, known: list[str]) -> Iterator[InitErrorDetails]:
    if name not in known:
        yield mistake_at(
            path,
            _(
                "got '{name}', which is no party that can pay here; there is {known}.",
                name=name,
                known=", ".join(known),
            ),
            _("Write one of these names, or add the party."),
            leans_on=(("payments",), ("financing", "guarantees"), ("financing", "grants")),
        )


def _covered(financing: Financing) -> Iterator[InitErrorDetails]:
    known = ["investors", "provider", *(tranche.name for tranche in financing.tranches)]
    for position, guarantee in enumerate(financing.guarantees):
        here: Path = ("financing", "guarantees", position)
        if guarantee.covers not in known:
            yield mistake_at(
                (*here, "covers"),
                _(
                    "got '{covers}', a party that doesn't exist in this deal; there is {known}.",
                    covers=guarantee.covers,
                    known=", ".join(known),
                ),
                _("Write one of these names."),
                leans_on=(("financing", "tranches"),),
            )
        elif guarantee.covers != "provider" and guarantee.called == "yearly":
            yield mistake_at(
                (*here, "called"),
                _(
                    "got yearly, but an investor's loss is known at the end; only the provider's deficit is "
                    "called yearly.",
                ),
                _("Write called: at the end, or covers: provider."),
            )
        elif guarantee.covers == "provider" and guarantee.share is not None:
            yield mistake_at(
                (*here, "share"),
                _("got a share of commitments, but the provider commits nothing."),
                _("Write limit: with an amount."),
            )
        if guarantee.covers == "provider" and (
            financing.uncovered_costs == "unpaid" or not any(cost.paid_by == "programme" for cost in financing.costs)
        ):
            yield mistake_at(
                (*here, "covers"),
                _("got provider, but the provider bears no costs here, so it has no deficit."),
                _("List the costs of the programme, with uncovered_costs: provider."),
            )


def _needs(financing: Financing) -> Iterator[InitErrorDetails]:
    has_costs = any(cost.paid_by == "programme" for cost in financing.costs)
    for key in ("tranches", "grants"):
        for position, part in enumerate(getattr(financing, key)):
            if part.drawdown == "as needed" and not has_costs:
                yield mistake_at(
                    ("financing", key, position, "drawdown"),
                    _("got as needed, but the programme has no costs, so nothing is ever needed."),
                    _("List the costs of the programme under financing.costs."),
                    leans_on=(("financing", "costs"),),
                )
    if financing.recycle and any(tranche.drawdown != "as needed" for tranche in financing.tranches):
        yield mistake_at(
            ("financing", "recycle"),
            _(
                "got true, but capital is drawn on fixed dates; payments can only replace calls that have "
                "not been made.",
            ),
            _("Write drawdown: as needed for every tranche, or leave recycle out."),
        )


def _amounts(financing: Financing, certain: Certain) -> Iterator[InitErrorDetails]:
    for key, most in (("tranches", "commitment"), ("grants", "amount")):
        for position, part in enumerate(getattr(financing, key)):
            here: Path = ("financing", key, position, "drawdown")
            if not isinstance(part.drawdown, list):
                continue
            by_amount = [drawing for drawing in part.drawdown if drawing.amount is not None]
            if by_amount and len(by_amount) < len(part.drawdown):
                yield mistake_at(
                    here,
                    _("got both shares and amounts; a drawdown speaks of one of the two."),
                    _("Write all as amounts."),
                )
                continue
            total, limit = sum(drawing.amount for drawing in by_amount), certain(getattr(part, most))
            if by_amount and limit is not None and total > limit + 1e-6:
                yield mistake_at(
                    here,
                    _(
                        "got amounts that add up to {total}, above the {most} of {limit}.",
                        total=grouped(total, ",.2f"),
                        most=most,
                        limit=grouped(limit, ",.2f"),
                    ),
                    _("Lower them by {excess}, or raise the {most}.", excess=grouped(total - limit, ",.2f"), most=most),
                    leans_on=(here, ("financing", key, position, most)),
                )


def _costs(financing: Financing, certain: Certain) -> Iterator[InitErrorDetails]:
    for position, cost in enumerate(financing.costs):
        times = cost.due.times if isinstance(cost.due, Instalments) else 1
        times = len(cost.due) if isinstance(cost.due, list) else times
        amount = certain(cost.amount) if cost.per is None else None
        if amount is not None and amount * times > LARGEST_AMOUNT:
            yield mistake_at(
                ("financing", "costs", position, "amount"),
                _(
                    "got {amount:g} on each of {times} dates, more than {largest_amount} in all; sums must be "
                    "small enough to be counted exactly.",
                    amount=amount,
                    times=times,
                    largest_amount=grouped(LARGEST_AMOUNT, ",.0f"),
                ),
                _("Count the zeros of the amount."),
            )


def dated(financing: Financing) -> Iterator[tuple[Path, dt.date]]:
    """Every single date of costs and termination, with its place; they lie inside the deal."""
    for position, cost in enumerate(financing.costs):
        if isinstance(cost.due, list):
            for place, date in enumerate(cost.due):
                yield ("financing", "costs", position, "due", place), value_of(date)
    if financing.termination is not None:
        yield ("financing", "termination", "on"), value_of(financing.termination.on)


def rhythms(financing: Financing) -> Iterator[tuple[Path, Instalments]]:
    """Every regular rhythm of tranches, grants and costs, with its place."""
    for key, field in (("tranches", "drawdown"), ("grants", "drawdown"), ("costs", "due")):
        for position, part in enumerate(getattr(financing, key)):
            if isinstance(getattr(part, field), Instalments):
                yield ("financing", key, position, field), getattr(part, field)

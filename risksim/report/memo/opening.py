"""What the deal is in three sentences, the answer in one, and the figures that go with it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from risksim.language import _, plural
from risksim.metrics.summary import Withheld
from risksim.report.document import Block, Heading, Keys, Paragraph
from risksim.report.memo.parties import grants
from risksim.report.memo.parties import guarantors as guarantors_of
from risksim.report.memo.parties import investors as investors_of
from risksim.report.memo.words import (
    DASH,
    capital_letter,
    count,
    date,
    ended,
    error_of,
    futures,
    key_money,
    listing,
    money,
    money_of,
    of_hundred,
    other_way,
    party,
    people,
    quoted,
    rate,
)

if TYPE_CHECKING:
    from risksim.analysis.memo import Facts, PriceOf
    from risksim.metrics.purse import Budget
    from risksim.metrics.summary import Tranche

MOST_PRICES = 2
"""Prices named one by one in the opening."""


def opening(facts: Facts) -> list[Block]:
    """Title, three sentences, the answer and the key figures."""
    blocks: list[Block] = [Heading(facts.deal.name, 1), Paragraph(" ".join(the_deal(facts)))]
    blocks.append(Paragraph(the_answer(facts), "lead"))
    figures = key_figures(facts)
    return [*blocks, Keys(figures)] if figures else blocks


# The deal


def the_deal(facts: Facts) -> list[str]:
    """The deal in three sentences: whom it is for and when, who pays in and back, and for what."""
    return [ended(sentence) for sentence in (_programme(facts), _parties(facts), _terms(facts)) if sentence]


def _programme(facts: Facts) -> str:
    deal = facts.deal
    start, end = date(deal.starts_on), date(deal.ends_on)
    if not deal.people:
        return _("The deal begins on {start}; the last settlement is on {end}.", start=start, end=end)
    who = people(deal.people)
    if deal.cohorts > 1:
        return _(
            "The programme begins on {start} with places for {people} in {number} groups; the last settlement is on "
            "{end}.",
            people=who,
            number=count(deal.cohorts),
            start=start,
            end=end,
        )
    return _(
        "The programme begins on {start} with places for {people}; the last settlement is on {end}.",
        people=who,
        start=start,
        end=end,
    )


def _parties(facts: Facts) -> str:
    deal = facts.deal
    payers = listing([party(name) for name in deal.payers])
    investors = listing([party(one.name) for one in investors_of(deal)])
    if not investors:
        if not payers:
            return _("Nobody outside the public budgets finances it.")
        return capital_letter(
            plural(
                "{payers} pays by results; no investor takes part.",
                "{payers} pay by results; no investor takes part.",
                len(deal.payers),
                payers=payers,
            )
        )
    paid = _paid_in(facts, investors)
    if not payers:
        return capital_letter(paid) + "."
    back = plural("{payers} pays back by results", "{payers} pay back by results", len(deal.payers), payers=payers)
    if not deal.outcomes:
        back = plural("{payers} pays back", "{payers} pay back", len(deal.payers), payers=payers)
    return capital_letter(_("{paid_in}; {paid_back}.", paid_in=paid, paid_back=back))


def _paid_in(facts: Facts, investors: str) -> str:
    deal = facts.deal
    if deal.capital == 0.0:
        return plural(
            "{investors} pays in no capital",
            "{investors} pay in no capital",
            len(investors_of(deal)),
            investors=investors,
        )
    if deal.capital is None:
        return plural(
            "{investors} pays in capital as it is needed",
            "{investors} pay in capital as it is needed",
            len(investors_of(deal)),
            investors=investors,
        )
    paid = plural(
        "{investors} pays in {amount}",
        "{investors} together pay in {amount}",
        len(investors_of(deal)),
        investors=investors,
        amount=money(deal.capital, deal.currency),
    )
    given, guarantors = grants(deal), guarantors_of(deal)
    if given > 0.0:
        paid = _("{paid} beside a grant of {amount}", paid=paid, amount=money(given, deal.currency))
    if guarantors:
        names = listing([party(one.name) for one in guarantors])
        most = sum(one.guaranteed or one.amount or 0.0 for one in guarantors)
        if most > 0.0:
            return _(
                "{paid}, and {names} makes good losses of up to {amount}",
                paid=paid,
                names=names,
                amount=money(most, deal.currency),
            )
        return _("{paid}, and {names} makes good a part of any loss", paid=paid, names=names)
    return paid


def _terms(facts: Facts) -> str:
    deal = facts.deal
    if not deal.prices:
        return ""
    assumed = sum(price.is_assumption for price in deal.prices)
    if len(deal.prices) <= MOST_PRICES:
        said = _("Paid for: {prices}", prices=listing([_price(facts, price) for price in deal.prices]))
    else:
        said = _("The file has {number} terms of payment", number=count(len(deal.prices)))
        if assumed == len(deal.prices):
            said = _("{terms}, whose prices are all assumed", terms=said)
        elif assumed:
            said = plural(
                "{terms}, of which the price of {number} is assumed",
                "{terms}, of which the prices of {number} are assumed",
                assumed,
                terms=said,
                number=count(assumed),
            )
    if deal.caps:
        name, most = deal.caps[0]
        if len(deal.caps) == 1 and name == "per_period":
            return _("{terms}; at most {amount} on each date.", terms=said, amount=money(most, deal.currency))
        if len(deal.caps) == 1:
            return _("{terms}; at most {amount} in all.", terms=said, amount=money(most, deal.currency))
        return _("{terms}; {number} limits on payments apply.", terms=said, number=count(len(deal.caps)))
    return said + "."


def _price(facts: Facts, price: PriceOf) -> str:
    """One term of payment: what for, how much, and whether the price is assumed."""
    if price.price is None:
        if price.is_assumption:
            return _("{what} (by terms that are assumed)", what=quoted(price.title))
        return quoted(price.title)
    amount = money(price.price, facts.deal.currency)
    if price.is_assumption:
        return _("{what} at {amount} (assumed)", what=quoted(price.title), amount=amount)
    return _("{what} at {amount}", what=quoted(price.title), amount=amount)


# The answer


def the_answer(facts: Facts) -> str:
    """The answer in one sentence: of investors, else of public budgets, else why there is none."""
    if facts.summary is not None and investors_of(facts.deal) and facts.summary.tranches:
        return ended(_investors_answer(facts, facts.summary.everybody))
    if facts.budgets is not None:
        return budgets_answer(facts, facts.budgets.total)
    if facts.summary is not None and facts.summary.payers:
        return _payers_answer(facts)
    return _("The file names neither investors nor public budgets, so there is no risk of anybody to tell.")


def _investors_answer(facts: Facts, side: Tranche) -> str:
    deal, loss = facts.deal, side.loss
    if deal.capital == 0.0:
        return _("No capital is paid in, so there is none to lose.")
    often = capital_letter(futures(other_way(loss.p_loss)))
    back = (
        _("{in_so_many} the investor gets the capital back", in_so_many=often)
        if len(investors_of(deal)) == 1
        else _("{in_so_many} the investors together get the capital back", in_so_many=often)
    )
    worst = loss.expected_shortfall_95
    if math.isnan(worst.value) or loss.p_loss.value == 0.0:
        return _("{back}.", back=back)
    if worst.value <= 0.0:
        return _("{back}; even the worst twentieth of the futures loses nothing on average.", back=back)
    amount = money_of(worst, deal.currency)
    if deal.capital is None:
        return _("{back}; in the worst twentieth, {amount} is lost on average.", back=back, amount=amount)
    if worst.value >= 0.9995 * deal.capital:
        return _(
            "{back}; in the worst twentieth, practically all of the {capital} is lost.",
            back=back,
            capital=money(deal.capital, deal.currency),
        )
    return _(
        "{back}; in the worst twentieth, {amount} of {capital} is lost on average.",
        back=back,
        amount=amount,
        capital=money(deal.capital, deal.currency),
    )


def budgets_answer(facts: Facts, total: Budget) -> str:
    """What all public budgets together are left with."""
    left = total.net_benefit.mean
    known = _(" (gross only, net not known)") if total.is_gross_only else ""
    often = futures(total.net_benefit.p_negative)
    if left.value < 0.0:
        return _(
            "Public budgets together lose {amount} on average{known}; {often} they end with a loss.",
            amount=money(-left.value, facts.deal.currency, error_of(left)),
            known=known,
            often=often,
        )
    return _(
        "Public budgets together gain {amount} on average{known}; {often} they end with a loss.",
        amount=money_of(left, facts.deal.currency),
        known=known,
        often=often,
    )


def _payers_answer(facts: Facts) -> str:
    assert facts.summary is not None
    means = [payer.total.mean for payer in facts.summary.payers.values()]
    error = math.sqrt(sum(error_of(one) ** 2 for one in means))
    amount = money(sum(one.value for one in means), facts.deal.currency, error)
    return _("Payments by results come to {amount} on average; no investor takes part.", amount=amount)


# Key figures


def key_figures(facts: Facts) -> tuple[tuple[str, str, str], ...]:
    """A few figures in large type."""
    found: list[tuple[str, str, str]] = []
    deal, summary = facts.deal, facts.summary
    if summary is not None and investors_of(deal) and summary.tranches:
        found += _investors_keys(facts, summary.everybody)
    if summary is not None and summary.payers:
        found.append(_repaid(facts))
    if facts.budgets is not None:
        worth = facts.budgets.total.net_benefit
        between = _between(facts, worth.p05.value, worth.p95.value)
        name = _("net benefit of public budgets")
        if facts.budgets.total.is_gross_only:
            name = _("net benefit of public budgets (gross only)")
        found.append((name, key_money(worth.mean.value, deal.currency, error_of(worth.mean)), between))
    return tuple(found)


def _investors_keys(facts: Facts, side: Tranche) -> list[tuple[str, str, str]]:
    deal, loss, irr = facts.deal, side.loss, side.irr.of_mean_flow
    if deal.capital == 0.0:
        return []
    found = [(_("futures in which the capital comes back"), of_hundred(other_way(loss.p_loss)), "")]
    worst = loss.expected_shortfall_95
    if not math.isnan(worst.value):
        of = _("of {amount}", amount=money(deal.capital, deal.currency)) if deal.capital else ""
        lost = key_money(worst.value, deal.currency, error_of(worst)) if worst.value > 0.0 else _("nothing")
        found.append((_("lost on average in the worst twentieth"), lost, of if worst.value > 0.0 else ""))
    known = not isinstance(irr, Withheld) and not math.isnan(irr.value)
    said = DASH if isinstance(irr, Withheld) else rate(irr.value, error_of(irr), 1)
    found.append((_("yearly return of the mean cash flow"), said, "" if known else _("there is none")))
    return found


def _repaid(facts: Facts) -> tuple[str, str, str]:
    assert facts.summary is not None
    payers = list(facts.summary.payers.values())
    name = _("repaid on average") if investors_of(facts.deal) else _("paid on average")
    if len(payers) == 1:
        total = payers[0].total
        between = _between(facts, total.p05.value, total.p95.value)
        return (name, key_money(total.mean.value, facts.deal.currency, error_of(total.mean)), between)
    error = math.sqrt(sum(error_of(payer.total.mean) ** 2 for payer in payers))
    return (name, key_money(sum(payer.total.mean.value for payer in payers), facts.deal.currency, error), "")


def _between(facts: Facts, low: float, high: float) -> str:
    """The range in which nine of ten futures lie."""
    if math.isnan(low) or math.isnan(high):
        return ""
    if low == high:
        return _("the same in nine of ten futures")
    currency = facts.deal.currency
    return _(
        "nine of ten futures: {low} to {high}", low=money(low, currency, 0.0, 2), high=money(high, currency, 0.0, 2)
    )

"""Terms that would make the deal acceptable: all prices together, a guarantee, or single terms."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from risksim.language import _
from risksim.report.document import Block, Bullets, Cell, Table
from risksim.report.figures import terms as figures
from risksim.report.memo.words import (
    count,
    ended,
    estimate_cell,
    money,
    money_of,
    number,
    number_cell,
    probability,
    probability_cell,
    quoted,
    rate,
    share,
    text_cell,
)

if TYPE_CHECKING:
    from risksim.analysis.memo import Facts, Terms
    from risksim.analysis.price import Term
    from risksim.metrics.precision import Estimate

_ASKED = re.compile(r"(?P<what>p_loss|p_npv_negative)\s*<=\s*(?P<most>[0-9.]+)")


def terms(facts: Facts) -> list[Block]:
    """What is asked for, and what all prices, a guarantee or a single term would have to be, a sentence each."""
    said = [*_together(facts), *_promise(facts), *(sentence(facts, one) for one in facts.terms)]
    return [Bullets(tuple(map(ended, [*_asked(facts), *said])))] if said else []


def _asked(facts: Facts) -> list[str]:
    """What is asked for, beside what the deal gives as it stands."""
    limits = {one.asked for one in facts.terms}
    if facts.together is not None:
        limits.add(f"p_loss<={facts.together.limit:.10g}")
    if len(limits) != 1 or facts.summary is None:
        return []
    now = facts.summary.everybody.loss.p_loss
    return [_("Asked for: {limit}; as the deal stands it is {now}.", limit=limit_words(limits.pop()), now=_chance(now))]


def _chance(chance: Estimate) -> str:
    """A probability in a sentence."""
    return probability(chance).replace("%", _("{number} %", number="").strip())


def _together(facts: Facts) -> list[str]:
    """What all prices would have to be; a single price has a sentence of its own."""
    found = facts.together
    if found is None or (found.prices == 1 and any(one.kind == "price" for one in facts.terms)):
        return []
    prices = _("The price") if found.prices == 1 else _("All prices together")
    p_loss, cost = _chance(found.p_loss), money_of(found.repaid, facts.deal.currency)
    if found.multiple is None:
        return [
            _(
                "{prices}: not even {times} times what is paid now is enough; the risk of loss is then {p_loss}, and "
                "payers pay {cost} on average.",
                prices=prices,
                times=_times(found.high),
                p_loss=p_loss,
                cost=cost,
            )
        ]
    if found.multiple <= found.low:
        return [
            _(
                "{prices}: even {times} times what is paid now is enough; the risk of loss is then {p_loss}, and "
                "payers pay {cost} on average.",
                prices=prices,
                times=_times(found.multiple),
                p_loss=p_loss,
                cost=cost,
            )
        ]
    return [
        _(
            "{prices}: {times} times what is paid now is enough; the risk of loss is then {p_loss}, and payers pay "
            "{cost} on average.",
            prices=prices,
            times=_times(found.multiple),
            p_loss=p_loss,
            cost=cost,
        )
    ]


def _times(multiple: float) -> str:
    return number(multiple, places=0 if multiple == round(multiple) else 2)


def _promise(facts: Facts) -> list[str]:
    """The guarantee that would be enough."""
    found = facts.promise
    if found is None:
        return []
    return [
        _(
            "A guarantee of losses up to {amount}: the risk of loss is then {p_loss}, and the guarantor pays {paid} on "
            "average, a fee not counted.",
            amount=money(found.amount, facts.deal.currency),
            p_loss=_chance(found.p_loss),
            paid=money_of(found.paid, facts.deal.currency),
        )
    ]


def limit_words(asked: str) -> str:
    """A limit in words: ``a risk of loss of at most 10 %``."""
    found = _ASKED.search(asked)
    if found is None:
        return _("what is asked for ({asked})", asked=asked)
    most = rate(float(found["most"]))
    if found["what"] == "p_loss":
        return _("a risk of loss of at most {most}", most=most)
    return _("a risk of a negative present value of at most {most}", most=most)


def worth(facts: Facts, term: Term, value: float) -> str:
    """A value of a term in a sentence."""
    if term.kind == "money":
        return money(value, facts.deal.currency)
    if term.kind == "share":
        return share(value)
    if term.kind == "count":
        return count(value)
    if term.kind == "factor":
        return _("{number} times what it is", number=number(value, places=2))
    return number(value, places=2)


def sentence(facts: Facts, one: Terms) -> str:
    """What one term would have to be, all others as they stand, in words."""
    priced = one.priced
    term, title = priced.terms[0], quoted(one.title)
    solved = None if priced.solved is None else priced.solved.terms[0]
    if priced.solved is None or solved is None:
        return _("{term} alone: nothing up to {tried} is enough.", term=title, tried=worth(facts, term, term.high))
    value = worth(facts, term, solved)
    p_loss, cost = _chance(priced.solved.p_loss), money_of(priced.solved.cost, facts.deal.currency)
    if priced.base is not None and priced.base.feasible:
        return _(
            "{term} alone: it is enough as it stands, and so would {value} be; the risk of loss is then {p_loss}, and "
            "payers pay {cost} on average.",
            term=title,
            value=value,
            p_loss=p_loss,
            cost=cost,
        )
    if term.as_it_stands is None or term.kind == "factor":
        return _(
            "{term} alone: {value} is enough; the risk of loss is then {p_loss}, and payers pay {cost} on average.",
            term=title,
            value=value,
            p_loss=p_loss,
            cost=cost,
        )
    return _(
        "{term} alone: {value} instead of {now} is enough; the risk of loss is then {p_loss}, and payers pay {cost} on "
        "average.",
        term=title,
        value=value,
        now=worth(facts, term, term.as_it_stands),
        p_loss=p_loss,
        cost=cost,
    )


def acceptability(facts: Facts) -> list[Block]:
    """Risk of loss and cost over multiples of all prices, as a picture, half a page wide."""
    chart = figures.acceptability(facts, "half")
    return [chart] if chart is not None else []


def terms_table(facts: Facts) -> list[Block]:
    """The solved terms with their figures, and what prices lead to, for the workbook."""
    blocks: list[Block] = []
    rows = [*_rows_of_all(facts), *(_row(facts, one) for one in facts.terms)]
    if rows:
        blocks.append(
            Table(
                "terms",
                _("Terms that would make the deal acceptable ({currency})", currency=facts.deal.currency),
                (_("term"), _("limit"), _("as it stands"), _("would have to be"), _("risk of loss"), _("payers pay")),
                tuple(rows),
            )
        )
    if facts.acceptability:
        blocks.append(
            Table(
                "acceptability",
                _("What other prices lead to ({currency})", currency=facts.deal.currency),
                (_("all prices, as a multiple"), _("risk of loss"), _("mean repayment")),
                tuple(
                    (number_cell(times), probability_cell(p_loss), estimate_cell(paid))
                    for times, p_loss, paid in facts.acceptability
                ),
            )
        )
    return blocks


def _rows_of_all(facts: Facts) -> list[tuple[Cell, ...]]:
    """All prices together and the guarantee, as rows beside single terms."""
    rows: list[tuple[Cell, ...]] = []
    if (found := facts.together) is not None:
        enough = text_cell(_("none is enough"))
        if found.multiple is not None:
            enough = Cell(_("{number} times", number=_times(found.multiple)), found.multiple, "number", 2)
        rows.append(
            (
                text_cell(_("all prices together")),
                text_cell(limit_words(f"p_loss<={found.limit:.10g}")),
                Cell(_("{number} times", number=_times(1.0)), 1.0, "number", 2),
                enough,
                probability_cell(found.p_loss),
                estimate_cell(found.repaid),
            )
        )
    if (given := facts.promise) is not None and facts.together is not None:
        rows.append(
            (
                text_cell(_("a guarantee of losses")),
                text_cell(limit_words(f"p_loss<={facts.together.limit:.10g}")),
                text_cell(""),
                Cell(money(given.amount, facts.deal.currency), given.amount, "money", 0),
                probability_cell(given.p_loss),
                text_cell(""),
            )
        )
    return rows


def _row(facts: Facts, one: Terms) -> tuple[Cell, ...]:
    priced = one.priced
    term = priced.terms[0]
    now = text_cell("") if term.as_it_stands is None else _value_cell(facts, term, term.as_it_stands)
    if priced.solved is None or priced.solved.terms[0] is None:
        return (
            text_cell(one.title),
            text_cell(limit_words(one.asked)),
            now,
            text_cell(_("none is enough")),
            *(text_cell(""),) * 2,
        )
    return (
        text_cell(one.title),
        text_cell(limit_words(one.asked)),
        now,
        _value_cell(facts, term, priced.solved.terms[0]),
        probability_cell(priced.solved.p_loss),
        estimate_cell(priced.solved.cost),
    )


def _value_cell(facts: Facts, term: Term, value: float) -> Cell:
    form = {"money": "money", "share": "percent", "count": "number"}.get(term.kind, "number")
    return Cell(worth(facts, term, value), value, form, 2 if term.kind == "money" else 0)  # type: ignore[arg-type]

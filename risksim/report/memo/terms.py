"""Terms that would make the deal acceptable, one at a time."""

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
    probability_cell,
    quoted,
    rate,
    share,
    text_cell,
)

if TYPE_CHECKING:
    from risksim.analysis.memo import Facts, Terms
    from risksim.analysis.price import Term

_ASKED = re.compile(r"(?P<what>p_loss|p_npv_negative)\s*<=\s*(?P<most>[0-9.]+)")


def terms(facts: Facts) -> list[Block]:
    """What each term would have to be, a sentence each."""
    said = [ended(sentence(facts, one)) for one in facts.terms]
    return [Bullets(tuple(said))] if said else []


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
    """What one term would have to be, in words."""
    priced, asked = one.priced, limit_words(one.asked)
    term, title = priced.terms[0], quoted(one.title)
    solved = None if priced.solved is None else priced.solved.terms[0]
    if priced.solved is None or solved is None:
        tried = worth(facts, term, term.high)
        return _("{term}: no value up to {tried} gives {limit}.", term=title, tried=tried, limit=asked)
    cost = money_of(priced.solved.cost, facts.deal.currency)
    if priced.base is not None and priced.base.feasible:
        return _(
            "{term}: as it stands it gives {limit}, and so would {value}, with which payers pay {cost} on average.",
            term=title,
            limit=asked,
            value=worth(facts, term, solved),
            cost=cost,
        )
    if term.as_it_stands is None or term.kind == "factor":
        return _(
            "{term}: {value} gives {limit}; payers then pay {cost} on average.",
            term=title,
            value=worth(facts, term, solved),
            limit=asked,
            cost=cost,
        )
    return _(
        "{term}: {value} instead of {now} gives {limit}; payers then pay {cost} on average.",
        term=title,
        value=worth(facts, term, solved),
        now=worth(facts, term, term.as_it_stands),
        limit=asked,
        cost=cost,
    )


def acceptability(facts: Facts) -> list[Block]:
    """Risk of loss and cost over multiples of the price, as a picture, for the annex."""
    chart = figures.acceptability(facts, "full")
    return [chart] if chart is not None else []


def terms_table(facts: Facts) -> list[Block]:
    """The solved terms with their figures, and what prices lead to, for the workbook."""
    blocks: list[Block] = []
    if facts.terms:
        blocks.append(
            Table(
                "terms",
                _(
                    "Terms that would make the deal acceptable, one at a time ({currency})",
                    currency=facts.deal.currency,
                ),
                (_("term"), _("limit"), _("as it stands"), _("would have to be"), _("risk of loss"), _("payers pay")),
                tuple(_row(facts, one) for one in facts.terms),
            )
        )
    if facts.acceptability:
        blocks.append(
            Table(
                "acceptability",
                _("What other prices lead to ({currency})", currency=facts.deal.currency),
                (_("price, as a multiple"), _("risk of loss"), _("mean repayment")),
                tuple(
                    (number_cell(times), probability_cell(p_loss), estimate_cell(paid))
                    for times, p_loss, paid in facts.acceptability
                ),
            )
        )
    return blocks


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

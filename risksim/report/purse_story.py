"""The public side of one path as tables that can be read from top to bottom and checked by hand."""

from __future__ import annotations

import textwrap

from risksim.language import N_, _, spoken
from risksim.report.numbers import written
from risksim.report.purse_words import ENGLISH, WORDS, Words
from risksim.report.said_below import in_words
from risksim.report.table import heading, table
from risksim.results.purse_story import BudgetStory, LineStory, LineYear, PurseStory

AS_IS = {"volume": 1.0, "price": 1.0, "decay": 0.0, "unserved": 0.0, "cashable": 1.0}
"""Factors that change nothing, and are left out where they stand so."""
COSTS = ("own cost", "cost of the alternative, saved")
SAME_PEOPLE = N_("The people counted here are those told above.")
COUNTED_PEOPLE = N_(
    "The people counted here are those of the run itself, which counts them without drawing single lives: not those of "
    "the individual life told above, which is drawn at the same inputs. What is repaid is that of the run as well."
)
OTHER_PEOPLE = N_(
    "The conditional engine cannot count the people of this purse: {obstacle}. What follows is this path of the "
    "individual engine, with inputs and people of its own: another future than the one told above."
)
WIDTH = 118


def purse_story(told: PurseStory, words: Words = ENGLISH) -> str:
    """The public side of a path as text.

    Parameters
    ----------
    told : PurseStory
        One path.
    words : Words
        Of which language.

    Returns
    -------
    str
    """
    return _title(told, words) + _body(told, words)


def of_the_same_path(told: PurseStory, engine: str, obstacle: str | None = None) -> str:
    """The public side of a path below the story of the path, with a word on whose people are counted.

    Parameters
    ----------
    told : PurseStory
        The path.
    engine : str
        Engine of the story above it.
    obstacle : str, optional
        Why the conditional engine cannot count the people of the purse.

    Returns
    -------
    str
    """
    said, words = _(SAME_PEOPLE if engine == "individual" else COUNTED_PEOPLE), WORDS[spoken()]
    if obstacle is not None:
        said = _(OTHER_PEOPLE, obstacle=in_words(obstacle))
    return f"\n{_title(told, words)}{textwrap.fill(said, WIDTH)}\n{_body(told, words)}"


def _title(told: PurseStory, words: Words) -> str:
    path = written(f"{told.path:,}", words.language)
    return words.story_title.format(deal=told.deal, path=path, seed=told.seed) + "\n"


def _body(told: PurseStory, words: Words) -> str:
    parts = [words.story_note.format(currency=told.currency, year=told.price_year) + "\n"]
    if told.drawn:
        parts.append(heading(words.drawn_title))
        parts.append(table(words.drawn_head, [(name, _number(value, words)) for name, value in told.drawn]))
    if told.succeeded:
        parts.append(heading(words.succeeded_title))
        rows = [(each.outcome, _number(each.met, words), _maybe(each.added, words)) for each in told.succeeded]
        parts.append(table(words.succeeded_head, rows))
        unsaid = [each.outcome for each in told.succeeded if each.added is None]
        if unsaid:
            parts.append(f"{words.unsaid.format(outcomes=', '.join(unsaid))}\n")
    if told.overlap:
        share = written(f"{100.0 * told.overlap:.1f} %", words.language)
        parts.append(f"{words.overlap.format(share=share)}\n")
    for line in told.lines:
        parts += _line(line, told.sectors, words)
    for budget in told.budgets:
        parts += _budget(budget, words)
    parts.append(heading(words.story_left_title))
    amounts = [(each.net, each.own_costs, each.repaid, each.left) for each in told.budgets]
    together = tuple(sum(each) for each in zip(*amounts, strict=True))
    names = [*(words.budget(each.name) for each in told.budgets), words.together]
    left = [(name, *_amounts(each, words)) for name, each in zip(names, [*amounts, together], strict=True)]
    parts.append(table(words.story_left_head, left))
    if told.deadweight is not None:
        parts.append(f"\n{words.repaid_anyway.format(amount=_money(told.deadweight, words))}\n")
    return "".join(parts)


def _line(line: LineStory, sectors: tuple[str, ...], words: Words) -> list[str]:
    said = [
        f"{words.factors[name]} {_number(value, words)}" for name, value in line.factors if AS_IS.get(name) != value
    ]
    committee = f" ({line.committee})" if line.committee else ""
    title = f"{line.name}{committee}: {words.kinds[line.kind]}, {words.counts[line.counts]}"
    out = [heading(title), ", ".join(said) + "\n"]
    if not line.years:
        return [*out, f"{words.nothing_here}\n"]
    is_cost = line.kind in COSTS and all(year.gross == year.net for year in line.years)
    of_unit = words.one_unit_of_cost if is_cost else words.one_unit
    shown = (_number(each, words) for each in (line.unit_gross, line.unit_net, line.cash_share))
    out.append(of_unit.format(**dict(zip(("gross", "net", "cash"), shown, strict=True))) + "\n")
    names = tuple(words.budget(sector) for sector in sectors)
    rows = [_year_of_cost(year, words) if is_cost else _year_of_saving(year, words) for year in line.years]
    sums = [sum(year.by_sector[s] for year in line.years) for s in range(len(sectors))]
    cash = sum(year.cash for year in line.years)
    blank = [""] * (2 if is_cost else 4)
    totals = (line.gross,) if is_cost else (line.gross, line.net, cash)
    rows.append((words.line_sum, *blank, *_amounts((*totals, *sums), words)))
    out.append(table((*(words.cost_head if is_cost else words.line_head), *names), rows))
    if line.beyond:
        out.append(f"{words.beyond.format(amount=_money(line.beyond, words))}\n")
    return out


def _year_of_saving(year: LineYear, words: Words) -> tuple[str, ...]:
    return (
        str(year.year),
        _maybe(year.people, words),
        _maybe(year.added, words),
        _number(year.units, words),
        _number(year.added_units, words),
        *_amounts((year.gross, year.net, year.cash, *year.by_sector), words),
    )


def _year_of_cost(year: LineYear, words: Words) -> tuple[str, ...]:
    units = (_maybe(year.people, words), _number(year.units, words))
    return (str(year.year), *units, *_amounts((year.gross, *year.by_sector), words))


def _budget(budget: BudgetStory, words: Words) -> list[str]:
    if not budget.years:
        return []
    rows = [(str(year.year), *_amounts(year[1:], words)) for year in budget.years]
    title = words.budget_title.format(the_budget=words.the_budget(budget.name))
    return [heading(title), table(words.budget_head, rows)]


def _amounts(amounts: tuple[float, ...], words: Words) -> tuple[str, ...]:
    return tuple(_money(amount, words) for amount in amounts)


def _money(amount: float, words: Words) -> str:
    return written(f"{amount:,.2f}", words.language)


def _number(value: float, words: Words) -> str:
    """A number as short as it can be told."""
    return written(f"{value:,.4f}".rstrip("0").rstrip("."), words.language)


def _maybe(value: float | None, words: Words) -> str:
    return "-" if value is None else _number(value, words)

"""What was observed, settled by the rules of a simulated path."""

from __future__ import annotations

from typing import TYPE_CHECKING

from risksim.api.deals import funded_plan

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from risksim.api.deals import Deal
    from risksim.plan.layout import Plan
    from risksim.plan.observed import Form as TemplateForm
    from risksim.results.settlement import Settlement
    from risksim.scenario.sheet import Sheet


def settle(deal: Deal, observed: str | Path, until: dt.date | None = None) -> Settlement:
    """Settle what was observed: the same rules and ledger as of a simulated path, up to a date.

    Parameters
    ----------
    deal : Deal
        The deal.
    observed : str or Path
        A CSV, JSON or YAML file of what was measured, as `observed_template` writes it; ``-`` reads standard input.
    until : date, optional
        Later measurements don't count and later payments are not posted; left out, the last follow-up of which
        anything is known.

    Returns
    -------
    Settlement

    Raises
    ------
    ObservedError
        With every mistake of the observed file.
    """
    from risksim.scenario.sheet import read_sheet

    plan = funded_plan(deal)
    return _settled(deal, plan, read_sheet(observed), until)


def settle_text(deal: Deal, text: str, name: str = "observed", until: dt.date | None = None) -> Settlement:
    """Settle what was observed, of a text that stands in no file.

    Parameters
    ----------
    deal : Deal
        The deal.
    text : str
        CSV, JSON or YAML, as `observed_template` writes it.
    name : str
        What messages call it; an ending such as ``.csv`` says which of them it is, and without one that is guessed.
    until : date, optional
        As in `settle`.

    Returns
    -------
    Settlement

    Raises
    ------
    ObservedError
        With every mistake of the text.
    """
    from risksim.scenario.sheet import sheet_of

    plan = funded_plan(deal)
    return _settled(deal, plan, sheet_of(text, name), until)


def _settled(deal: Deal, plan: Plan, sheet: Sheet, until: dt.date | None) -> Settlement:
    from risksim.engine.observed import settle_so_far
    from risksim.plan.observed import observe
    from risksim.results.settlement import Arrays, TermTaken, settlement

    seen = observe(plan, deal.scenario.follow_up_dates(), sheet)
    if until is None:
        anything = bool(plan.measures.measured_in.any())  # without it nothing has to be waited for
        until = plan.labels.dates[seen.last] if seen.last >= 0 or not anything else deal.scenario.start_date
    upto = sum(date <= until for date in plan.labels.dates) - 1
    settled = settle_so_far(plan, seen.inputs, seen.measured, upto)
    terms = [
        TermTaken(term.name, value, term.unit, "observed" if given else "mean") for term, value, given in seen.terms
    ]
    return settlement(plan, Arrays(seen.measured, *settled), until, sheet.file, terms, seen.remarks)


def observed_template(deal: Deal, form: TemplateForm = "csv") -> str:
    """A file to fill in with what was measured: a row for each follow-up and cohort.

    Parameters
    ----------
    deal : Deal
        The deal.
    form : {"csv", "json", "yaml"}
        How it is written.

    Returns
    -------
    str
    """
    from risksim.plan.observed import template

    return template(funded_plan(deal), form)

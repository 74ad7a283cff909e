"""Where variance comes from, as a page of text and a chart."""

from __future__ import annotations

from typing import NamedTuple

from risksim.language import N_, _, plural
from risksim.metrics.precision import Estimate, Z
from risksim.report.charts import COLOURS, Spec, chart
from risksim.report.input_titles import input_title
from risksim.report.numbers import number, percent, plus_minus
from risksim.report.said_below import in_words, listing, separated, the_payer
from risksim.report.table import heading, table

TITLES = {
    "npv": N_("net present value"),
    "repayment": N_("repayment"),
    "net_benefit": N_("net benefit of {budget}"),
    "achieved": N_("people: {outcome}"),
}
"""What is dealt out, in words."""
THE_TITLES = {
    "npv": N_("the net present value"),
    "repayment": N_("the repayment"),
    "net_benefit": N_("the net benefit of {budget}"),
    "achieved": N_("the people: {outcome}"),
}
"""The same, as a sentence wants it."""
PEOPLE = "achieved"
"""The quantity that is no money."""
ALL_BUDGETS = "total"
MONEY = ("npv", "repayment")
"""Quantities whose closed and total shares are on the page, beside the net benefit of all budgets; JSON has all."""


MORE_COLOURS = ("#f0e442", "#882255", "#44aa99", "#332288", "#ddcc77", "#117733", "#aa4499", "#661100")
"""Colours of factors beyond the usual ones, told apart by the colour-blind too."""
GREY = "#999999"
"""The colour of luck."""
MOST_BESIDE = 5
"""Factors beside each other in a table; more have a table below."""
MOST_NAMED = 8
"""Inputs of a group that are named on the page; JSON names all."""


class ShareOf(NamedTuple):
    """What a factor has of a variance."""

    factor: str
    inputs: tuple[str, ...]
    closed: Estimate
    total: Estimate
    shapley: Estimate


class PartsOf(NamedTuple):
    """The variance of one quantity."""

    quantity: str
    outcome: str | None
    budget: str | None
    sd: float
    shares: tuple[ShareOf, ...]
    together: Estimate

    @property
    def title(self) -> str:
        """What it is, in words."""
        return self._called(TITLES)

    @property
    def the_title(self) -> str:
        """The same with its article, as a sentence wants it."""
        return self._called(THE_TITLES)

    def _called(self, titles: dict[str, str]) -> str:
        whose = the_payer(self.budget or "")
        budget = _("all budgets") if self.budget == ALL_BUDGETS else _("the {payer}", payer=whose)
        return _(titles[self.quantity], outcome=(self.outcome or "").replace("_", " "), budget=budget)

    @property
    def is_told(self) -> bool:
        """Whether the page says more of it than a row."""
        return self.quantity in MONEY or self.budget == ALL_BUDGETS

    @property
    def is_shown(self) -> bool:
        """Whether it has a row: a budget that nothing moves has none."""
        return self.budget in (None, ALL_BUDGETS) or self.sd > 0.0


class Footing(NamedTuple):
    """What stands above and below the tables."""

    deal: str
    currency: str
    hurdle: float
    """[1/year]"""
    runs: int
    paths_each: int
    seed: int
    digest: str
    version: str
    one_cohort: bool
    funded: bool
    """Whether there are investors."""


def decomposition(foot: Footing, of: tuple[PartsOf, ...]) -> str:
    """Where variance comes from, as text.

    Parameters
    ----------
    foot : Footing
        Deal and provenance.
    of : tuple of PartsOf
        The variance of each quantity.

    Returns
    -------
    str
    """
    parts = [f"{foot.deal}\n", *(f"{sentence(one)}\n" for one in of if one.is_told)]
    if any(one.sd > 0.0 for one in of):
        parts += _tables(foot, of)
    parts.append("\n")
    if foot.funded:
        parts.append(_("Present values of all investors at {rate} a year. ", rate=percent(foot.hurdle)))
    parts.append(
        _(
            "{runs} runs of {paths} paths, seed {seed}. Scenario {digest}, risksim {version}.\n"
            "Alone: what would go if it were known. In all: what would be left if all else were known. The first table "
            "deals out evenly\nwhat several do together (Shapley). More evidence can shrink what is not known; more "
            "people shrink their luck. ± is one standard error.\n",
            runs=number(foot.runs),
            paths=number(foot.paths_each),
            seed=foot.seed,
            digest=foot.digest[:12],
            version=foot.version,
        )
    )
    return "".join(parts)


def _tables(foot: Footing, of: tuple[PartsOf, ...]) -> list[str]:
    factors = [in_words(share.factor) for share in of[0].shares]
    parts = [
        heading(
            _("Where the variance comes from (shares of what varies; a row adds up to 100 %)")
            if len(factors) <= MOST_BESIDE
            else _("Where the variance comes from (shares of what varies; all rows of a name add up to 100 %)")
        )
    ]
    for begins in range(0, len(factors), MOST_BESIDE):
        some = slice(begins, begins + MOST_BESIDE)
        head = ("", _("sd"), *(cell for factor in factors[some] for cell in (factor, "")))
        below = "\n" if begins else ""
        parts.append(below + table(head, [_row(one, foot.currency, some) for one in of if one.is_shown]))
    for one in of:
        if one.is_told and one.sd > 0.0:
            what = f"{one.title[:1].upper()}{one.title[1:]}"
            parts.append(heading(_("{what}: what each has alone, and with all that it does together", what=what)))
            rows = [(in_words(share.factor), *_cells(share.closed), *_cells(share.total)) for share in one.shares]
            rows.append((_("several together"), *_cells(one.together), "", ""))
            parts.append(table(("", _("alone"), "", _("in all"), ""), rows))
    held = [share for share in of[0].shares if share.inputs]
    if held:
        parts.append(heading(_("What is in each")))
    for share in held:
        said = separated([input_title(name, foot.one_cohort) for name in share.inputs[:MOST_NAMED]])
        more = len(share.inputs) - MOST_NAMED
        if more > 0:
            said = plural("{inputs} and {number} more", "{inputs} and {number} more", more, inputs=said, number=more)
        parts.append(f"- {in_words(share.factor)}: {said}\n")
    return parts


def sentence(one: PartsOf) -> str:
    """Where the variance of a quantity comes from, in plain words, the most first."""
    if not one.sd > 0.0:
        return _("{what} does not vary.", what=f"{one.the_title[:1].upper()}{one.the_title[1:]}")
    ranked = sorted(one.shares, key=lambda share: -share.shapley.value)
    seen = [share for share in ranked if is_seen(share.shapley)]
    first, *rest = ({"share": _percent(share.shapley), "factor": in_words(share.factor)} for share in seen)
    said = [_("{share} comes from {factor}", **first), *(_("{share} from {factor}", **each) for each in rest)]
    return _("Of the variance of {what}, {shares}.", what=one.the_title, shares=listing(said))


def is_seen(share: Estimate) -> bool:
    """Whether a share is larger than its simulation error explains; one that is not is shown as 0."""
    return share.value > Z * share.standard_error and share.value >= 5e-4


def _percent(share: Estimate) -> str:
    return percent(share.value, share.standard_error, 1)


def _cells(share: Estimate) -> tuple[str, str]:
    if share.value != share.value:
        return "-", ""
    if not is_seen(share):
        return "0 %", ""
    return _percent(share), plus_minus(share.standard_error, 100.0)


def _row(one: PartsOf, currency: str, some: slice) -> tuple[str, ...]:
    if one.quantity == PEOPLE:
        sd = _("{number} people", number=number(one.sd, ",.1f"))
    else:
        sd = f"{number(one.sd, ',.0f')} {currency}"
    return (one.title, sd, *(cell for share in one.shares[some] for cell in _cells(share.shapley)))


def split_chart(foot: Footing, of: tuple[PartsOf, ...]) -> Spec:
    """A bar for each quantity, cut into the shares of its variance.

    Parameters
    ----------
    foot : Footing
        Deal and provenance.
    of : tuple of PartsOf
        The variance of each quantity.

    Returns
    -------
    dict
        A Vega-Lite specification.
    """
    rows = [
        {"of": one.title, "from": in_words(share.factor), "share": max(share.shapley.value, 0.0), "place": place}
        for one in of
        if one.sd > 0.0
        for place, share in enumerate(one.shares)
    ]
    factors = [in_words(share.factor) for share in of[0].shares]
    colours = [*(*COLOURS, *MORE_COLOURS)[: len(factors) - 1], GREY]  # luck of people comes last
    bars = {
        "mark": {"type": "bar", "stroke": "white"},
        "encoding": {
            "y": {"field": "of", "type": "nominal", "title": None, "sort": None, "axis": {"labelLimit": 260}},
            "x": {
                "field": "share",
                "type": "quantitative",
                "stack": "normalize",
                "title": _("share of the variance"),
                "axis": {"format": "%"},
            },
            "color": {
                "field": "from",
                "type": "nominal",
                "title": None,
                "sort": None,
                "scale": {"domain": factors, "range": colours},
                "legend": {"orient": "bottom", "columns": 3, "labelLimit": 260},
            },
            "order": {"field": "place", "type": "ordinal"},
        },
    }
    return chart(_("{deal}: where the variance comes from", deal=foot.deal), rows, [bars], height={"step": 30})

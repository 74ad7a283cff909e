"""Joined sites, and the deals of a fund, as pages of text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from risksim.language import N_, _
from risksim.metrics.precision import Estimate
from risksim.report.answer import chance, error_of, money
from risksim.report.charts import Spec
from risksim.report.charts_pool import Point, contributions_chart, sites_chart
from risksim.report.numbers import number, percent, rounded
from risksim.report.said_below import in_words
from risksim.report.stress import signed
from risksim.report.table import heading, table

SPLIT = {"successes": N_("successes"), "people": N_("people")}
"""By what a pooled claim may be split."""


class SettledOf(NamedTuple):
    """One way to settle several sites."""

    payments_mean: Estimate
    payments_sd: Estimate
    p_loss: Estimate | None
    npv_es95: Estimate | None


class AllocationOf(NamedTuple):
    """What the first municipality pays of a pooled claim."""

    by: str
    mean: Estimate
    sd: Estimate
    more_than_alone: Estimate
    gap_sd: Estimate


class JoinedOf(NamedTuple):
    """So many sites."""

    sites: int
    people: Estimate
    share_sd: Estimate
    share_sd_formula: float | None
    one_site_share_sd: Estimate
    one_site_formula: float | None
    site_payments_sd: Estimate
    apart: SettledOf
    diversification: Estimate
    effective_sites: Estimate
    largest_share: Estimate
    hhi: Estimate
    pooled: SettledOf | None
    p_loss_change: Estimate | None
    allocations: tuple[AllocationOf, ...]


class PoolOf(NamedTuple):
    """A deal at several sites."""

    outcome: str | None
    rate: float | None
    icc: float | None
    site_sd: float | None
    same_total: bool
    hurdle: float
    not_pooled: str | None
    joined: tuple[JoinedOf, ...]


class PartOf(NamedTuple):
    """What a deal adds to its fund."""

    deal: str
    drawn: Estimate
    sd: Estimate
    sd_contribution: Estimate
    es95_contribution: Estimate


class FundOf(NamedTuple):
    """How the deals of a fund go together."""

    hurdle: float
    keeps_capital: Estimate
    sd: Estimate
    npv_es95: Estimate
    diversification: Estimate
    effective_deals: Estimate
    largest_share: Estimate
    hhi: Estimate
    deals: tuple[PartOf, ...]


class Footing(NamedTuple):
    """What stands above and below the tables."""

    deal: str
    currency: str
    paths: int
    seed: int
    digest: str
    version: str


def pool(foot: Footing, found: PoolOf) -> str:
    """A deal at several sites as text.

    Parameters
    ----------
    foot : Footing
        Deal and provenance.
    found : PoolOf
        What came of it.

    Returns
    -------
    str
    """
    parts = [f"{foot.deal}\n", _what(found), *_sentences(found)]
    if found.outcome is not None:
        parts += [
            heading(_("Success share of '{outcome}' at all sites together: standard deviation", outcome=found.outcome)),
            _shares(found),
        ]
    paid = _has(found.joined[0].apart.payments_mean)
    if paid:
        parts += [heading(_("Payments for one site ({currency})", currency=foot.currency)), _payments(found)]
    if any(one.apart.p_loss is not None for one in found.joined):
        parts += [
            heading(
                _(
                    "All investors together ({currency}, a site, present values at {rate} a year)",
                    currency=foot.currency,
                    rate=percent(found.hurdle),
                )
            ),
            _losses(found),
        ]
    if paid:
        parts += [heading(_("How independent the sites are, each settled on its own")), _together(found)]
    if any(one.allocations and one.sites > 1 for one in found.joined):
        title = _("What one municipality pays of the pooled claim ({currency})", currency=foot.currency)
        parts += [heading(title), _allocations(found)]
    if found.not_pooled is not None:
        parts.append(_("\nThe sites are not settled together: {why}.\n", why=in_words(found.not_pooled)))
    return "".join([*parts, _foot(foot)])


def _what(found: PoolOf) -> str:
    said = [_("A copy of the deal a site; each has people and luck of its own, in one economy.")]
    if found.same_total:
        said = [
            _(
                "The people and money of the deal split between the sites; each has people and luck of its own, in one "
                "economy."
            )
        ]
    said.append(_("What nobody knows, such as how well the programme works, is the same at all."))
    if found.icc is not None and found.site_sd is None:
        said.append(_("Successes at one site are correlated by {icc}.", icc=number(found.icc, ".4g")))
    elif found.icc is not None:
        said.append(
            _(
                "Successes at one site are correlated by {icc}, as log odds that differ by {sd} between sites make "
                "them.",
                icc=number(found.icc, ".4g"),
                sd=number(found.site_sd or 0.0, "g"),
            )
        )
    return " ".join(said) + "\n"


def _sentences(found: PoolOf) -> list[str]:
    first, last = found.joined[0], found.joined[-1]
    if last.sites == first.sites:
        return []
    if not _has(last.site_payments_sd):
        if not _has(last.share_sd):
            return []
        return [
            _(
                "- At {sites} sites together the share who succeed varies by {spread}; at one site as large, by "
                "{alone}; at {few}, by {first}.\n",
                sites=number(last.sites),
                spread=_share(last.share_sd)[0],
                alone=_share(last.one_site_share_sd)[0],
                few=number(first.sites),
                first=_share(first.share_sd)[0],
            )
        ]
    said = [
        _(
            "- {sites} sites spread as {independent} independent ones would; what one pays on average varies by {sd} "
            "instead of {alone}.\n",
            sites=number(last.sites),
            independent=_number(last.effective_sites, 1),
            sd=_money(last.apart.payments_sd),
            alone=_money(last.site_payments_sd),
        )
    ]
    if last.p_loss_change is not None and last.pooled is not None and last.pooled.p_loss is not None:
        assert last.apart.p_loss is not None
        said.append(
            _(
                "- Settled together, {sites} sites lose with {together}; each settled on its own, with {apart} "
                "({points} points).\n",
                sites=number(last.sites),
                together=chance(last.pooled.p_loss)[0],
                apart=chance(last.apart.p_loss)[0],
                points=signed(last.p_loss_change, 100.0, 2),
            )
        )
    return said


def _shares(found: PoolOf) -> str:
    formula = _("formula")
    head = (_("sites"), _("people"), _("at these sites"), "", formula, _("one site as large"), "", formula)
    return table(
        head,
        [
            (
                str(one.sites),
                rounded(one.people.value, one.people.standard_error, 1),
                *_share(one.share_sd),
                _formula(one.share_sd_formula),
                *_share(one.one_site_share_sd),
                _formula(one.one_site_formula),
            )
            for one in found.joined
        ],
    )


def _has(estimate: Estimate) -> bool:
    return estimate.value == estimate.value


def _share(estimate: Estimate) -> tuple[str, str]:
    if not _has(estimate):
        return "-", ""
    return rounded(estimate.value, estimate.standard_error, 6), error_of(estimate)


def _formula(value: float | None) -> str:
    return "-" if value is None else number(value, ".6f")


def _payments(found: PoolOf) -> str:
    spread = _("sd a site")
    head = (_("sites"), _("settled apart: mean"), "", spread, "", _("settled together: mean"), "", spread, "")
    none = ("-", "", "-", "")
    return table(
        head,
        [
            (
                str(one.sites),
                *money(one.apart.payments_mean),
                *money(one.apart.payments_sd),
                *(none if one.pooled is None else (*money(one.pooled.payments_mean), *money(one.pooled.payments_sd))),
            )
            for one in found.joined
        ],
    )


def _losses(found: PoolOf) -> str:
    worst = _("worst 5 %: mean loss")
    head = (_("sites"), _("apart: P(loss)"), "", worst, "", _("together: P(loss)"), "", worst, "")
    return table(
        head,
        [
            (str(one.sites), *_lost(one.apart), *(_lost(one.pooled) if one.pooled else _lost(None)))
            for one in found.joined
        ],
    )


def _lost(settled: SettledOf | None) -> tuple[str, ...]:
    if settled is None or settled.p_loss is None or settled.npv_es95 is None:
        return ("-", "", "-", "")
    return (*chance(settled.p_loss), *money(settled.npv_es95))


def _together(found: PoolOf) -> str:
    head = (
        _("sites"),
        _("diversification"),
        "",
        _("independent sites"),
        "",
        _("largest payer"),
        "",
        _("sum of squared shares"),
        "",
    )
    return table(
        head,
        [
            (
                str(one.sites),
                *_percent(one.diversification),
                *_numbered(one.effective_sites),
                *_percent(one.largest_share),
                *_numbered(one.hhi),
            )
            for one in found.joined
        ],
    )


def _allocations(found: PoolOf) -> str:
    more = _("more than alone"), "", _("sd of that"), ""
    head = (_("sites"), _("split by"), _("mean"), "", _("sd"), "", *more)
    return table(
        head,
        [
            (
                str(one.sites),
                _(SPLIT[by.by]),
                *money(by.mean),
                *money(by.sd),
                *money(by.more_than_alone),
                *money(by.gap_sd),
            )
            for one in found.joined
            if one.sites > 1
            for by in one.allocations
        ],
        left=2,
    )


def fund(foot: Footing, found: FundOf) -> str:
    """The deals of a fund as text: how they go together, and what each adds to its risk."""
    rows = [
        (_("the fund keeps its capital"), *chance(found.keeps_capital)),
        (_("standard deviation of its NPV"), *money(found.sd)),
        (_("worst twentieth: mean loss"), *money(found.npv_es95)),
        (_("diversification (sd over the sum of those of the deals)"), *_percent(found.diversification)),
        (_("independent deals alike that would spread as much"), *_numbered(found.effective_deals)),
        (_("largest deal, of what is paid in"), *_percent(found.largest_share)),
        (_("sum of squared shares of what is paid in"), *_numbered(found.hhi)),
    ]
    adds = _("adds to the fund's sd"), "", _("adds to its worst 5 %"), ""
    head = (_("deal"), _("paid in"), _("sd of NPV"), "", *adds)
    deals = [
        (
            one.deal,
            money(one.drawn)[0],
            *money(one.sd),
            *money(one.sd_contribution),
            *money(one.es95_contribution),
        )
        for one in found.deals
    ]
    most = max(found.deals, key=lambda one: one.es95_contribution.value)
    said = _(
        "In the worst twentieth the fund loses {lost} on average, of which {part} in {deal}.\n",
        lost=_money(found.npv_es95),
        part=_money(most.es95_contribution),
        deal=most.deal,
    )
    title = _(
        "The fund ({currency}, present values at {rate} a year)", currency=foot.currency, rate=percent(found.hurdle)
    )
    return "".join(
        [
            f"{foot.deal}\n{said}",
            heading(title),
            table(("", "", ""), rows).split("\n", 2)[2],
            heading(_("What each deal adds ({currency}); the columns add up to the fund", currency=foot.currency)),
            table(head, deals),
            _foot(foot),
        ]
    )


def _foot(foot: Footing) -> str:
    return _(
        "\n{paths} paths, seed {seed}. Digest {digest}, risksim {version}.\n"
        "± is one standard error of the simulation, of a difference that of the pairs.\n",
        paths=number(foot.paths),
        seed=foot.seed,
        digest=foot.digest[:12],
        version=foot.version,
    )


def _money(estimate: Estimate) -> str:
    return money(estimate)[0]


def _number(estimate: Estimate, places: int) -> str:
    return "-" if estimate.value != estimate.value else rounded(estimate.value, estimate.standard_error, places)


def _numbered(estimate: Estimate) -> tuple[str, str]:
    return ("-", "") if estimate.value != estimate.value else (_number(estimate, 3), error_of(estimate))


def _percent(estimate: Estimate) -> tuple[str, str]:
    if estimate.value != estimate.value:
        return "-", ""
    return percent(estimate.value, estimate.standard_error), error_of(estimate, 100.0, " %")


def pool_charts(currency: str, found: PoolOf) -> dict[str, Spec]:
    """Number of sites against the spread of payments and the chance of a loss."""
    apart, together = _("each settled on its own"), _("settled together")
    spread = [Point(one.sites, apart, one.apart.payments_sd) for one in found.joined]
    spread += [Point(one.sites, together, one.pooled.payments_sd) for one in found.joined if one.pooled]
    lost = [Point(one.sites, apart, one.apart.p_loss) for one in found.joined if one.apart.p_loss]
    lost += [Point(one.sites, together, one.pooled.p_loss) for one in found.joined if one.pooled and one.pooled.p_loss]
    charts = {}
    if _has(found.joined[0].apart.payments_mean):
        charts["payments_sd"] = sites_chart(
            _("How far payments for one municipality vary"),
            _("standard deviation, {currency}", currency=currency),
            spread,
            share=False,
        )
    else:
        together, alone = _("at these sites together"), _("at one site as large")
        shares = [Point(one.sites, together, one.share_sd) for one in found.joined]
        shares += [Point(one.sites, alone, one.one_site_share_sd) for one in found.joined]
        title = _("How far the share who succeed varies")
        charts["share_sd"] = sites_chart(title, _("standard deviation of the share"), shares, share=True)
    if lost:
        title = _("How often the investors get less back than they pay in")
        charts["p_loss"] = sites_chart(title, _("probability of a loss"), lost, share=True)
    return charts


def fund_charts(currency: str, deals: Sequence[PartOf]) -> dict[str, Spec]:
    """What each deal adds to the spread and to the worst twentieth of its fund."""
    return {
        "sd": contributions_chart(
            _("What each deal adds to the standard deviation of the fund's value"),
            currency,
            [(one.deal, one.sd_contribution) for one in deals],
        ),
        "es95": contributions_chart(
            _("What each deal adds to the mean loss of the fund's worst twentieth"),
            currency,
            [(one.deal, one.es95_contribution) for one in deals],
        ),
    }

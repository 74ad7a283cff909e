"""The answer of a run as a page of text."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

from risksim.language import N_, Language, _, plural, speaking, spoken
from risksim.metrics.precision import Estimate
from risksim.metrics.source import Spread
from risksim.metrics.summary import Net, PresentValue, Statistic, Summary, Tranche, Withheld
from risksim.report.numbers import number, percent, plus_minus, rounded, uncertain_digit, written
from risksim.report.said_below import in_words, the_payer
from risksim.report.table import heading, table


class CheckOf(NamedTuple):
    """The same deal by another engine, or why there is none."""

    how: str
    """The other engine and its paths, in words; why no other can run the deal, where there is none."""
    figures: int
    """How many figures were held against each other; 0 where nothing could be."""
    worst: str
    """The one that differs most."""
    z: float
    """By how many combined standard errors."""
    agrees: bool


class Heading(NamedTuple):
    """What stands above an answer."""

    deal: str
    currency: str
    day_count: str
    seed: int
    engine: str
    digest: str
    version: str
    capital: float | None
    """Capital paid in by all investors, None where paths differ. [currency]"""
    amounts: tuple[str, ...] = ()
    """Outcomes that are amounts, which people have more or less of."""
    repeated: tuple[str, ...] = ()
    """Outcomes measured several times, whose measurements are counted and not people."""
    how: str = ""
    """Paths, seed and engine in words, where they are not those of the summary."""
    check: CheckOf | None = None
    """The same deal by another engine."""


class LineOf(NamedTuple):
    """One of the three lines."""

    name: str
    varies: str
    irr: Statistic
    npv: Estimate
    p_loss: Estimate
    npv_p05: Estimate
    npv_es95: Estimate


class PartsOf(NamedTuple):
    """Why a quantity differs from future to future: parts of its variance."""

    quantity: str
    """``npv``, ``repayment`` or ``achieved``."""
    outcome: str | None
    """Which outcome is achieved."""
    not_known: Estimate
    shared: Estimate | None
    small_numbers: Estimate


def answer(
    head: Heading,
    hurdle: float,
    lines: tuple[LineOf, ...],
    summary: Summary,
    titles: Mapping[str, str] | None = None,
    split: tuple[int, tuple[PartsOf, ...]] | None = None,
) -> str:
    """A run as text: the sentence, the three lines, the investor, the payers, the programme.

    Parameters
    ----------
    head : Heading
        Deal and provenance.
    hurdle : float
        Rate of the present values in the three lines. [1/year]
    lines : tuple of LineOf
        Expected only, luck only, evidence and luck.
    summary : Summary
        Statistics of the run.
    titles : mapping, optional
        Longer names of outcomes.
    split : int and tuple of PartsOf, optional
        Why futures differ, and the paths behind it.

    Returns
    -------
    str
    """
    titles = titles or {}
    parts = [
        f"{head.deal}\n",
        _sentence(summary, head.currency, head.capital),
        heading(
            _(
                "Three lines (investor, {currency}, present values at {rate} a year)",
                currency=head.currency,
                rate=percent(hurdle),
            )
        ),
        _three(lines),
    ]
    if summary.investors is not None:
        rows = [_tranche_row(name, tranche) for name, tranche in summary.tranches.items()]
        rows.append(_tranche_row(_("all investors"), summary.investors))
        parts += [heading(_("Tranches")), table(translated(TRANCHE_HEAD), rows)]
        parts += [
            heading(_("All investors together ({currency})", currency=head.currency)),
            _investor(summary.investors),
        ]
    if len(summary.payers) > 1:
        rows = [money_row(the_payer(name), payer.total) for name, payer in summary.payers.items()]
        parts += [
            heading(_("Who repays, all years ({currency})", currency=head.currency)),
            table(translated(SPREAD_HEAD), rows),
        ]
    for name, tranche in summary.tranches.items():
        parts += [
            heading(_("{name}, the investor ({currency})", name=name, currency=head.currency)),
            _investor(tranche),
        ]
    for name, payer in summary.payers.items():
        rows = [money_row(_("all years"), payer.total)] + [
            money_row(year, spread) for year, spread in payer.years.items()
        ]
        parts += [
            heading(_("Repayment by the {payer} ({currency})", payer=the_payer(name), currency=head.currency)),
            table(translated(SPREAD_HEAD), rows),
        ]
    programme = summary.programme
    rows = [
        _people_row(_("enrolled"), programme.enrolled),
        _people_row(_("completed"), programme.completed),
        _people_row(_("dropped out"), programme.dropouts),
        _people_row(_("could not be measured"), programme.unmeasured),
    ]
    notes: list[str] = []
    for name, outcome in programme.outcomes.items():
        title = titles.get(name, name)
        all_, paid = _counted(title, name in head.repeated, name in head.amounts)
        rows += [_people_row(all_, outcome.achieved), _people_row(paid, outcome.verified)]
        if outcome.net is not None:
            rows += [
                _people_row(_("{outcome}: would have come anyway", outcome=title), outcome.net.anyway),
                _people_row(_("{outcome}: added by the programme", outcome=title), outcome.net.added),
            ]
            notes.append(_beyond(title, outcome.net))
    if programme.outcomes or programme.enrolled.mean.value > 0.0:  # a loan may have no people
        parts += [heading(_("Programme (people)")), table(translated(SPREAD_HEAD), rows), *notes]
    if split is not None:
        parts += _why(*split, titles)
    if summary.ends_early is not None:
        said = [(_("the deal ends early"), *chance(summary.ends_early.p_ends_early))]
        said += [("  " + _("by {clause}", clause=name), *chance(p)) for name, p in summary.ends_early.clauses.items()]
        parts += [heading(_("Ending early (probability)")), table(("", "", ""), said).split("\n", 2)[2]]
    parts.append(
        _(
            "\n{how}, {day_count}. Scenario {digest}, risksim {version}.\n"
            "± is one standard error of the simulation; digits beyond it are not shown.\n",
            how=in_words(head.how or f"{_paths(summary.paths.count)}, seed {head.seed}, {head.engine} engine"),
            day_count=head.day_count,
            digest=head.digest[:12],
            version=head.version,
        )
    )
    if head.check is not None:
        parts.append(_checked(head.check))
    return "".join(parts)


def _checked(check: CheckOf) -> str:
    """The cross-check in a sentence."""
    if not check.figures:
        return _("Not checked against another engine: {why}.\n", why=in_words(check.how))
    said = plural(
        "Checked against another engine ({how}): {figures} figure, largest difference {z} standard errors ({worst}).",
        "Checked against another engine ({how}): {figures} figures, largest difference {z} standard errors ({worst}).",
        check.figures,
        how=in_words(check.how),
        figures=check.figures,
        z=number(check.z, "+.1f"),
        worst=check.worst,
    )
    return said + ("\n" if check.agrees else _(" ENGINES DISAGREE.\n"))


def _why(paths: int, found: tuple[PartsOf, ...], titles: Mapping[str, str]) -> list[str]:
    """Why futures differ, where they do."""
    varying = [part for part in found if not math.isnan(part.not_known.value)]
    if not varying:
        return []
    shares = any(part.shared is not None for part in varying)
    rows = []
    for part in varying:
        outcome = part.outcome or ""
        names = {
            "npv": _("net present value"),
            "repayment": _("repayment"),
            "achieved": titles.get(outcome, outcome),
        }
        kinds = [part.not_known, *([part.shared] if part.shared is not None else []), part.small_numbers]
        shown = [percent(min(max(kind.value, 0.0), 1.0), kind.standard_error, 1) for kind in kinds]
        rows.append((names[part.quantity], *shown, error_of(part.small_numbers, 100.0, " %")))
    shared = [_("what all share")] if shares else []
    head = ("", _("what nobody knows"), *shared, _("luck of small numbers"), "")
    return [
        heading(_("Why futures differ (shares of the variance, {paths})", paths=counted_paths(paths))),
        table(head, rows),
    ]


def _beyond(title: str, net: Net) -> str:
    """How much of an outcome would have come anyway, and whether the programme may have done harm."""
    share, below = net.share_anyway, chance(net.p_added_negative)[0]
    if math.isnan(share.value):
        return ""
    return _(
        "  {outcome}: {share} would have come anyway; the chance that the programme adds less than nothing is "
        "{below}\n",
        outcome=title,
        share=percent(share.value, share.standard_error),
        below=below,
    )


def _counted(outcome: str, repeated: bool, amount: bool) -> tuple[str, str]:
    """What the two rows of an outcome count: all, and those that count for payment."""
    if amount and repeated:
        return (
            _("{outcome}: measurements above zero", outcome=outcome),
            _("{outcome}: measurements above zero that count", outcome=outcome),
        )
    if amount:
        return _("{outcome}: above zero", outcome=outcome), _("{outcome}: above zero that count", outcome=outcome)
    if repeated:
        return (
            _("{outcome}: measurements achieved", outcome=outcome),
            _("{outcome}: measurements verified", outcome=outcome),
        )
    return _("{outcome}: achieved", outcome=outcome), _("{outcome}: verified", outcome=outcome)


def _sentence(summary: Summary, currency: str, capital: float | None) -> str:
    """The answer in one sentence, of all investors together."""
    loss = summary.everybody.loss
    if capital == 0.0:
        return _("No capital is paid in, so there is none to lose.\n")
    several = summary.investors is not None
    whole = 100 - round(100 * loss.p_loss.value)
    if whole == 100 and loss.p_loss.value > 0:
        text = (
            _("In more than 99 of 100 futures the investors together get the capital back.")
            if several
            else _("In more than 99 of 100 futures the investor gets the capital back.")
        )
    elif whole == 0 and loss.p_loss.value < 1:
        text = (
            _("In fewer than 1 of 100 futures the investors together get the capital back.")
            if several
            else _("In fewer than 1 of 100 futures the investor gets the capital back.")
        )
    else:
        text = (
            _("In {whole} of 100 futures the investors together get the capital back.", whole=whole)
            if several
            else _("In {whole} of 100 futures the investor gets the capital back.", whole=whole)
        )
    if loss.p_loss.value > 0 and loss.expected_shortfall_95.value > 0:
        text += " " + worst_twentieth(loss.expected_shortfall_95, capital, currency)
    return text + "\n"


def worst_twentieth(lost: Estimate, capital: float | None, currency: str) -> str:
    """What is lost in the worst twentieth of all futures, in a sentence."""
    worst = rounded(lost.value, lost.standard_error, 0)
    if capital is None:
        return _("In the worst twentieth, {worst} {currency} is lost on average.", worst=worst, currency=currency)
    return _(
        "In the worst twentieth, {worst} of {capital} {currency} is lost on average.",
        worst=worst,
        capital=number(capital, ",.0f"),
        currency=currency,
    )


def _paths(count: int) -> str:
    """Paths as a run itself says them, in English."""
    return "1 path" if count == 1 else f"{count:,} paths"


def counted_paths(count: int) -> str:
    """So many paths, in words."""
    return plural("{paths} path", "{paths} paths", count, paths=number(count))


def translated(head: tuple[str, ...]) -> tuple[str, ...]:
    """Titles of columns in the language spoken."""
    return tuple(_(title) for title in head)


def chance(estimate: Estimate, language: Language | None = None) -> tuple[str, str]:
    """A probability and its error; what was never or always seen is a bound, not a certainty."""
    with speaking(language or spoken()):
        if estimate.high - estimate.low >= 0.9:
            return percent(estimate.value, most_places=0), _("too few paths")
        if estimate.value == 0.0 and estimate.high > 0.0:
            return _("below {share}", share=_bound(estimate.high, estimate.high)), _("never seen")
        if estimate.value == 1.0 and estimate.low < 1.0:
            return _("above {share}", share=_bound(estimate.low, 1.0 - estimate.low)), _("always seen")
        return percent(estimate.value, estimate.standard_error), error_of(estimate, 100.0, " %")


def _bound(share: float, distance: float) -> str:
    """A bound on a probability: in Danish two digits of how far it lies from nothing or from certainty are enough."""
    enough = 4 if spoken() == "en" else max(0, uncertain_digit(100.0 * distance) + 1)
    return percent(share, most_places=min(4, enough))


def return_of(statistic: Statistic) -> str:
    """A rate of return, to the digit that its error supports."""
    if isinstance(statistic, Withheld):
        return _("none")
    return percent(statistic.value, statistic.standard_error)


def _three(lines: tuple[LineOf, ...]) -> str:
    rows = [
        (
            in_words(line.name),
            return_of(line.irr),
            rounded(line.npv.value, line.npv.standard_error, 0),
            chance(line.p_loss)[0],
            rounded(line.npv_p05.value, _half_width(line.npv_p05), 0),
            rounded(line.npv_es95.value, line.npv_es95.standard_error, 0),
        )
        for line in lines
    ]
    head = (
        "",
        _("IRR of mean flow"),
        _("mean NPV"),
        _("P(loss)"),
        _("NPV, 5 % point"),
        _("worst 5 %: mean loss"),
    )
    notes = "\n".join(
        "  " + _("{line}: varies {what}", line=in_words(line.name), what=in_words(line.varies)) for line in lines
    )
    return table(head, rows) + notes + "\n"


def _half_width(estimate: Estimate) -> float:
    """Half the 95 % interval over two: what a standard error would be, for numbers that only have an interval."""
    return (estimate.high - estimate.low) / 4.0


def _investor(tranche: Tranche) -> str:
    loss, irr = tranche.loss, tranche.irr
    rows = [
        (_("probability of loss"), *chance(loss.p_loss)),
        (_("probability to lose more than half"), *chance(loss.p_severe_loss)),
        (_("probability to lose everything"), *chance(loss.p_total_loss)),
        (_("mean loss when there is one"), *money(loss.expected_given_loss)),
        (_("loss not exceeded with 95 % (VaR)"), *money(loss.value_at_risk_95)),
        (_("mean loss of the worst twentieth (ES)"), *money(loss.expected_shortfall_95)),
        (
            _("money back over money in"),
            rounded(tranche.moic.mean.value, tranche.moic.mean.standard_error, 4),
            error_of(tranche.moic.mean),
        ),
        (
            _("IRR of the mean cash flow"),
            return_of(irr.of_mean_flow),
            in_words(irr.of_mean_flow.reason)
            if isinstance(irr.of_mean_flow, Withheld)
            else error_of(irr.of_mean_flow, 100.0, " %"),
        ),
    ]
    for name in ("p05", "p25", "p50", "p75", "p95"):
        point, title = getattr(irr, name), _("IRR, {level} % point", level=int(name[1:]))
        if isinstance(point, Withheld):
            rows.append((title, _("not shown"), in_words(point.reason)))
        else:
            rows.append((title, percent(point.value, _half_width(point)), _interval(point)))
    for hurdle, value in tranche.npv.items():
        rows += npv_rows(percent(float(hurdle)), value)
    for status, share in irr.status.items():
        if status != "ok_unique" and share.value > 0:
            said = _("paths whose IRR is {status}", status=in_words(status.replace("_", " ")))
            rows.append((said, percent(share.value, share.standard_error, 3), ""))
    return table(("", "", ""), rows).split("\n", 2)[2]


def npv_rows(rate: str, value: PresentValue) -> list[tuple[str, str, str]]:
    """Net present value at one rate: mean, chance of less than nothing, and the worst twentieth."""
    return [
        (_("NPV at {rate}, mean", rate=rate), *money(value.mean)),
        (_("NPV at {rate}, probability below zero", rate=rate), *chance(value.p_loss)),
        (_("NPV at {rate}, mean loss of the worst twentieth", rate=rate), *money(value.expected_shortfall_95)),
    ]


TRANCHE_HEAD = (
    "",
    N_("P(loss)"),
    N_("P(total loss)"),
    N_("money back / in"),
    N_("IRR of mean flow"),
    N_("worst 5 %: mean loss"),
)


def _tranche_row(name: str, tranche: Tranche) -> tuple[str, ...]:
    """One tranche among others."""
    loss, multiple = tranche.loss, tranche.moic.mean
    return (
        name,
        chance(loss.p_loss)[0],
        chance(loss.p_total_loss)[0],
        rounded(multiple.value, multiple.standard_error, 4),
        return_of(tranche.irr.of_mean_flow),
        money(loss.expected_shortfall_95)[0],
    )


def error_of(estimate: Estimate, scale: float = 1.0, unit: str = "", language: Language | None = None) -> str:
    """The simulation error of a statistic; empty where there is none."""
    text = plus_minus(estimate.standard_error, scale, language)
    return f"{text}{unit}" if text else ""


def _interval(estimate: Estimate) -> str:
    if not (math.isfinite(estimate.low) and math.isfinite(estimate.high)):
        return _("too few paths")
    return f"[{percent(estimate.low)}; {percent(estimate.high)}]"


def money(estimate: Estimate, language: Language | None = None) -> tuple[str, str]:
    """An amount and its error, or its interval where it only has one."""
    error = estimate.standard_error
    if error != error:  # nan: only an interval
        ends = written(f"[{estimate.low:,.0f}; {estimate.high:,.0f}]", language)
        return rounded(estimate.value, _half_width(estimate), 0, language), ends
    return rounded(estimate.value, error, 0, language), error_of(estimate, language=language)


SPREAD_HEAD = ("", N_("mean"), "", N_("sd"), "5 %", "25 %", "50 %", "75 %", "95 %")


def money_row(name: str, spread: Spread) -> tuple[str, ...]:
    """An amount with its quantiles, under `SPREAD_HEAD`."""
    return _row(name, spread, 0)


def _people_row(name: str, spread: Spread) -> tuple[str, ...]:
    return _row(name, spread, 2)


def _row(name: str, spread: Spread, places: int) -> tuple[str, ...]:
    return (
        name,
        rounded(spread.mean.value, spread.mean.standard_error, places),
        error_of(spread.mean),
        rounded(spread.sd.value, spread.sd.standard_error, places),
        *(rounded(point.value, 0.0, 0) for point in (spread.p05, spread.p25, spread.p50, spread.p75, spread.p95)),
    )

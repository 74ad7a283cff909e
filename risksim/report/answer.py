"""The answer of a run as a page of text."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

from risksim.metrics.precision import Estimate
from risksim.metrics.source import Spread
from risksim.metrics.summary import Net, Statistic, Summary, Tranche, Withheld
from risksim.report.numbers import Language, percent, plus_minus, rounded, written
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
        heading(f"Three lines (investor, {head.currency}, present values at {percent(hurdle)} a year)"),
        _three(lines),
    ]
    if summary.investors is not None:
        rows = [_tranche_row(name, tranche) for name, tranche in summary.tranches.items()]
        rows.append(_tranche_row("all investors", summary.investors))
        parts += [heading("Tranches"), table(TRANCHE_HEAD, rows)]
        parts += [heading(f"All investors together ({head.currency})"), _investor(summary.investors)]
    if len(summary.payers) > 1:
        rows = [money_row(name, payer.total) for name, payer in summary.payers.items()]
        parts += [heading(f"Who repays, all years ({head.currency})"), table(SPREAD_HEAD, rows)]
    for name, tranche in summary.tranches.items():
        parts += [heading(f"{name}, the investor ({head.currency})"), _investor(tranche)]
    for name, payer in summary.payers.items():
        rows = [money_row("all years", payer.total)] + [money_row(year, spread) for year, spread in payer.years.items()]
        parts += [heading(f"Repayment by the {name} ({head.currency})"), table(SPREAD_HEAD, rows)]
    programme = summary.programme
    rows = [
        _people_row("enrolled", programme.enrolled),
        _people_row("completed", programme.completed),
        _people_row("dropped out", programme.dropouts),
        _people_row("could not be measured", programme.unmeasured),
    ]
    notes: list[str] = []
    for name, outcome in programme.outcomes.items():
        title, (all_, paid) = titles.get(name, name), _counted(name, head)
        rows += [_people_row(f"{title}: {all_}", outcome.achieved), _people_row(f"{title}: {paid}", outcome.verified)]
        if outcome.net is not None:
            rows += [
                _people_row(f"{title}: would have come anyway", outcome.net.anyway),
                _people_row(f"{title}: added by the programme", outcome.net.added),
            ]
            notes.append(_beyond(title, outcome.net))
    if programme.outcomes or programme.enrolled.mean.value > 0.0:  # a loan may have no people
        parts += [heading("Programme (people)"), table(SPREAD_HEAD, rows), *notes]
    if split is not None:
        parts += _why(*split, titles)
    if summary.ends_early is not None:
        ends = {"the deal ends early": summary.ends_early.p_ends_early, **summary.ends_early.clauses}
        said = [(name if place == 0 else f"  by {name}", *chance(p)) for place, (name, p) in enumerate(ends.items())]
        parts += [heading("Ending early (probability)"), table(("", "", ""), said).split("\n", 2)[2]]
    parts.append(
        f"\n{head.how or f'{_paths(summary.paths.count)}, seed {head.seed}, {head.engine} engine'}, {head.day_count}. "
        f"Scenario {head.digest[:12]}, risksim {head.version}.\n"
        "± is one standard error of the simulation; digits beyond it are not shown.\n"
    )
    if head.check is not None:
        parts.append(_checked(head.check))
    return "".join(parts)


def _checked(check: CheckOf) -> str:
    """The cross-check in a sentence."""
    if not check.figures:
        return f"Not checked against another engine: {check.how}.\n"
    verdict = "" if check.agrees else " ENGINES DISAGREE."
    figures = f"{check.figures} figure{'' if check.figures == 1 else 's'}"
    return (
        f"Checked against another engine ({check.how}): {figures}, largest "
        f"difference {check.z:+.1f} standard errors ({check.worst}).{verdict}\n"
    )


def _why(paths: int, found: tuple[PartsOf, ...], titles: Mapping[str, str]) -> list[str]:
    """Why futures differ, where they do."""
    varying = [part for part in found if not math.isnan(part.not_known.value)]
    if not varying:
        return []
    shares = any(part.shared is not None for part in varying)
    rows = []
    for part in varying:
        outcome = part.outcome or ""
        names = {"npv": "net present value", "repayment": "repayment", "achieved": titles.get(outcome, outcome)}
        kinds = [part.not_known, *([part.shared] if part.shared is not None else []), part.small_numbers]
        shown = [percent(min(max(kind.value, 0.0), 1.0), kind.standard_error, 1) for kind in kinds]
        rows.append((names[part.quantity], *shown, error_of(part.small_numbers, 100.0, " %")))
    head = ("", "what nobody knows", *(["what all share"] if shares else []), "luck of small numbers", "")
    return [heading(f"Why futures differ (shares of the variance, {_paths(paths)})"), table(head, rows)]


def _beyond(title: str, net: Net) -> str:
    """How much of an outcome would have come anyway, and whether the programme may have done harm."""
    share, below = net.share_anyway, chance(net.p_added_negative)[0]
    if math.isnan(share.value):
        return ""
    of_all = f"{percent(share.value, share.standard_error)} would have come anyway"
    return f"  {title}: {of_all}; the chance that the programme adds less than nothing is {below}\n"


def _counted(name: str, head: Heading) -> tuple[str, str]:
    """What the two rows of an outcome count: all, and those that count for payment."""
    measurements = "measurements " if name in head.repeated else ""
    if name in head.amounts:
        return f"{measurements}above zero", f"{measurements}above zero that count"
    return f"{measurements}achieved", f"{measurements}verified"


def _sentence(summary: Summary, currency: str, capital: float | None) -> str:
    """The answer in one sentence, of all investors together."""
    loss = summary.everybody.loss
    who = "the investor gets" if summary.investors is None else "the investors together get"
    if capital == 0.0:
        return "No capital is paid in, so there is none to lose.\n"
    whole = 100 - round(100 * loss.p_loss.value)
    if whole == 100 and loss.p_loss.value > 0:
        text = f"In more than 99 of 100 futures {who} the capital back."
    elif whole == 0 and loss.p_loss.value < 1:
        text = f"In fewer than 1 of 100 futures {who} the capital back."
    else:
        text = f"In {whole} of 100 futures {who} the capital back."
    if loss.p_loss.value > 0 and loss.expected_shortfall_95.value > 0:
        worst = rounded(loss.expected_shortfall_95.value, loss.expected_shortfall_95.standard_error, 0)
        of = f" of {capital:,.0f}" if capital is not None else ""
        text += f" In the worst twentieth, {worst}{of} {currency} is lost on average."
    return text + "\n"


def _paths(count: int) -> str:
    return "1 path" if count == 1 else f"{count:,} paths"


class ChanceWords(NamedTuple):
    """What is said of a probability that so many paths cannot tell."""

    below: str
    above: str
    never: str
    always: str
    few: str


CHANCE_WORDS: dict[Language, ChanceWords] = {
    "en": ChanceWords("below", "above", "never seen", "always seen", "too few paths"),
    "da": ChanceWords("under", "over", "aldrig set", "altid set", "for få gennemløb"),
}


def chance(estimate: Estimate, language: Language = "en") -> tuple[str, str]:
    """A probability and its error; what was never or always seen is a bound, not a certainty."""
    words = CHANCE_WORDS[language]
    if estimate.high - estimate.low >= 0.9:
        return percent(estimate.value, most_places=0, language=language), words.few
    if estimate.value == 0.0 and estimate.high > 0.0:
        return f"{words.below} {percent(estimate.high, most_places=4, language=language)}", words.never
    if estimate.value == 1.0 and estimate.low < 1.0:
        return f"{words.above} {percent(estimate.low, most_places=4, language=language)}", words.always
    error = error_of(estimate, 100.0, " %", language)
    return percent(estimate.value, estimate.standard_error, language=language), error


def return_of(statistic: Statistic) -> str:
    """A rate of return, to the digit that its error supports."""
    if isinstance(statistic, Withheld):
        return "none"
    return percent(statistic.value, statistic.standard_error)


def _three(lines: tuple[LineOf, ...]) -> str:
    rows = [
        (
            line.name,
            return_of(line.irr),
            rounded(line.npv.value, line.npv.standard_error, 0),
            chance(line.p_loss)[0],
            rounded(line.npv_p05.value, _half_width(line.npv_p05), 0),
            rounded(line.npv_es95.value, line.npv_es95.standard_error, 0),
        )
        for line in lines
    ]
    head = ("", "IRR of mean flow", "mean NPV", "P(loss)", "NPV, 5 % point", "worst 5 %: mean loss")
    notes = "\n".join(f"  {line.name}: varies {line.varies}" for line in lines)
    return table(head, rows) + notes + "\n"


def _half_width(estimate: Estimate) -> float:
    """Half the 95 % interval over two: what a standard error would be, for numbers that only have an interval."""
    return (estimate.high - estimate.low) / 4.0


def _investor(tranche: Tranche) -> str:
    loss, irr = tranche.loss, tranche.irr
    rows = [
        ("probability of loss", *chance(loss.p_loss)),
        ("probability to lose more than half", *chance(loss.p_severe_loss)),
        ("probability to lose everything", *chance(loss.p_total_loss)),
        ("mean loss when there is one", *money(loss.expected_given_loss)),
        ("loss not exceeded with 95 % (VaR)", *money(loss.value_at_risk_95)),
        ("mean loss of the worst twentieth (ES)", *money(loss.expected_shortfall_95)),
        (
            "money back over money in",
            rounded(tranche.moic.mean.value, tranche.moic.mean.standard_error, 4),
            error_of(tranche.moic.mean),
        ),
        (
            "IRR of the mean cash flow",
            return_of(irr.of_mean_flow),
            irr.of_mean_flow.reason
            if isinstance(irr.of_mean_flow, Withheld)
            else error_of(irr.of_mean_flow, 100.0, " %"),
        ),
    ]
    for name in ("p05", "p25", "p50", "p75", "p95"):
        point = getattr(irr, name)
        if isinstance(point, Withheld):
            rows.append((f"IRR, {int(name[1:])} % point", "not shown", point.reason))
        else:
            rows.append((f"IRR, {int(name[1:])} % point", percent(point.value, _half_width(point)), _interval(point)))
    for hurdle, value in tranche.npv.items():
        rate = percent(float(hurdle))
        rows += [
            (f"NPV at {rate}, mean", *money(value.mean)),
            (f"NPV at {rate}, probability below zero", *chance(value.p_loss)),
            (f"NPV at {rate}, mean loss of the worst twentieth", *money(value.expected_shortfall_95)),
        ]
    for status, share in irr.status.items():
        if status != "ok_unique" and share.value > 0:
            rows.append(
                (f"paths whose IRR is {status.replace('_', ' ')}", percent(share.value, share.standard_error, 3), "")
            )
    return table(("", "", ""), rows).split("\n", 2)[2]


TRANCHE_HEAD = ("", "P(loss)", "P(total loss)", "money back / in", "IRR of mean flow", "worst 5 %: mean loss")


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


def error_of(estimate: Estimate, scale: float = 1.0, unit: str = "", language: Language = "en") -> str:
    """The simulation error of a statistic; empty where there is none."""
    text = plus_minus(estimate.standard_error, scale, language)
    return f"{text}{unit}" if text else ""


def _interval(estimate: Estimate) -> str:
    if not (math.isfinite(estimate.low) and math.isfinite(estimate.high)):
        return "too few paths"
    return f"[{percent(estimate.low)}; {percent(estimate.high)}]"


def money(estimate: Estimate, language: Language = "en") -> tuple[str, str]:
    """An amount and its error, or its interval where it only has one."""
    error = estimate.standard_error
    if error != error:  # nan: only an interval
        ends = written(f"[{estimate.low:,.0f}; {estimate.high:,.0f}]", language)
        return rounded(estimate.value, _half_width(estimate), 0, language), ends
    return rounded(estimate.value, error, 0, language), error_of(estimate, language=language)


SPREAD_HEAD = ("", "mean", "", "sd", "5 %", "25 %", "50 %", "75 %", "95 %")


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

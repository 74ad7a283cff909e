"""Writes the reference page of the scenario language from the models themselves, each time the pages are built.

Names, types, defaults and texts come from the models, so they cannot fall behind. Only the examples stand here;
each is read by the model it illustrates, and a field or law without one stops the build.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, Tag, TypeAdapter
from pydantic_core import PydanticUndefined
from ruamel.yaml import YAML
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

from risksim.scenario import (
    base,
    dependence,
    diligence,
    effects,
    ending,
    financing,
    leaving,
    loans,
    outcomes,
    payments,
    portfolio,
    programme,
    public,
    rates,
    terms,
    uncertainty,
)
from risksim.scenario import scenario as root
from risksim.scenario.base import Part
from risksim.scenario.remedies import flow
from risksim.scenario.texts import describe

TARGET = Path("reference/generated/scenario.md")

PARTS: dict[str, list[type[Part]]] = {
    "The deal": [root.Scenario, root.Every],
    "People": [
        programme.Cohort,
        programme.Repeat,
        programme.Enrolment,
        programme.Arrivals,
        programme.Decay,
        programme.LateStart,
        programme.Replace,
        leaving.Dropout,
        leaving.Moves,
        programme.Unmeasured,
        programme.UnlikeAssumed,
    ],
    "Outcomes": [
        outcomes.PersonOutcome,
        outcomes.AtCompletion,
        outcomes.AfterEnrolment,
        outcomes.AfterCompletion,
        outcomes.OnDate,
        outcomes.Outcome,
        outcomes.Onset,
        outcomes.EventOutcome,
        outcomes.SpellOutcome,
        outcomes.SpellLaw,
        outcomes.AmountOutcome,
        outcomes.Each,
        outcomes.Reaches,
        outcomes.ScoreOutcome,
        outcomes.ScoreLaw,
        outcomes.UseOutcome,
        outcomes.UseLaw,
        outcomes.ProgrammeResult,
        outcomes.DatedValue,
        effects.EffectOnOutcome,
        effects.ComparisonGroup,
        effects.EffectOnAmount,
        effects.ComparisonSample,
        effects.Effect,
        effects.Compared,
    ],
    "What goes together": [dependence.Dependence, dependence.Recession, dependence.Correlated],
    "Payments": [
        part
        for rule in payments.RULES.values()
        for part in (rule, next(field.annotation for field in rule.model_fields.values()))
    ],
    "Terms of payment rules": [
        terms.Terms,
        terms.SplitTerms,
        payments.ChangeTerms,
        terms.Indexed,
        terms.Reading,
        terms.MinimumSample,
        terms.Table,
        terms.FloorUntil,
        terms.Line,
        terms.Node,
        terms.DatedAmount,
    ],
    "Financing": [
        financing.Financing,
        financing.Tranche,
        financing.Instalments,
        financing.Drawing,
        financing.ReturnCap,
        financing.ReturnFloor,
        financing.Cost,
        financing.Grant,
        financing.Guarantee,
        financing.Termination,
        loans.Loan,
        loans.Repayments,
        loans.RevenueShare,
        loans.Goal,
        loans.Lowered,
        loans.Forgiven,
        loans.Default,
    ],
    "Ending early": [ending.EarlyEnd, ending.EndWhen, ending.EndPayment],
    "Public money": [
        public.Public,
        public.Consequence,
        public.During,
        public.PublicCost,
        public.Refunded,
        public.Edition,
        public.Overlap,
    ],
    "Origins": [base.Origin, base.Stated],
    "Due diligence": [diligence.DueDiligence, diligence.OutcomeDiligence],
    "Portfolios, in files of their own": [
        portfolio.PortfolioFile,
        portfolio.Portfolio,
        portfolio.Economy,
        portfolio.Listed,
    ],
}
"""Parts of a scenario under the headings of the page, in the order in which a file is written."""

LAW_PARTS: list[type[Part]] = [
    uncertainty.Source,
    uncertainty.NormalShape,
    uncertainty.LognormalShape,
    uncertainty.GammaShape,
    uncertainty.Chance,
    uncertainty.Component,
    rates.EffectTerms,
    rates.RatioEstimate,
    rates.PlainEstimate,
    rates.CompositionTerms,
    rates.GroupOfPeople,
    rates.SitesTerms,
    rates.SiteCount,
    uncertainty.Change,
    uncertainty.Expert,
    uncertainty.GradedShape,
]
"""Parts that stand inside a law."""

TITLES: dict[type[Part], str] = {
    root.Scenario: "Top of the file",
    root.Every: "follow_up, regular",
    programme.Cohort: "cohorts",
    programme.Repeat: "repeat",
    programme.Enrolment: "enrolment",
    programme.Arrivals: "arrivals",
    programme.Decay: "decay",
    programme.LateStart: "late_start",
    programme.Replace: "replace",
    leaving.Dropout: "dropout, as a law",
    leaving.Moves: "moves",
    outcomes.PersonOutcome: "What every outcome of a person says",
    outcomes.Outcome: "an outcome that is met or not",
    outcomes.Onset: "onset",
    outcomes.EventOutcome: "an outcome that happens in some month",
    outcomes.SpellOutcome: "an outcome with spells",
    outcomes.SpellLaw: "spells",
    outcomes.AmountOutcome: "an outcome with an amount",
    outcomes.Each: "amount",
    outcomes.Reaches: "a goal that an amount reaches",
    outcomes.ScoreOutcome: "an outcome with a score",
    outcomes.ScoreLaw: "score",
    outcomes.UseOutcome: "an outcome with use of services",
    outcomes.UseLaw: "use",
    outcomes.AtCompletion: "measured at the end of the course",
    outcomes.AfterEnrolment: "measured after enrolment",
    outcomes.AfterCompletion: "measured after the course",
    outcomes.OnDate: "measured on a date",
    outcomes.ProgrammeResult: "a result of the whole programme",
    outcomes.DatedValue: "a result on a date",
    effects.EffectOnOutcome: "an effect on an outcome",
    effects.ComparisonGroup: "against, for an outcome",
    effects.EffectOnAmount: "an effect on an amount",
    effects.ComparisonSample: "against, for an amount",
    effects.Compared: "What every comparison group says",
    effects.Effect: "When an effect is known, and its errors",
    terms.Terms: "Who pays, when, at which prices",
    terms.SplitTerms: "Claims split between cohorts",
    payments.ChangeTerms: "Rules that change others",
    terms.Indexed: "indexed",
    terms.Reading: "How a rule reads an outcome",
    terms.MinimumSample: "minimum_sample",
    terms.Table: "What a table gives",
    terms.FloorUntil: "floors",
    terms.Line: "a line of steps",
    terms.Node: "a corner of a ladder",
    terms.DatedAmount: "an amount on a date",
    financing.Financing: "financing",
    financing.Tranche: "tranches",
    financing.Instalments: "drawdown in instalments",
    financing.Drawing: "drawdown on dates",
    financing.ReturnCap: "return_cap",
    financing.ReturnFloor: "return_floor",
    financing.Cost: "costs",
    financing.Grant: "grants",
    financing.Guarantee: "guarantees",
    financing.Termination: "termination",
    dependence.Dependence: "dependence",
    dependence.Recession: "recession",
    dependence.Correlated: "correlations",
    programme.Unmeasured: "unmeasured, where it goes with what happened",
    programme.UnlikeAssumed: "unlike_assumed",
    diligence.DueDiligence: "due_diligence",
    diligence.OutcomeDiligence: "due_diligence, by outcome",
    ending.EarlyEnd: "ends_early",
    ending.EndWhen: "what a decision to end looks at",
    ending.EndPayment: "what ending early pays",
    public.Public: "public",
    public.Consequence: "consequences",
    public.During: "during",
    public.PublicCost: "costs of public budgets",
    public.Refunded: "bears, with a refund",
    public.Edition: "refunds",
    public.Overlap: "overlap",
    loans.Loan: "loan",
    loans.Repayments: "repaid in instalments",
    loans.RevenueShare: "repaid from a revenue",
    loans.Goal: "a goal of a loan",
    loans.Lowered: "lowered",
    loans.Forgiven: "forgiven",
    loans.Default: "default",
    portfolio.PortfolioFile: "Top of a portfolio file",
    portfolio.Portfolio: "portfolio",
    portfolio.Economy: "macro of a portfolio",
    portfolio.Listed: "deals",
    base.Origin: "Where a number comes from",
    base.Stated: "A value with its origin",
    uncertainty.Source: "evidence",
    uncertainty.NormalShape: "normal",
    uncertainty.LognormalShape: "lognormal",
    uncertainty.GammaShape: "gamma",
    uncertainty.Chance: "discrete",
    uncertainty.Component: "mixture",
    rates.EffectTerms: "effect",
    rates.RatioEstimate: "an odds ratio",
    rates.PlainEstimate: "an estimate",
    rates.CompositionTerms: "composition",
    rates.GroupOfPeople: "a group of people",
    rates.SitesTerms: "sites",
    rates.SiteCount: "the count of a site",
    uncertainty.Change: "changed",
    uncertainty.Expert: "experts",
    uncertainty.GradedShape: "graded",
}
"""Headings of the parts."""

TITLES |= {rule: f"payments, {key}" for key, rule in payments.RULES.items()}
TITLES |= {PARTS["Payments"][2 * place + 1]: key for place, key in enumerate(payments.RULES)}

LAW_EXAMPLES: dict[str, str] = {
    "value": '{value: 60000, assumption: "not published; the plan returns the capital at this price"}',
    "fixed": "{fixed: 0.75}",
    "beta": "{beta: [30, 10]}",
    "evidence": "{evidence: {successes: 45, of: 60, weight: 0.5}}",
    "quantiles": "{quantiles: {p10: 0.55, p50: 0.70, p90: 0.82}}",
    "p5": "{p5: 0.30, p95: 0.55}",
    "normal": "{normal: {mean: 25000, sd: 3000}}",
    "lognormal": "{lognormal: {median: 25000, p90: 33000}}",
    "gamma": "{gamma: {mean: 25000, sd: 8000}}",
    "uniform": "{uniform: [0.6, 0.9]}",
    "triangular": "{triangular: [0.5, 0.7, 0.8]}",
    "pert": "{pert: [0.5, 0.7, 0.8]}",
    "discrete": "{discrete: [{value: 0, weight: 0.2}, {value: 1, weight: 0.8}]}",
    "mixture": "{mixture: [{weight: 0.15, of: {beta: [6, 16]}}, {weight: 0.85, of: 1}]}",
    "changed": "{changed: {of: {beta: [4, 16]}, times: 0.5}}",
    "experts": "{experts: [{name: leader, says: {p5: 0.4, p95: 0.6}}, {name: caseworker, says: {p5: 0.5, p95: 0.8}}]}",
    "graded": "{graded: {value: 25000, grade: 3, as: cost}}",
    "register": "{register: enrolment-ratio}",
}
"""One example of each law, as people write it."""

RATE_EXAMPLES: dict[str, str] = {
    "effect": "{effect: {usual: {beta: [20, 30]}, odds_ratio: {estimate: 1.8, ci95: [1.1, 2.9]}}}",
    "composition": "{composition: {groups: [{name: a, share: 0.7, rate: 0.6}, {name: b, share: 0.3, rate: 0.35}]}}",
    "sites": "{sites: {counts: [{successes: 45, of: 60}, {successes: 20, of: 40}]}}",
}
"""One example of each law that only a success rate may follow."""

EXAMPLES: dict[str, str] = {
    "Scenario.schema": "1",
    "Scenario.name": "TUBA Brøndby",
    "Scenario.description": "The municipality pays for each young person whose well-being improves.",
    "Scenario.currency": "DKK",
    "Scenario.start": "2021-08-01",
    "Scenario.end": "2028-06-30",
    "Scenario.follow_up": "{every: 6 months}",
    "Scenario.day_count": "months/12",
    "Scenario.hurdles": "[0.0, 0.05]",
    "Scenario.provider": "TUBA",
    "Scenario.sources": '{pwc-2021: "PwC: Tværgående procesevaluering, September 2021"}',
    "Scenario.cohorts": "[{name: Brøndby, participants: 120}]",
    "Scenario.outcomes": "{wellbeing: {of: completers, success_rate: 0.75}}",
    "Scenario.payments": "[{per_outcome: {outcome: wellbeing, price: 20000}}]",
    "Scenario.financing": "{tranches: [{name: DSI, commitment: 3200000}]}",
    "Every.every": "6 months",
    "Cohort.name": "Brøndby",
    "Cohort.participants": "{value: 120, source: dsi-2021}",
    "Cohort.enrolment": "{window: 36 months, ramp: 6 months}",
    "Cohort.duration": "9 months",
    "Cohort.dropout": "{beta: [4, 16]}",
    "Cohort.unmeasured": "{beta: [2, 18]}",
    "Cohort.label": "Young people from families with substance abuse",
    "Cohort.repeat": '{times: 200, names: "site {n}"}',
    "Repeat.names": '"site {n}"',
    "Repeat.opens_every": "1 month",
    "Portfolio.name": "Four Danish deals",
    "Portfolio.description": "What one investor holds of four deals.",
    "Portfolio.currency": "DKK",
    "Portfolio.hurdles": "[0.0, 0.035]",
    "Portfolio.day_count": "act/365",
    "Portfolio.macro": "{share: 0.03, persistence: 0.5}",
    "Portfolio.deals": "[{file: ../danish/havnen.yaml, tranche: DSI}]",
    "PortfolioFile.portfolio": "{name: Four Danish deals, deals: [{file: ../danish/havnen.yaml}]}",
    "Enrolment.window": "3 years",
    "Enrolment.ramp": "6 months",
    "Enrolment.ramp_power": "2",
    "Enrolment.decay": "{over: 12 months, power: 0.5}",
    "Enrolment.ratio": "{lognormal: {median: 1, sigma: 0.25}}",
    "Enrolment.opens": "6 months",
    "Enrolment.waiting_list_after_window": "3 months",
    "Arrivals.speed": "{gamma: {shape: 8, scale: 0.14}}",
    "LateStart.months": "{gamma: {shape: 2, scale: 1.5}}",
    "LateStart.window": "moves",
    "PersonOutcome.of": "completers",
    "PersonOutcome.measured": "{after_enrolment: 12 months}",
    "PersonOutcome.label": "Better well-being",
    "Outcome.success_rate": "{beta: [30, 10]}",
    "Reaches.always": "true",
    "AtCompletion.at": "completion",
    "AfterEnrolment.after_enrolment": "[6 months, 12 months, 18 months]",
    "AfterCompletion.after_completion": "6 months",
    "OnDate.on": "2027-01-01",
    "PerOutcome.per_outcome": "{outcome: wellbeing, price: 20000, payer: municipality}",
    "PerOutcomeTerms.outcome": "wellbeing",
    "PerOutcomeTerms.price": "20000",
    "PerOutcomeTerms.payer": "outcome fund",
    "Cap.cap": "{total: 4500000}",
    "CapTerms.total": "4500000",
    "Financing.tranches": "[{name: DSI, commitment: 3200000}]",
    "Tranche.name": "DSI",
    "Tranche.commitment": "3200000",
    "Tranche.drawdown": "{every: 6 months, times: 6}",
    "Instalments.every": "6 months",
    "Instalments.times": "6",
    "Drawing.on": "2022-02-01",
    "Drawing.share": "0.25",
    "Drawing.amount": "800000",
    "Tranche.rank": "1",
    "Tranche.rate": "0.04",
    "Tranche.return_cap": "{rate: 0.046, as: irr}",
    "Tranche.return_floor": "{share: 0.5, paid_by: municipality}",
    "Financing.surplus": "payers",
    "Financing.return_cap": "{rate: 0.046, as: irr}",
    "Financing.return_floor": "{share: 0.5, paid_by: municipality}",
    "Financing.costs": "[{name: staff, amount: 250000, due: {every: 6 months, times: 6}}]",
    "Financing.uncovered_costs": "unpaid",
    "Financing.recycle": "true",
    "Financing.grants": "[{name: Velliv Foreningen, amount: 500000}]",
    "Financing.guarantees": "[{name: Bikubenfonden, limit: 3000000}]",
    "Financing.termination": "{on: 2015-07-01, amount: 6000000, paid_by: municipality}",
    "ReturnCap.rate": "0.046",
    "ReturnCap.as": "simple average",
    "ReturnFloor.share": "0.5",
    "ReturnFloor.paid_by": "municipality",
    "Cost.name": "evaluation",
    "Cost.amount": "{lognormal: {median: 250000, p90: 300000}}",
    "Cost.due": "[2022-01-01, 2023-01-01]",
    "Cost.paid_by": "investors",
    "Cost.paid_to": "evaluator",
    "Grant.name": "Velliv Foreningen",
    "Grant.amount": "500000",
    "Grant.drawdown": "as needed",
    "Guarantee.name": "Bikubenfonden",
    "Guarantee.covers": "investors",
    "Guarantee.limit": "3000000",
    "Guarantee.share": "0.25",
    "Guarantee.attaches_after": "2400000",
    "Guarantee.called": "at the end",
    "Termination.on": "2015-07-01",
    "Termination.amount": "6000000",
    "Termination.paid_by": "municipality",
    "Public.together": "0.3",
    "Public.during": "{child care: {saved: -40, unit: hours, price: 120, bears: municipality}}",
    "Public.costs": "{staff: {amount: 250000, per: completer}}",
    "Public.refunds": "{refund-ladder: [{valid_from: 2016-01-04, by_week: {0: 0.8, 4: 0.4, 26: 0.3, 52: 0.2}}]}",
    "Public.refunds_apply": "false",
    "Public.overlap": "{share: 0.2, programmes: 2}",
    "Public.calculation": "socio-economic",
    "Consequence.counts": "while met",
    "Consequence.price_year": "2020",
    "Consequence.kind": "transfer",
    "Consequence.lasts": "5",
    "Consequence.unserved": "0.1",
    "During.per": "completer",
    "During.price_year": "2020",
    "During.kind": "transfer",
    "During.committee": "children and families",
    "During.cashable": "0.5",
    "PublicCost.price_year": "2016",
    "PublicCost.bears": "{municipality: 0.6, state: 0.4}",
    "PublicCost.committee": "social affairs",
    "PublicCost.instead": "true",
    "Refunded.weeks": "52",
    "Edition.valid_to": "2023-09-30",
    "Edition.price_year": "2020",
    "Overlap.by": "priority",
    "Overlap.programmes": "3",
    "Overlap.rank": "2",
    "ProgrammeResult.label": "Share of children restored to their families",
    "Effect.label": "More in work than of the comparison group",
    "Origin.source": "[dsi-2021, pwc-2021]",
    "Origin.assumption": "not published; two caseworkers, asked apart",
    "Origin.unchecked": "true",
    "Origin.note": "published as June 2028; we take the last day",
    "Stated.value": "120",
    "Source.successes": "45",
    "Source.of": "60",
    "Source.icc": "0.02",
    "Source.weight": "0.5",
    "Source.class": "same manual",
    "Source.source": "pwc-2021",
    "Source.assumption": "half weight, as it comes from another municipality",
    "Source.note": "counted one year after the course",
    "NormalShape.mean": "25000",
    "NormalShape.sd": "3000",
    "LognormalShape.median": "25000",
    "LognormalShape.p90": "33000",
    "LognormalShape.mean": "26000",
    "LognormalShape.sd": "6000",
    "LognormalShape.mu": "0.02",
    "LognormalShape.sigma": "0.25",
    "GammaShape.mean": "25000",
    "GammaShape.sd": "8000",
    "GammaShape.shape": "9.8",
    "GammaShape.scale": "2560",
    "Chance.value": "1",
    "Chance.weight": "0.8",
    "Component.weight": "0.15",
    "Component.of": "{beta: [6, 16]}",
    "Change.of": "{beta: [4, 16]}",
    "Change.times": "0.5",
    "Change.plus": "0.1",
    "Change.odds": "2",
    "Beta.beta": "[30, 10]",
    "Evidence.evidence": "[{successes: 45, of: 60}, {successes: 20, of: 30, weight: 0.5}]",
    "Evidence.prior": "[1, 1]",
    "Evidence.may_not_apply": "0.2",
    "Evidence.at_most": "40",
    "Quantiles.quantiles": "{p10: 0.55, p50: 0.70, p90: 0.82}",
    "Quantiles.fit": "beta",
    "Quantiles.limits": "[0, 1]",
    "Range.p5": "0.30",
    "Range.p95": "0.55",
    "Range.fit": "beta",
    "Range.limits": "[0, 1]",
    "Normal.normal": "{mean: 25000, sd: 3000}",
    "Lognormal.lognormal": "{mu: 0.02, sigma: 0.25}",
    "Gamma.gamma": "{shape: 9.8, scale: 2560}",
    "Uniform.uniform": "[0.6, 0.9]",
    "Triangular.triangular": "[0.5, 0.7, 0.8]",
    "Pert.pert": "[0.5, 0.7, 0.8]",
    "Discrete.discrete": "[{value: 0, weight: 0.2}, {value: 1, weight: 0.8}]",
    "Mixture.mixture": "[{weight: 0.15, of: {beta: [6, 16]}}, {weight: 0.85, of: 1}]",
    "Changed.changed": "{of: {beta: [4, 16]}, odds: 2}",
    "Expert.name": "leader of the programme",
    "Expert.weight": "2",
    "Expert.says": "{quantiles: {p25: 0.55, p50: 0.65, p75: 0.74}}",
    "Expert.note": "of 100 such persons, how many?",
    "Experts.experts": "[{name: leader, says: {p5: 0.4, p95: 0.6}}, {name: caseworker, says: {p5: 0.5, p95: 0.8}}]",
    "GradedShape.value": "25000",
    "GradedShape.grade": "3",
    "GradedShape.as": "cost",
    "Graded.graded": "{value: 25000, grade: 3, as: cost}",
    "FromRegister.register": "therapy-dropout",
    "Fixed.value": "60000",
    "FixedLaw.fixed": "0.75",
}
"""One example of each field, as people write it."""

_ORIGIN = set(base.Origin.model_fields)

SHARED: tuple[type[Part], ...] = (
    outcomes.PersonOutcome,
    effects.Effect,
    effects.Compared,
    terms.Terms,
    terms.SplitTerms,
    terms.Reading,
    terms.Table,
    payments.ChangeTerms,
)
"""What several outcomes or rules have; shown once."""

_WORDS: list[tuple[Any, str]] = [
    (root.Stress, "places and what becomes of each, as [stresses](../questions.md) say"),
    (base.Name, "one line of text"),
    (base.Count, "a whole number of people"),
    (base.Date, "a date"),
    (base.Duration, "a duration in months or years"),
    (base.Payer, "`municipality`, `region`, `state` or `outcome fund`"),
    (
        rates.SuccessRate,
        "an [uncertain number](#uncertain-numbers) between 0 and 1, or a [success rate](#success-rates)",
    ),
    (rates.Multiplier, "an [uncertain number](#uncertain-numbers) between 0 and 2"),
    (uncertainty.Share, "an [uncertain number](#uncertain-numbers) between 0 and 1"),
    (uncertainty.Ratio, "an [uncertain number](#uncertain-numbers), not negative"),
    (uncertainty.People, "an [uncertain number](#uncertain-numbers) of people"),
    (uncertainty.MonthCount, "an [uncertain number](#uncertain-numbers) of months"),
    (uncertainty.Amount, "an [uncertain number](#uncertain-numbers), not negative"),
    (uncertainty.Growth, "an [uncertain number](#uncertain-numbers) between -0.5 and 1"),
    (uncertainty.Rate, "an [uncertain number](#uncertain-numbers) between 0 and 4"),
    (dependence.Constant, "`{register: KEY}`"),
    (uncertainty.PlainShare, "a number from 0 to 1, or `{register: KEY}`"),
    (uncertainty.UncertainWeight, "a number from 0 to 1, `{beta: [a, b]}` or `{register: KEY}`"),
    (public.CalendarYear, "a calendar year"),
    (public.Saving, "an [uncertain number](#uncertain-numbers)"),
    (uncertainty.UncertainNumber, "an [uncertain number](#uncertain-numbers)"),
]
_PLAIN: dict[Any, str] = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "`true` or `false`",
    dt.date: "a date",
    base.Months: "a duration in months or years",
    base.Length: "a duration in months, years or weeks",
}


def in_words(annotation: Any) -> str:
    """A type as a reader of the page would say it."""
    for known, words in _WORDS:
        if annotation == known:
            return words
    annotation = base.spelled_out(annotation)
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated and isinstance(parts[-1], Tag):
        return in_words(Annotated[parts[:-1]] if parts[2:] else parts[0])
    if origin is Annotated:
        return in_words(parts[0]) + _limits(parts[1:])
    if origin in (Union, types.UnionType):
        said = dict.fromkeys(in_words(part) for part in parts if part is not type(None))
        return " or ".join(said)
    if origin is Literal:
        return " or ".join(f"`{choice}`" for choice in parts)
    if origin is list:
        return f"a list: {in_words(parts[0])}"
    if origin is tuple:
        return f"a list of {len(parts)} numbers"
    if origin is dict:
        key = {public.YearKey: "calendar year", public.NumberKey: "number"}.get(parts[0], "name")
        return f"by {key}: {in_words(parts[1])}"
    if isinstance(annotation, type) and issubclass(annotation, Part):
        if get_origin_of_generic(annotation) is base.Stated:
            return "a [value with its origin](#part-stated)"
        return f"[{TITLES[annotation]}](#{anchor(annotation)})"
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    return "any value"


def get_origin_of_generic(model: type[BaseModel]) -> Any:
    """The model that a parametrised model was made from; None for a plain one."""
    return model.__pydantic_generic_metadata__["origin"]


FAR = 1e9
"""Bounds that only keep mistyped numbers out are left unsaid."""


def _limits(metadata: tuple[Any, ...]) -> str:
    said = []
    for constraint in [inner for item in metadata for inner in getattr(item, "metadata", [item])]:
        choices = re.fullmatch(r"\^\((.*)\)\$", getattr(constraint, "pattern", None) or "")
        if choices:
            return ": " + ", ".join(f"`{choice}`" for choice in choices[1].split("|"))
        for attribute, words in (("ge", "at least"), ("gt", "more than"), ("le", "at most"), ("lt", "less than")):
            bound = getattr(constraint, attribute, None)
            if bound is not None and abs(bound) < FAR:
                said.append(f"{words} {int(bound) if bound == int(bound) else bound:,}")
    return f", {' and '.join(said)}" if said else ""


def anchor(model: type[Part]) -> str:
    """The address of a part on the page."""
    return f"part-{model.__name__.lower()}"


def examples_of(model: type[Part]) -> Iterator[tuple[str, Any, str]]:
    """Key, annotation and example of each field that is a model's own.

    Raises
    ------
    ExtensionError
        If a field has no example or no text.
    """
    describe()
    hints = get_type_hints(model, include_extras=True)
    for name, field in model.model_fields.items():
        if name in _ORIGIN and model is not base.Origin and issubclass(model, base.Origin):
            continue
        if any(name in shared.model_fields and model is not shared for shared in SHARED if issubclass(model, shared)):
            continue
        key = field.alias or name
        place = f"{model.__name__}.{key}"
        own = EXAMPLES.get(place) or _own_example(field)
        if own is None:
            raise ExtensionError(f"{place} has no example; write one in {__name__}.EXAMPLES")
        if not field.description:
            raise ExtensionError(f"{place} has no text; write it under the field")
        yield key, Any if model is base.Stated else hints[name], own


def _own_example(field: Any) -> str | None:
    """The example that a field carries itself; None where it has none."""
    return flow(field.examples[0]) if field.examples else None


def read(example: str) -> Any:
    """An example as the YAML reader sees it."""
    return YAML(typ="safe").load(io.StringIO(example))


def check_examples() -> None:
    """Read every example with the model that it illustrates.

    Raises
    ------
    ExtensionError
        If a law has no example, or an example is not what its model reads.
    """
    if LAW_EXAMPLES.keys() != uncertainty.LAWS.keys():
        raise ExtensionError(f"laws and examples differ: {set(LAW_EXAMPLES) ^ set(uncertainty.LAWS)}")
    for key, example in LAW_EXAMPLES.items():
        _check(f"law {key}", uncertainty.UncertainNumber, example)
    if RATE_EXAMPLES.keys() != rates.RATES.keys():
        raise ExtensionError(f"laws and examples differ: {set(RATE_EXAMPLES) ^ set(rates.RATES)}")
    for key, example in RATE_EXAMPLES.items():
        _check(f"law {key}", rates.SuccessRate, example)
    for model in every_part():
        for key, annotation, example in examples_of(model):
            _check(f"{model.__name__}.{key}", annotation, example)


def every_part() -> list[type[Part]]:
    """Every model that the page shows, laws included."""
    laws = [*uncertainty.LAWS.values(), *rates.RATES.values()]
    return [model for models in PARTS.values() for model in models] + LAW_PARTS + laws


def _check(place: str, annotation: Any, example: str) -> None:
    try:
        TypeAdapter(annotation).validate_python(read(example))
    except ValueError as fault:
        raise ExtensionError(f"the example of {place} doesn't read: {fault}") from fault


_UNIT = re.compile(r"\s*\[([^\[\]]+)\]$")


def text_and_unit(description: str) -> tuple[str, str]:
    """A field's text without its closing unit, and the unit in words."""
    text = " ".join(description.split())
    found = _UNIT.search(text)
    if found is None:
        return text, ""
    return text[: found.start()], "a share or ratio" if found[1] == "1" else found[1]


def _default(model: type[Part], name: str) -> str:
    field = model.model_fields[name]
    if field.is_required():
        return "needed"
    default = field.get_default(call_default_factory=True)
    if default is None or default is PydanticUndefined:
        return "may be left out"
    if isinstance(default, base.Months):
        return f"`{int(default)} month{'s' if default != 1 else ''}`"
    if isinstance(default, Part):
        default = default.model_dump(exclude_none=True, exclude_defaults=True)
    if isinstance(default, bool):
        default = str(default).lower()
    elif isinstance(default, dict):
        default = "{" + ", ".join(f"{key}: {value}" for key, value in default.items()) + "}"
    elif isinstance(default, list | tuple):
        default = list(default)
    return f"`{default}`"


def _rows(model: type[Part]) -> Iterator[tuple[str, str, str, str, str, str]]:
    names = {field.alias or name: name for name, field in model.model_fields.items()}
    for key, annotation, example in examples_of(model):
        text, unit = text_and_unit(model.model_fields[names[key]].description or "")
        kind = "any of the values of this page" if model is base.Stated else in_words(annotation)
        yield f"`{key}`", text, kind, unit, _default(model, names[key]), f"`{example}`"


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"


def _table(model: type[Part]) -> Iterator[str]:
    yield "| key | what it is | type | unit | default | example |"
    yield "|---|---|---|---|---|---|"
    for cells in _rows(model):
        yield _row(*cells)


def _summary(model: type[Part]) -> str:
    return " ".join((model.__doc__ or "").split("\n\n")[0].split()).replace("``", "`")


def _section(model: type[Part]) -> Iterator[str]:
    yield f"({anchor(model)})="
    yield f"### {TITLES[model]}"
    yield ""
    yield _summary(model)
    if issubclass(model, base.Origin) and model not in (base.Origin, base.Stated):
        yield "It may also say [where it comes from](#part-origin)."
    for shared in SHARED:
        if issubclass(model, shared) and model is not shared:
            needed = any(field.is_required() for field in shared.model_fields.values())
            says = "also says" if needed else "may also say"
            yield f"It {says} what stands under [{TITLES[shared]}](#{anchor(shared)})."
    yield ""
    yield from _table(model)
    yield ""


def page() -> str:
    """The whole page as MyST text."""
    lines = [
        "# The scenario file, key by key",
        "",
        "A scenario is one YAML file. Unknown keys are mistakes, so a misspelt word is found and not ignored.",
        "Where a unit is *currency*, amounts are whole units of the deal's currency: kroner, not øre.",
        "",
    ]
    for heading, models in PARTS.items():
        lines += [f"## {heading}", ""]
        for model in models:
            lines += _section(model)
    lines += [
        "(uncertain-numbers)=",
        "## Uncertain numbers",
        "",
        "A number is either plain, as `20000`, or a block with exactly one of these laws and, beside it,",
        "[where it comes from](#part-origin).",
        "",
        "| law | what it means | example |",
        "|---|---|---|",
    ]
    for key, law in uncertainty.LAWS.items():
        lines.append(f"| `{key}` | {_summary(law)} | `{LAW_EXAMPLES[key]}` |")
    lines.append("")
    lines += [
        "### Keys of the laws",
        "",
        "| law | key | what it is | type | default | example |",
        "|---|---|---|---|---|---|",
    ]
    for key, law in uncertainty.LAWS.items():
        for own, text, kind, _unit, default, example in _rows(law):
            lines.append(_row(f"`{key}`", own, text, kind, default, example))
    lines += [
        "",
        "(success-rates)=",
        "### Success rates that are worked out of other numbers",
        "",
        "These stand only where a success rate stands.",
        "",
        "| law | what it means | example |",
        "|---|---|---|",
        *(f"| `{key}` | {_summary(law)} | `{RATE_EXAMPLES[key]}` |" for key, law in rates.RATES.items()),
        "",
        "## Inside a law",
        "",
    ]
    for model in LAW_PARTS:
        lines += _section(model)
    return "\n".join(lines)


def write(app: Sphinx) -> None:
    """Check the examples and write the page, leaving it alone where nothing changed."""
    check_examples()
    target = Path(app.srcdir) / TARGET
    target.parent.mkdir(parents=True, exist_ok=True)
    text = page()
    if not target.exists() or target.read_text(encoding="utf-8") != text:
        target.write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Write the page before the sources are read."""
    app.connect("builder-inited", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

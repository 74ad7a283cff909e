"""One sound deal and the mistakes people make in it: what stood there, what they wrote, and what they are told."""

from __future__ import annotations

import functools
from typing import NamedTuple

from risksim.errors import ScenarioError
from risksim.scenario.reader import read_text

DEAL = """\
schema: 1
name: Two years of support
currency: DKK
start: 2025-01-01
end: 2027-12-31
follow_up: {every: 6 months}
hurdles: [0.0, 0.035]
sources:
  pilot-2024: Report on the pilot, 2024
cohorts:
  - name: north
    participants: {value: 120, source: pilot-2024}
    enrolment:
      window: 12 months
    duration: 9 months
    dropout: {beta: [4, 16], assumption: one in five leaves}
    unmeasured: 0.1
  - name: south
    participants: 40
    duration: 9 months
outcomes:
  work:
    of: completers
    success_rate: {evidence: {successes: 45, of: 60, weight: 0.5}}
    measured: {after_completion: 6 months}
  home:
    of: enrolled
    success_rate: 0.4
    measured: {at: completion}
payments:
  - per_outcome: {outcome: work, price: 60000, payer: municipality}
  - per_outcome: {outcome: home, price: 10000}
  - cap: {total: 4500000}
financing:
  tranches:
    - name: investor
      commitment: 4000000
      drawdown: {every: 6 months, times: 3}
"""


ODDS = "usual: 0.3, odds_ratio: {estimate: 1.8, ci95: [1.1, 2.9]}"


class Mistake(NamedTuple):
    """A mistake in the deal and what the reader says of it."""

    old: str
    new: str
    line: int
    path: str
    found: str
    remedy: str


def broken(mistake: Mistake) -> str:
    """The deal with the mistake in it."""
    assert DEAL.count(mistake.old) == 1, mistake.old
    return DEAL.replace(mistake.old, mistake.new)


@functools.cache
def answer_to(name: str) -> ScenarioError | None:
    """What the reader says of a mistake; None if it sees none."""
    try:
        read_text(broken(MISTAKES[name]))
    except ScenarioError as error:
        return error
    return None


UNMEASURED = "unmeasured: 0.1"
DROPOUT = "dropout: {beta: [4, 16], assumption: one in five leaves}"
RATE = "success_rate: 0.4"
PRICE = "price: 10000"
DURATION = "    duration: 9 months\n    dropout"
START, END, FOLLOW_UP = "start: 2025-01-01", "end: 2027-12-31", "follow_up: {every: 6 months}"
DRAWDOWN = "drawdown: {every: 6 months, times: 3}"
SHARE_OF = "cohorts[0].unmeasured"
HOME = """\
    of: enrolled
    success_rate: 0.4
    measured: {at: completion}
payments:
  - per_outcome: {outcome: work, price: 60000, payer: municipality}
  - per_outcome: {outcome: home, price: 10000}
"""
EFFECT = """\
    {{{}, known: last follow-up, against: {{{}}}}}
payments:
  - per_outcome: {{outcome: work, price: 60000, payer: municipality}}
  - per_unit: {{outcome: home, price: 10000}}
"""

PAYMENTS = "payments:\n"
FED = (
    "  fed: {of: enrolled, success_rate: 0.4, persistence: 0.5, "
    "measured: {after_enrolment: [3 months, 6 months, 9 months]}}\n"
)
MONTHS = "  months: {of: enrolled, amount: {each: {gamma: {mean: 6, sd: 4}}, most: 36}}\n"
JOB = (
    "  job: {of: enrolled, spells: {starts: 0.25, ends: 0.08, begins: out}, %s, "
    "measured: {after_enrolment: 12 months}}\n"
)
SCORE = "  score: {of: enrolled, score: {mean: 2, sd: 0.8, persistence: 0.9, noise: 0.4%s}, counts: %s}\n"
USE = (
    "  use: {of: enrolled, use: {none: 0.3, each: {gamma: {mean: 100000, sd: 100000}}, correlation: 0.5%s}, "
    "counts: change}\n"
)


def enrolling(line: str, path: str, found: str, remedy: str) -> Mistake:
    """A mistake in one more line of the first enrolment block: line 15."""
    window = "window: 12 months\n"
    return Mistake(window, f"{window}      {line}\n", 15, f"cohorts[0].enrolment.{path}", found, remedy)


def lived(outcomes: str, path: str, found: str, remedy: str) -> Mistake:
    """A mistake in the first of some more outcomes, which is written on one line: line 30."""
    return Mistake(PAYMENTS, outcomes + PAYMENTS, 30, f"outcomes.{path}", found, remedy)


def ruled(outcome: str, rule: str, path: str, found: str, remedy: str) -> Mistake:
    """A mistake in the first payment rule, for one more outcome on a line: line 32."""
    return Mistake(PAYMENTS, f"{outcome}{PAYMENTS}  - {rule}\n", 32, f"payments[0].{path}", found, remedy)


CAP = "  - cap: {total: 4500000}\n"


def tied(said: str, path: str, found: str, remedy: str) -> Mistake:
    """A mistake in what goes together, which is written on one line: line 34."""
    return Mistake(CAP, f"{CAP}dependence: {{{said}}}\n", 34, f"dependence{path}", found, remedy)


SHELTER = "consequences: {shelter: {outcome: home, saved: 120, price: 1500, bears: municipality}}"
SHARED = "consequences: {shelter: {outcome: home, saved: 120, price: 1500, bears: %s}}"
OWN = "refunds: {own: [{valid_from: 2016-01-04, %s}]}"


def budgeted(said: str, path: str, found: str, remedy: str) -> Mistake:
    """A mistake in what public budgets pay and save, which is written on one line: line 34."""
    return Mistake(CAP, f"{CAP}public: {{{said}}}\n", 34, f"public{path}", found, remedy)


def saving(said: str, path: str, found: str, remedy: str, more: str = "") -> Mistake:
    """A mistake in one more line of a consequence."""
    line = SHELTER.replace("municipality}}", f"municipality, {said}}}}}")
    return budgeted(f"{line}{more}", f".consequences.shelter.{path}", found, remedy)


def borne(by: str, path: str, found: str, remedy: str, more: str = "") -> Mistake:
    """A mistake in who bears a consequence."""
    return budgeted(f"{SHARED % by}{more}", f".consequences.shelter.bears{path}", found, remedy)


def refunded(edition: str, path: str, found: str, remedy: str) -> Mistake:
    """A mistake in an edition of a rule of refund."""
    return budgeted(f"{SHELTER}, {OWN % edition}", f".refunds.own[0]{path}", found, remedy)


MISTAKES: dict[str, Mistake] = {
    # What public budgets pay and save
    "a purse with nothing in it": budgeted("horizon: 10", "", "neither consequences nor costs", "Add consequences"),
    "a line in two blocks": budgeted(
        f"{SHELTER}, costs: {{shelter: {{amount: 5}}}}", ".costs.shelter", "also one of consequences", "'shelter 2'"
    ),
    "savings by no outcome": budgeted(
        SHELTER.replace("home", "hme"), ".consequences.shelter.outcome", "no outcome of persons", "Did you mean home?"
    ),
    "savings by an outcome twice": budgeted(
        SHELTER.replace("home", "[home, home]"), ".consequences.shelter.outcome[1]", "'home' a second time", "Take one"
    ),
    "savings by one of several that is none": budgeted(
        SHELTER.replace("home", "[home, wrk]"), ".consequences.shelter.outcome[1]", "no outcome of persons", "work?"
    ),
    "a saving in words": budgeted(
        SHELTER.replace("120", "some"), ".consequences.shelter.saved", "got 'some'; saved is how many", "Write a number"
    ),
    "savings by a number": budgeted(
        SHELTER.replace("home", "5"), ".consequences.shelter.outcome", "got 5; outcome is", "quotation"
    ),
    "savings that last too long": saving("lasts: 12", "lasts", "12 years, and the horizon is 10", "horizon: 12"),
    "savings over a horizon that is shorter": saving(
        "lasts: 5", "lasts", "5 years, and the horizon is 4", "horizon: 5", ", horizon: 4"
    ),
    "evidence for longer than it lasts": saving(
        "lasts: 3, evidence: 4", "evidence", "4 years, and lasts is 3", "lasts: 4"
    ),
    "a profile of too many years": saving(
        "by_year: [1, 1, 1]", "by_year", "3 years, and the horizon is 2", "horizon: 3", ", horizon: 2"
    ),
    "a horizon of an age": budgeted(f"{SHELTER}, horizon: 31", ".horizon", "got 31; horizon is", "horizon: 10"),
    "a decay while it is met": saving("counts: while met, decay: 0.1", "decay", "beside counts: while met", "Take it"),
    "years while it is met": saving(
        "counts: while met, lasts: 3", "lasts", "beside counts: while met", "first success"
    ),
    "counted in another way": saving("counts: every success", "counts", "'every success'", "first success"),
    "optimism corrected twice": budgeted(
        SHELTER.replace("120", "{graded: {value: 9, grade: 3, as: saving}}").replace(
            "1500", "{graded: {value: 1500, grade: 3, as: saving}}"
        ),
        ".consequences.shelter.saved",
        "optimism is corrected once",
        "Grade one of the two",
    ),
    "a share above one of the saving": saving("cashable: 50", "cashable", "got 50", "write 0.5"),
    "a sector that is none": borne("kommune", "", "got 'kommune'", "municipality"),
    "a bearer without a sector": borne("3", "", "says whose money it is", "{municipality: 0.6, state: 0.4}"),
    "shares between sectors that are none": borne(
        "{municipality: 0.6, stat: 0.4}", ".stat", "one of municipality, region, state", "Did you mean state?"
    ),
    "shares of sectors that miss one": borne("{municipality: 0.6, state: 0.3}", "", "add up to 0.9", "by +0.1"),
    "a refund by no rule": borne(
        "{refund: refund-lader}", ".refund", "no rule of refund; there is refund-ladder", "Did you mean refund-ladder"
    ),
    "a refund of cases without their cost": borne(
        "{refund: expensive-cases}", "", "got no yearly_cost; 'expensive-cases' depends on", "yearly_cost: 973571"
    ),
    "a refund of days without days": borne("{refund: shelter-refund}", "", "got no days", "days: 200"),
    "a refund by weeks with days": borne(
        "{refund: refund-ladder, days: 9}", ".days", "'refund-ladder' does not look at", "write weeks"
    ),
    "a refund by days with weeks": borne(
        "{refund: shelter-refund, days: 9, weeks: 3}", ".weeks", "'shelter-refund' does not look at", "write days"
    ),
    "a plain share with weeks": borne(
        "{refund: own, weeks: 3}", ".weeks", "'own' does not look at", "Take it out.", f", {OWN % 'share: 0.5'}"
    ),
    "a committee of the state": budgeted(
        SHARED % "state, committee: social",
        ".consequences.shelter.committee",
        "bears nothing of this line",
        "bears: municipality",
    ),
    "an edition that says nothing": refunded("unchecked: true", "", "got no share", "share: 0.5"),
    "an edition in two ways": refunded("by_week: {0: 0.8}, share: 0.5", "", "got by_week and share", "Keep one"),
    "an edition that ends before it begins": refunded(
        "valid_to: 2015-01-01, share: 0.5", ".valid_to", "before valid_from 2016-01-04", "change places"
    ),
    "days of no share": refunded("by_week: {0: 0.8}, most_days: 9", ".most_days", "but no share", "share: 0.5"),
    "the prices of no thresholds": refunded(
        "share: 0.5, price_year: 2020", ".price_year", "this edition has none", "by_cost"
    ),
    "weeks that begin late": refunded("by_week: {4: 0.8, 26: 0.4}", ".by_week", "steps at 4, 26", "lowest step first"),
    "weeks out of order": refunded("by_week: {0: 0.8, 26: 0.3, 4: 0.4}", ".by_week", "steps at 0, 26, 4", "Sort them"),
    "thresholds out of order": refunded(
        "by_cost: {1000000: 0.5, 900000: 0.2}", ".by_cost", "steps at 1,000,000, 900,000", "Sort them"
    ),
    "weeks in words": refunded("by_week: {none: 0.8}", ".by_week.none", "weeks on support, a number", "by_week: {0"),
    "two editions on one day": budgeted(
        f"{SHELTER}, refunds: {{own: [{{valid_from: 2016-01-04, share: 0.5}}, "
        "{valid_from: 2020-01-01, share: 0.4}]}",
        ".refunds.own[1].valid_from",
        "the edition before it has no last day",
        "valid_to: 2019-12-31",
    ),
    "editions that overlap": budgeted(
        f"{SHELTER}, refunds: {{own: [{{valid_from: 2020-01-01, share: 0.4}}, "
        "{valid_from: 2016-01-04, valid_to: 2020-01-01, share: 0.5}]}",
        ".refunds.own[0].valid_from",
        "holds until 2020-01-01; on each day one edition holds",
        "valid_to: 2019-12-31",
    ),
    "anyway of nothing that is saved": budgeted(
        f"{SHELTER}, anyway: {{rent: 0.2}}", ".anyway.rent", "no consequence saves", "Write "
    ),
    "a rank among equals": budgeted(
        f"{SHELTER}, overlap: {{share: 0.2, rank: 2}}", ".overlap.rank", "beside by: equal parts", "by: priority"
    ),
    "a rank beyond the programmes": budgeted(
        f"{SHELTER}, overlap: {{share: 0.2, by: priority, rank: 3}}",
        ".overlap.rank",
        "got 3, and 2 programmes",
        "from 1 to 2",
    ),
    "a discount of no table": budgeted(
        f"{SHELTER}, discount: discount-shedule", ".discount", "no such table", "Did you mean discount-schedule"
    ),
    "an uncertain discount": budgeted(
        f"{SHELTER}, discount: {{uniform: [0, 0.1]}}", ".discount", "discount is the real rate", "0.035"
    ),
    "a discount in percent": budgeted(f"{SHELTER}, discount: 3.5", ".discount", "got 3.5", "0.035"),
    "an index that is none": budgeted(
        f"{SHELTER}, index: prices", ".index", "there is net-price-index", "a value for each year"
    ),
    "an index of one number": budgeted(f"{SHELTER}, index: 105", ".index", "got 105; index is", "net-price-index"),
    "an index of a century": budgeted(
        f"{SHELTER}, index: {{20: 105}}", ".index.20", "a calendar year, as 2027", "four digits"
    ),
    "prices that nothing converts": saving(
        "price_year: 2020", "price_year", "prices of 2020, but everything is added up in prices of 2025", "Add index"
    ),
    "prices that an index does not know": saving(
        "price_year: 2020",
        "price_year",
        "the index has no value for 2020",
        "Add 2020 to index",
        ", index: {2021: 100, 2025: 110}",
    ),
    "money set aside by somebody else": budgeted(
        f"{SHELTER}, appropriations: {{region: {{2026: 5}}}}",
        ".appropriations.region",
        "those who pay are municipality",
        "Write the payer",
    ),
    "money set aside by nobody": budgeted(
        f"{SHELTER}, appropriations: {{kommune: {{2026: 5}}}}",
        ".appropriations.kommune",
        "one of municipality, region, state, outcome fund",
        "municipality",
    ),
    "money set aside too late": budgeted(
        f"{SHELTER}, appropriations: {{municipality: {{2028: 5}}}}",
        ".appropriations.municipality.2028",
        "the deal pays from 2025 to 2027",
        "budget year",
    ),
    "a public cost before the deal": budgeted(
        "costs: {staff: {amount: 5, by_year: {2024: 1}}}", ".costs.staff.by_year.2024", "fall from 2025", "Look at"
    ),
    "years of a cost for each": budgeted(
        "costs: {staff: {amount: 5, per: completer, by_year: {2025: 1}}}",
        ".costs.staff.by_year",
        "beside per: completer",
        "Take by_year out",
    ),
    "no investors and no purse": Mistake(
        DEAL[DEAL.index("financing:") :], "", 1, "financing", "got no financing", "under public"
    ),
    "payments without investors": Mistake(
        DEAL[DEAL.index("financing:") :], f"public: {{{SHELTER}}}\n", 31, "payments", "nobody to repay", "Add financing"
    ),
    # What goes together
    "a whole correlation": tied("within_person: 1", ".within_person", "below 1", "within_person: 0.36"),
    "dependence of nothing": tied("macro: {wrk: 0.1}", ".macro.wrk", "no outcome of persons", "work"),
    "more than all of an outcome": tied(
        "within_person: 0.6, macro: 0.5", "", "of what decides 'work'", "Lower one of them"
    ),
    "pairs beside the person": tied(
        "within_person: 0.3, correlations: [{between: [work, home], latent: 0.3}]",
        ".correlations",
        "beside within_person",
        "Keep one of the two",
    ),
    "a pair twice": tied(
        "correlations: [{between: [work, home], latent: 0.3}, {between: [home, work], latent: 0.2}]",
        ".correlations[1].between",
        "a second time",
        "Take one",
    ),
    "a pair on two scales": tied(
        "correlations: [{between: [work, home], latent: 0.3, observed: 0.2}]",
        ".correlations[0]",
        "both latent and observed",
        "Write latent",
    ),
    "a recession without spells": tied(
        "recession: {yearly_chance: 0.1, spells_survive: 0.3, starts: 0.5}",
        ".recession",
        "no outcome of this deal has spells",
        "Take it out",
    ),
    "a recession at no time": tied(
        "recession: {spells_survive: 0.3, starts: 0.5}", ".recession", "neither on nor yearly_chance", "yearly_chance"
    ),
    "a tail of nothing": tied("tail: 4", ".tail", "nothing is shared", "Add within_person"),
    "a tail beside leaving": tied("within_person: 0.3, leaving: 0.2, tail: 4", ".tail", "not built", "Keep"),
    "unmeasured by nothing": Mistake(
        UNMEASURED,
        "unmeasured: {share: 0.1, outcome: wrk, failures: 2}",
        17,
        "cohorts[0].unmeasured.outcome",
        "no outcome of persons",
        "work",
    ),
    # Shares and other numbers
    "chance above one": Mistake(
        UNMEASURED, "unmeasured: 1.4", 17, SHARE_OF, "got 1.4; unmeasured is the share of the enrolled", "write 0.014"
    ),
    "percent as a number": Mistake(RATE, "success_rate: 75", 28, "outcomes.home.success_rate", "got 75", "write 0.75"),
    "percent sign": Mistake(UNMEASURED, "unmeasured: 75 %", 17, SHARE_OF, "got '75 %'", "Write 0.75."),
    "decimal comma": Mistake(
        UNMEASURED, "unmeasured: 0,75", 17, SHARE_OF, "between 0 and 1", "decimal point: write 0.75"
    ),
    "quoted number": Mistake(UNMEASURED, 'unmeasured: "0.2"', 17, SHARE_OF, "got '0.2'", "quotation marks away: 0.2"),
    "the Norway of numbers": Mistake(
        UNMEASURED, "unmeasured: NO", 17, SHARE_OF, "got 'NO'", "0 for none, where 0 is allowed"
    ),
    "yes": Mistake(UNMEASURED, "unmeasured: yes", 17, SHARE_OF, "got 'yes'", "write 1"),
    "true": Mistake(UNMEASURED, "unmeasured: true", 17, SHARE_OF, "got true", "Write a number"),
    "nothing after the colon": Mistake(
        UNMEASURED, "unmeasured:", 17, SHARE_OF, "got nothing; unmeasured is", "after the colon"
    ),
    "not a number": Mistake(UNMEASURED, "unmeasured: .nan", 17, SHARE_OF, "got nan", "uniform: [0.2, 0.6]"),
    "infinite": Mistake(PRICE, "price: .inf", 32, "payments[1].per_outcome.price", "got inf", "write a range"),
    "negative price": Mistake(
        PRICE, "price: -10000", 32, "payments[1].per_outcome.price", "got -10000; price is the price", "minus sign out"
    ),
    "negative share": Mistake(UNMEASURED, "unmeasured: -0.1", 17, SHARE_OF, "got -0.1", "minus sign out"),
    "thousands with points": Mistake(
        PRICE, "price: 1.000.000", 32, "payments[1].per_outcome.price", "got '1.000.000'", "without separators: 1000000"
    ),
    "one point for thousands": Mistake(
        PRICE, "price: 60.000", 32, "payments[1].per_outcome.price", "YAML reads as 60", "write 60000"
    ),
    "a comma for thousands": Mistake(
        "total: 4500000", "total: '450,000'", 33, "payments[2].cap.total", "got '450,000'", "write 450000"
    ),
    "Danish amount": Mistake(
        "total: 4500000", "total: 4.500.000 kr.", 33, "payments[2].cap.total", "4.500.000 kr.", "alone: 4500000"
    ),
    "millions in words": Mistake(
        "commitment: 4000000", "commitment: 4 mio", 37, "financing.tranches[0].commitment", "'4 mio'", "alone: 4000000"
    ),
    "an amount past counting": Mistake(
        PRICE, "price: 1e17", 32, "payments[1].per_outcome.price", "at most 90,000,000,000,000", "Count the zeros"
    ),
    "an amount past any float": Mistake(
        PRICE, f"price: 1{'0' * 4000}", 32, "payments[1].per_outcome.price", "got inf", "Write a number"
    ),
    "too much for everybody": Mistake(
        PRICE, "price: 9e12", 32, "payments[1].per_outcome.price", "for each of 160 people", "Count the zeros"
    ),
    "a fraction": Mistake(RATE, "success_rate: 3/4", 28, "outcomes.home.success_rate", "got '3/4'", "Write 0.75."),
    "a range in words": Mistake(
        RATE, "success_rate: 0.3 - 0.5", 28, "outcomes.home.success_rate", "'0.3 - 0.5'", "{uniform: [0.3, 0.5]}"
    ),
    "a range in brackets": Mistake(
        RATE, "success_rate: [0.3, 0.5]", 28, "outcomes.home.success_rate", "got [0.3, 0.5]", "{uniform: [0.3, 0.5]}"
    ),
    "nobody knows": Mistake(RATE, "success_rate: tbd", 28, "outcomes.home.success_rate", "'tbd'", "with an assumption"),
    # Uncertain numbers
    "unknown law": Mistake(
        DROPOUT,
        "dropout: {betta: [4, 16]}",
        16,
        "cohorts[0].dropout",
        "block with one law: value, fixed, beta",
        "mean beta",
    ),
    "two laws": Mistake(
        DROPOUT,
        "dropout: {beta: [4, 16], uniform: [0, 1]}",
        16,
        "cohorts[0].dropout",
        "here beta and uniform",
        "mixture",
    ),
    "a value beside a law": Mistake(
        DROPOUT, "dropout: {value: 0.2, beta: [4, 16]}", 16, "cohorts[0].dropout", "one law", "Take `value` out"
    ),
    "a block without a law": Mistake(
        DROPOUT,
        "dropout: {source: pilot-2024}",
        16,
        "cohorts[0].dropout",
        "got {source: pilot-2024}",
        "the number itself",
    ),
    "bare quantiles": Mistake(
        DROPOUT, "dropout: {p10: 0.1, p90: 0.3}", 16, "cohorts[0].dropout", "{p10: 0.1, p90: 0.3}", "{quantiles: {p10"
    ),
    "bare mean and sd": Mistake(
        PRICE, "price: {mean: 10000, sd: 500}", 32, "payments[1].per_outcome.price", "mean: 10000", "{normal: {mean"
    ),
    "quantiles out of order": Mistake(
        RATE,
        "success_rate: {quantiles: {p10: 0.6, p50: 0.5, p90: 0.8}}",
        28,
        "outcomes.home.success_rate",
        "got p10: 0.6 and p50: 0.5; a higher quantile has a higher value",
        "change places",
    ),
    "quantiles on one side": Mistake(
        RATE,
        "success_rate: {quantiles: {p50: 0.5, p90: 0.8}}",
        28,
        "outcomes.home.success_rate",
        "leave one side open",
        "below p40",
    ),
    "quantile in percent": Mistake(
        RATE,
        "success_rate: {quantiles: {p10: 55, p50: 0.6, p90: 0.8}}",
        28,
        "outcomes.home.success_rate.quantiles.p10",
        "got 55; a share lies between 0 and 1",
        "write 0.55",
    ),
    "quantile without a p": Mistake(
        RATE,
        "success_rate: {quantiles: {10: 0.5, 90: 0.8}}",
        28,
        "outcomes.home.success_rate.quantiles",
        "the key 10, which is not text",
        'as "10":',
    ),
    "quantile named in words": Mistake(
        RATE,
        "success_rate: {quantiles: {low: 0.5, high: 0.8}}",
        28,
        "outcomes.home.success_rate",
        "got the key 'low'",
        "Write p10",
    ),
    "more successes than people": Mistake(
        "successes: 45, of: 60",
        "successes: 60, of: 45",
        24,
        "outcomes.work.success_rate.evidence",
        "got 60 successes of 45 people",
        "change places",
    ),
    "weight in percent": Mistake(
        "weight: 0.5", "weight: 50", 24, "outcomes.work.success_rate.evidence.weight", "from 0 to 1", "write 0.5"
    ),
    "weight and class": Mistake(
        "weight: 0.5",
        "weight: 0.5, class: foreign",
        24,
        "outcomes.work.success_rate.evidence",
        "got both a weight and the class 'foreign'",
        "weighed once",
    ),
    "class that is none": Mistake(
        "weight: 0.5",
        "class: abroad",
        24,
        "outcomes.work.success_rate.evidence.class",
        "one of same provider, other municipality, same manual, foreign",
        "same provider",
    ),
    "icc in percent": Mistake(
        "weight: 0.5", "icc: 5", 24, "outcomes.work.success_rate.evidence.icc", "from 0 to 1", "write 0.05"
    ),
    "chance that evidence does not apply in percent": Mistake(
        "weight: 0.5}}",
        "weight: 0.5}, may_not_apply: 20}",
        24,
        "outcomes.work.success_rate.may_not_apply",
        "from 0 to 1",
        "0.2",
    ),
    "constant that is none": Mistake(
        UNMEASURED,
        "unmeasured: {register: anonymous}",
        17,
        SHARE_OF,
        "got 'anonymous', which is no constant of the register",
        "Did you mean anonymous-share?",
    ),
    "expert without a law": Mistake(
        RATE,
        "success_rate: {experts: [{name: leader}]}",
        28,
        "outcomes.home.success_rate.experts[0].says",
        "got no says",
        "says",
    ),
    "grade of a price without its use": Mistake(
        PRICE,
        "price: {graded: {value: 10000, grade: 3}}",
        32,
        "payments[1].per_outcome.price.graded.as",
        "got no as",
        "as:",
    ),
    "beta with one number": Mistake(
        "[4, 16]", "[4]", 16, "cohorts[0].dropout.beta[1]", "got too few numbers", "`beta: [30, 10]`"
    ),
    "beta with three numbers": Mistake(
        "[4, 16]", "[4, 16, 1]", 16, "cohorts[0].dropout.beta", "got 3 entries; at most 2", "`beta: [30, 10]`"
    ),
    "beta of a negative": Mistake("[4, 16]", "[-4, 16]", 16, "cohorts[0].dropout.beta[0]", "got -4", "above 0"),
    "uniform turned round": Mistake(
        RATE, "success_rate: {uniform: [0.8, 0.2]}", 28, "outcomes.home.success_rate", "[0.8, 0.2]", "Write [0.2, 0.8]."
    ),
    "pert out of order": Mistake(
        RATE,
        "success_rate: {pert: [0.5, 0.2, 0.9]}",
        28,
        "outcomes.home.success_rate",
        "most likely",
        "[0.2, 0.5, 0.9]",
    ),
    "lognormal without a pair": Mistake(
        PRICE,
        "price: {lognormal: {median: 10000}}",
        32,
        "payments[1].per_outcome.price.lognormal",
        "got median; a lognormal takes one pair",
        "Keep one pair",
    ),
    "an unknown shape": Mistake(
        PRICE,
        "price: {normal: {mean: 10000, std: 100}}",
        32,
        "payments[1].per_outcome.price.normal.sd",
        "got no sd; sd is the standard deviation",
        "Add a line such as `sd",
    ),
    "published and assumed": Mistake(
        "[4, 16], assumption: one in five leaves",
        "[4, 16], assumption: one in five leaves, source: pilot-2024",
        16,
        "cohorts[0].dropout",
        "both a source and an assumption",
        "Keep `source`",
    ),
    "a source nobody listed": Mistake(
        "source: pilot-2024",
        "source: pilot-2042",
        12,
        "cohorts[0].participants.source",
        "not listed under",
        "pilot-2024",
    ),
    "a reason too short": Mistake(
        "one in five leaves",
        "x",
        16,
        "cohorts[0].dropout.assumption",
        "got 'x'; assumption is why",
        "Write a few words",
    ),
    "unchecked in words": Mistake(
        "source: pilot-2024}",
        "source: pilot-2024, unchecked: NO}",
        12,
        "cohorts[0].participants.unchecked",
        "got 'NO'",
        "Write false.",
    ),
    # Keys
    "unknown key": Mistake(
        "unmeasured:",
        "unmesured:",
        17,
        "cohorts[0].unmesured",
        "the key 'unmesured', which is not known",
        "mean unmeasured",
    ),
    "unknown key at the top": Mistake(
        "currency:", "curency:", 3, "curency", "there is schema, name, description, currency", "Did you mean currency?"
    ),
    "key in the wrong part": Mistake(
        "  - name: south\n",
        "  - name: south\n    price: 100\n",
        19,
        "cohorts[1].price",
        "the key 'price'",
        "in a rule per_outcome",
    ),
    "key of a law": Mistake(
        "assumption: one in five leaves",
        "asumption: one in five",
        16,
        "cohorts[0].dropout.asumption",
        "known",
        "assumption",
    ),
    "duplicate key": Mistake(
        "    participants: 40\n",
        "    participants: 40\n    participants: 50\n",
        20,
        "cohorts[1].participants",
        "a second time and stands on line 19",
        "Keep one",
    ),
    "no space after the colon": Mistake(
        "{at: completion}",
        "{at:completion}",
        29,
        "outcomes.home.measured",
        "at:completion",
        "after the colon: {at: completion}",
    ),
    "a key that is a number": Mistake(
        "  home:", "  2024:", 26, "outcomes", "got the key 2024, which is not text", '"2024":'
    ),
    "a key that is true": Mistake("  home:", "  true:", 26, "outcomes", "got the key true", "quotation marks"),
    "a block as a key": Mistake("  home:", "  {a: b}:", 26, "outcomes", "a block or list as a key", "quotation marks"),
    "a value without a key": Mistake("  home:", "  :", 26, "outcomes", "a value without a key", "before the colon"),
    "merge key": Mistake(
        "  - name: south\n",
        "  - <<: {duration: 1 month}\n    name: south\n",
        18,
        "cohorts[1]",
        "merge key",
        "Write the keys",
    ),
    "missing name": Mistake(
        "  - name: south\n    participants", "  - participants", 18, "cohorts[1].name", "got no name", "`name: Brøndby`"
    ),
    "missing participants": Mistake(
        "    participants: 40\n",
        "",
        18,
        "cohorts[1].participants",
        "the most people who can enrol",
        "`participants: 120`",
    ),
    "missing of": Mistake("    of: enrolled\n", "", 27, "outcomes.home.of", "got no of", "`of: completers`"),
    "missing currency of payments": Mistake(
        "{outcome: home, price: 10000}",
        "{outcome: home}",
        32,
        "payments[1].per_outcome.price",
        "no price",
        "price: 20000",
    ),
    "missing start": Mistake(START + "\n", "", 1, "start", "got no start", "`start: 2021-08-01`"),
    # Text and choices
    "schema of the future": Mistake("schema: 1", "schema: 2", 1, "schema", "got 2", "Write `schema: 1`"),
    "a name that is a number": Mistake(
        "name: Two years of support", "name: 2021", 2, "name", "got 2021; name is what the deal is called", '"2021"'
    ),
    "an empty name": Mistake(
        "name: south", 'name: ""', 18, "cohorts[1].name", "one line of visible text", "Write a name"
    ),
    "a name with spaces at its end": Mistake(
        "name: south", "name: 'south '", 18, "cohorts[1].name", "without spaces at its ends", "Write 'south'."
    ),
    "an endless name": Mistake(
        "name: south", f"name: {'s' * 200}", 18, "cohorts[1].name", "got 'sss", "Write a short name"
    ),
    "currency in small letters": Mistake("currency: DKK", "currency: dkk", 3, "currency", "got 'dkk'", "Write DKK."),
    "currency sign": Mistake("currency: DKK", "currency: kr.", 3, "currency", "three-letter code", "Write DKK."),
    "a misspelt choice": Mistake(
        "of: enrolled", "of: enroled", 27, "outcomes.home.of", "one of enrolled, completers, measured", "mean enrolled?"
    ),
    "a payer nobody knows": Mistake(
        "payer: municipality", "payer: kommune", 31, "payments[0].per_outcome.payer", "got 'kommune'", "municipality"
    ),
    "day count": Mistake(
        "currency: DKK\n", "currency: DKK\nday_count: 30/360\n", 4, "day_count", "got '30/360'", "act/365, months/12"
    ),
    # Dates and durations
    "Danish date": Mistake(START, "start: 01-08-2021", 4, "start", "got '01-08-2021'", "2021-08-01, if the day"),
    "date in words": Mistake(START, "start: 1. august 2021", 4, "start", "'1. august 2021'", "2021-08-01"),
    "month thirteen": Mistake(START, "start: 2021-13-01", 4, "start", "got '2021-13-01'", "There is no month 13"),
    "30 February": Mistake(END, "end: 2027-02-30", 5, "end", "got '2027-02-30'", "its last is 2027-02-28"),
    "a year alone": Mistake(START, "start: 2025", 4, "start", "got 2025", "Write the day too, as 2025-01-01"),
    "the year 9999": Mistake(END, "end: 9999-12-31", 5, "end", "between 1900 and 2199", "Look at the year"),
    "a deal of 150 years": Mistake(END, "end: 2175-01-01", 5, "end", "more than 100 years", "Look at the years"),
    "end before start": Mistake(END, "end: 2024-12-31", 5, "end", "not after start 2025-01-01", "change places"),
    "duration without unit": Mistake(
        DURATION, "    duration: 9\n    dropout", 15, "cohorts[0].duration", "got 9", "'9 months' or '9 years'"
    ),
    "two ways to leave": Mistake(
        DROPOUT,
        "dropout: {share: 0.2, monthly: 0.03}",
        16,
        "cohorts[0].dropout.monthly",
        "got share and monthly",
        "Keep share",
    ),
    "no way to leave": Mistake(
        DROPOUT, "dropout: {shape: 0.8}", 16, "cohorts[0].dropout", "none of share, monthly", "Write {share: 0.2}"
    ),
    "everybody leaves by a law": Mistake(
        DROPOUT, "dropout: {share: 1}", 16, "cohorts[0].dropout.share", "gone on the first day", "dropout: 1 for all"
    ),
    "more stay later": Mistake(
        DROPOUT,
        "dropout: {stay: {13 weeks: 0.68, 26 weeks: 0.80}}",
        16,
        "cohorts[0].dropout.stay",
        "got 0.68 still there at first and 0.8 later",
        "change places",
    ),
    "still there at no time": Mistake(
        DROPOUT, "dropout: {stay: {soon: 0.8}}", 16, "cohorts[0].dropout.stay", "got 'soon'", "{13 weeks: 0.80"
    ),
    "still there at the start": Mistake(
        DROPOUT,
        "dropout: {stay: {0 months: 0.8}}",
        16,
        "cohorts[0].dropout.stay[0 months]",
        "at the start everybody",
        "Look later",
    ),
    "a shape beside two points": Mistake(
        DROPOUT,
        "dropout: {stay: {13 weeks: 0.80, 26 weeks: 0.68}, shape: 1}",
        16,
        "cohorts[0].dropout.shape",
        "which say the shape themselves",
        "Take shape out",
    ),
    "a move without a meaning": Mistake(
        DROPOUT,
        DROPOUT + "\n    moves: {yearly: 0.05}",
        17,
        "cohorts[0].moves.then",
        "then is what it means",
        "then: lost",
    ),
    "a rate of those who leave among all": Mistake(
        RATE, RATE + "\n    dropouts: 0.5", 29, "outcomes.home.dropouts", "with of: enrolled", "Write of: completers"
    ),
    "persistence beside onset": lived(
        "  a: {of: enrolled, success_rate: 0.4, persistence: 0.5, onset: {typical: 4 months}, "
        "measured: {after_enrolment: [6 months, 12 months]}}\n",
        "a.persistence",
        "got 0.5 beside onset",
        "Take persistence out",
    ),
    "a success at once": lived(
        "  a: {of: enrolled, success_rate: 0.4, onset: {typical: 0 months}, measured: {after_enrolment: 6 months}}\n",
        "a.onset.typical",
        "got 0 months",
        "Write a longer time",
    ),
    "a chance a month seen on its first day": lived(
        "  a: {of: enrolled, monthly: 0.05, measured: {after_enrolment: 0 months}}\n",
        "a.measured.after_enrolment",
        "nothing has happened",
        "Measure later",
    ),
    "a chance a month beside a success rate": lived(
        "  a: {of: enrolled, monthly: 0.05, success_rate: 0.4, measured: {after_enrolment: 6 months}}\n",
        "a",
        "monthly",
        "Keep one",
    ),
    "a spell of odd length for a course": Mistake(
        DURATION,
        "    duration: 20 weeks\n    dropout",
        15,
        "cohorts[0].duration",
        "13 weeks make three",
        "13 weeks or 26",
    ),
    "duration in weeks": Mistake(
        DURATION, "    duration: 27 weeks\n    dropout", 15, "cohorts[0].duration", "got 27 weeks", "'6 months'"
    ),
    "half a year": Mistake(
        DURATION, "    duration: 0.5 years\n    dropout", 15, "cohorts[0].duration", "whole months", "'6 months'"
    ),
    "Danish duration": Mistake(
        DURATION, "    duration: 9 måneder\n    dropout", 15, "cohorts[0].duration", "got '9 måneder'", "'9 months'"
    ),
    "duration of an age": Mistake(
        DURATION, "    duration: 9000 years\n    dropout", 15, "cohorts[0].duration", "at most 100 years", "zeros"
    ),
    "repeated names without a number": Mistake(
        "participants: 40",
        "participants: 40\n    repeat: {times: 3, names: site}",
        20,
        "cohorts[1].repeat.names",
        "names every cohort alike",
        "Write 'site {n}'",
    ),
    "repeated never": Mistake(
        "participants: 40", "participants: 40\n    repeat: {times: 0}", 20, "cohorts[1].repeat.times", "got 0", ""
    ),
    "repeated without times": Mistake(
        "participants: 40",
        "participants: 40\n    repeat: {each: []}",
        20,
        "cohorts[1].repeat.times",
        "got no times",
        "200",
    ),
    "repeated too often": Mistake(
        "participants: 40", "participants: 1\n    repeat: {times: 65535}", 11, "cohorts", "got 65,536 cohorts", "zero"
    ),
    "repeated people": Mistake(
        "participants: 40",
        "participants: 4000\n    repeat: {times: 9000}",
        11,
        "cohorts",
        "got 36,000,120 places",
        "zero",
    ),
    "repeated name that is taken": Mistake(
        "participants: 40",
        "participants: 40\n    repeat: {times: 3, names: 'n{n}rth'}\n  - name: n2rth\n    participants: 40",
        21,
        "cohorts[2].name",
        "got a cohort 'n2rth', which is also one of entry 2",
        "names:",
    ),
    "repeated openings at once": Mistake(
        "participants: 40",
        "participants: 40\n    repeat: {times: 3, opens_every: 0 months}",
        20,
        "cohorts[1].repeat.opens_every",
        "got 0 months",
        "Take opens_every out",
    ),
    "repeated openings after the end": Mistake(
        "participants: 40",
        "participants: 40\n    repeat: {times: 20, opens_every: 3 months}",
        20,
        "cohorts[1].repeat.opens_every",
        "the last of 20 cohorts would open 57 months after start; the deal lasts 35",
        "closer together",
    ),
    "each of what is certain": Mistake(
        "unmeasured: 0.1",
        "unmeasured: 0.1\n    repeat: {times: 3, each: [unmeasured]}",
        18,
        "cohorts[0].repeat.each[0]",
        "got 'unmeasured', which is no uncertain number of this entry; there is dropout.",
        "Name one that is",
    ),
    "each twice": Mistake(
        "unmeasured: 0.1",
        "unmeasured: 0.1\n    repeat: {times: 3, each: [dropout, dropout]}",
        18,
        "cohorts[0].repeat.each[1]",
        "got 'dropout' a second time",
        "Take one of the two out.",
    ),
    "window of nothing": Mistake(
        "window: 12 months", "window: 0 months", 14, "cohorts[0].enrolment.window", "at least one month", "'1 month'"
    ),
    # Who comes in, and who starts
    "a ratio beside a shortfall": enrolling(
        "ratio: 0.9\n      shortfall: default", "shortfall", "got ratio and shortfall", "Keep one"
    )._replace(line=16),
    "a shortfall nobody knows": enrolling("shortfall: usual", "shortfall", "got 'usual'", "default"),
    "arrivals beside a shortfall": enrolling("{}", "arrivals", "got shortfall and arrivals", "Keep one")._replace(
        new="window: 12 months\n      shortfall: trials\n      arrivals: {}\n", line=16
    ),
    "a speed in percent": enrolling(
        "arrivals: {speed: -0.1}", "arrivals.speed", "got -0.1; speed is", "minus sign out"
    ),
    "a ramp's power without a ramp": enrolling("ramp_power: 2", "ramp_power", "without ramp", "ramp: 6 months"),
    "a ramp's power of nothing": enrolling("ramp_power: 0", "ramp_power", "got 0", "above 0"),
    "a decay over no time": enrolling(
        "decay: {over: 0 months, power: 1}", "decay.over", "got 0 months; over is at least one month", "take decay out"
    ),
    "a late start without an end": enrolling("late_start: {months: 3}", "late_start.most", "most", "most: 12 months"),
    "a late start of no months": enrolling(
        "late_start: {most: 0 months}", "late_start.most", "at least one month", "take late_start out"
    ),
    "a window that grows": enrolling(
        "late_start: {most: 6 months, window: grows}", "late_start.window", "got 'grows'", "stays"
    ),
    "nobody a month": enrolling("per_month: 0", "per_month", "got 0", "above 0"),
    "waiting for nothing": enrolling("wait_at_most: 3 months", "wait_at_most", "nobody waits", "Add per_month"),
    "a waiting list that nobody is on": enrolling(
        "waiting_list_after_window: 3 months", "waiting_list_after_window", "nobody waits", "Add per_month"
    ),
    "replaced by nobody": enrolling(
        "replace: {who_leave_within: 3 months}", "replace", "got a ratio of 1: no more people", "Add arrivals"
    ),
    "replaced at once": enrolling(
        "replace: {who_leave_within: 0 months}\n      arrivals: {}",
        "replace.who_leave_within",
        "at least one month",
        "take replace out",
    ),
    "follow-ups as text": Mistake(
        FOLLOW_UP, "follow_up: 6 months", 6, "follow_up", "got '6 months'", "{every: 6 months}"
    ),
    "follow-ups never": Mistake(
        FOLLOW_UP, "follow_up: {every: 0 months}", 6, "follow_up.every", "got 0 months", "6 months for two"
    ),
    "follow-up after the end": Mistake(
        FOLLOW_UP, "follow_up: [2026-01-01, 2030-01-01]", 6, "follow_up[1]", "not after end 2027-12-31", "Move the"
    ),
    "follow-up twice": Mistake(
        FOLLOW_UP, "follow_up: [2026-01-01, 2026-01-01]", 6, "follow_up[1]", "a second time", "Take one"
    ),
    "interval too long": Mistake(
        FOLLOW_UP, "follow_up: {every: 9 years}", 6, "follow_up.every", "the first follow-up would fall", "Shorten"
    ),
    # Counts, lists and blocks
    "half a person": Mistake(
        "participants: 40",
        "participants: 40.5",
        19,
        "cohorts[1].participants",
        "a whole number from 1",
        "whole number, as",
    ),
    "nobody": Mistake(
        "participants: 40", "participants: 0", 19, "cohorts[1].participants", "got 0", "Write a number above 0"
    ),
    "a million in one cohort": Mistake(
        "participants: 40", "participants: 1000000", 19, "cohorts[1].participants", "from 1 to 262,143", "zero too many"
    ),
    "two cohorts of one name": Mistake(
        "name: south", "name: north", 18, "cohorts[1].name", "also the name of cohort 1", "'north 2'"
    ),
    "no cohorts": Mistake(
        DEAL[DEAL.index("cohorts:") : DEAL.index("outcomes:")],
        "cohorts: []\n",
        10,
        "cohorts",
        "an empty list",
        "at least one",
    ),
    "a cohort that is a word": Mistake(
        "  - name: south\n    participants: 40\n    duration: 9 months\n",
        "  - south\n",
        18,
        "cohorts[1]",
        "'south'",
        "dash",
    ),
    "the first key indented": Mistake(
        "schema: 1\nname", "  schema: 1\nname", 2, "", "outside what begins the file", "left margin"
    ),
    "outcomes as a list": Mistake("  home:\n", "  - home:\n", 26, "", "does not fit the lines above", "spaces"),
    "payments as a block": Mistake(
        "  - cap: {total: 4500000}\n", "  - cap: 4500000\n", 33, "payments[2].cap", "got 4500000; cap is", "cap: {total"
    ),
    "unknown rule": Mistake(
        "- cap: {total: 4500000}",
        "- caps: {total: 4500000}",
        33,
        "payments[2]",
        "one key, per_outcome or cap",
        "mean cap",
    ),
    "a rule misspelt": Mistake(
        "- cap: {total: 4500000}",
        "- rebace: {baseline: home, assumed: 0.3, rules: [work]}",
        33,
        "payments[2]",
        "got 'rebace', which is no payment rule",
        "mean rebase",
    ),
    "a baseline that is no result": Mistake(
        "- cap: {total: 4500000}",
        "- rebase: {baseline: home, assumed: 0.3, rules: [work]}",
        33,
        "payments[2].rebase.baseline",
        "got 'home', which is no result of the programme as a whole",
        "Add it to outcomes",
    ),
    "a change of no rule": Mistake(
        "- cap: {total: 4500000}",
        "- amend: {on: 2026-07-01, outcome: work, counts: count, below: 9, times: 0.8, rules: [wrok]}",
        33,
        "payments[2].amend.rules[0]",
        "neither the label nor the outcome of a rule above; there is work, home",
        "mean work",
    ),
    "a split between nobody": Mistake(
        "{outcome: home, price: 10000}",
        "{outcome: home, price: 10000, split: by people}",
        32,
        "payments[1].per_outcome.split",
        "but cohort 'north' names no payer",
        "payer: region",
    ),
    "two rules in one entry": Mistake(
        "  - cap: {total", "    cap: {total", 32, "payments[1]", "per_outcome and cap in one entry", "dash"
    ),
    "a rule without its name": Mistake(
        "- per_outcome: {outcome: home, price: 10000}",
        "- {price: 10000, payer: state}",
        32,
        "payments[1]",
        "a payment rule is a block",
        "- per_outcome: {outcome",
    ),
    "a rule for nothing": Mistake(
        "{outcome: home,",
        "{outcome: hom,",
        32,
        "payments[1].per_outcome.outcome",
        "no outcome of this deal",
        "mean home?",
    ),
    "a cap with nothing above": Mistake(
        "payments:\n",
        "payments:\n  - cap: {total: 1}\n",
        31,
        "payments[0]",
        "a cap as the first rule",
        "below the rules",
    ),
    "unknown measurement": Mistake(
        "{at: completion}",
        "{after_enrollment: 12 months}",
        29,
        "outcomes.home.measured",
        "at, after_enrolment",
        "mean after",
    ),
    "measured on a date too late": Mistake(
        "{at: completion}",
        "{on: 2027-12-01}",
        29,
        "outcomes.home.measured.on",
        "after the last follow-up",
        "Measure earlier",
    ),
    "measured before the course ends": Mistake(
        "{after_completion: 6 months}",
        "{after_enrolment: 3 months}",
        25,
        "outcomes.work.measured.after_enrolment",
        "before the course of 9 months ends",
        "of: enrolled",
    ),
    "an effect seen in one group alone": Mistake(
        "success_rate: 0.4",
        "success_rate: {effect: {" + ODDS + ", design: single group before-after}}",
        28,
        "outcomes.home.success_rate.effect.design",
        "evidence on the success rate alone",
        "counterfactual",
    ),
    "an effect discounted twice": Mistake(
        "success_rate: 0.4",
        "success_rate: {effect: {" + ODDS + ", design: randomised trial, shrink: true}}",
        28,
        "outcomes.home.success_rate.effect.shrink",
        "got design and shrink",
        "Use one, not both",
    ),
    "an effect on two scales": Mistake(
        "success_rate: 0.4",
        "success_rate: {effect: {" + ODDS + ", difference: {estimate: 0.1, standard_error: 0.05}}}",
        28,
        "outcomes.home.success_rate.effect.difference",
        "got odds_ratio and difference",
        "Keep one",
    ),
    "a ratio outside its interval": Mistake(
        "success_rate: 0.4",
        "success_rate: {effect: {usual: 0.3, odds_ratio: {estimate: 0.59, ci95: [1.1, 2.9]}}}",
        28,
        "outcomes.home.success_rate.effect.odds_ratio",
        "estimate lies inside its interval",
        "not a log odds ratio",
    ),
    "a difference in percent": Mistake(
        "success_rate: 0.4",
        "success_rate: {effect: {usual: 0.3, difference: {estimate: 12, standard_error: 5}}}",
        28,
        "outcomes.home.success_rate.effect.difference.estimate",
        "between -1 and 1",
        "write 0.12",
    ),
    "flags without a design": Mistake(
        "success_rate: 0.4",
        "success_rate: {effect: {" + ODDS + ", flags: [weak measure]}}",
        28,
        "outcomes.home.success_rate.effect.flags",
        "but no design",
        "design: randomised trial",
    ),
    "an effect on dropout": Mistake(
        "unmeasured: 0.1",
        "unmeasured: {effect: {" + ODDS + "}}",
        17,
        "cohorts[0].unmeasured",
        "what a success rate is made of",
        "move it to the success_rate",
    ),
    "groups that leave somebody out": Mistake(
        "success_rate: 0.4",
        "success_rate: {composition: {groups: [{name: a, share: 0.5, rate: 0.6}, {name: b, share: 0.3, rate: 0.2}]}}",
        28,
        "outcomes.home.success_rate.composition.groups",
        "add up to 0.8",
        "everybody else",
    ),
    "a site with more successes than people": Mistake(
        "success_rate: 0.4",
        "success_rate: {sites: {counts: [{successes: 45, of: 40}]}}",
        28,
        "outcomes.home.success_rate.sites.counts[0]",
        "successes are part of the people",
        "change places",
    ),
    "a counterfactual said twice": Mistake(
        "success_rate: 0.4",
        "success_rate: {effect: {" + ODDS + "}}\n    counterfactual: 0.3",
        29,
        "outcomes.home.counterfactual",
        "beside an effect",
        "Keep `usual`",
    ),
    "two tranches of one name": Mistake(
        "    - name: investor\n",
        "    - {name: investor, commitment: 1}\n    - name: investor\n",
        37,
        "financing.tranches[1].name",
        "also another party",
        "a name of its own",
    ),
    "ranks with a gap": Mistake(
        DRAWDOWN,
        "rank: 1\n    - {name: junior, commitment: 1, rank: 3}",
        39,
        "financing.tranches[1].rank",
        "no tranche has rank 2",
        "rank: 2",
    ),
    "a tranche without rank beside ranks": Mistake(
        DRAWDOWN,
        "rank: 1\n    - {name: junior, commitment: 1}",
        39,
        "financing.tranches[1]",
        "got no rank",
        "rank: 1",
    ),
    "a guarantee of a party that does not exist": Mistake(
        DRAWDOWN,
        "drawdown: start\n  guarantees: [{name: fund, covers: lender, limit: 5}]",
        39,
        "financing.guarantees[0].covers",
        "a party that doesn't exist",
        "one of these names",
    ),
    "a guarantee without limit": Mistake(
        DRAWDOWN,
        "drawdown: start\n  guarantees: [{name: fund}]",
        39,
        "financing.guarantees[0]",
        "neither limit nor share",
        "limit: 3000000",
    ),
    "a guarantee called yearly": Mistake(
        DRAWDOWN,
        "drawdown: start\n  guarantees: [{name: fund, limit: 5, called: yearly}]",
        39,
        "financing.guarantees[0].called",
        "known at the end",
        "at the end",
    ),
    "a deficit guarantee without costs": Mistake(
        DRAWDOWN,
        "drawdown: start\n  guarantees: [{name: fund, limit: 5, covers: provider}]",
        39,
        "financing.guarantees[0].covers",
        "it has no deficit",
        "List the costs",
    ),
    "a floor above the cap": Mistake(
        DRAWDOWN,
        "return_cap: {rate: 0.2, as: multiple}\n      return_floor: {share: 1.5, paid_by: municipality}\n"
        "  surplus: payers",
        39,
        "financing.tranches[0].return_floor.share",
        "a floor lies below the cap",
        "Lower the floor",
    ),
    "a floor that nobody pays": Mistake(
        DRAWDOWN,
        "return_floor: {share: 0.5, paid_by: nobody}",
        38,
        "financing.tranches[0].return_floor.paid_by",
        "no party that can pay",
        "add the party",
    ),
    "a cap without surplus": Mistake(
        DRAWDOWN,
        "return_cap: {rate: 0.2, as: irr}",
        35,
        "financing",
        "who gets what passes it",
        "surplus: payers",
    ),
    "a cap without definition": Mistake(
        DRAWDOWN,
        "return_cap: {rate: 0.2}",
        38,
        "financing.tranches[0].return_cap.as",
        "got no as",
        "as: irr",
    ),
    "interest above the cap": Mistake(
        DRAWDOWN,
        "rate: 0.3\n      return_cap: {rate: 0.2, as: irr}\n  surplus: payers",
        38,
        "financing.tranches[0].rate",
        "interest beyond the cap",
        "Lower the rate",
    ),
    "as needed without costs": Mistake(
        DRAWDOWN,
        "drawdown: as needed",
        38,
        "financing.tranches[0].drawdown",
        "nothing is ever needed",
        "List the costs",
    ),
    "recycling with fixed dates": Mistake(
        DRAWDOWN,
        "drawdown: start\n  recycle: true",
        39,
        "financing.recycle",
        "fixed dates",
        "as needed for every tranche",
    ),
    "amounts above the commitment": Mistake(
        DRAWDOWN,
        "drawdown: [{on: 2025-01-01, amount: 4000000.5}]",
        38,
        "financing.tranches[0].drawdown",
        "above the commitment",
        "Lower them",
    ),
    "shares and amounts": Mistake(
        DRAWDOWN,
        "drawdown: [{on: 2025-01-01, amount: 5}, {on: 2025-07-01, share: 0.5}]",
        38,
        "financing.tranches[0].drawdown",
        "both shares and amounts",
        "all as amounts",
    ),
    "share and amount": Mistake(
        DRAWDOWN,
        "drawdown: [{on: 2025-01-01, amount: 5, share: 0.5}]",
        38,
        "financing.tranches[0].drawdown[0]",
        "both a share and an amount",
        "share: 0.25",
    ),
    "a cost after the end": Mistake(
        DRAWDOWN,
        "drawdown: start\n  costs: [{name: staff, amount: 5, due: [2035-01-01]}]",
        39,
        "financing.costs[0].due[0]",
        "money moves between",
        "Move the date",
    ),
    "a cost that nobody pays": Mistake(
        DRAWDOWN,
        "drawdown: start\n  costs: [{name: staff, amount: 5, paid_by: nobody}]",
        39,
        "financing.costs[0].paid_by",
        "no party that can pay",
        "add the party",
    ),
    "a cost with zeros too many": Mistake(
        DRAWDOWN,
        "drawdown: start\n  costs: [{name: staff, amount: 900000000000, due: {every: 1 month, times: 30}}, "
        "{name: rent, amount: 90000000000000, due: [2025-01-01, 2026-01-01]}]",
        39,
        "financing.costs[1].amount",
        "counted exactly",
        "Count the zeros",
    ),
    "due in a word": Mistake(
        DRAWDOWN,
        "drawdown: start\n  costs: [{name: staff, amount: 5, due: yearly}]",
        39,
        "financing.costs[0].due",
        "got 'yearly'",
        "{every: 6 months",
    ),
    "drawdown of a word": Mistake(
        DRAWDOWN,
        "drawdown: yearly",
        38,
        "financing.tranches[0].drawdown",
        "got 'yearly'",
        "{every: 6 months, times: 6}",
    ),
    "drawdown of a number": Mistake(
        DRAWDOWN, "drawdown: 3", 38, "financing.tranches[0].drawdown", "when the money is drawn", "Write start"
    ),
    "instalments past the end": Mistake(
        "times: 3",
        "times: 30",
        38,
        "financing.tranches[0].drawdown.times",
        "174 months after start",
        "fewer instalments",
    ),
    "instalments for ever": Mistake(
        "every: 6 months, times: 3",
        "every: 100 years, times: 600",
        38,
        "financing.tranches[0].drawdown.times",
        "after end 2027-12-31",
        "fewer instalments",
    ),
    "shares that miss one": Mistake(
        DRAWDOWN,
        "drawdown: [{on: 2025-01-01, share: 0.5}, {on: 2025-07-01, share: 0.4}]",
        38,
        "financing.tranches[0].drawdown",
        "add up to 0.9",
        "by +0.1",
    ),
    # Outcomes lived person by person
    "measurements without persistence": lived(
        FED.replace("persistence: 0.5, ", ""), "fed.persistence", "no persistence for 3 measurements", "persistence: 0"
    ),
    "persistence of one measurement": Mistake(
        RATE, "success_rate: 0.4\n    persistence: 0.5", 29, "outcomes.home.persistence", "measured once", "Take it out"
    ),
    "persistence in percent": lived(
        FED.replace("persistence: 0.5", "persistence: 50"), "fed.persistence", "from 0 to 1", "write 0.5"
    ),
    "measurements out of order": lived(
        FED.replace("3 months, 6", "6 months, 3"),
        "fed.measured.after_enrolment[1]",
        "got 3 months after 6 months",
        "in order",
    ),
    "dates of measurement out of order": lived(
        FED.replace("after_enrolment: [3 months, 6 months, 9 months]", "on: [2026-07-01, 2026-01-01]"),
        "fed.measured.on[1]",
        "got 2026-01-01 after 2026-07-01",
        "in order",
    ),
    "an earlier outcome that is not named": Mistake(
        "of: enrolled", "of: earlier", 27, "outcomes.home.of", "no earlier outcome is named", "after: job"
    ),
    "a gate that does not exist": Mistake(
        RATE, "success_rate: 0.4\n    after: wrok", 29, "outcomes.home.after", "no outcome of persons", "mean work?"
    ),
    "an exclusion that does not exist": Mistake(
        RATE, "success_rate: 0.4\n    unless: prison", 29, "outcomes.home.unless", "got 'prison'", "one of work, home"
    ),
    "an amount that does not exist": lived(
        "  goal: {reads: prison, at_least: 1}\n", "goal.reads", "got 'prison'", "Write one of work, home"
    ),
    "a gate before itself": Mistake(
        RATE, "success_rate: 0.4\n    after: home", 29, "outcomes.home.after", "wait for itself", "Name another"
    ),
    "an exclusion of itself": Mistake(
        RATE, "success_rate: 0.4\n    unless: home", 29, "outcomes.home.unless", "wait for itself", "Name another"
    ),
    "a goal that reads itself": lived(
        "  goal: {reads: goal, at_least: 1}\n", "goal.reads", "wait for itself", "Name another outcome"
    ),
    "three gates in a circle": lived(
        "  a: {of: enrolled, success_rate: 0.4, after: c}\n  b: {of: enrolled, success_rate: 0.4, after: a}\n"
        "  c: {of: enrolled, success_rate: 0.4, unless: b}\n",
        "a.after",
        "got 'c', which waits for 'a' through 'b'",
        "take after out",
    ),
    "a gate that is an amount": lived(
        "  a: {of: enrolled, success_rate: 0.4, after: months}\n" + MONTHS, "a.after", "an amount", "{reads: months,"
    ),
    "a gate that is a result": lived(
        "  a: {of: enrolled, success_rate: 0.4, after: share}\n  share: {result: 0.4}\n",
        "a.after",
        "a result of the programme as a whole",
        "Write one of work, home, a.",
    ),
    "a goal for yes or no": lived(
        "  goal: {reads: home, at_least: 1}\n", "goal.reads", "which people meet or not", "after: home"
    ),
    "a goal that says whom it speaks of": lived(
        "  goal: {reads: months, at_least: 1, of: completers}\n" + MONTHS, "goal.of", "follows it", "at 'months'"
    ),
    "a goal without a number": lived(
        "  goal: {reads: months}\n" + MONTHS, "goal.at_least", "at_least is the goal", "at_least: 6"
    ),
    "a goal above the most": lived(
        "  goal: {reads: months, at_least: 40}\n" + MONTHS, "goal.at_least", "the most of 'months' is 36", "Lower"
    ),
    "a spell without a length": lived(
        JOB % "counts: any spell", "job.lasts", "no lasts with counts: any spell", "lasts: 6 months"
    ),
    "one day with a length": lived(
        JOB % "counts: point, lasts: 6 months", "job.lasts", "looks at one day only", "Take lasts out"
    ),
    "all months with a length": lived(
        JOB % "counts: months, lasts: 6 months", "job.lasts", "counts every month", "Take lasts out"
    ),
    "one day with a gap": lived(JOB % "counts: point, gap: 1", "job.gap", "joins the two spells", "Take gap out"),
    "a gap with a unit": lived(
        JOB % "counts: any spell, lasts: 6 months, gap: 1 month", "job.gap", "got '1 month'", "alone: 1"
    ),
    "a spell longer than the look": lived(
        JOB % "counts: continuous, lasts: 2 years", "job.lasts", "24 months, and the clock runs for 12", "Measure later"
    ),
    "spells looked at on a date": lived(
        (JOB % "counts: point").replace("after_enrolment: 12 months", "on: 2026-07-01"),
        "job.measured",
        "a person's own start",
        "after_enrolment: 12 months",
    ),
    "spells looked at as they begin": lived(
        (JOB % "counts: point").replace(", measured: {after_enrolment: 12 months}", ""),
        "job.measured",
        "the clock of a spell starts there",
        "after_enrolment: 12 months",
    ),
    "a clause nobody knows": lived(
        JOB % "counts: any", "job.counts", "one of point, continuous, cumulative", "Write one of point"
    ),
    "a spell that begins nowhere": lived(
        (JOB % "counts: point").replace("begins: out", "begins: outside"), "job.spells.begins", "in, out", "mean out?"
    ),
    "a rate in the year": lived(
        (JOB % "counts: point").replace("starts: 0.25", "starts: 5"),
        "job.spells.starts",
        "between 0 and 4",
        "of a year, write 0.4167",
    ),
    "a kind misspelt": lived(
        (JOB % "counts: point").replace("spells:", "spels:"), "job.spels", "got the key 'spels'", "mean spells?"
    ),
    "a success rate misspelt": Mistake(
        RATE, "succes_rate: 0.4", 28, "outcomes.home.succes_rate", "one of success_rate, spells", "mean success_rate?"
    ),
    "a success rate beside spells": lived(
        JOB % "counts: point, success_rate: 0.4", "job", "spells and success_rate in one outcome", "Keep one"
    ),
    "two kinds in one outcome": lived(
        (JOB % "counts: point").replace("spells:", "amount: {each: 5}, spells:"),
        "job",
        "amount and spells in one outcome",
        "Keep one",
    ),
    "an amount of nobody": lived(
        MONTHS.replace("of: enrolled, ", ""), "months.of", "got no of; of is whom", "of: completers"
    ),
    "an amount that is a number": lived("  months: {of: enrolled, amount: 6}\n", "months.amount", "got 6", "{each:"),
    "an amount that is a law": lived(
        "  months: {of: enrolled, amount: {gamma: {mean: 6, sd: 4}}}\n", "months.amount", "under each", "{each: {gamma"
    ),
    "the least above the most": lived(
        MONTHS.replace("most: 36", "most: 0, least: 12"), "months.amount.most", "not above least 12", "change places"
    ),
    "a rise without a number": lived(
        SCORE % ("", "gain since last"), "score.at_least", "got no at_least with counts: gain since last", "0.5"
    ),
    "points with a goal": lived(
        SCORE % ("", "points gained, at_least: 1"), "score.at_least", "pays every point", "Take at_least out"
    ),
    "a score beyond the scale": lived(
        SCORE % (", scale: [0, 4]", "level, at_least: 5"), "score.at_least", "no score is above 4", "at most 4"
    ),
    "a rise beyond the scale": lived(
        SCORE % (", scale: [1, 5]", "new high, at_least: 4.5"), "score.at_least", "no rise is above 4", "at most 4"
    ),
    "a scale turned round": lived(
        SCORE % (", scale: [4, 0]", "level, at_least: 2"), "score.score.scale", "got 4 to 0", "change places"
    ),
    "steps without a scale": lived(
        SCORE % (", step: 1", "level, at_least: 2"), "score.score.step", "a step without a scale", "scale: [0, 4]"
    ),
    "an effect in percent": lived(USE % ", effect: 20", "use.use.effect", "got 20", "write 0.2"),
    "no use in percent": lived((USE % "").replace("none: 0.3", "none: 30"), "use.use.none", "got 30", "write 0.3"),
    "a price for an amount": ruled(
        MONTHS, "per_outcome: {outcome: months, price: 5}", "per_outcome.outcome", "an amount", "Use per_unit"
    ),
    "an assumed rate for an amount": ruled(
        MONTHS,
        "deemed: {outcome: months, price: 5, chance: 0.3, rate: 0.5}",
        "deemed.outcome",
        "an amount",
        "Use per_unit",
    ),
    "a count of amounts": ruled(
        MONTHS,
        "threshold: {outcome: months, counts: count, at_least: 3, pays: 5, on: last}",
        "threshold.counts",
        "got count of 'months', an amount",
        "counts: mean",
    ),
    "a value of amounts": ruled(
        MONTHS,
        "threshold: {outcome: months, counts: value, at_least: 3, pays: 5, on: last}",
        "threshold.counts",
        "an amount that each person has",
        "counts: mean",
    ),
    "measurement 4 of 3": ruled(
        FED,
        "per_outcome: {outcome: fed, price: 5, measurements: [1, 4]}",
        "per_outcome.measurements[1]",
        "got 4; 'fed' is measured 3 times",
        "Count the measurements",
    ),
    "a measurement twice": ruled(
        FED,
        "per_outcome: {outcome: fed, price: 5, measurements: [1, 1]}",
        "per_outcome.measurements[1]",
        "got 1 a second time",
        "Take one",
    ),
    "measurement 0": ruled(
        FED,
        "per_outcome: {outcome: fed, price: 5, measurements: [0, 1]}",
        "per_outcome.measurements[0]",
        "counted from 1",
        "above 0",
    ),
    "too much at all measurements": ruled(
        FED, "per_outcome: {outcome: fed, price: 2e11}", "per_outcome.price", "160 people at 3 measurements", "Count"
    ),
    "a price list for nothing": ruled(
        FED, "per_person: {prices: {fedd: 5}, most: 10}", "per_person.prices.fedd", "no outcome of persons", "mean fed?"
    ),
    "a price list for a result": ruled(
        "  share: {result: 0.4}\n",
        "per_person: {prices: {share: 5}, most: 10}",
        "per_person.prices.share",
        "no outcome of persons",
        "Write one of work, home",
    ),
    "a price list without a most": ruled(
        FED, "per_person: {prices: {fed: 5}}", "per_person.most", "got no most", "most: 200000"
    ),
    # Effects
    "an effect on nothing": Mistake(
        HOME,
        EFFECT.format("effect_on: wrok, reads: difference", "people: 90, rate: 0.3"),
        27,
        "outcomes.home.effect_on",
        "got 'wrok', which is no outcome of this deal; there is work",
        "with a success_rate",
    ),
    "an effect on an effect": Mistake(
        HOME,
        EFFECT.format("effect_on: home, reads: difference", "people: 90, rate: 0.3"),
        27,
        "outcomes.home.effect_on",
        "got 'home', which people do not meet or miss one by one",
        "with a success_rate",
    ),
    "an empty comparison group": Mistake(
        HOME,
        EFFECT.format("effect_on: work, reads: difference", "people: 0, rate: 0.3"),
        27,
        "outcomes.home.against.people",
        "got 0; people is how many people the baseline or comparison group holds, between 1 and",
        "leave the effect out",
    ),
    **{
        name: Mistake(
            HOME, EFFECT.format("effect_on: work, reads: difference", said), 27, f"outcomes.home.{path}", found, remedy
        )
        for name, (said, path, found, remedy) in {
            "a comparison group of nobody knows how many": (
                "rate: 0.3",
                "against.people",
                "got no people",
                "enrolled_by: 12 months",
            ),
            "a comparison group counted twice": (
                "people: 90, enrolled_by: 12 months, rate: 0.3",
                "against.people",
                "got people beside enrolled_by",
                "Keep one",
            ),
            "a baseline of the first day": (
                "enrolled_by: 0 months, rate: 0.3",
                "against.enrolled_by",
                "nobody has enrolled before the first day",
                "Write a longer time",
            ),
            "a baseline after the deal": (
                "enrolled_by: 36 months, rate: 0.3",
                "against.enrolled_by",
                "got a group that is measured by 2028-01-01",
                "Measure it earlier",
            ),
            "a group measured after the deal": (
                "people: 90, measured: 2028-06-01, rate: 0.3",
                "against.measured",
                "got a group that is measured by 2028-06-01",
                "Measure it earlier",
            ),
            "sites without likeness": (
                "people: 90, clusters: 4, rate: 0.3",
                "against.icc",
                "got clusters and no icc",
                "Add icc",
            ),
            "likeness without sites": (
                "people: 90, icc: 0.1, rate: 0.3",
                "against.clusters",
                "no clusters",
                "Add clusters",
            ),
        }.items()
    },
    "an effect known before its group": Mistake(
        HOME,
        EFFECT.format("effect_on: work, reads: difference", "people: 90, rate: 0.3, measured: 2026-06-01").replace(
            "last follow-up", "[2026-01-01]"
        ),
        27,
        "outcomes.home.known[0]",
        "got 2026-01-01; the group is measured by 2026-06-01",
        "measure the group earlier",
    ),
    "a comparison group that is always too small": Mistake(
        HOME,
        EFFECT.format("effect_on: work, minimum: 50, reads: difference", "people: 60, rate: 0.3, effective: 0.8"),
        27,
        "outcomes.home.against",
        "got 48 people that count in the comparison group and a minimum of 50",
        "Enlarge the group",
    ),
    "a comparison group of people too much alike": Mistake(
        HOME,
        EFFECT.format(
            "effect_on: work, minimum: 50, reads: difference", "people: 100, clusters: 4, icc: 0.05, rate: 0.3"
        ),
        27,
        "outcomes.home.against",
        "got 45.4545 people that count in the comparison group and a minimum of 50",
        "Enlarge the group",
    ),
    "an effect without participants enough": Mistake(
        HOME,
        EFFECT.format("effect_on: work, minimum: 200, reads: difference", "people: 600, rate: 0.3"),
        27,
        "outcomes.home.minimum",
        "got 160 people that count in the participants",
        "lower the minimum",
    ),
    "an effect read in no known way": Mistake(
        HOME,
        EFFECT.format("effect_on: work, reads: z", "people: 90, rate: 0.3"),
        27,
        "outcomes.home.reads",
        "pooled z, unpooled z",
        "pooled z",
    ),
    "an effect known after the deal": Mistake(
        HOME,
        EFFECT.format("effect_on: work, reads: difference", "people: 90, rate: 0.3").replace(
            "last follow-up", "[2028-06-01]"
        ),
        27,
        "outcomes.home.known[0]",
        "got 2028-06-01; an effect is reckoned from start 2025-01-01 to the last follow-up 2027-07-01",
        "Move the date",
    ),
    "an estimator without its correlation": Mistake(
        HOME,
        EFFECT.format("true_effect: 5, sd: 9, people: 60, estimator: ancova, reads: t", "people: 90"),
        27,
        "outcomes.home.correlation",
        "got no correlation; ancova uses measurements before and after",
        "Add correlation",
    ),
    "a matching error in words": Mistake(
        HOME,
        EFFECT.format("effect_on: work, matching_error: typical, reads: difference", "people: 90, rate: 0.3"),
        27,
        "outcomes.home.matching_error",
        "got 'typical'",
        "usual",
    ),
    # Early ends
    **{
        name: Mistake(DRAWDOWN, f"{DRAWDOWN}\nends_early:\n  - {{name: stop, {said}}}", 40, path, found, remedy)
        for name, (said, path, found, remedy) in {
            "an end on no follow-up": (
                "on: 2026-02-01, chance: 0.2",
                "ends_early[0].on",
                "got 2026-02-01, which is no follow-up",
                "nearest follow-up is 2026-01-01",
            ),
            "an end after the deal": (
                "on: 2027-07-01, chance: 0.2, notice: 1 month",
                "ends_early[0].notice",
                "would stop on 2027-08-01, after the last follow-up 2027-07-01",
                "shorten the notice",
            ),
            "an end on an unknown outcome": (
                "on: 2026-07-01, when: {outcome: wrok, counts: count, below: 3}",
                "ends_early[0].when.outcome",
                "got 'wrok', which is no outcome",
                "Did you mean work?",
            ),
            "an end on a value of people": (
                "on: 2026-07-01, when: {outcome: work, counts: value, below: 3}",
                "ends_early[0].when.counts",
                "got value of 'work', which people meet or not",
                "Write counts: count",
            ),
            "an end without a goal": (
                "on: 2026-07-01, when: {outcome: work, counts: count}",
                "ends_early[0].when",
                "got none of below, above and outside",
                "Write below",
            ),
            "an end with two goals": (
                "on: 2026-07-01, when: {outcome: work, counts: count, below: 3, above: 4}",
                "ends_early[0].when.above",
                "got below and above",
                "Write below",
            ),
            "an end outside a range the wrong way round": (
                "on: 2026-07-01, when: {outcome: work, counts: count, outside: [5, 3]}",
                "ends_early[0].when.outside",
                "got 5 before 3",
                "change places",
            ),
            "an end on a share of nobody": (
                "on: 2026-07-01, when: {outcome: work, counts: share, below: 0.3}",
                "ends_early[0].when.unmeasured",
                "got no unmeasured",
                "Write unmeasured",
            ),
            "an end that reads twice": (
                "on: 2026-07-01, when: {outcome: work, counts: count, below: 3, enrolled_below: 0.5}",
                "ends_early[0].when.enrolled_below",
                "got both enrolled_below and outcome",
                "Write {enrolled_below: 0.5}",
            ),
            "an end paid by nobody": (
                "on: 2026-07-01, chance: 0.2, pays: {amount: 5, paid_by: fund}",
                "ends_early[0].pays.paid_by",
                "got 'fund', which is no party that can pay here; there is municipality",
                "add the party",
            ),
            "an end paid twice": (
                "on: 2026-07-01, chance: 0.2, pays: {amount: 5, share_of_drawn: 0.1, paid_by: municipality}",
                "ends_early[0].pays",
                "got amount and share_of_drawn",
                "Write amount",
            ),
            "an end by two chances": (
                "on: 2026-07-01, chance: 0.2, yearly_chance: 0.01",
                "ends_early[0].on",
                "got both yearly_chance and on",
                "Take on out",
            ),
            "an end by two chances without a day": (
                "chance: 0.2, yearly_chance: 0.01",
                "ends_early[0].chance",
                "got both yearly_chance and chance",
                "Take chance out",
            ),
            "an end on no day": (
                "chance: 0.2",
                "ends_early[0]",
                "got neither on nor yearly_chance",
                "Write on:",
            ),
            "an end for no reason": (
                "on: 2026-07-01",
                "ends_early[0]",
                "so the deal always ends on it",
                "move end to that day",
            ),
        }.items()
    },
    "an end beside a termination": Mistake(
        DRAWDOWN,
        f"{DRAWDOWN}\n  termination: {{on: 2026-01-01, amount: 5, paid_by: municipality}}\n"
        "ends_early:\n  - {name: stop, yearly_chance: 0.01}",
        39,
        "financing.termination",
        "got a termination on a certain date although ends_early",
        "Take termination out",
    ),
    "a cost without an amount": Mistake(
        DRAWDOWN,
        "drawdown: start\n  costs: [{name: staff}]",
        39,
        "financing.costs[0]",
        "neither amount nor share_of_commitment",
        "amount: 250000",
    ),
    "a cost with two amounts": Mistake(
        DRAWDOWN,
        "drawdown: start\n  costs: [{name: staff, amount: 5, share_of_commitment: 0.02}]",
        39,
        "financing.costs[0]",
        "both an amount and a share",
        "amount: 250000",
    ),
    "a share per head": Mistake(
        DRAWDOWN,
        "drawdown: start\n  costs: [{name: staff, share_of_commitment: 0.02, per: participant}]",
        39,
        "financing.costs[0]",
        "what follows the people is an amount",
        "the price for each",
    ),
    "a cost per head billed too early": Mistake(
        DRAWDOWN,
        "drawdown: start\n  costs: [{name: staff, amount: 5, per: participant month, due: [2025-12-31]}]",
        39,
        "financing.costs[0].due",
        "people are still billed for until 2026-08-01",
        "leave due out",
    ),
    "a cost per head with zeros too many": Mistake(
        DRAWDOWN,
        "drawdown: start\n  costs: [{name: staff, amount: 1000000000000, per: participant}]",
        39,
        "financing.costs[0].amount",
        "for each of 160",
        "Count the zeros",
    ),
    "a fee on nothing": Mistake(
        DRAWDOWN,
        "commitment_fee: 0.01",
        38,
        "financing.tranches[0].commitment_fee",
        "everything is drawn at the start",
        "Draw the money later",
    ),
    "a buffer that nobody fills": Mistake(
        DRAWDOWN,
        "drawdown: start\n  buffer: 3 months",
        39,
        "financing.buffer",
        "nobody is called",
        "as needed",
    ),
    "a payment to nobody": Mistake(
        "price: 60000, payer: municipality}",
        "price: 60000, payer: municipality, tranche: DSI}",
        31,
        "payments[0].per_outcome.tranche",
        "no tranche of this deal; there is investor",
        "the name of a tranche",
    ),
    "a cap below a payment to one": Mistake(
        "price: 60000, payer: municipality}",
        "price: 60000, payer: municipality, tranche: investor}",
        33,
        "payments[2].cap",
        "goes to one tranche alone",
        "Put this cap above it",
    ),
    "a loan with a rank": Mistake(
        DRAWDOWN,
        "rank: 1\n      loan: {maturity: 2027-12-31}\n  surplus: provider",
        38,
        "financing.tranches[0].rank",
        "no part in the outcome payments",
        "Take rank out",
    ),
    "a loan and nobody for the payments": Mistake(
        DRAWDOWN,
        "loan: {maturity: 2027-12-31}",
        35,
        "financing",
        "got only loans",
        "surplus: provider",
    ),
    "a loan as needed": Mistake(
        DRAWDOWN,
        "drawdown: as needed\n      loan: {maturity: 2027-12-31}\n"
        "  surplus: provider\n  costs: [{name: staff, amount: 5}]",
        38,
        "financing.tranches[0].drawdown",
        "a loan is drawn on dates",
        "drawdown: start",
    ),
    "a loan after the end": Mistake(
        DRAWDOWN,
        "loan: {maturity: 2030-01-01}\n  surplus: provider",
        38,
        "financing.tranches[0].loan.maturity",
        "not after end 2027-12-31",
        "Move the date",
    ),
    "a loan due before it is drawn": Mistake(
        DRAWDOWN,
        "drawdown: {every: 6 months, times: 3}\n      loan: {maturity: 2026-01-01}\n  surplus: provider",
        39,
        "financing.tranches[0].loan.maturity",
        "money is drawn until 2026-01-01",
        "Draw earlier",
    ),
    "a share of a revenue that is not there": Mistake(
        DRAWDOWN,
        "loan: {maturity: 2027-12-31, repaid: {share_of: revenue, share: 0.1}}\n  surplus: provider",
        38,
        "financing.tranches[0].loan.repaid.share_of",
        "no result of the whole programme; there is none",
        "List it under outcomes",
    ),
    "repayments after maturity": Mistake(
        DRAWDOWN,
        "loan: {maturity: 2027-12-31, repaid: {every: 12 months, times: 4, first: 2025-06-01}}\n  surplus: provider",
        38,
        "financing.tranches[0].loan.repaid.times",
        "not after maturity 2027-12-31",
        "fewer repayments",
    ),
    "repaid in a word": Mistake(
        DRAWDOWN,
        "loan: {maturity: 2027-12-31, repaid: yearly}\n  surplus: provider",
        38,
        "financing.tranches[0].loan.repaid",
        "got 'yearly'",
        "Write at maturity",
    ),
    "a goal of an unknown outcome": Mistake(
        DRAWDOWN,
        "loan: {maturity: 2027-12-31, accelerated: {outcome: joy, counts: count, at_least: 5}}\n  surplus: provider",
        38,
        "financing.tranches[0].loan.accelerated.outcome",
        "no outcome of this deal",
        "Write one of these names",
    ),
    "the value of people": Mistake(
        DRAWDOWN,
        "loan: {maturity: 2027-12-31, accelerated: {outcome: home, counts: value, at_least: 5}}\n  surplus: provider",
        38,
        "financing.tranches[0].loan.accelerated.counts",
        "which people meet or not",
        "counts: count or share",
    ),
    "a goal that raises the rate": Mistake(
        DRAWDOWN,
        "loan: {maturity: 2027-12-31, lowered: {outcome: home, counts: count, at_least: 5, to: 0.1}}\n"
        "  surplus: provider",
        38,
        "financing.tranches[0].loan.lowered.to",
        "a reached goal lowers it",
        "change places",
    ),
    "a goal judged between follow-ups": Mistake(
        DRAWDOWN,
        "loan: {maturity: 2027-12-31, accelerated: {outcome: home, counts: count, at_least: 5, on: [2026-02-01]}}\n"
        "  surplus: provider",
        38,
        "financing.tranches[0].loan.accelerated.on[0]",
        "which is no follow-up",
        "The last follow-up is 2027-07-01",
    ),
    # YAML
    "a tab for indentation": Mistake(
        "    participants: 40", "\tparticipants: 40", 19, "", "got a tab", "Replace the tab"
    ),
    "an unclosed bracket": Mistake(
        "hurdles: [0.0, 0.035]", "hurdles: [0.0, 0.035", 7, "", "opened with [ here", "with ]"
    ),
    "an unclosed brace": Mistake(
        "{at: completion}", "{at: completion", 29, "", "opened with { here", "Close it with }"
    ),
    "an unclosed quotation mark": Mistake(
        "name: Two years of support", 'name: "Two years of support', 2, "", "never closed", "Close it"
    ),
    "a colon in text": Mistake(
        "name: Two years of support", "name: Support: two years", 2, "", "Support: two years", "quotation marks"
    ),
    "a line without a colon": Mistake("currency: DKK", "currency DKK", 3, "", "without a colon", "`key: value`"),
    "words about no outcome": Mistake(
        "cohorts:\n",
        "due_diligence: {outcomes: {wrk: {method: from registers}}}\ncohorts:\n",
        10,
        "due_diligence.outcomes.wrk",
        "no outcome of this deal",
        "Did you mean work?",
    ),
    "an indentation slip": Mistake(
        "    duration: 9 months\noutcomes", "   duration: 9 months\noutcomes", 20, "", "fit", "spaces"
    ),
    "a star as text": Mistake(
        "name: south", "name: *south", 18, "cohorts[1].name", "*south, which names nothing", "star"
    ),
    "an at sign": Mistake("name: south", "name: @south", 18, "", "got '@' at the beginning", "quotation marks"),
    "a backslash": Mistake(
        "name: south", 'name: "C:\\south"', 18, "", "a backslash before 's'", "single quotation marks"
    ),
    "a bad escape": Mistake("name: south", 'name: "\\UFFFFFFFF"', 18, "", "not YAML", "Look at this line"),
    "half an escape": Mistake("name: south", 'name: "\\ud800"', 18, "cohorts[1].name", "cannot be seen", "backslash"),
    "an invisible letter": Mistake(
        "name: south", "name: so\u200buth", 18, "cohorts[1].name", "visible text", "Type it again"
    ),
    "a control character": Mistake("name: south", "name: so\x07uth", 18, "", "(U+0007)", "Delete the character"),
    "two documents": Mistake("payments:\n", "---\npayments:\n", 30, "", "a second document", "file of its own"),
    "a directive": Mistake("schema: 1\n", "%YAML 1.1\n---\nschema: 1\n", 1, "", "a directive", "Delete the line"),
    "a Python tag": Mistake(
        "name: south",
        "name: !!python/object/apply:os.system [ls]",
        18,
        "cohorts[1].name",
        "runs no code",
        "Delete the tag",
    ),
    "a tag of one's own": Mistake(
        RATE, "success_rate: !rate 0.4", 28, "outcomes.home.success_rate", "tag !rate", "Delete"
    ),
    "an undefined tag": Mistake(RATE, "success_rate: !x!rate 0.4", 28, "", "a tag", "begins with '!'"),
    "a spell of no length": Mistake(
        HOME.partition("payments")[0],
        "    {of: enrolled, spells: {starts: 0.2, ends: 0.1, begins: out}, counts: continuous, lasts: 0 months}\n",
        27,
        "outcomes.home.lasts",
        "a spell lasts some time",
        "Write counts: point",
    ),
    "use measured twice": Mistake(
        HOME,
        "    {of: enrolled, use: {none: 0.3, each: 900, correlation: 0}, counts: change, measured: {after_enrolment: "
        "[1 months, 2 months]}}\npayments:\n  - per_unit: {outcome: home, price: 1}\n",
        27,
        "outcomes.home.measured",
        "one before and one after",
        "Measure it once",
    ),
    "deemed on a price list": Mistake(
        "  - per_outcome: {outcome: home, price: 10000}\n",
        "  - per_person: {prices: {home: 1}, most: 2}\n  - deemed: {outcome: home, price: 1, chance: 0.5, rate: 0.5}\n",
        32,
        "payments[1].per_person.prices.home",
        "a deemed rule may pay instead",
        "Take it off the list",
    ),
    "an anchor inside itself": Mistake(
        DROPOUT,
        "dropout: &again {beta: [4, 16], note: *again}",
        16,
        "cohorts[0].dropout.note",
        "never end",
        "Write the",
    ),
}
"""Every mistake by what it is."""

COMPILED: dict[str, Mistake] = {
    "a correlation that cannot be seen": tied(
        "correlations: [{between: [work, home], observed: 0.9}]",
        ".correlations[0].observed",
        "it lies between",
        "write latent",
    ),
    "correlations that cannot hold at once": tied(
        "correlations: [{between: [work, home], latent: 0.9}, {between: [work, leaving], latent: 0.9}, "
        "{between: [home, leaving], latent: -0.9}]",
        ".correlations[0]",
        "The nearest that can: work and leaving 0.5",
        "Write those",
    ),
    "more people than can be told apart": enrolling(
        "arrivals: {speed: 5000}", "arrivals.speed", "600,000 come in on average", "a tenth more"
    ),
    "a late start that may be early": enrolling(
        "late_start: {most: 6 months, months: {normal: {mean: 2, sd: 2}}}",
        "late_start.months",
        "15.9 % lies below 0",
        "lognormal, gamma",
    ),
    "a gate that opens too late": lived(
        "  a: {of: enrolled, success_rate: 0.4, after: work, measured: {after_enrolment: 12 months}}\n",
        "a.after",
        "measured later than 'a' for everybody, so that the gate never opens",
        "Measure 'a' later",
    ),
    "an exclusion that comes too late": lived(
        "  a: {of: enrolled, success_rate: 0.4, unless: work, measured: {after_enrolment: 12 months}}\n",
        "a.unless",
        "so that it rules nobody out",
        "'work' earlier",
    ),
    "use below nothing": lived(
        (USE % "").replace("gamma", "normal"), "use.use.each", "15.9 % lies below 0", "lognormal, gamma"
    ),
    "use above everybody's": lived(
        (USE % ", above: 500000").replace("gamma: {mean: 100000, sd: 100000}", "uniform: [0, 400000]"),
        "use.use.above",
        "has nobody",
        "Lower it",
    ),
    "a rate that may be too high": lived(
        (JOB % "counts: point").replace("starts: 0.25", "starts: {gamma: {mean: 3, sd: 2}}"),
        "job.spells.starts",
        "lies above 4",
        "inside the bounds",
    ),
}
"""Mistakes that show only when the deal is compiled, because laws and clocks are computed then."""

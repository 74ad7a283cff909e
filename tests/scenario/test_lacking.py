"""What due diligence still lacks: each gap is found where it is, and closing it takes its line away."""

from __future__ import annotations

from pathlib import Path

import pytest

from risksim.scenario.lacking import TOPICS, lacking
from risksim.scenario.reader import read_text
from risksim.scenario.starter import KINDS, starter_text
from tests.engine.deals import shipped_files
from tests.scenario.broken import DEAL

SHIPPED = shipped_files()

WHOLE = """\
schema: 1
name: Nothing lacks
start: 2025-01-01
end: 2028-12-31
follow_up: {every: 6 months}
hurdles: [0.0, 0.035]
dependence: {}
sources: {pilot: Report on the pilot}
due_diligence:
  target_group: adults without work for a year
  outcomes:
    work: {method: from registers, compared_with: nothing}
cohorts:
  - name: north
    participants: 40
    enrolment: {window: 12 months, ratio: {uniform: [0.8, 1.1]}}
    duration: 9 months
    dropout: 0
    unmeasured: 0
outcomes:
  work:
    of: completers
    success_rate: {evidence: {successes: 45, of: 60, icc: 0.02, source: pilot}}
    measured: {after_completion: 12 months}
payments:
  - per_outcome: {outcome: work, price: {value: 60000, source: pilot}}
financing:
  tranches: [{name: investor, commitment: 1000000}]
  guarantees: []
"""


RATE = "{evidence: {successes: 45, of: 60, icc: 0.02, source: pilot}}"


def found(*changes: tuple[str, str]) -> list[tuple[str, tuple[str, ...]]]:
    text = WHOLE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return [(line.topic, line.where) for line in lacking(read_text(text)[0])]


def test_nothing_lacks_where_all_is_said():
    assert found() == []


@pytest.mark.parametrize(
    ("old", "new", "topic", "where"),
    [
        (
            "  target_group: adults without work for a year\n",
            "",
            "target group",
            "due_diligence.target_group",
        ),
        ("method: from registers, ", "", "method", "outcomes[work]"),
        (", compared_with: nothing", "", "baseline", "outcomes[work]"),
        (", source: pilot}}\n    measured", "}}\n    measured", "evidence", "outcomes[work]"),
        ("icc: 0.02, ", "", "evidence", "outcomes[work].success_rate"),
        (RATE, "0.75", "evidence", "outcomes[work]"),
        (
            "{evidence: {successes: 45, of: 60, icc: 0.02, source: pilot}}",
            "{beta: [3, 1]}",
            "evidence",
            "outcomes[work]",
        ),
        ("2028-12-31", "2027-06-30", "follow-up", "outcomes[work]"),
        ("{after_completion: 12 months}", "{at: completion}", "follow-up", "outcomes"),
        ("    dropout: 0\n", "", "dropout", "cohorts[north]"),
        (", ratio: {uniform: [0.8, 1.1]}", "", "enrolment", "cohorts[north]"),
        ("    enrolment: {window: 12 months, ratio: {uniform: [0.8, 1.1]}}\n", "", "enrolment", "cohorts[north]"),
        ("    unmeasured: 0\n", "", "unmeasured", "cohorts[north]"),
        ("dependence: {}\n", "", "dependence", "dependence"),
        ("{value: 60000, source: pilot}", "60000", "price", "payments[0].price"),
        ("{value: 60000, source: pilot}", "{value: 60000, assumption: a guess}", "price", "payments[0].price"),
        ("hurdles: [0.0, 0.035]\n", "", "hurdle", "hurdles"),
        ("  guarantees: []\n", "", "guarantee", "financing.guarantees"),
        ("[]\n", "[{name: fund, limit: 5}]\n", "guarantee", "financing.guarantees[fund]"),
    ],
)
def test_each_gap_is_named_with_its_place(old: str, new: str, topic: str, where: str):
    assert found((old, new)) == [(topic, (where,))]


def test_a_source_on_the_whole_rule_or_guarantee_counts():
    assert found(("price: {value: 60000, source: pilot}", "price: 60000, source: pilot")) == []
    assert found(("guarantees: []", "guarantees: [{name: fund, limit: 5, source: pilot}]")) == []


def test_results_of_a_programme_ask_for_a_source_and_not_for_people():
    persons = WHOLE[WHOLE.index("    of: completers") : WHOLE.index("payments:")]
    people = WHOLE[WHOLE.index("    enrolment:") : WHOLE.index("outcomes:\n  work:\n")]
    rule = "  - per_outcome: {outcome: work, price: {value: 60000, source: pilot}}"
    changes = [
        (persons, "    result: {normal: {mean: 9, sd: 2}}\n"),
        (people, ""),
        (rule, rule.replace("per_outcome", "per_unit")),
    ]
    assert found(*changes) == [("evidence", ("outcomes[work]",))]


LENT = """\
schema: 1
name: Nothing lacks of a loan
start: 2025-01-01
end: 2028-12-31
follow_up: {every: 12 months}
hurdles: [0.0, 0.035]
sources: {agreement: The agreement}
due_diligence:
  outcomes:
    revenue: {method: audited accounts}
outcomes:
  revenue: {result: {uniform: [1, 2], source: agreement}}
financing:
  tranches:
    - name: investor
      commitment: 1000000
      loan:
        maturity: 2028-12-31
        repaid: {share_of: revenue, share: 0.1}
        default: {yearly_chance: 0.03, lost: 0.6, source: agreement}
        source: agreement
  guarantees: []
"""


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        ("", "", []),
        ("        source: agreement\n", "", [("price", ("financing.tranches[investor].loan",))]),
        (", source: agreement}\n        source", "}\n        source",
         [("borrower", ("financing.tranches[investor].loan.default",))]),
        ("        default: {yearly_chance: 0.03, lost: 0.6, source: agreement}\n", "",
         [("borrower", ("financing.tranches[investor].loan",))]),
        ("    revenue: {method: audited accounts}\n", "    {}\n", [("method", ("outcomes[revenue]",))]),
    ],
)  # fmt: skip
def test_a_loan_asks_for_its_terms_and_its_borrower_and_not_for_people(old: str, new: str, lines: list[object]):
    text = LENT.replace(old, new) if old else LENT
    assert [(line.topic, line.where) for line in lacking(read_text(text)[0])] == lines


def test_places_that_lack_the_same_stand_in_one_line():
    lines = lacking(read_text(DEAL)[0])
    methods = [line.where for line in lines if line.topic == "method"]
    assert methods == [("outcomes[work]", "outcomes[home]")]
    assert [TOPICS.index(line.topic) for line in lines] == sorted(TOPICS.index(line.topic) for line in lines)


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_every_line_says_what_where_and_what_to_add(file: Path):
    for line in lacking(read_text(file.read_text(encoding="utf-8"))[0]):
        assert line.topic in TOPICS
        assert line.what
        assert line.where
        assert line.add


@pytest.mark.parametrize("kind", KINDS)
def test_a_standard_model_lacks_evidence_and_prices_and_no_words(kind: str):
    topics = {line.topic for line in lacking(read_text(starter_text(kind))[0])}
    allowed = {"evidence", "dependence", "price", "borrower", "guarantee", "follow-up"}
    assert {"evidence", "price"} <= topics <= allowed

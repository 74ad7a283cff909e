"""What a scenario says of public budgets: how it reads, what it leaves to the register, and what it cannot say."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import typer.testing

from risksim import api
from risksim.cli.main import app
from risksim.errors import ScenarioError
from risksim.plan.compile import compile_plan, digest_of
from risksim.plan.describe import told_of_public
from risksim.scenario import origins, register
from risksim.scenario.base import walk
from risksim.scenario.certainties import certainties
from risksim.scenario.financing import NOBODY
from risksim.scenario.lacking import lacking
from risksim.scenario.public import REFUND_NEEDS, REFUND_RULES, Consequence, Edition
from risksim.scenario.reader import read_text
from risksim.scenario.scenario import Scenario
from tests.engine.deals import SHIPPED

ONE_SERVICE = SHIPPED / "public" / "one-service.yaml"

DEAL = """\
schema: 1
name: Homes
start: 2021-01-01
end: 2024-12-31
follow_up: {every: 6 months}
cohorts:
  - {name: forty, participants: 40, duration: 12 months}
outcomes:
  home: {of: enrolled, success_rate: {beta: [24, 16]}, counterfactual: 0.3, measured: {after_enrolment: 12 months}}
  work: {of: enrolled, success_rate: 0.4, measured: {after_enrolment: 12 months}}
  nights: {of: enrolled, amount: {each: {gamma: {mean: 6, sd: 4}}, most: 36}, measured: {after_enrolment: 12 months}}
  more work: {effect_on: work, reads: difference, known: last follow-up, against: {people: 40, rate: 0.2}}
"""
FUNDED = """\
payments:
  - per_outcome: {outcome: home, price: 60000, payer: municipality}
financing:
  tranches:
    - {name: investor, commitment: 1200000}
"""
SHELTER = "{outcome: home, saved: 40, price: 1500, bears: municipality}"


def text(public: str, *, funded: bool = True) -> str:
    return f"{DEAL}{FUNDED if funded else ''}public:\n{public}"


def read(public: str, *, funded: bool = True) -> Scenario:
    return read_text(text(public, funded=funded))[0]


def refused(public: str, *, funded: bool = True) -> tuple[str, str, str]:
    """Place, complaint and remedy of the only mistake."""
    with pytest.raises(ScenarioError) as caught:
        read(public, funded=funded)
    (fault,) = caught.value.faults
    return fault.path, fault.found, fault.remedy


def keys(scenario: Scenario) -> dict[str, tuple[str, ...]]:
    """The constants that act on public money, with their places."""
    found = {one.key: one.where for one in register.constants_in_use(scenario)}
    return {key: where for key, where in found.items() if any(place.startswith("public") for place in where)}


def lets_act(part: Any) -> tuple[str, ...]:
    found: tuple[str, ...] = part.register_keys()
    return found


# How it reads


def test_numbers_may_stand_as_keys_where_they_count():
    scenario = read(
        f"  consequences: {{shelter: {SHELTER}}}\n"
        "  refunds: {own: [{valid_from: 2016-01-04, by_week: {0: 0.8, 4: 0.4}}]}\n"
        "  costs: {staff: {amount: 5, by_year: {2021: 1, 2022: 0.5}}}\n"
        "  index: {2020: 100, 2021: 102.5}\n"
        "  appropriations: {municipality: {2022: 1000000}}\n"
    )
    public = scenario.public
    assert public is not None
    assert public.refunds["own"][0].by_week == {0.0: 0.8, 4.0: 0.4}
    assert public.costs["staff"].by_year == {2021: 1.0, 2022: 0.5}
    assert public.index == {2020: 100.0, 2021: 102.5}
    assert public.appropriations == {"municipality": {2022: 1_000_000.0}}


def test_numbers_elsewhere_are_no_keys():
    with pytest.raises(ScenarioError, match="the key 1, which is not text"):
        read(f"  consequences: {{1: {SHELTER}}}\n")


def test_places_are_named_as_people_name_them():
    scenario = read(
        f"  consequences: {{shelter: {SHELTER}}}\n  appropriations: {{municipality: {{2022: 5}}}}\n"
        "  refunds: {own: [{valid_from: 2016-01-04, by_week: {0: 0.8}}]}\n"
    )
    named = {origins.input_name(scenario, path) for path, _ in walk(scenario)}
    assert {
        "public.consequences[shelter].price",
        "public.appropriations[municipality].2022",
        "public.refunds[own][0].by_week.0",
    } <= named


def test_every_assumption_of_the_block_is_listed():
    scenario = read(
        "  horizon: 5\n"
        "  consequences:\n"
        "    shelter: {outcome: home, saved: {value: 40, assumption: a guess}, price: 1500, bears: municipality}\n"
        "  during:\n"
        "    child care: {saved: -40, price: 120, bears: municipality, assumption: another guess}\n"
        "  costs: {staff: {amount: {value: 250000, assumption: a third}}}\n"
    )
    assumed = [one.path for one in origins.assumptions(scenario) if one.path.startswith("public")]
    assert assumed == ["public.consequences[shelter].saved", "public.during[child care]", "public.costs[staff].amount"]
    unstated = [line for line in origins.unstated(scenario) if line.startswith("public")]
    assert unstated == ["public.horizon: 5", "public.consequences[shelter].price: 1,500"]


def test_numbers_with_laws_are_described_with_their_bounds():
    scenario = read(
        "  anyway: {work: {beta: [2, 8]}}\n"
        "  consequences:\n"
        "    shelter: {outcome: [home, work], saved: {normal: {mean: 40, sd: 30}}, unit: nights, "
        "price: {graded: {value: 1500, grade: 3, as: saving}}, bears: municipality}\n"
    )
    found = {number.name: number for number in told_of_public(scenario)}
    assert list(found) == [
        "public.anyway[work]",
        "public.consequences[shelter].saved",
        "public.consequences[shelter].price",
    ]
    saved = found["public.consequences[shelter].saved"]
    assert saved.unit == "nights"
    assert saved.p5 < 0.0 < saved.p50  # a saving may be negative: 40 - 1.645 x 30 = -9.3
    assert saved.p5 == pytest.approx(-9.346, abs=0.01)


def test_certain_numbers_about_the_world_are_named():
    scenario = read(
        "  consequences: {shelter: {outcome: home, saved: 40, price: 1500, bears: {municipality: 0.8, region: 0.2}}}\n"
    )
    named = [one.name for one in certainties(scenario) if one.name.startswith("public")]
    assert named == ["public.consequences[shelter].saved", "public.consequences[shelter].price"]


def test_who_would_have_met_it_anyway_is_asked_for():
    def asked(public: str) -> list[str]:
        return [line for line in origins.remarks(read(public)) if "would have met it anyway" in line]

    of_work = SHELTER.replace("home", "work")
    (line,) = asked(f"  consequences: {{shelter: {of_work}}}\n")
    assert line.startswith("outcomes[work]")
    assert asked(f"  consequences: {{shelter: {SHELTER}}}\n") == []
    assert asked(f"  anyway: {{work: 0.2}}\n  consequences: {{shelter: {of_work}}}\n") == []


# What is left to the register


def test_the_register_acts_where_the_file_is_silent():
    found = keys(read(f"  consequences: {{shelter: {SHELTER}}}\n"))
    assert found["benefit-horizon"] == ("public",)
    assert found["discount-schedule"] == ("public",)
    assert found["benefit-decay"] == ("public.consequences[shelter]",)
    assert found["cashable-share-services"] == ("public.consequences[shelter]",)
    assert "cashable-share-transfers" not in found
    assert "refund-ladder" not in found


def test_the_register_is_silent_where_the_file_speaks():
    scenario = read(
        "  horizon: 5\n"
        "  discount: 0.03\n"
        "  inflation: 0.02\n"
        "  consequences: {shelter: {outcome: home, saved: 40, price: 1500, bears: municipality, volume: 1, decay: 0, "
        "cashable: 0.5}}\n"
    )
    assert keys(scenario) == {}
    assert "public-inflation" not in scenario.register_keys()


def test_each_line_says_what_it_leaves_to_the_register():
    silent = Consequence.model_validate({"outcome": "home", "saved": 1, "bears": "state", "kind": "transfer"})
    assert lets_act(silent) == ("consequence-volume", "benefit-decay", "cashable-share-transfers")
    while_met = Consequence.model_validate({"outcome": "home", "saved": 1, "bears": "state", "counts": "while met"})
    assert "benefit-decay" not in lets_act(while_met)


def test_volumes_go_together_only_where_there_are_several():
    def acting(*volumes: str) -> bool:
        lines = ", ".join(f"line {k}: {SHELTER[:-1]}{volume}}}" for k, volume in enumerate(volumes))
        public = read(f"  consequences: {{{lines}}}\n").public
        assert public is not None
        return "consequence-correlation" in public.register_keys()

    assert not acting("")
    assert acting("", "")
    assert not acting("", ", volume: 1")
    assert acting("", ", volume: {gamma: {mean: 1, sd: 0.2}}")


def test_repayments_are_deflated_only_where_there_are_any():
    consequences = f"  consequences: {{shelter: {SHELTER}}}\n"
    assert "public-inflation" in read(consequences).register_keys()
    assert read(consequences, funded=False).register_keys() == ()


@pytest.mark.parametrize("more", ["  refunds_apply: false\n", "  refunds: {refund-ladder: [%s]}\n"])
def test_a_rule_of_the_register_acts_unless_the_file_has_its_own_or_none(more: str):
    support = "{outcome: home, saved: 9, bears: {refund: refund-ladder, weeks: 52}}"
    consequences = f"  consequences: {{support: {support}}}\n"
    assert "refund-ladder" in keys(read(consequences))
    edition = "{valid_from: 2016-01-04, by_week: {0: 0.5}}"
    assert "refund-ladder" not in keys(read(consequences + (more % edition if "%" in more else more)))


def test_the_rules_of_refund_need_what_their_editions_look_at():
    assert REFUND_NEEDS.keys() == set(REFUND_RULES)
    scenario = read(
        f"  consequences: {{shelter: {SHELTER}}}\n"
        "  refunds:\n"
        "    weeks and days:\n"
        "      - {valid_from: 2010-01-01, valid_to: 2015-12-31, by_week: {0: 0.5}}\n"
        "      - {valid_from: 2016-01-01, share: 0.5, most_days: 120}\n"
        "    flat: [{valid_from: 2010-01-01, share: 0.5}]\n"
    )
    assert scenario.public is not None
    assert scenario.public.refund_needs("weeks and days") == {"weeks", "days"}
    assert scenario.public.refund_needs("flat") == set()
    assert scenario.public.refund_needs("expensive-cases") == {"yearly_cost"}
    assert isinstance(scenario.public.refunds["flat"][0], Edition)


# What it cannot say, beside the mistakes of `tests.scenario.broken`


def test_an_effect_names_the_outcome_that_it_is_measured_on():
    path, found, remedy = refused(f"  consequences: {{jobs: {SHELTER.replace('home', 'more work')}}}\n")
    assert path == "public.consequences.jobs.outcome"
    assert "a result of the programme as a whole; savings follow people who succeed" in found
    assert remedy == "Write work, the outcome that it is measured on."


def test_an_amount_needs_a_goal():
    path, found, remedy = refused(f"  consequences: {{jobs: {SHELTER.replace('home', 'nights')}}}\n")
    assert path == "public.consequences.jobs.outcome"
    assert "an amount that each person has" in found
    assert "{reads: nights, at_least: 1}" in remedy


def test_what_would_have_happened_anyway_is_said_once():
    path, found, _ = refused(f"  anyway: {{home: 0.2}}\n  consequences: {{shelter: {SHELTER}}}\n")
    assert path == "public.anyway.home"
    assert "the outcome has a counterfactual that says it" in found


def test_shares_may_miss_one_by_rounding():
    for shares, sound in (("0.3333333333, region: 0.6666666667", True), ("0.333, region: 0.666", False)):
        bears = f"{{municipality: {shares}}}"
        public = f"  consequences: {{shelter: {SHELTER.replace('municipality', bears)}}}\n"
        if sound:
            read(public)
        else:
            assert refused(public)[0] == "public.consequences.shelter.bears"


def test_editions_that_follow_each_other_are_sound():
    scenario = read(
        f"  consequences: {{shelter: {SHELTER}}}\n"
        "  refunds: {own: [{valid_from: 2020-01-01, share: 0.4}, "
        "{valid_from: 2016-01-04, valid_to: 2019-12-31, share: 0.5}]}\n"
    )
    assert scenario.public is not None


# Without investors


def test_a_file_without_investors_has_people_and_nobody_to_repay():
    scenario = read(f"  consequences: {{shelter: {SHELTER}}}\n", funded=False)
    assert not scenario.is_funded
    assert read(f"  consequences: {{shelter: {SHELTER}}}\n").is_funded
    plan = compile_plan(scenario)
    assert plan.labels.tranches == (NOBODY,)
    assert plan.labels.payers == ()
    assert plan.financing.commitment_value.tolist() == [0.0]
    assert plan.cohorts.places.tolist() == [40]
    assert not {one.topic for one in lacking(scenario)} & {"price", "hurdle", "guarantee"}


def test_a_file_without_investors_needs_people():
    without = DEAL.replace("cohorts:\n  - {name: forty, participants: 40, duration: 12 months}\n", "")
    with pytest.raises(ScenarioError, match="got no cohorts; what public budgets save follows from people"):
        read_text(f"{without}public: {{consequences: {{shelter: {SHELTER}}}}}\n")


def test_what_nobody_says_enters_no_digest():
    scenario = read_text(DEAL + FUNDED)[0]
    assert "public" not in scenario.model_dump(exclude_defaults=True)
    unfunded = read(f"  consequences: {{shelter: {SHELTER}}}\n", funded=False)
    assert digest_of(unfunded) != digest_of(read(f"  consequences: {{shelter: {SHELTER}}}\n"))


ASKED: list[Iterable[str]] = [
    ["run", "FILE"],
    ["settle", "FILE", "--template"],
    ["settle", "FILE", "--observed", "observed.csv"],
    ["stress", "FILE"],
    ["stress", "FILE", "--tipping"],
    ["tail", "FILE"],
    ["batch", "FILE"],
    ["run", "PORTFOLIO"],
    ["batch", "PORTFOLIO"],
]


@pytest.mark.parametrize("command", ASKED, ids=" ".join)
def test_questions_about_investors_are_refused(command: list[str], tmp_path: Path):
    file, portfolio = tmp_path / "homes.yaml", tmp_path / "all.yaml"
    file.write_text(text(f"  consequences: {{shelter: {SHELTER}}}\n", funded=False), encoding="utf-8")
    portfolio.write_text("portfolio: {name: all, deals: [{file: homes.yaml}]}\n", encoding="utf-8")
    named = {"FILE": str(file), "PORTFOLIO": str(portfolio)}
    done = typer.testing.CliRunner().invoke(app, [named.get(word, word) for word in command])
    assert done.exit_code != 0
    said = done.output + str(done.exception)
    assert isinstance(done.exception, ScenarioError | SystemExit)
    assert "a scenario without financing" in said
    assert "Try `risksim public " in said
    assert "Traceback" not in said


@pytest.mark.parametrize("command", ["check", "describe"])
def test_looking_at_a_file_without_investors_works(command: str, tmp_path: Path):
    file = tmp_path / "homes.yaml"
    file.write_text(text(f"  consequences: {{shelter: {SHELTER}}}\n", funded=False), encoding="utf-8")
    done = typer.testing.CliRunner().invoke(app, [command, str(file)])
    assert done.exit_code == 0, done.output
    assert "public.consequences[shelter]" in done.output
    assert "DKK of capital" not in done.output


def test_a_portfolio_of_files_without_investors_reads(tmp_path: Path):
    file, portfolio = tmp_path / "homes.yaml", tmp_path / "all.yaml"
    file.write_text(text(f"  consequences: {{shelter: {SHELTER}}}\n", funded=False), encoding="utf-8")
    portfolio.write_text("portfolio: {name: all, deals: [{file: homes.yaml}]}\n", encoding="utf-8")
    (holding,) = api.read_portfolio(portfolio, draft=True).holdings
    assert not holding.deal.scenario.is_funded


# Stresses


def test_stresses_reach_into_the_block():
    stresses = (
        "stresses:\n"
        "  dear: {'public.consequences[shelter].price': {times: 2}}\n"
        "  no refunds: {public.refunds_apply: false}\n"
        "  no shelter: {'public.consequences[shelter]': left out}\n"
        "  later: {'public.appropriations[municipality].2022': 7}\n"
    )
    block = (
        f"  consequences: {{shelter: {SHELTER}, support: {{outcome: home, saved: 9, bears: state}}}}\n"
        "  appropriations: {municipality: {2022: 5}}\n"
    )
    _, document = read_text(text(block) + stresses)
    from risksim.scenario.reader import read_stressed

    def under(name: str) -> Any:
        return read_stressed(document, name)[0].public

    assert under("dear").consequences["shelter"].price == 3000.0
    assert under("no refunds").refunds_apply is False
    assert list(under("no shelter").consequences) == ["support"]
    assert under("later").appropriations["municipality"] == {2022: 7.0}


# The tutorial file


def test_the_page_shows_the_block_of_the_tutorial_file():
    page = (SHIPPED.parent / "docs" / "reference" / "public.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```yaml\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    shown, refunds, stresses = blocks
    whole = ONE_SERVICE.read_text(encoding="utf-8")
    without = whole[: whole.index("public:\n")]
    assert read_text(without + shown)[0].public == read_text(whole)[0].public
    assert read_text(whole + refunds)[0].public != read_text(whole)[0].public
    assert list(read_text(whole + stresses)[0].stresses) == ["dear nights", "no refunds", "no shelter"]


def test_the_tutorial_file_says_where_all_of_it_comes_from():
    deal = api.read(ONE_SERVICE, draft=True)
    assert origins.unstated(deal.scenario) == []
    assert deal.scenario.public is not None
    assert list(deal.scenario.public.consequences) == ["shelter", "income support"]

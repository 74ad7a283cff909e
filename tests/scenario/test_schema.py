"""The JSON Schema: sound in both drafts, complete, and of one mind with the reader."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from risksim.language import speaking
from risksim.scenario.outcomes import MEASURED
from risksim.scenario.payments import RULES
from risksim.scenario.scenario import Scenario
from risksim.scenario.schema import json_schema
from risksim.scenario.starter import starter_text
from risksim.scenario.tree import read_tree
from risksim.scenario.uncertainty import LAWS
from tests.engine.deals import shipped_files
from tests.scenario.broken import DEAL, MISTAKES, answer_to, broken

jsonschema = pytest.importorskip("jsonschema")

SCHEMA = json_schema()
VALIDATORS = [jsonschema.Draft7Validator, jsonschema.Draft202012Validator]
SHIPPED = shipped_files()
TEXTS = {file.name: file.read_text(encoding="utf-8") for file in SHIPPED} | {"starter": starter_text(), "deal": DEAL}


def parts_of(said: Any) -> Iterator[dict[str, Any]]:
    """Every object of a schema."""
    if isinstance(said, dict):
        yield said
    for inner in said.values() if isinstance(said, dict) else said if isinstance(said, list) else ():
        yield from parts_of(inner)


def errors_of(text: str, validator: Any = VALIDATORS[0]) -> list[str]:
    return [error.message for error in validator(SCHEMA).iter_errors(read_tree("-", text).root)]


@pytest.mark.parametrize("validator", VALIDATORS)
def test_the_schema_is_sound_in_both_drafts(validator: Any):
    validator.check_schema(SCHEMA)
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA


@pytest.mark.parametrize("validator", VALIDATORS)
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_what_the_reader_accepts_the_schema_accepts(text: str, validator: Any):
    assert errors_of(text, validator) == []


# Checks between values, and what a schema cannot see in YAML: the spelling of numbers, and doubled keys.
BEYOND_A_SCHEMA = {
    # What public budgets pay and save.
    "a purse with nothing in it",
    "a line in two blocks",
    "savings by no outcome",
    "savings by an outcome twice",
    "savings by one of several that is none",
    "savings that last too long",
    "savings over a horizon that is shorter",
    "evidence for longer than it lasts",
    "a profile of too many years",
    "a decay while it is met",
    "years while it is met",
    "optimism corrected twice",
    "shares of sectors that miss one",
    "a refund by no rule",
    "a refund of cases without their cost",
    "a refund of days without days",
    "a refund by weeks with days",
    "a refund by days with weeks",
    "a plain share with weeks",
    "a committee of the state",
    "an edition that says nothing",
    "an edition in two ways",
    "an edition that ends before it begins",
    "days of no share",
    "the prices of no thresholds",
    "weeks that begin late",
    "weeks out of order",
    "thresholds out of order",
    "weeks in words",
    "two editions on one day",
    "editions that overlap",
    "anyway of nothing that is saved",
    "a rank among equals",
    "a rank beyond the programmes",
    "a discount of no table",
    "an index that is none",
    "an index of a century",
    "prices that nothing converts",
    "prices that an index does not know",
    "money set aside by somebody else",
    "money set aside too late",
    "a public cost before the deal",
    "payments without investors",
    "years of a cost for each",
    "a baseline after the deal",
    "a baseline of the first day",
    "a comparison group counted twice",
    "a comparison group of nobody knows how many",
    "a comparison group of people too much alike",
    "a group measured after the deal",
    "an effect known before its group",
    "likeness without sites",
    "sites without likeness",
    "a difference in percent",
    "constant that is none",
    "weight and class",
    "a counterfactual said twice",
    "a decay over no time",
    "a late start of no months",
    "a ramp's power without a ramp",
    "a ratio beside a shortfall",
    "a ratio outside its interval",
    "a site with more successes than people",
    "a waiting list that nobody is on",
    "an effect discounted twice",
    "an effect on two scales",
    "an effect seen in one group alone",
    "arrivals beside a shortfall",
    "flags without a design",
    "groups that leave somebody out",
    "replaced at once",
    "replaced by nobody",
    "waiting for nothing",
    "dependence of nothing",
    "more than all of an outcome",
    "pairs beside the person",
    "a pair twice",
    "a pair on two scales",
    "a recession without spells",
    "a recession at no time",
    "a tail of nothing",
    "a tail beside leaving",
    "unmeasured by nothing",
    "duration in weeks",
    "a chance a month seen on its first day",
    "a rate of those who leave among all",
    "a shape beside two points",
    "a spell of odd length for a course",
    "a success at once",
    "everybody leaves by a law",
    "more stay later",
    "persistence beside onset",
    "still there at no time",
    "still there at the start",
    "two ways to leave",
    "an effect on nothing",
    "an effect on an effect",
    "a comparison group that is always too small",
    "an effect without participants enough",
    "an effect known after the deal",
    "an estimator without its correlation",
    "words about no outcome",
    "a buffer that nobody fills",
    "a cap below a payment to one",
    "a cost per head billed too early",
    "a cost per head with zeros too many",
    "a cost with two amounts",
    "a cost without an amount",
    "a fee on nothing",
    "a goal judged between follow-ups",
    "a goal of an unknown outcome",
    "a goal that raises the rate",
    "a loan after the end",
    "a loan and nobody for the payments",
    "a loan as needed",
    "a loan due before it is drawn",
    "a loan with a rank",
    "a payment to nobody",
    "a share of a revenue that is not there",
    "a share per head",
    "repayments after maturity",
    "the value of people",
    "one point for thousands",
    "an amount past counting",
    "an amount past any float",
    "infinite",
    "too much for everybody",
    "quantiles out of order",
    "quantiles on one side",
    "quantile in percent",
    "quantile named in words",
    "more successes than people",
    "uniform turned round",
    "pert out of order",
    "lognormal without a pair",
    "published and assumed",
    "a source nobody listed",
    "duplicate key",
    "a name with spaces at its end",
    "an invisible letter",
    "Danish date",
    "date in words",
    "month thirteen",
    "30 February",
    "the year 9999",
    "a deal of 150 years",
    "end before start",
    "duration of an age",
    "window of nothing",
    "follow-ups never",
    "follow-up after the end",
    "follow-up twice",
    "interval too long",
    "two cohorts of one name",
    "a baseline that is no result",
    "a change of no rule",
    "a rule for nothing",
    "a split between nobody",
    "a cap with nothing above",
    "measured on a date too late",
    "measured before the course ends",
    "instalments past the end",
    "instalments for ever",
    "shares that miss one",
    "not a number",
    # What parts of the financing say about each other.
    "a cap without surplus",
    "a cost after the end",
    "a cost that nobody pays",
    "a cost with zeros too many",
    "a deficit guarantee without costs",
    "a floor above the cap",
    "a floor that nobody pays",
    "a guarantee called yearly",
    "a guarantee of a party that does not exist",
    "a guarantee without limit",
    "a tranche without rank beside ranks",
    "amounts above the commitment",
    "as needed without costs",
    "interest above the cap",
    "ranks with a gap",
    "recycling with fixed dates",
    "share and amount",
    "shares and amounts",
    "two tranches of one name",
    # What may end the deal early.
    "an end after the deal",
    "an end beside a termination",
    "an end by two chances",
    "an end by two chances without a day",
    "an end for no reason",
    "an end on a share of nobody",
    "an end on a value of people",
    "an end on an unknown outcome",
    "an end on no day",
    "an end on no follow-up",
    "an end outside a range the wrong way round",
    "an end paid by nobody",
    "an end paid twice",
    "a spell of no length",
    "deemed on a price list",
    "use measured twice",
    "an end that reads twice",
    "an end with two goals",
    "an end without a goal",
    # What a repeated entry says of itself and of the others.
    "each of what is certain",
    "each twice",
    "repeated name that is taken",
    "repeated names without a number",
    "repeated openings after the end",
    "repeated openings at once",
    "repeated people",
    "repeated too often",
    # What outcomes say about themselves, about each other, and to the rules that pay for them.
    "a count of amounts",
    "a gate before itself",
    "a gate that does not exist",
    "a gate that is a result",
    "a gate that is an amount",
    "a goal above the most",
    "a goal for yes or no",
    "a goal that reads itself",
    "a goal that says whom it speaks of",
    "a measurement twice",
    "a price for an amount",
    "a price list for a result",
    "a price list for nothing",
    "a rise beyond the scale",
    "a rise without a number",
    "a scale turned round",
    "a score beyond the scale",
    "a spell longer than the look",
    "a spell without a length",
    "a value of amounts",
    "all months with a length",
    "an amount that does not exist",
    "an assumed rate for an amount",
    "an earlier outcome that is not named",
    "an exclusion of itself",
    "an exclusion that does not exist",
    "dates of measurement out of order",
    "measurement 4 of 3",
    "measurements out of order",
    "measurements without persistence",
    "one day with a gap",
    "one day with a length",
    "persistence of one measurement",
    "points with a goal",
    "spells looked at as they begin",
    "spells looked at on a date",
    "steps without a scale",
    "the least above the most",
    "three gates in a circle",
    "too much at all measurements",
}


# What is no YAML, or more YAML than a scenario may use, the editor's YAML parser tells or nobody does.
def is_yaml(name: str) -> bool:
    return not read_tree("-", broken(MISTAKES[name])).faults


@pytest.mark.parametrize("name", sorted(MISTAKES.keys() - BEYOND_A_SCHEMA))
def test_what_the_schema_can_see_the_editor_refuses(name: str):
    assert not is_yaml(name) or errors_of(broken(MISTAKES[name]))


@pytest.mark.parametrize("name", sorted(BEYOND_A_SCHEMA))
def test_what_only_the_reader_sees_is_named_here(name: str):
    assert not is_yaml(name) or not errors_of(broken(MISTAKES[name]))


def test_every_field_is_described():
    for part in SCHEMA["$defs"].values():
        assert part["description"]
        for key, field in part["properties"].items():
            assert field["description"], (part["title"], key)
    assert all(field["description"] for field in SCHEMA["properties"].values())


def test_the_schema_keeps_the_keys_of_the_file():
    assert set(SCHEMA["properties"]) == {field.alias or name for name, field in Scenario.model_fields.items()}
    assert "schema" in SCHEMA["required"]
    assert SCHEMA["properties"]["schema"]["const"] == 1


def test_only_keywords_of_both_drafts_are_used():
    for part in parts_of(SCHEMA):
        assert not {"prefixItems", "unevaluatedProperties", "dependentRequired", "oneOf"} & part.keys()
        if "$ref" in part:
            assert part.keys() == {"$ref"}
            assert part["$ref"].removeprefix("#/$defs/") in SCHEMA["$defs"]


def test_an_editor_can_complete_laws_rules_and_measurements():
    def offered(field: dict[str, Any]) -> set[str]:
        names = [branch["$ref"].rsplit("/", 1)[1] for branch in field["anyOf"] if "$ref" in branch]
        return {key for name in names for key in SCHEMA["$defs"][name]["properties"]}

    assert set(LAWS) <= offered(SCHEMA["$defs"]["Outcome"]["properties"]["success_rate"])
    assert set(MEASURED) <= offered(SCHEMA["$defs"]["Outcome"]["properties"]["measured"])
    assert set(RULES) <= offered(SCHEMA["properties"]["payments"]["items"])


def test_a_share_is_bounded_in_the_editor():
    branches = SCHEMA["$defs"]["Cohort"]["properties"]["dropout"]["anyOf"]
    assert {"type": "number", "minimum": 0.0, "maximum": 1.0} in branches


def test_every_example_of_the_schema_is_what_its_field_takes():
    for part in [SCHEMA, *SCHEMA["$defs"].values()]:
        for key, field in part["properties"].items():
            for example in field.get("examples", []):
                whole = {"$defs": SCHEMA["$defs"], **field}
                assert not list(VALIDATORS[0](whole).iter_errors(example)), (part["title"], key)


def test_the_starter_points_to_the_schema():
    first, *_ = starter_text().splitlines()
    assert first == "# yaml-language-server: $schema=risksim.schema.json"


def test_a_broken_deal_is_broken_for_the_reader_too():
    assert [name for name in MISTAKES if answer_to(name) is None] == []


def test_the_schema_is_json_that_a_browser_reads() -> None:
    # JSON has no infinite number: `-Infinity` stops every reader but Python's.
    json.dumps(json_schema(), allow_nan=False)


def descriptions_of(said: Any) -> list[str]:
    """Every description, in the order of the schema."""
    return [part["description"] for part in parts_of(said) if isinstance(part.get("description"), str)]


def without_descriptions(said: Any) -> Any:
    """A schema without its descriptions."""
    if isinstance(said, list):
        return [without_descriptions(entry) for entry in said]
    if not isinstance(said, dict):
        return said
    return {
        word: without_descriptions(entry)
        for word, entry in said.items()
        if word != "description" or not isinstance(entry, str)
    }


def test_its_descriptions_are_in_the_language_spoken_and_nothing_else_is():
    with speaking("da"):
        danish = json_schema()
    assert without_descriptions(danish) == without_descriptions(SCHEMA)
    pairs = list(zip(descriptions_of(danish), descriptions_of(SCHEMA), strict=True))
    assert len(pairs) > 500
    # Some texts are nothing but an example, which is the same in every language.
    assert {there for here, there in pairs if here == there and not there.startswith("`")} == set()
    dropout = danish["$defs"]["Cohort"]["properties"]["dropout"]["description"]
    assert dropout.startswith("Andelen af de optagne, der falder fra, før forløbet er slut; jævnt fordelt over")
    assert danish["properties"]["start"]["description"] == (
        "Kontraktens første dag; måned m falder på samme dag i den m-te måned efter den."
    )
    duration = danish["$defs"]["Cohort"]["properties"]["duration"]["description"]
    assert duration.endswith(" [month]")
    assert json_schema() == SCHEMA

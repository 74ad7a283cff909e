"""The generated page of the scenario language shows every part, every key and every law, with examples that read."""

import sys
from pathlib import Path

import pytest
from pydantic import TypeAdapter
from ruamel.yaml import YAML

from risksim.scenario import (
    base,
    diligence,
    effects,
    ending,
    financing,
    outcomes,
    payments,
    programme,
    public,
    scenario,
    terms,
    uncertainty,
)
from risksim.scenario.base import Part
from risksim.scenario.scenario import Scenario

ROOT = Path(__file__).parents[1]
pytest.importorskip("sphinx", reason="the page is built with the documentation")
sys.path.insert(0, str(ROOT / "docs" / "_ext"))

import scenario_reference as reference  # noqa: E402  after the path to it

MODULES = (
    base,
    diligence,
    effects,
    ending,
    financing,
    outcomes,
    payments,
    programme,
    public,
    scenario,
    terms,
    uncertainty,
)


@pytest.mark.parametrize("key", list(uncertainty.LAWS))
def test_each_law_has_an_example_that_reads(key):
    law = TypeAdapter(uncertainty.UncertainNumber).validate_python(reference.read(reference.LAW_EXAMPLES[key]))
    assert uncertainty.law_key(law) == key


def test_each_key_has_an_example_that_reads():
    reference.check_examples()


def test_no_part_is_left_out():
    parts = {
        found
        for module in MODULES
        for found in vars(module).values()
        if isinstance(found, type) and issubclass(found, Part) and found.__module__.startswith("risksim.scenario")
    }
    shown = set(reference.every_part())
    left_out = {part for part in parts - shown if not part.__name__.startswith("Stated")}
    assert left_out == {Part, uncertainty.Law}


def test_each_type_is_said_in_words():
    assert "any value" not in reference.page()


def test_examples_of_keys_that_no_part_has_are_found():
    own = {
        f"{model.__name__}.{field.alias or name}"
        for model in reference.every_part()
        for name, field in model.model_fields.items()
    }
    assert set(reference.EXAMPLES) <= own


def test_the_small_deal_of_the_reference_page_reads():
    text = (ROOT / "docs/reference/scenario.md").read_text(encoding="utf-8")
    block = text.split("```yaml\n")[1].split("```")[0]
    assert Scenario.model_validate(YAML(typ="safe").load(block)).name == "Two years of support"

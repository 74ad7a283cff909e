"""The register of constants: every entry is whole, sound and what the program uses."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from risksim.plan.laws import law_of
from risksim.scenario import register
from risksim.scenario.base import Part
from risksim.scenario.dependence import Dependence, Recession
from risksim.scenario.leaving import Dropout, Moves
from risksim.scenario.origins import assumptions, remarks, unstated
from risksim.scenario.programme import SHORTFALLS, Enrolment
from risksim.scenario.rates import DESIGNS, FLAGS, EffectTerms, SitesRate, SitesTerms
from risksim.scenario.reader import read_text
from risksim.scenario.scenario import Scenario
from risksim.scenario.uncertainty import CLASS_KEYS, JEFFREYS, Evidence, Graded, Law
from tests.scenario.broken import DEAL

CONSTANTS = register.constants()


@pytest.mark.parametrize("key", CONSTANTS)
def test_every_constant_is_whole(key: str):
    one = CONSTANTS[key]
    assert key == key.lower().replace(" ", "-")
    assert "" not in (one.what, one.unit)
    assert one.status in register.STATUS
    assert one.source or one.status == "J", "what is no judgement has a source"
    assert isinstance(one.valid_from, dt.date)
    assert one.valid_to is None or one.valid_to > one.valid_from
    assert one.valid_from <= register.edition()
    if one.is_number:
        number: Any = register.number(key)
        assert isinstance(number, float | Law)
        assert law_of(number).mean >= 0.0
    assert one.words


# 0.15 * 6 / 22 + 0.85 exp(0.02 + 0.25^2 / 2) = 0.0409091 + 0.85 * 1.0525860
# exp(0.0550928 + 0.3478932^2 / 2) = exp(0.0550928 + 0.0605148) = exp(0.1156076); 4 / 4.71
@pytest.mark.parametrize(
    ("key", "mean"),
    [
        ("enrolment-ratio", 0.935607),
        ("enrolment-ratio-optimistic", 1.122555),
        ("valid-outcome-data", 0.849257),
        ("therapy-dropout", 0.197),
        ("anonymous-share", 0.1),
        ("icc-education", 0.13),
    ],
)
def test_constants_have_the_published_means(key: str, mean: float):
    assert law_of(register.number(key)).mean == pytest.approx(mean, abs=5e-6)


def test_what_the_program_takes_unsaid_is_what_the_register_says():
    assert register.number("prior-rate").beta == JEFFREYS
    assert CONSTANTS["hurdle-rates"].value["rate"] == Scenario.model_fields["hurdles"].default
    assert set(CLASS_KEYS.values()) <= set(CONSTANTS)
    assert {*DESIGNS.values(), *FLAGS.values(), *SHORTFALLS.values()} <= set(CONSTANTS)
    assert register.plain("between-site-spread") == SitesTerms.model_fields["spread"].default
    assert register.plain("move-yearly") == Moves.model_fields["yearly"].default
    assert register.plain("macro-persistence") == Dependence.model_fields["macro_persistence"].default
    for key in ("over", "lasts"):
        assert register.plain(f"recession-{key}") == int(Recession.model_fields[key].default)
    # 0.4 on log hazards, over 1.702 for a normal scale, as a correlation with a standard normal
    loading = register.plain("frailty-dropout") / 1.702
    assert register.plain("leaving-with-placement") == pytest.approx(loading / (1.0 + loading**2) ** 0.5, abs=5e-3)


def silent() -> dict[str, Any]:
    """A part of every kind that lets a constant act unsaid, as silent as it can be."""
    counts = [{"successes": 45, "of": 60}]
    effect = {"usual": 0.4, "difference": {"estimate": 0.1, "standard_error": 0.05}}
    every = ["developer is evaluator", "not real-world", "weak measure"]
    return {
        "evidence": Evidence.model_validate({"evidence": counts[0]}),
        "sites": SitesRate.model_validate({"sites": {"counts": counts}}),
        **{design: EffectTerms.model_validate({**effect, "design": design, "flags": every}) for design in DESIGNS},
        "shrunk": EffectTerms.model_validate({**effect, "shrink": True}),
        **{name: Enrolment.model_validate({"shortfall": name}) for name in SHORTFALLS},
        "arrivals": Enrolment.model_validate({"arrivals": {}, "late_start": {"most": "6 months"}}),
        "dropout": Dropout.model_validate({"share": 0.2}),
        "moves": Moves.model_validate({"then": "lost"}),
        "dependence": Dependence.model_validate({"macro": 0.1}),
        "recession": Recession.model_validate({"yearly_chance": 0.1, "spells_survive": 0.3, "starts": 0.5}),
        "sure": Graded.model_validate({"graded": {"value": 100, "grade": 1, "as": "cost"}}),
    }


@pytest.mark.parametrize("name", silent())
def test_every_constant_that_acts_unsaid_stands_in_the_register(name: str):
    keys = silent()[name].register_keys()
    assert keys
    assert set(keys) <= set(CONSTANTS)


def test_a_constant_that_was_not_checked_acts_only_where_a_file_names_what_it_stands_for():
    named = {*DESIGNS, "shrunk", "sure"}  # the design, the shrinkage and the grade are said in the file
    for name, part in silent().items():
        unchecked = {key for key in part.register_keys() if CONSTANTS[key].status == "T"}
        assert (name in named) if unchecked else True, (name, unchecked)


def test_every_part_says_its_constants_by_a_method():
    def parts(model: type[Part]) -> Iterator[type[Part]]:
        yield model
        for each in model.__subclasses__():
            yield from parts(each)

    for model in parts(Part):
        assert callable(getattr(model, "register_keys", register.constants)), model


def keys(text: str) -> dict[str, tuple[str, ...]]:
    return {one.key: one.where for one in register.constants_in_use(read_text(text)[0])}


def test_constants_in_use_are_found_whether_named_or_not():
    assert keys(DEAL) == {"prior-rate": ("outcomes[work].success_rate",)}
    named = DEAL.replace("unmeasured: 0.1", "unmeasured: {register: anonymous-share}")
    named = named.replace("weight: 0.5", "class: foreign, icc: {register: icc-employment}")
    named = named.replace("hurdles: [0.0, 0.035]\n", "")
    assert keys(named) == {
        "prior-rate": ("outcomes[work].success_rate",),
        "weight-foreign": ("outcomes[work].success_rate.evidence",),
        "icc-employment": ("outcomes[work].success_rate.evidence.icc",),
        "anonymous-share": ("cohorts[north].unmeasured",),
        "hurdle-rates": ("the deal",),
    }
    scenario = read_text(named)[0]
    assert [one.key for one in register.judged_in_use(scenario)] == ["weight-foreign", "anonymous-share"]
    assert register.unchecked_in_use(scenario) == []


def test_the_usual_matching_error_is_a_constant_in_use():
    text = DEAL.replace(
        "payments:\n",
        "  more work:\n    effect_on: work\n    reads: difference\n    known: last follow-up\n"
        "    matching_error: usual\n    against: {people: 100, rate: 0.3}\npayments:\n",
    )
    assert keys(text)["matching-bias"] == ("outcomes[more work]",)


def test_a_constant_brings_its_origin_by_its_status():
    drop = "dropout: {beta: [4, 16], assumption: one in five leaves}"
    judged = read_text(DEAL.replace("unmeasured: 0.1", "unmeasured: {register: anonymous-share}"))[0]
    assert [one.value for one in assumptions(judged) if "unmeasured" in one.path] == [
        "beta [2, 18] (register: anonymous-share)"
    ]
    assert not any("unmeasured" in line for line in unstated(judged))
    unchecked = read_text(DEAL.replace(drop, "dropout: {register: therapy-dropout}"))[0]
    assert not any("therapy-dropout" in one.value for one in assumptions(unchecked))
    assert [line for line in remarks(unchecked) if "not checked" in line] == [
        "cohorts[north].dropout: therapy-dropout of the register is not checked against its source."
    ]


def test_a_file_that_names_no_constant_does_not_read_the_register():
    code = (
        "from risksim.scenario import register, reader\n"
        f"deal = reader.read_text({DEAL!r})[0]\n"
        "assert register._read.cache_info().currsize == 0\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)

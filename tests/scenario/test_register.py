"""The register of constants: every entry is whole, sound and what the program uses."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from typing import Any

import pytest

from risksim.plan.laws import law_of
from risksim.scenario import register
from risksim.scenario.origins import assumptions, remarks, unstated
from risksim.scenario.reader import read_text
from risksim.scenario.scenario import Scenario
from risksim.scenario.uncertainty import CLASS_KEYS, JEFFREYS, Law
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
# exp(0.0551 + 0.3479^2 / 2) = exp(0.1156172); 4 / 4.71
@pytest.mark.parametrize(
    ("key", "mean"),
    [
        ("enrolment-ratio", 0.935607),
        ("enrolment-ratio-optimistic", 1.122566),
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

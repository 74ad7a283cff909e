"""One entry that stands for many cohorts: names, draws, windows, faults, and the same deal written out by hand."""

import dataclasses

import numpy as np
import pytest

from risksim import api
from risksim.engine.replay import replay
from risksim.engine.run import Settings, run
from risksim.errors import ScenarioError
from risksim.plan.compile import compile_plan
from risksim.scenario.programme import names_of
from risksim.scenario.reader import read_text
from tests.engine.deals import deal
from tests.engine.test_twin import compare, compare_without_evidence

NORTH = deal().model_dump(mode="json", by_alias=True, exclude_unset=True)["cohorts"][0]


def repeated(**repeat):
    """The bent deal with sites of its first cohort, another entry between them."""
    sites = {**NORTH, "participants": 30, "name": "site", "unmeasured": {"beta": [2, 18]}}
    return deal(cohorts=[{**sites, "repeat": repeat}, {"name": "other", "participants": 12, "duration": "2 months"}])


def test_a_cohort_is_named_after_its_entry_and_number():
    plan = compile_plan(repeated(times=3))
    assert plan.labels.cohorts == ("site 1", "site 2", "site 3", "other")
    plan = compile_plan(repeated(times=2, names="{n}. kommune"))
    assert plan.labels.cohorts == ("1. kommune", "2. kommune", "other")


def test_numbers_of_an_entry_are_drawn_once_for_all_its_cohorts():
    plan = compile_plan(repeated(times=3))
    names = [note.name for note in plan.labels.inputs if note.name.startswith("cohorts")]
    assert names == ["cohorts[site].enrolment.ratio", "cohorts[site].dropout", "cohorts[site].unmeasured"]
    assert len(set(plan.cohorts.dropout_slot[:3])) == 1


def test_numbers_named_in_each_are_drawn_for_each_cohort():
    plan = compile_plan(repeated(times=3, each=["dropout"]))
    names = [note.name for note in plan.labels.inputs if note.name.endswith("dropout")]
    assert names == [f"cohorts[site {n}].dropout" for n in (1, 2, 3)]
    assert len(set(plan.cohorts.unmeasured_slot[:3])) == 1
    drawn = run(plan, Settings(4_000)).inputs
    among = np.corrcoef(drawn[:, plan.cohorts.dropout_slot[:3]], rowvar=False)
    assert np.abs(among - np.eye(3)).max() < 4 / np.sqrt(4_000)  # standard error of a correlation of 0


def test_more_cohorts_leave_the_first_ones_as_they_are():
    few, many = (run(compile_plan(repeated(times=n, each=["dropout"])), Settings(200)) for n in (2, 5))
    assert np.array_equal(few.headcount[:, :2], many.headcount[:, :2])


def test_entries_written_out_by_hand_give_the_same_people():
    each = ["dropout", "unmeasured", "ratio"]
    short = run(compile_plan(repeated(times=3, each=each)), Settings(300))
    told = repeated(times=1).model_dump(mode="json", by_alias=True, exclude_unset=True)["cohorts"]
    site, other = {**told[0], "repeat": None}, told[1]
    long = run(compile_plan(deal(cohorts=[*({**site, "name": f"site {n}"} for n in (1, 2, 3)), other])), Settings(300))
    for name in short._fields:
        assert np.array_equal(getattr(short, name), getattr(long, name), equal_nan=True), name


def test_windows_open_one_after_another():
    # Months 0 to 13 of the window, then 5 and 10 months later: the third opens in contract month 10.
    plan = compile_plan(repeated(times=3, opens_every="5 months"))
    months = np.diff(plan.cohorts.month_ptr)
    assert months.tolist() == [14, 19, 24, 1]
    for path in range(5):
        for number, life in enumerate(replay(plan, 1, path).cohorts[:3]):
            assert 5 * number <= life.enrolled_at.min()
            assert life.enrolled_at.max() < 5 * number + 14


@pytest.mark.parametrize(
    "repeat",
    [{"times": 3}, {"times": 2, "each": ["dropout"], "names": "sted {n}"}, {"times": 3, "opens_every": "4 months"}],
    ids=["alike", "each", "one after another"],
)
def test_run_equals_the_slow_twin(repeat):
    compare(repeated(**repeat), 15)
    compare_without_evidence(repeated(**repeat), 5)


def test_patterns_and_lives_are_the_same_bits():
    plan = compile_plan(repeated(times=3, opens_every="4 months"))
    counted, lived = (run(plan, Settings(256, form=form)) for form in ("patterns", "lives"))
    assert np.array_equal(counted.headcount, lived.headcount)
    assert np.array_equal(counted.flow, lived.flow)


def test_one_entry_once_is_the_plain_cohort_but_for_its_name():
    once, plain = repeated(times=1), repeated(times=1)
    cohorts = [plain.cohorts[0].model_copy(update={"repeat": None}), plain.cohorts[1]]
    one = run(compile_plan(once), Settings(100))
    other = run(compile_plan(plain.model_copy(update={"cohorts": cohorts})), Settings(100))
    assert np.array_equal(one.flow, other.flow)  # an entry's shared numbers are drawn under its own name


def test_check_says_once_what_every_cohort_draws(tmp_path):
    from ruamel.yaml import YAML

    file = tmp_path / "sites.yaml"
    told = repeated(times=30, each=["dropout"]).model_dump(mode="json", by_alias=True, exclude_unset=True)
    with file.open("w") as stream:
        YAML(typ="safe").dump(told, stream)
    found = api.review(api.read(file, draft=True))
    assert found.cohorts == 31
    assert found.participants == 30 * 30 + 12
    names = [number.name for number in found.uncertain if number.name.startswith("cohorts")]
    assert names == [
        "cohorts[site].enrolment.ratio",
        "cohorts[site].dropout (each of 30)",
        "cohorts[site].unmeasured",
    ]


def test_many_cohorts_are_listed_as_well_as_repeated():
    listed = deal(cohorts=[{**NORTH, "participants": 3, "name": f"site {n}"} for n in range(1_000)])
    assert compile_plan(listed, draft=True).cohorts.places.size == 1_000


def test_a_fault_of_a_law_points_to_the_entry_and_stands_once():
    text = """\
schema: 1
name: Sites
start: 2025-01-01
end: 2027-01-01
follow_up: {every: 12 months}
cohorts:
  - name: site
    participants: 10
    duration: 6 months
    dropout: {normal: {mean: 0.5, sd: 5}}
    unmeasured: {normal: {mean: 0.5, sd: 5}}
    repeat: {times: 40, each: [unmeasured]}
outcomes:
  done: {of: completers, success_rate: 0.5}
payments:
  - per_outcome: {outcome: done, price: 100}
financing:
  tranches: [{name: investor, commitment: 1000}]
"""
    with pytest.raises(ScenarioError) as raised:
        compile_plan(*read_text(text))
    faults = [dataclasses.astuple(fault)[1:4] for fault in raised.value.faults]
    assert faults == [(10, 14, "cohorts[0].dropout"), (11, 17, "cohorts[0].unmeasured")]


def test_names_of_an_entry_alone():
    assert list(names_of(deal().cohorts[0])) == ["north"]

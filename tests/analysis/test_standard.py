"""Standard stresses: what each makes of a deal, and what it leaves alone."""

import json

import numpy as np
import pytest
from scipy import stats

from risksim import api
from risksim.analysis import standard
from risksim.analysis.stress_table import stress_table
from risksim.report.standard import Footing, TableFooting, charts, table_charts
from risksim.report.standard import standard as page
from risksim.report.standard import stress_table as table_page
from tests.analysis.test_stress import DEAL, STRESSES
from tests.engine.deals import SHIPPED, funded_files

BRIEF = DEAL.removesuffix("stresses:\n")
CAP = "  - cap: {total: 3000}\n  - cap: {per_period: {uniform: [1000, 2000]}}\nfinancing:"
RICH = BRIEF.replace("financing:", CAP).replace("unmeasured: 0.2", "unmeasured: {beta: [2, 18]}")
SMALL = ("broendby-tuba.yaml", "risks/small-cohort.yaml", "dependence/recession.yaml", "ending/four-ways.yaml",
         "danish/aaben-og-rolig-loan.yaml", "financing/revenue-loan.yaml")  # fmt: skip


def made(text):
    found = standard.standard_set(api.read_text(text))
    return {one.stress.key: one for one in found.asked}, {one.key: one.reason for one in found.left_out}


def test_every_stress_applies_or_says_why_not():
    asked, left_out = made(RICH)
    keys = {stress.key for stress, _ in standard.SET}
    assert asked.keys() | left_out.keys() == keys
    assert left_out.keys() == {"recession", "no_refunds"}
    assert made(BRIEF)[1]["half_cap"] == "no cap"


def test_half_the_enrolment_halves_everybody_on_every_path():
    asked, _ = made(BRIEF)
    found = api.simulate(asked["half_enrolment"].deal, 64)
    assert (found.paths.headcount[:, 0, 0] == 5).all()  # of ten places


@pytest.mark.parametrize(
    ("block", "changes"),
    [
        ("{ratio: {uniform: [0.5, 1]}}", {"cohorts[*].enrolment.ratio": {"times": 0.5}}),
        ("{window: 6 months}", {"cohorts[*].enrolment.ratio": 0.5}),
        (
            "{shortfall: trials}",
            {
                "cohorts[*].enrolment.shortfall": "left out",
                "cohorts[*].enrolment.ratio": {
                    "changed": {"of": {"register": "enrolment-ratio-optimistic"}, "times": 0.5}
                },
            },
        ),
    ],
)
def test_half_the_enrolment_meets_what_the_file_says(block, changes):
    asked, _ = made(BRIEF.replace("duration:", f"enrolment: {block}, duration:"))
    assert asked["half_enrolment"].changes == changes


def test_a_year_late_pays_the_same_a_year_later():
    base = api.simulate(api.read_text(BRIEF), 256).paths.repayment[:, 0]
    late = api.simulate(made(BRIEF)[0]["year_late"].deal, 256).paths.repayment[:, 0]
    # Measured after a course of six months, on the follow-up of January 2026, and now on that of January 2027.
    years = api.read_text(BRIEF).plan.labels.years
    np.testing.assert_array_equal(late[:, years.index(2027)], base[:, years.index(2026)])
    assert not late[:, years.index(2026)].any()


def test_success_is_held_at_the_ten_per_cent_point():
    changes = made(BRIEF)[0]["low_success"].changes
    assert changes == {"outcomes[job].success_rate": pytest.approx(stats.beta.ppf(0.1, 6, 4), rel=1e-4)}
    assert "certain" in made(BRIEF.replace("success_rate: {beta: [6, 4]}", "success_rate: 0.6"))[1]["low_success"]


def test_evidence_of_every_form_is_held_where_the_programme_does_badly():
    low = stats.norm.ppf(0.1)
    for name, place, value in (
        # 30,000 kroner a family, sd 10,000
        ("effects/savings-by-difference-in-differences", "outcomes[savings].true_effect", 30_000 + 10_000 * low),
        ("outcomes/amount-mean-threshold", "outcomes[fall in blood sugar].amount.shift", low),
    ):
        deal = api.read(SHIPPED / f"{name}.yaml")
        changes = standard.low_success(deal)
        assert changes == {place: pytest.approx(value, rel=1e-4)}
        worse = [
            api.investors(api.simulate(each, 512, keep_claims=False)).npv[:, -1].mean()
            for each in (deal, api.changed(deal, "badly", changes))
        ]
        assert worse[1] < worse[0]
    # A result that is paid by is evidence of success; one that is a baseline is not.
    assert list(standard.low_success(api.read(SHIPPED / "international/resolve.yaml"))) == [
        "outcomes[reduction].result"
    ]
    assert list(standard.low_success(api.read(SHIPPED / "risks/late-baseline.yaml"))) == ["outcomes[job].success_rate"]


def test_a_deal_without_spells_is_told_why_no_recession_meets_it():
    left = standard.standard_set(api.read(SHIPPED / "dependence/what-people-share.yaml")).left_out
    assert any("dependence.macro, of which no year" in one.reason for one in left if one.key == "recession")


def test_the_mean_share_of_the_anonymous_is_tripled():
    deal = made(RICH)[0]["anonymous"].deal
    names = [note.name for note in deal.plan.labels.inputs]
    drawn = api.simulate(deal, 20_000).paths.inputs[:, names.index("cohorts[all].unmeasured")]
    error = drawn.std() / np.sqrt(drawn.size)
    assert drawn.mean() == pytest.approx(0.3, abs=4 * error + 1e-3)  # Beta(2, 18) has mean 0.1
    assert made(BRIEF)[0]["anonymous"].changes == {"cohorts[*].unmeasured": {"times": 3}}
    assert "is everybody" in made(BRIEF.replace("unmeasured: 0.2", "unmeasured: 0.4"))[1]["anonymous"]


def test_half_the_cap_meets_every_number_of_a_cap():
    assert made(RICH)[0]["half_cap"].changes == {
        "payments[1].total": {"times": 0.5},
        "payments[2].per_period": {"times": 0.5},
    }


def test_an_early_end_takes_the_terms_of_the_file():
    found = made((SHIPPED / "ending/four-ways.yaml").read_text(encoding="utf-8"))[0]["ended_early"].changes
    clause = found["ends_early[+]"]
    assert (clause["notice"], clause["run_off"], clause["chance"]) == ("6 months", "12 months", 1.0)


def test_without_refunds_investors_are_paid_as_they_were_and_all_budgets_together_too():
    deal = api.read(SHIPPED / "broendby-tuba.yaml")
    other = next(one.deal for one in standard.standard_set(deal).asked if one.stress.key == "no_refunds")
    before, after = (api.simulate(one, 128).paths for one in (deal, other))
    np.testing.assert_array_equal(before.flow, after.flow)
    found = standard.answer(deal, 128)
    moved = next(one for one in found.stresses if one.key == "no_refunds")
    by_budget = {one.budget: one.difference.value for one in moved.budgets}
    assert by_budget["total"] == pytest.approx(0.0, abs=1e-6)
    assert by_budget["municipality"] == pytest.approx(-by_budget["state"]) != 0.0
    assert "investors and payers notice nothing" in page(found, Footing("x", "DKK", 128, 1, "0" * 64, "0"))


def test_answers_are_those_of_stresses_asked_one_by_one():
    deal = api.read_text(RICH)
    found = standard.answer(deal, 256, seed=5)
    base = api.investors(api.simulate(deal, 256, seed=5)).npv[:, -1]
    for one, asked in zip(found.stresses, standard.standard_set(deal).asked, strict=True):
        after = api.investors(api.simulate(asked.deal, 256, seed=5)).npv[:, -1]
        assert one.paths == 256
        assert one.found.difference.npv.value == pytest.approx((after - base).mean())
    spec = charts(found, Footing("x", "DKK", 256, 5, "0" * 64, "0"))["stresses"]
    assert len(spec["data"]["values"]) == len(found.stresses)


def test_slow_stresses_are_run_on_a_quarter_of_the_paths_and_paired_with_the_same():
    deal = api.read_text(BRIEF)
    found = {one.key: one for one in standard.answer(deal, 12_000).stresses}
    assert {key for key, one in found.items() if one.paths < 12_000} == {"harder_group", "ended_early"}
    few = found["harder_group"]
    other = next(one.deal for one in standard.standard_set(deal).asked if one.stress.key == "harder_group")
    before, after = (api.investors(api.simulate(one, 10_000)).npv[:, -1] for one in (deal, other))
    assert few.paths == 10_000
    assert few.found.difference.npv.value == pytest.approx((after - before).mean())


def test_stresses_of_the_file_come_first():
    found = standard.answer(api.read_text(DEAL + STRESSES), 64, own=True)
    assert [one.found.name for one in found.stresses[:2]] == ["a dearer job", "nobody leaves"]
    assert found.stresses[0].key == ""


def test_progress_ends_at_all_paths():
    seen = []
    standard.answer(api.read_text(BRIEF), 64, progress=lambda done, whole: seen.append((done, whole)))
    assert seen[-1][0] == seen[-1][1]


@pytest.mark.parametrize("name", SMALL)
def test_a_few_shipped_deals_answer_or_say_why_not(name):
    _answers(SHIPPED / name)


@pytest.mark.slow
@pytest.mark.parametrize("file", funded_files(), ids=lambda file: file.stem)
def test_every_shipped_deal_answers_or_says_why_not(file):
    _answers(file)


def _answers(file):
    found = standard.answer(api.read(file), 64)
    assert len(found.stresses) + len(found.left_out) == len(standard.SET)
    assert all(one.reason for one in found.left_out)
    assert page(found, Footing("x", "DKK", 64, 1, "0" * 64, "0"))


@pytest.fixture
def files(tmp_path):
    (tmp_path / "a.yaml").write_text(RICH, encoding="utf-8")
    (tmp_path / "b.yaml").write_text(BRIEF.replace("Ten people", "No cap"), encoding="utf-8")
    return tmp_path


def test_a_table_of_files_says_what_each_says_alone(files):
    found = stress_table([files / "a.yaml", files / "b.yaml", files / "absent.yaml"], 128)
    assert [row.deal for row in found.rows] == ["Ten people", "No cap"]
    assert [one.file for one in found.bad] == [str(files / "absent.yaml")]
    alone = standard.answer(api.read(files / "a.yaml"), 128)
    assert [cell.p_loss_difference for cell in found.rows[0].cells] == [
        one.found.difference.p_loss for one in alone.stresses
    ]
    assert found.rows[0].cells[0].npv_difference_share == alone.stresses[0].found.difference.npv.value / 4_000
    said = table_page(found, TableFooting(128, 1, "0"))
    assert "half the cap: no cap (No cap)" in said
    heat = table_charts(found)["p_loss"]["data"]["values"]
    assert len(heat) == 2 * len(found.stresses)
    assert [cell["change"] for cell in heat if cell["x"] == "half the cap"][1] is None


def test_rows_that_are_there_are_read_and_say_the_same_bits(files):
    folder = files / "rows"
    first = stress_table([files / "a.yaml"], 128, resume=folder)
    again = stress_table([files / "a.yaml"], 128, resume=folder)
    assert (first.resumed, again.resumed) == (0, 1)
    assert repr(again.rows) == repr(first.rows)  # what is no number equals itself so
    (kept,) = folder.glob("*.json")
    assert json.loads(kept.read_text(encoding="utf-8"))["deal"] == "Ten people"
    assert stress_table([files / "a.yaml"], 64, resume=folder).resumed == 0
    kept.write_text("{", encoding="utf-8")
    assert repr(stress_table([files / "a.yaml"], 128, resume=folder).rows) == repr(first.rows)


def test_an_interrupted_table_is_partial(files, monkeypatch):
    calls = []

    def interrupted(*args, **more):
        calls.append(args)
        if len(calls) > 1:
            raise KeyboardInterrupt
        return answer(*args, **more)

    answer = standard.answer
    monkeypatch.setattr(standard, "answer", interrupted)
    found = stress_table([files / "a.yaml", files / "b.yaml"], 64)
    assert found.partial
    assert len(found.rows) == 1

from __future__ import annotations

import numpy as np
import pytest

from risksim.kernels import cashflow
from risksim.results import dataset
from risksim.results.dataset import balances, to_dataset
from tests.results import deals


@pytest.fixture
def labelled():
    return to_dataset(deals.plan(), deals.paths(), seed=2**64 - 1)


def test_status_names_are_those_of_the_kernel():
    assert dataset.IRR_STATUSES == cashflow.STATUS_NAMES


def test_dimensions_are_those_of_the_design(labelled):
    assert dict(labelled.sizes) == {
        "path": 4,
        "tranche": 1,
        "hurdle": 2,
        "cohort": 2,
        "outcome": 2,
        "rule": 4,
        "line": 3,
        "period": 3,
        "party": 4,
        "payer": 2,
        "year": 3,
        "input": 2,
    }


def test_every_variable_says_its_unit_and_name(labelled):
    for name, variable in labelled.variables.items():
        assert variable.attrs["long_name"], name
        assert "units" in variable.attrs or np.issubdtype(variable.dtype, np.datetime64), name


def test_money_is_whole_minor_units(labelled):
    for name in ("claim", "flow", "drawn", "received", "repayment"):
        assert labelled[name].dtype == np.int64
        assert labelled[name].attrs["units"] == "DKK/100"
        assert "minor units" in labelled[name].attrs["comment"]
    assert labelled["npv"].attrs["units"] == "DKK"


def test_currency_without_minor_units_is_its_own_unit():
    won = to_dataset(deals.plan(currency="KRW", minor_units=1), deals.paths(), seed=1)
    assert won["flow"].attrs["units"] == "KRW"


def test_values_stand_under_their_names(labelled):
    paths = deals.paths()
    people = {"cohort": "andet hold", "outcome": "uddannelse"}
    assert (labelled["dropouts"].sel(cohort="første hold") == paths.headcount[:, 0, 2]).all()
    assert (labelled["achieved"].sel(people) == paths.headcount[:, 1, 6]).all()
    assert (labelled["verified"].sel(people) == paths.headcount[:, 1, 7]).all()
    assert (labelled["repayment"].sel(payer="staten", year=2026) == paths.repayment[:, 1, 1]).all()
    assert (labelled["npv"].sel(hurdle=0.035) == paths.npv[:, :, 1]).all()
    assert (labelled["flow"].sel(period="2026-02-28") == paths.flow[:, :, 1]).all()
    assert (labelled["inputs"].sel(input="payments[0].price") == paths.inputs[:, 1]).all()


def test_lines_and_rules_carry_their_parties_and_reasons(labelled):
    lines = [labelled[name].to_numpy().tolist() for name in ("from_party", "to_party", "reason")]
    assert lines[0] == ["Den Sociale Kapitalfond", "Brøndby Kommune", "staten"]
    assert lines[1] == ["provider", "Den Sociale Kapitalfond", "Den Sociale Kapitalfond"]
    assert lines[2] == ["drawdown", "payment", "payment"]
    assert labelled["rule_kind"].to_numpy().tolist() == ["per_outcome", "per_outcome", "cap", "cap"]
    assert labelled["rule_payer"].to_numpy().tolist() == ["Brøndby Kommune", "staten"] * 2
    assert labelled["budget_year"].to_numpy().tolist() == [2025, 2026, 2027]


def test_weight_and_replicate_are_coordinates_of_path(labelled):
    assert labelled["irr"].coords["weight"].dims == ("path",)
    assert labelled["replicate"].dtype == np.int16


def test_status_codes_carry_their_meanings(labelled):
    attrs = labelled["irr_status"].attrs
    assert attrs["flag_values"].tolist() == [0, 1, 2, 3, 4, 5]
    assert attrs["flag_meanings"].split()[4] == "MULTIPLE"


def test_balances_add_up_to_zero_and_follow_the_lines(labelled):
    cashflow_of_parties = balances(labelled)
    assert cashflow_of_parties.dims == ("path", "party", "period")
    assert cashflow_of_parties.dtype == np.int64
    assert (cashflow_of_parties.sum("party") == 0).all()
    flow = deals.paths().flow
    tranche = cashflow_of_parties.sel(party="Den Sociale Kapitalfond")
    assert (tranche == flow[:, 1] + flow[:, 2] - flow[:, 0]).all()
    assert "weight" in cashflow_of_parties.coords
    assert cashflow_of_parties.attrs["units"] == "DKK/100"


def test_attributes_tell_how_the_result_was_made(labelled):
    attrs = labelled.attrs
    assert int(attrs["seed"]) == 2**64 - 1
    assert attrs["scenario_text"] == deals.TEXT
    assert attrs["scenario_digest"] == "ab" * 32
    assert (attrs["n_paths"], attrs["engine"], attrs["day_count"], attrs["currency"]) == (
        4,
        "individual",
        "act/365",
        "DKK",
    )
    assert attrs["numpy_version"] == np.__version__
    assert attrs["left_out"] == ""


def test_what_a_run_did_not_keep_is_named():
    paths = deals.paths()
    labelled = to_dataset(deals.plan(), paths._replace(claim=paths.claim[:0]), seed=1, first_path=4711)
    assert "claim" not in labelled
    assert labelled.attrs["left_out"] == "claim"
    assert labelled["path"].to_numpy().tolist() == [4711, 4712, 4713, 4714]


def test_seed_of_more_than_64_bits_is_refused():
    with pytest.raises(ValueError, match="64"):
        to_dataset(deals.plan(), deals.paths(), seed=2**64)

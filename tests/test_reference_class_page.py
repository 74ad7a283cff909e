"""A deal among past deals: bands, warnings, and a page that names every key."""

import json
import math
from pathlib import Path

import pytest
from typer.testing import CliRunner

from risksim import api
from risksim.analysis.reference import KEYS, reference
from risksim.cli.main import app
from risksim.errors import RisksimError
from tests.test_results_page import keys, rows

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/reference/reference-class.md").read_text(encoding="utf-8")
FILE = ROOT / "scenarios/questions/pooled.yaml"
LOAN = ROOT / "scenarios/danish/aaben-og-rolig-loan.yaml"


def asked(*args):
    return CliRunner().invoke(app, [str(arg) for arg in args], catch_exceptions=False).stdout


def test_page_names_every_key_and_no_other():
    said = json.loads(asked("reference", FILE, "--paths", "200", "--json"))
    measures = said["reference"].pop("measures")
    assert set(measures) == set(KEYS)
    found = set(keys(said)) | {"scenario.not_checked[]"}
    found |= {f"reference.measures.MEASURE.{key}" for one in measures.values() for key in keys(one)}
    assert found == {key for key, _ in rows(PAGE.split("# JSON of a reference\n")[1])}


def test_bands_of_a_small_deal():
    of = {one.name: one for one in reference(api.read(FILE), 0.15, 2000).measures}
    assert of["capital"].value.value == pytest.approx(0.15 * 425_000)  # 63,750 dollars: below the tenth, 250,000
    assert (of["capital"].below, of["capital"].above) == (None, 0.10)
    assert of["places"].value.value == 25
    # 500,000 and 25 successes at most; on 2,000 paths the most is between one half and all of 25.
    assert (500_000 + 130_000) / 425_000 < of["most_paid"].value.value <= 750_000 / 425_000
    assert (of["enrolment"].below, of["enrolment"].above) == (0.25, 0.90)  # 1.00 is the half and the 75 % point
    # Fewer than .86 of 12.5 is at most ten of 25.
    assert 0.2 < of["achieved"].p_below_median.value < 0.4


def test_what_a_deal_does_not_have_is_left_out():
    of = {one.name: one for one in reference(api.read(LOAN), None, 200).measures}
    assert all(one.value is None and one.left_out for one in of.values())
    assert "--usd" in of["capital"].left_out


def test_register_holds_rising_quantiles_with_source():
    listed = {one.key: one for one in api.register()}
    for key in KEYS.values():
        table = api.register_table(key)
        assert table["level"] == [0.1, 0.25, 0.5, 0.75, 0.9]
        assert table["value"] == sorted(table["value"])
        assert "INDIGO" in listed[key].source
        # Nobody has worked the quantiles out again from the data set: a reader is told so.
        assert listed[key].status == "T"
    assert listed["past-timing"].status == listed["past-repayment"].status == "T"


def test_text_warns_and_takes_no_prior():
    text = asked("reference", FILE, "--paths", "500")
    assert (
        "Half of completed deals reached less than 86 % of their high case; this file's plan counts on 100 %." in text
    )
    assert "no probability of a loss follows from it" in text
    assert asked("describe", FILE, "--reference").startswith("Twenty-five people")


@pytest.mark.parametrize("usd", [0.0, -1.0, math.nan])
def test_a_rate_that_is_none_is_refused(usd):
    with pytest.raises(RisksimError, match="--usd"):
        reference(api.read(FILE), usd, 64)

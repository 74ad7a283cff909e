"""What a calculation of public money cannot say stands below every page that shows one, and below no other."""

import json

import pytest
from typer.testing import CliRunner

from risksim.cli.main import app
from risksim.report.limits import LIMITS, LIMITS_DANISH
from tests.cli.purses import ROOT

FILE = str(ROOT / "scenarios" / "public" / "one-service.yaml")
PLAIN = str(ROOT / "scenarios" / "rules" / "per-outcome.yaml")
TERMS = str(ROOT / "scenarios" / "questions" / "terms.yaml")
FEW = ("--paths", "512")
ASKED = {
    "public": (),
    "run": (),
    "compare": (FILE,),
    "stress": ("--standard",),
    "batch": ("--table",),
    "reverse": (),
    "value": ("--decide", "payer"),
}


def page(command, file, *words):
    done = CliRunner().invoke(app, [command, file, *words, *FEW, "-q"])
    assert done.exit_code == 0, done.output
    return " ".join(done.stdout.split())


@pytest.mark.parametrize("command", ASKED)
def test_limits_stand_below_public_figures(command):
    said = page(command, FILE, *ASKED[command])
    assert all(limit in said for limit in LIMITS)


PRICE = ("--change", "payments[0].price", "--from", "1000", "--to", "1000.03", "--investor", "p_loss<=1")


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("compare", (FILE,)),
        ("stress", ("--standard",)),
        ("decompose", ()),
        ("sensitivity", ()),
        ("reverse", ()),
        ("value", ("--decide", "payer")),
        ("batch", ("--table",)),
        ("price", (*PRICE, "--public", "municipality.p_negative<=1")),
    ],
)
def test_json_says_them_too_in_both_languages(command, words):
    done = CliRunner().invoke(app, [command, FILE, *words, *FEW, "-q", "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["public_limits"] == {"en": list(LIMITS), "da": list(LIMITS_DANISH)}


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("compare", (TERMS,)),
        ("stress", ("--standard",)),
        ("decompose", ()),
        ("sensitivity", ("--given-data",)),
        ("reverse", ()),
        ("value", ()),
        ("batch", ("--table",)),
        ("price", PRICE),
    ],
)
def test_json_without_public_figures_has_none(command, words):
    done = CliRunner().invoke(app, [command, TERMS, *words, *FEW, "-q", "--json"])
    assert done.exit_code == 0, done.output
    assert "public_limits" not in json.loads(done.stdout)


@pytest.mark.parametrize("command", ["run", "batch"])
def test_pages_without_public_figures_have_none(command):
    assert LIMITS[0] not in page(command, PLAIN, *ASKED[command])

"""What a calculation of public money cannot say stands below every page that shows one, and below no other."""

import pytest
from typer.testing import CliRunner

from risksim.cli.main import app
from risksim.report.limits import LIMITS
from tests.cli.purses import ROOT

FILE = str(ROOT / "scenarios" / "public" / "one-service.yaml")
PLAIN = str(ROOT / "scenarios" / "rules" / "per-outcome.yaml")
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


@pytest.mark.parametrize("command", ["run", "batch"])
def test_pages_without_public_figures_have_none(command):
    assert LIMITS[0] not in page(command, PLAIN, *ASKED[command])

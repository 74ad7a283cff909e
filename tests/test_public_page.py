"""The page on public budgets names every key and column of the answer, and no others."""

import csv
import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from risksim.cli.main import app
from risksim.report.limits import LIMITS
from tests.cli.purses import ROOT, made_up

PAGE = (Path(__file__).parents[1] / "docs" / "reference" / "public-answers.md").read_text(encoding="utf-8")
FILE = ROOT / "scenarios" / "risks" / "development-cost.yaml"
ESTIMATE = {"value", "standard_error", "low", "high"}
SPREAD = ["mean", "sd", "p05", "p25", "p50", "p75", "p95"]
SHORT = {
    "SPREAD": SPREAD,
    "WORTH": [*SPREAD, "p_negative", "value_at_risk_95", "expected_shortfall_95"],
    "BAND": ["mean", "p05", "p95"],
}
NAMED = {
    "budgets": ("BUDGET",),
    "payers": ("PAYER", "YEAR"),
    "years": ("YEAR",),
    "outcomes": ("OUTCOME",),
    "lines": ("LINE",),
    "committees": ("COMMITTEE",),
}
WHOLE = re.compile(r"^(scenario\.constants\[\]|stresses\[\]\.budgets\[BUDGET\]\.(net_benefit|break_even))\.?\b.*")


def section(title):
    """The text under a heading, down to the next heading of the same rank or above."""
    found = re.search(rf"^(#+) {title}$", PAGE, re.MULTILINE)
    text = PAGE[found.end() :]
    following = re.search(rf"^#{{1,{len(found[1])}}} ", text, re.MULTILINE)
    return text[: following.start()] if following else text


def documented(title):
    found = set()
    for key in re.findall(r"^\| `([^`]+)` \|", section(title), re.MULTILINE):
        word = key.rpartition(".")[2]
        found |= {key.removesuffix(word) + choice for choice in SHORT.get(word, [word])}
    return found


def keys(node, path="", named=()):
    """Key paths of JSON, names of the scenario in capitals; an estimate and a list of plain values are leaves."""
    if isinstance(node, dict) and not node.keys() >= ESTIMATE:
        for name, child in node.items():
            step, rest = (f"[{named[0]}]", named[1:]) if named else (f".{name}", NAMED.get(name, ()))
            yield from keys(child, f"{path}{step}".lstrip("."), rest)
    elif isinstance(node, list):
        if not any(isinstance(child, dict) for child in node):
            yield f"{path}[]"
        for child in node:
            if isinstance(child, dict):
                yield from keys(child, f"{path}[]")
    else:
        yield path


def shown(said):
    """Key paths as the page writes them."""
    found = {key.replace("statistics.total.", "statistics.budgets[BUDGET].") for key in keys(said)}
    return {WHOLE.sub(lambda match: match[1], key) for key in found}


@pytest.fixture
def answer(monkeypatch, tmp_path):
    made_up(monkeypatch)
    out = tmp_path / "paths.csv"
    names = json.loads(ask("check", FILE, "--json").stdout)["stresses"]
    wishes = ("--tornado", "--stress", names[0]["name"], "--json", "--out", out)
    done = ask("public", FILE, "--paths", "64", "--engine", "individual", "--quiet", *wishes)
    return json.loads(done.stdout), next(csv.reader(out.read_text(encoding="utf-8").splitlines()))


def ask(*words):
    return CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)


def test_page_names_every_key_and_column_and_no_other(answer):
    said, head = answer
    emitted, page = shown(said), documented("JSON of a public purse")
    assert emitted - page == set()
    assert page - emitted == {"statistics.budgets[BUDGET].win_win"}  # somebody invests in this deal
    columns = documented("CSV of a public purse")
    assert {re.sub(r"\[.*\]", "[BUDGET]", name) for name in head} == columns


def test_page_tells_as_many_limits_as_are_printed():
    text = section("What this cannot say")
    assert len(re.findall(r"^- ", text, re.MULTILINE)) == len(LIMITS)


@pytest.mark.parametrize("engine", ["individual", "conditional"])
def test_page_names_every_key_of_one_path_and_no_other(engine):
    file = ROOT / "scenarios" / "public" / "wrong-pocket.yaml"
    said = json.loads(ask("public", file, "--path", 3, "--engine", engine, "--json").stdout)
    page = documented("JSON of the public side of one path")
    assert {re.sub(r"(\[\])+$", "[]", key) for key in keys_of_path(said)} == page
    explained = json.loads(ask("explain", file, "--path", 3, "--engine", engine, "--json").stdout)["public"]
    assert set(keys_of_path(explained)) == set(keys_of_path(said)) - {"schema"}


def keys_of_path(node, path=""):
    """As `keys`, where names of the scenario are no keys."""
    if isinstance(node, dict):
        for name, child in node.items():
            yield from keys_of_path(child, f"{path}.{name}".lstrip("."))
    elif isinstance(node, list):
        yield from [f"{path}[]"] if not any(isinstance(child, dict) for child in node) else ()
        for child in node:
            yield from keys_of_path(child, f"{path}[]") if isinstance(child, dict) else ()
    else:
        yield path


def test_picture_of_the_page_is_there_and_told_in_words():
    alt, picture = re.search(r"!\[([^\]]+)\]\(\.\./images/([^)]+)\)", PAGE).groups()
    assert len(alt) > 60
    assert (ROOT / "docs" / "images" / picture).exists()


def test_page_names_danish_words_that_the_program_says():
    from tests.report.test_purse_words import PURSE

    said = " ".join(phrase.lower() for each in PURSE.values() for phrase in each.danish)
    for word in re.findall(r"^\| ([^`|]+) \| `", section("På dansk"), re.MULTILINE):
        assert word.lower().split(":")[0].split(",")[0] in said

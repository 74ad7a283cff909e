"""The page on public budgets in Danish: the same phrases as in English, none of them left behind, Danish numbers."""

import json
import re
import sys

import pytest
from typer.testing import CliRunner

from risksim.analysis.purse_tornado import NET_BENEFIT, OWN_COSTS
from risksim.cli.main import app
from risksim.language import LANGUAGES, _, speaking
from risksim.metrics.precision import Estimate
from risksim.metrics.purse import TOTAL
from risksim.report.answer import chance, money
from risksim.report.limits import BY_LANGUAGE
from risksim.report.purse import OF_ONE, QUANTITIES, TornadoBar, TornadoPoint, tornado
from risksim.report.purse_names import in_sentence, in_table
from risksim.report.purse_story import COUNTS, FACTORS, KINDS
from risksim.report.purse_tables import gross_only_note
from risksim.report.said_below import PAYERS
from risksim.results.purse_story import COUNT_WORDS, FACTOR_WORDS, KIND_WORDS
from tests.cli.purses import ROOT

sys.path.insert(0, str(ROOT / "docs"))
import catalogues

PURSE = catalogues.translated(ROOT / "risksim" / "locale" / "da")["purse"]
"""What the pages on public budgets say, and in Danish."""
FILE = ROOT / "scenarios" / "public" / "wrong-pocket.yaml"
NAMES = {*PAYERS, "{name}", "the {name}"}
"""Budgets have names of their own only in the language that the files don't use."""


def test_words_that_the_results_use_are_all_in_the_catalogue():
    assert set(KINDS) == {*KIND_WORDS.values(), "cost of the alternative, saved"}
    assert {*COUNTS, "in all"} == set(COUNT_WORDS.values())
    assert set(FACTORS) == set(FACTOR_WORDS)
    assert set(QUANTITIES) == {NET_BENEFIT, OWN_COSTS}
    assert set(BY_LANGUAGE) == set(LANGUAGES)


def test_budgets_have_names_of_their_own_in_danish():
    assert [in_table(name) for name in PAYERS] == list(PAYERS)
    assert [in_sentence(name) for name in (*PAYERS, "fund A")] == [f"the {name}" for name in (*PAYERS, "fund A")]
    with speaking("da"):
        assert [in_table(name) for name in PAYERS] == ["kommune", "region", "stat", "outcomefond"]
        assert [in_sentence(name) for name in PAYERS] == ["kommunen", "regionen", "staten", "outcomefonden"]
        assert in_table("fund A") == in_sentence("fund A") == "fund A"


def danish(phrase):
    with speaking("da"):
        return _(phrase)


def page(*words):
    done = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert done.exit_code == 0
    return done.stdout


def english_on(text):
    """English phrases of the catalogue that a text holds; what comes from the file and the register is cut off."""
    flat = " ".join(text.split())
    alike = {said for each in PURSE.values() for said in each.danish}
    found = set()
    for phrase in {each.one for each in PURSE} - alike - NAMES:
        pieces = [" ".join(piece.split()) for piece in re.split(r"\{\w*\}", phrase)]
        wholes = [piece for piece in pieces if len(re.findall("[a-z]", piece)) >= 4]
        found |= {piece for piece in wholes if re.search(rf"(?<!\w){re.escape(piece)}(?!\w)", flat)}
    found |= {limit for limit in BY_LANGUAGE["en"] if limit in flat}
    return found - {"paths"}  # as in `--paths`


def test_danish_page_holds_no_english_phrase():
    few = ("--paths", "64", "--engine", "individual", "--quiet")
    text = page("public", FILE, *few, "--tornado", "--language", "da")
    rules = text.index(danish("Rules and tables used"))
    said = text[:rules] + text[text.index("\n64 gennemløb", rules) :]
    assert english_on(said) == set()
    assert english_on(page("public", FILE, *few, "--tornado"))  # the search finds them where they are
    assert said.splitlines()[1].startswith("Nettogevinsten for kommunen er i gennemsnit ")
    flat = " ".join(said.split())
    for limit in BY_LANGUAGE["da"]:
        assert limit in flat
    for word in ("bruttobesparelse", "Budgetrisiko", "tilbagebetaling", "dødvægt", "går i nul", "Forkert kasse"):
        assert word in said
    for name in ("kommune ", "region ", "stat ", "outcomefond ", "outcomefonden"):
        assert name in said
    assert re.search(r"\d,\d+ %", said)  # per cent with a comma
    assert not re.search(r"\d\.\d+ %", said)
    assert re.search(r"\d\.\d{3}\.\d{3}\b", said)  # thousands by points
    assert not re.search(r"\d,\d{3}[,.]\d", said)


def test_danish_story_of_one_path_holds_no_english_phrase():
    text = page("public", FILE, "--path", "3", "--engine", "individual", "--language", "da")
    assert english_on(text) == set()
    assert "de offentlige kasser i gennemløb 3, seed 1" in text
    assert danish("What this cannot say") in text


def test_sentence_on_cash_speaks_of_cash():
    # The municipality repays 1.2 million and frees 200 thousand a year for six years: its other savings are no cash.
    text = " ".join(page("public", FILE, "--paths", "64", "--engine", "individual", "--quiet").split())
    assert "In cash it repays before it saves" in text
    assert "in half of all futures, but in cash they never do in most" in text


def without_a_counterfactual(tmp_path):
    file = tmp_path / "gross-only.yaml"
    file.write_text("".join(row for row in FILE.read_text().splitlines(True) if "counterfactual" not in row))
    return file


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_known_gross_only_is_marked_in_any_language(language, tmp_path):
    few = ("--paths", "64", "--engine", "individual", "--quiet", "--stress", "all", "--language", language)
    text = page("public", without_a_counterfactual(tmp_path), *few)
    with speaking(language):
        check_that_gross_is_marked(text)


def check_that_gross_is_marked(text):
    flat = " ".join(text.split())
    assert (
        flat.count(_(" (gross only, net unknown)").strip()) >= 4
    )  # the municipality, its savings, all budgets, effects that end
    assert gross_only_note() in text
    names = [in_table(name) for name in ("municipality", "region", TOTAL)]
    rows = [row for row in text.splitlines() if row.startswith(tuple(f"{name} " for name in names))]
    assert len(rows) > 12
    assert all(row.split("  ")[0].endswith("†") for row in rows)
    assert not any("†" in row for row in text.splitlines() if row.startswith(in_table("outcome fund")))
    assert _(OF_ONE.before_it_saves) not in flat
    unknown = next(
        row for row in text.splitlines() if row.startswith(_("share of repayments for what would have come anyway"))
    )
    assert unknown.split("  ")[-1] == _("not said of every outcome that is paid for")


@pytest.mark.parametrize("language", LANGUAGES)
def test_tornado_of_what_is_known_gross_only_is_marked(language):
    bar = TornadoBar("price", "", (TornadoPoint("lowest", 1.0, 800.0, -200.0), TornadoPoint("highest", 3.0, 2e3, 1e3)))
    with speaking(language):
        known, unknown = (tornado("DKK", NET_BENEFIT, 1e3, [bar], is_gross_only=yes) for yes in (False, True))
        note = gross_only_note()
    assert "†" not in known
    assert unknown.splitlines()[1].endswith("†")
    assert note in unknown
    assert known.splitlines()[4].split()[-1] == {"en": "1,200", "da": "1.200"}[language]  # 2,000 less 800


def test_danish_page_of_costs_alone_holds_no_english_phrase():
    file = ROOT / "scenarios" / "soem" / "adhd-parent-programmes.yaml"
    text = page("public", file, "--paths", "64", "--quiet", "--tornado", "--language", "da")
    rules = text.index(danish("Rules and tables used"))
    assert english_on(text[:rules]) == set()
    assert "Filen siger intet om besparelser: indsatsen koster i gennemsnit de offentlige kasser" in " ".join(
        text.split()
    )
    assert "fra laveste til højeste" in text


def test_years_on_paper_stand_only_where_they_are_reckoned():
    few = ("--paths", "64", "--engine", "individual", "--quiet")
    on_page = page("public", FILE, *few)
    below_run = page("run", FILE, *few)
    assert (
        "on paper"
        in on_page.split("Break-even: the first year from which the position is not below nought again")[
            1
        ].splitlines()[1]
    )
    assert "on paper: the year of the calculation with every number at its mean" in on_page
    assert "on paper" not in below_run.split("What is left to public budgets")[1].splitlines()[1]


def test_json_is_the_same_in_any_language():
    few = ("--paths", "64", "--engine", "individual", "--quiet", "--json")
    assert json.loads(page("public", FILE, *few)) == json.loads(page("public", FILE, *few, "--language", "da"))


def test_a_language_that_is_not_there_is_refused():
    done = CliRunner().invoke(app, ["public", str(FILE), "--language", "sv"])
    assert done.exit_code == 2
    assert "'da'" in done.output


def test_amounts_and_chances_in_danish():
    amount = Estimate(-1_234_567.8, 0.04, -1_234_567.9, -1_234_567.7)
    assert money(amount) == ("-1,234,568", "± 0.040")
    assert money(amount, "da") == ("-1.234.568", "± 0,040")
    assert chance(Estimate(0.125, 0.001, 0.123, 0.127), "da") == ("12,5 %", "± 0,10 %")
    assert chance(Estimate(0.0, 0.0, 0.0, 0.0003), "da") == ("under 0,030 %", "aldrig set")

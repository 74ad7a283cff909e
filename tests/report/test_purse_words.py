"""The page on public budgets in Danish: the same phrases as in English, none of them left behind, Danish numbers."""

import json
import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from string import Formatter

import pytest
from typer.testing import CliRunner

from risksim.analysis.purse_tornado import NET_BENEFIT, OWN_COSTS
from risksim.cli.main import app
from risksim.language import LANGUAGES
from risksim.metrics.precision import Estimate
from risksim.report.answer import chance, money
from risksim.report.limits import BY_LANGUAGE
from risksim.report.purse import TornadoBar, TornadoPoint, tornado
from risksim.report.purse_words import DANISH, ENGLISH, WORDS
from risksim.results.purse_story import COUNT_WORDS, FACTOR_WORDS, KIND_WORDS
from tests.cli.purses import ROOT

FILE = ROOT / "scenarios" / "public" / "wrong-pocket.yaml"
PLACE = "region"
"""The one word of the catalogue that both languages write alike."""


def phrases(words, path=""):
    """Every phrase of a catalogue by its place in it."""
    if is_dataclass(words):
        for field in fields(words):
            yield from phrases(getattr(words, field.name), f"{path}.{field.name}")
    elif isinstance(words, Mapping):
        for key, value in words.items():
            yield from phrases(value, f"{path}[{key}]")
    elif isinstance(words, tuple):
        for place, value in enumerate(words):
            yield from phrases(value, f"{path}[{place}]")
    else:
        yield path, words


def of_names(path):
    """Budgets have names of their own only in the language that the files don't use."""
    return path.startswith((".language", ".budgets", ".the_budgets"))


def places(phrase):
    return {name for _, name, _, _ in Formatter().parse(phrase) if name is not None}


def test_both_languages_have_the_same_phrases_with_the_same_places():
    english, danish = (dict(phrases(words)) for words in (ENGLISH, DANISH))
    common = {path for path in english if not of_names(path)}
    assert common == {path for path in danish if not of_names(path)}
    for path in common:
        assert bool(english[path]) == bool(danish[path]), path
        assert places(english[path]) == places(danish[path]), path
    assert {"municipality", "region", "state", "outcome fund"} < {*DANISH.the_budgets}
    assert {*DANISH.budgets} | {""} == {*DANISH.the_budgets}


@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)
def test_words_that_the_results_use_are_all_in_the_catalogue(words):
    assert set(words.kinds) == {*KIND_WORDS.values(), "cost of the alternative, saved"}
    assert set(words.counts) == set(COUNT_WORDS.values())
    assert set(words.factors) == set(FACTOR_WORDS)
    assert set(words.quantities) == {NET_BENEFIT, OWN_COSTS}
    assert words.language in BY_LANGUAGE
    assert words.language in LANGUAGES


def page(*words):
    done = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert done.exit_code == 0
    return done.stdout


def english_on(text):
    """English phrases of the catalogue that a text holds; what comes from the file and the register is cut off."""
    flat = " ".join(text.split())
    danish = {phrase for _, phrase in phrases(DANISH)}
    found = set()
    for path, phrase in phrases(ENGLISH):
        pieces = [" ".join(piece.split()) for piece in re.split(r"\{\w*\}", phrase)]
        wholes = [piece for piece in pieces if len(re.findall("[a-z]", piece)) >= 4]
        if of_names(path) or phrase in danish:
            continue
        found |= {piece for piece in wholes if re.search(rf"(?<!\w){re.escape(piece)}(?!\w)", flat)}
    found |= {limit for limit in BY_LANGUAGE["en"] if limit in flat}
    return found - {"paths"}  # as in `--paths`


def test_danish_page_holds_no_english_phrase():
    few = ("--paths", "64", "--engine", "individual", "--quiet")
    text = page("public", FILE, *few, "--tornado", "--language", "da")
    rules = text.index(DANISH.editions_title)
    said = text[:rules] + text[text.index("\n64 simulerede fremtider", rules) :]
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
    assert "de offentlige kasser i fremtid nr. 3, seed 1" in text
    assert DANISH.limits_title in text


def test_sentence_on_cash_speaks_of_cash():
    # The municipality repays 1.2 million and frees 200 thousand a year for six years: its other savings are no cash.
    text = " ".join(page("public", FILE, "--paths", "64", "--engine", "individual", "--quiet").split())
    assert "In cash it repays before it saves" in text
    assert "in half of all futures, but in cash they never do in most" in text


def without_a_counterfactual(tmp_path):
    file = tmp_path / "gross-only.yaml"
    file.write_text("".join(row for row in FILE.read_text().splitlines(True) if "counterfactual" not in row))
    return file


@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)
def test_what_is_known_gross_only_is_marked_in_any_language(words, tmp_path):
    few = ("--paths", "64", "--engine", "individual", "--quiet", "--stress", "all", "--language", words.language)
    text = page("public", without_a_counterfactual(tmp_path), *few)
    flat = " ".join(text.split())
    assert flat.count(words.known_gross.strip()) >= 4  # the municipality, its savings, all budgets, effects that end
    assert f"† {words.gross_only_note}" in text
    names = [words.budget("municipality"), words.budget("region"), words.together]
    rows = [row for row in text.splitlines() if row.startswith(tuple(f"{name} " for name in names))]
    assert len(rows) > 12
    assert all(row.split("  ")[0].endswith("†") for row in rows)
    assert not any("†" in row for row in text.splitlines() if row.startswith(words.budget("outcome fund")))
    assert words.of_one.before_it_saves not in flat
    unknown = next(row for row in text.splitlines() if row.startswith(words.deadweight))
    assert unknown.split("  ")[-1] == words.not_said


@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)
def test_tornado_of_what_is_known_gross_only_is_marked(words):
    bar = TornadoBar("price", "", (TornadoPoint("lowest", 1.0, 800.0, -200.0), TornadoPoint("highest", 3.0, 2e3, 1e3)))
    known, unknown = (tornado("DKK", NET_BENEFIT, 1e3, [bar], words, is_gross_only=yes) for yes in (False, True))
    assert "†" not in known
    assert unknown.splitlines()[1].endswith("†")
    assert words.gross_only_note in unknown
    assert known.splitlines()[4].split()[-1] == {"en": "1,200", "da": "1.200"}[words.language]  # 2,000 less 800


def test_danish_page_of_costs_alone_holds_no_english_phrase():
    file = ROOT / "scenarios" / "soem" / "adhd-parent-programmes.yaml"
    text = page("public", file, "--paths", "64", "--quiet", "--tornado", "--language", "da")
    rules = text.index(DANISH.editions_title)
    assert english_on(text[:rules]) == set()
    assert "Filen siger intet om besparelser: indsatsen koster i gennemsnit de offentlige kasser" in " ".join(
        text.split()
    )
    assert "fra laveste til højeste" in text


def test_years_on_paper_stand_only_where_they_are_reckoned():
    few = ("--paths", "64", "--engine", "individual", "--quiet")
    on_page = page("public", FILE, *few)
    below_run = page("run", FILE, *few)
    assert "on paper" in on_page.split(ENGLISH.even_title)[1].splitlines()[1]
    assert ENGLISH.paper_note in on_page
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

"""Danish pages hold no English but what comes from the file, and English ones no Danish."""

import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML
from typer.main import get_command
from typer.testing import CliRunner

from risksim.cli.main import app, main
from risksim.cli.tongue import LanguageError, of_environment
from risksim.language import speaking, spoken
from risksim.report.numbers import long_date, marked, number
from risksim.report.said_below import FORMS, _known, in_words, the_payer

SCENARIOS = Path(__file__).parents[2] / "scenarios"
ENGLISH = """
the of and path paths probability mean loss losses with without from not is are was by each an engine seeds what who
which people year years points drawn paid received market deal deals input inputs law unit everybody nobody nothing
said says measured met left before after shares chance standard error errors scenario uncertain number numbers worst
back money claims because rule amount date
"""
STOP = set(ENGLISH.split())
"""English words that Danish doesn't have."""


def page(command, file, *options):
    done = CliRunner().invoke(app, [command, str(file), *map(str, options)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def texts(node):
    """Every key and every text of a file, as pages may print them."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield str(key)
            yield from texts(value)
    elif isinstance(node, list):
        for value in node:
            yield from texts(value)
    elif isinstance(node, str):
        yield node


def english_on(text, file):
    """English words of a page that do not come from its file."""
    flat = re.sub(r"`[^`]*`|\S*\[[^\]]*\]\S*", " ", " ".join(text.replace(str(file), "").split()))
    found = YAML(typ="safe").load(file.read_text())
    for own in sorted({" ".join(own.split()) for own in texts(found)}, key=len, reverse=True):
        flat = re.sub(rf"(?<!\w){re.escape(own)}(?!\w)", " ", flat) if own else flat
    return sorted(set(re.findall(r"[a-zæøå']+", flat.lower())) & STOP)


DEALS = ("broendby-tuba.yaml", "financing/senior-junior.yaml", "risks/development-cost.yaml")


@pytest.mark.parametrize("name", [pytest.param(DEALS[0], marks=pytest.mark.slow), *DEALS[1:]])
def test_a_run_in_danish_holds_no_english(name):
    file = SCENARIOS / name
    text = page("run", file, "--paths", 300, "--engine", "individual", "--ledger", "--lang", "da", "--quiet")
    assert english_on(text, file) == []
    assert "mulige fremtider" in text


@pytest.mark.parametrize("name", DEALS)
def test_a_story_in_danish_holds_no_english(name):
    file = SCENARIOS / name
    assert english_on(page("explain", file, "--path", 3, "--lang", "da"), file) == []


def test_stresses_in_danish_hold_no_english():
    file = SCENARIOS / "risks" / "development-cost.yaml"
    text = page("stress", file, "--paths", 300, "--lang", "da", "--quiet")
    assert english_on(text, file) == []
    assert "risikoen for tab" in text


@pytest.mark.parametrize("name", DEALS[1:])
def test_a_check_in_danish_holds_no_english(name):
    file = SCENARIOS / name
    assert english_on(page("check", file, "--lang", "da"), file) == []


def test_a_description_in_danish_holds_no_english():
    file = SCENARIOS / "financing" / "senior-junior.yaml"
    assert english_on(page("describe", file, "--lang", "da"), file) == []


def test_a_settlement_in_danish_holds_no_english(tmp_path):
    file, observed = SCENARIOS / "broendby-tuba.yaml", tmp_path / "observed.csv"
    page("settle", file, "--template", "--out", observed, "--lang", "da")
    text = page("settle", file, "--observed", observed, "--until", "2023-01-31", "--lang", "da")
    assert english_on(text.replace(str(observed), ""), file) == []


def test_json_is_the_same_in_every_language():
    file = SCENARIOS / "broendby-tuba.yaml"
    for command, options in (("check", ()), ("explain", ("--path", 3)), ("describe", ())):
        said = [page(command, file, *options, "--json", "--lang", language) for language in ("en", "da")]
        assert said[0] == said[1]


def test_an_option_speaks_for_one_command_only():
    file = SCENARIOS / "financing" / "senior-junior.yaml"
    before = page("check", file)
    assert "kan læses uden fejl" in page("check", file, "--lang", "da")
    assert "kan læses uden fejl" in page("check", file, "--lang", "DA")
    assert spoken() == "en"
    assert page("check", file) == before == page("check", file, "--lang", "en")


def test_a_question_that_is_not_translated_stays_in_english_all_through():
    file = SCENARIOS / "risks" / "development-cost.yaml"
    asked = ("compare", file, "--with", "no cost of development", "--paths", 300, "--quiet")
    assert page(*asked, "--lang", "da") == page(*asked)


def test_a_language_nobody_speaks_gets_a_kind_message():
    done = CliRunner().invoke(app, ["check", "deal.yaml", "--lang", "fr"])
    assert done.exit_code == 2
    assert "Danish ('da')" in " ".join(done.output.split())


def test_every_command_names_the_option():
    for name, command in get_command(app).commands.items():
        assert any("--lang" in option.opts and not option.hidden for option in command.params), name


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "da_DK.UTF-8"}, "da"),
        ({"LANG": "da"}, "da"),
        ({"LANG": "dav_KE"}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LC_ALL": "en_GB.UTF-8", "LANG": "da_DK.UTF-8"}, "en"),
        ({"LC_ALL": "", "LC_MESSAGES": "da_DK", "LANG": "en_GB"}, "da"),
        ({"RISKSIM_LANG": "en", "LC_ALL": "da_DK.UTF-8"}, "en"),
        ({"RISKSIM_LANG": "DA", "LC_ALL": "en_GB"}, "da"),
    ],
)
def test_language_of_the_surroundings(environment, language):
    assert of_environment(environment) == language


def test_surroundings_that_name_no_language_of_ours_are_told_so(monkeypatch, capsys):
    with pytest.raises(LanguageError, match="RISKSIM_LANG: got 'sv'"):
        of_environment({"RISKSIM_LANG": "sv"})
    monkeypatch.setenv("RISKSIM_LANG", "sv")
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "Set it to da or en" in capsys.readouterr().err


def test_what_is_said_below_is_said_in_danish():
    cases = {
        "2,000 paths, seed 1, individual engine": "2.000 gennemløb, seed 1, person for person",
        "6 verified at 20,000.50 each; 0.5 of it": "6 dokumenteret à 20.000,50; 0,5 af det",
        "outcome payments by municipality": "resultatbetaling fra kommunen",
        "a very bad year, one in 100": "et meget dårligt år, ét ud af 100",
        "a bad cohort, one in ten": "et dårligt hold, ét ud af ti",
        "said by nobody here": "said by nobody here",
        "": "",
    }
    with speaking("da"):
        assert {said: in_words(said) for said in cases} == cases
        assert the_payer("state") == "staten"
        assert the_payer("Aarhus") == "Aarhus"
    assert all(in_words(said) == said for said in cases)


def test_every_form_is_found_again():
    """A form with its brackets filled is looked up as itself or as one that says more of the same."""
    with speaking("da"):
        for form in FORMS:
            said = re.sub(r"(?<!\{)\{\w+\}(?!\})", "qqq", form).replace("{{", "{").replace("}}", "}")
            assert _known(said) is not None, form


def test_numbers_and_laws_take_danish_marks():
    with speaking("da"):
        assert number(1234.5, ",.1f") == "1.234,5"
        assert marked("15 % Beta(6, 16) and 85 % Lognormal(median 1.0202, sigma 0.25)") == (
            "15 % Beta(6; 16) og 85 % Lognormal(median 1,0202; sigma 0,25)"
        )
        assert marked("Triangular(70,000, 90,000, 110,000)") == "Triangular(70.000; 90.000; 110.000)"
    assert marked("Triangular(70,000, 90,000)") == "Triangular(70,000, 90,000)"


def test_long_dates():
    import datetime as dt

    assert long_date(dt.date(2026, 11, 1)) == "1 November 2026"
    with speaking("da"):
        assert long_date(dt.date(2026, 11, 1)) == "1. november 2026"

"""Danish pages hold no English but what comes from the file, and English ones no Danish."""

import json
import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML
from typer.main import get_command
from typer.testing import CliRunner

from risksim.analysis.standard import SET
from risksim.cli.main import app, main
from risksim.cli.tongue import LanguageError, of_environment
from risksim.language import speaking, spoken
from risksim.report.compare import said_otherwise
from risksim.report.numbers import long_date, marked, number
from risksim.report.said_below import FORMS, _known, in_words, listing, the_payer
from risksim.report.said_of_stresses import STANDARD

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


def english_on(text, *files):
    """English words of a page that do not come from its files."""
    flat = " ".join(text.split())
    for file in files:
        flat = flat.replace(str(file), "")
    flat = re.sub(r"`[^`]*`|\S*\[[^\]]*\]\S*", " ", flat)
    found = [own for file in files for own in texts(YAML(typ="safe").load(file.read_text()))]
    for own in sorted({" ".join(own.split()) for own in found}, key=len, reverse=True):
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


QUESTIONS = {
    "compare": ("risks/development-cost.yaml", ("--stress", "no cost of development", "--paths", 300), "minus A"),
    "compare two": ("risks/development-cost.yaml", ("financing/senior-junior.yaml", "--paths", 300), "Bemærk: "),
    "stress of the file": (
        "risks/development-cost.yaml",
        ("--standard", "--own", "--paths", 300),
        "Giver ingen mening for denne aftale",
    ),
    "stress": ("public/wrong-pocket.yaml", ("--standard", "--paths", 300), "nettogevinst for de offentlige kasser"),
    "stress of several": (
        "risks/development-cost.yaml",
        ("financing/senior-junior.yaml", "--standard", "--paths", 256),
        "i pct. af dens kapital",
    ),
    "stress over a grid": (
        "risks/development-cost.yaml",
        ("--grid", "cohorts[*].participants*=0.5:1:3", "--paths", 256),
        "aftalen, som den er",
    ),
    "stress over a map": (
        "risks/development-cost.yaml",
        (
            "--grid",
            "cohorts[*].participants=1,2",
            "--grid",
            "payments[0].price*=1,2",
            "--show",
            "p_loss",
            "--paths",
            256,
        ),
        "ingen celle svarer til den",
    ),
    "decompose": ("risks/development-cost.yaml", ("--paths", 512), "de små tals tilfældighed"),
    "sensitivity": ("risks/development-cost.yaml", ("--sobol", "--paths", 1024), "Én forudsætning ad gangen"),
    "reverse": ("risks/development-cost.yaml", ("--paths", 256), "Den mest sandsynlige samlede ændring"),
    "reverse of the certain": ("public/wrong-pocket.yaml", ("--paths", 256), "Alle tal er sikre"),
}
OF_OTHERS = re.compile(r"^\d+\. .*$|^- [a-z]+(-[a-z]+)+: .*, ved .*$|^- .*(?=: .*, ved )", re.MULTILINE)
"""What is said in the words of whoever wrote a file, cut short, or of the register."""
"""Questions by their command: the file, the options, and words that stand on the page."""


def asked(question):
    file, options, words = QUESTIONS[question]
    there = [SCENARIOS / each if str(each).endswith(".yaml") else each for each in options]
    return question.split(" ")[0], SCENARIOS / file, there, words


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_answer_in_danish_holds_no_english(question):
    command, file, options, words = asked(question)
    text = page(command, file, *options, "--lang", "da", "--quiet")
    assert words in text
    assert english_on(OF_OTHERS.sub("", text), file, *(each for each in options if isinstance(each, Path))) == []


@pytest.mark.parametrize("question", ["stress of several", "decompose", "reverse"])
def test_columns_of_a_danish_page_stand_one_below_the_other(question):
    """Every line of a table ends its columns where the rule does, or before."""
    command, file, options, _words = asked(question)
    lines = page(command, file, *options, "--lang", "da", "--quiet").splitlines()
    rules = [place for place, line in enumerate(lines) if re.fullmatch(r"-+( +-*)*", line) and "--" in line]
    assert rules
    for place in rules:
        ends = [part.end() for part in re.finditer(r"-+", lines[place])]
        for row in lines[place + 1 :]:
            if not row.strip() or not row.startswith(lines[place + 1][:1]):
                break
            assert all(row[end : end + 2].strip() == "" for end in ends), row


@pytest.mark.slow
@pytest.mark.parametrize("command", ["decompose", "sensitivity"])
def test_an_answer_about_public_money_in_danish(command):
    file = SCENARIOS / "broendby-tuba.yaml"
    text = page(command, file, "--paths", 512, "--lang", "da", "--quiet")
    assert english_on(OF_OTHERS.sub("", text), file) == []


def test_answers_in_json_are_the_same_in_every_language_and_drawn_charts_are_not(tmp_path):
    command, file, options, _words = asked("stress over a grid")
    said, drawn = [], []
    for language in ("en", "da"):
        chart = tmp_path / f"{language}.json"
        given = (*options, "--chart", chart, "--json", "--lang", language, "--quiet")
        said.append(page(command, file, *given).replace(str(chart), ""))
        drawn.append(json.loads(chart.read_text()))
    assert said[0].replace("Wrote", "Skrev") == said[1]
    assert "stiplet: uændret" in drawn[1]["grid"]["title"]["text"]
    assert drawn[1]["grid"]["config"]["locale"]["number"]["decimal"] == ","
    assert json.loads(json.dumps(drawn[0])) == drawn[0] != drawn[1]


def test_faults_and_names_in_what_is_said_below_stay_as_they_are():
    with speaking("da"):
        assert in_words("this deal cannot bear it: cohorts[0]: got 1.4; dropout is the share of all") == (
            "aftalen kan ikke bære det: cohorts[0]: got 1.4; dropout is the share of all"
        )
        assert said_otherwise("hurdles: 0 becomes 0, 0.035") == "hurdles: 0 bliver til 0; 0,035"
        assert said_otherwise("outcomes[a]: is called b now, and is otherwise the same") == (
            "outcomes[a]: hedder nu b og er ellers uændret"
        )
        assert said_otherwise("public: removed") == "public: fjernet"
        assert listing(["frafald", "andel, der ikke kan måles", "optag"]) == (
            "frafald; andel, der ikke kan måles og optag"
        )
    assert said_otherwise("hurdles: 0 becomes 0, 0.035") == "hurdles: 0 becomes 0, 0.035"
    assert listing(["a, b", "c", "d"]) == "a, b, c and d"


def test_standard_stresses_are_called_as_their_analysis_calls_them():
    assert {stress.key: (stress.name, stress.words) for stress, _made in SET} == STANDARD


def test_a_language_nobody_speaks_gets_a_kind_message():
    done = CliRunner().invoke(app, ["check", "deal.yaml", "--lang", "fr"])
    assert done.exit_code == 2
    assert "Danish ('da')" in " ".join(done.output.split())


def each_command(group):
    """Commands by name, those of a group of commands each."""
    for name, command in group.commands.items():
        yield from each_command(command) if hasattr(command, "commands") else [(name, command)]


def test_every_command_names_the_option():
    for name, command in each_command(get_command(app)):
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

"""Help and complaints about usage: the same words in English as before, and nothing but Danish in Danish."""

import re
import subprocess
import sys

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from risksim.cli.help import into_the_language_spoken, paragraphs
from risksim.cli.main import app
from risksim.cli.tongue import of_words
from risksim.language import speaking
from tests.english import left_in


def said(*words, **environment):
    done = CliRunner().invoke(app, words, env=environment, terminal_width=100)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


def pages():
    """The help of every command in Danish, and the options that it has."""
    with speaking("da"):
        group = get_command(app)
        into_the_language_spoken(group)
        with group.make_context("risksim", [], resilient_parsing=True) as context:
            yield from of_all_below(group, context)


def of_all_below(command, context):
    yield (
        context.command_path,
        command.get_help(context),
        {name for each in command.params if not each.hidden for name in each.opts},
    )
    for name, below in getattr(command, "commands", {}).items():
        with below.make_context(name, [], parent=context, resilient_parsing=True) as inner:
            yield from of_all_below(below, inner)


PAGES = {name: (page, options) for name, page, options in pages()}
COMMANDS = {word for name in PAGES for word in re.findall(r"[a-z]+", name)}


@pytest.mark.parametrize("name", PAGES)
def test_help_of_every_command_is_danish(name):
    page, options = PAGES[name]
    assert page.startswith(f"Brug: {name} [TILVALG]")
    shown = re.sub(r"Eksempel: .*?\n\n", "", page, flags=re.DOTALL)
    assert not left_in(shown, *COMMANDS), shown
    assert all(option in page for option in options if option.startswith("--"))


def test_every_command_is_looked_at():
    assert {"risksim", "risksim price", "risksim people new-password"} <= set(PAGES)


def test_help_knows_the_parts_that_typer_adds():
    page = said("memo", "--help", "--lang", "da")[1]
    for part in ("Argumenter:", "Tilvalg:", "[standard: 0.1;", "Vis denne hjælp.", "[TILVALG]"):
        assert part in page
    assert "[skal angives]" in said("run", "--help", "--lang", "da")[1]
    assert "Kommandoer:" in said("--help", "--lang", "da")[1]
    assert "Slå automatisk fuldførelse til" in said("--help", "--lang", "da")[1]


WRONG = {
    ("prce",): "Der er ingen kommando, der hedder 'prce'. Mente du 'price'?",
    ("people", "x"): "Der er ingen kommando, der hedder 'x'.",
    ("price",): "Argumentet 'FIL' mangler.",
    ("explain", "x"): "Tilvalget '--path' mangler.",
    ("run", "x", "--aths", "3"): "Der er intet tilvalg, der hedder --aths (mente du --dask, --paths, --threads?)",
    ("run", "x", "--paths", "a"): "Ugyldig værdi af '--paths': fandt 'a'; her skal stå et helt tal",
    ("tail", "x", "--level", "a"): "Ugyldig værdi af '--level': fandt 'a'; her skal stå et tal med punktum",
    ("memo", "x", "--p-loss", "3"): "Ugyldig værdi af '--p-loss': fandt '3'; højst 1.0 er tilladt",
    ("value", "x", "--decide", "y"): "fandt 'y'; tilladt er 'investor', 'payer', 'both'.",
    ("run", "a", "b"): "Her er flere argumenter, end kommandoen kender (b)",
    ("run", "x", "--json=3"): "Tilvalget '--json' tager ingen værdi.",
}


@pytest.mark.parametrize("words", WRONG, ids=" ".join)
def test_complaint_about_usage_is_danish(words):
    lang = ("--lang", "da")
    code, danish = said(*lang, *words)
    english_code, english = said(*words)
    assert code == english_code == 2
    assert WRONG[words] in danish.replace("\n", " ")
    assert "Fejl: " in danish
    assert "Error: " in english
    assert not left_in(danish), danish


def test_a_value_at_the_end_that_is_missing_is_told_in_danish():
    code, page = said("--lang", "da", "run", "x", "--seed")
    assert code == 2
    assert "Tilvalget '--seed' kræver en værdi." in page


def test_a_group_without_a_command_shows_its_help_in_the_language_spoken():
    code, page = said(RISKSIM_LANG="da")  # the variable is read by the program as a whole
    assert (code, page.split()[0]) == (2, "Usage:")
    assert said("--lang", "da")[1].startswith("Brug: risksim [TILVALG] KOMMANDO")


def test_language_that_nobody_speaks_is_refused_in_danish_where_that_is_spoken():
    assert said("check", "x", "--lang", "xx")[0] == 2
    done = subprocess.run(
        [sys.executable, "-m", "risksim", "--help"],
        env={"RISKSIM_LANG": "xx", "LANG": "da_DK.UTF-8", "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("RISKSIM_LANG: fandt 'xx'; sider skrives på dansk")


@pytest.mark.parametrize(
    ("words", "language"),
    [
        (["run", "--lang", "da"], "da"),
        (["--lang=DA"], "da"),
        (["--language", "en", "--lang", "da"], "da"),
        (["run", "--lang"], None),
        (["run", "--", "--lang", "da"], None),
        (["run", "--lang", "xx"], None),
        ([], None),
    ],
)
def test_words_tell_the_language_before_anybody_parses_them(words, language):
    assert of_words(words) == language


def test_lines_that_show_a_command_are_no_phrases():
    assert paragraphs("Read it\nand say so.\n\nMore.\n\nExample: a\nThen: b") == ["Read it and say so.", "More."]


def test_danish_help_loads_nothing_heavy():
    ask = (
        "import sys\nfrom risksim.cli.main import app\n"
        "try:\n    app(['--help', '--lang', 'da'])\nexcept SystemExit:\n    pass\n"
        "print(*sorted({'numpy', 'pydantic', 'numba', 'scipy', 'xarray', 'rich', 'ruamel'} & set(sys.modules)), '.')"
    )
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.startswith("Brug: ")
    assert done.stdout.splitlines()[-1].strip() == "."

"""The two languages: every phrase has its Danish, with the same brackets, and a language belongs to one task."""

import gettext
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from risksim.language import LANGUAGES, N_, _, pgettext, plural, speak, speaking, spoken

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "docs"))
import catalogues  # noqa: E402

FOLDER = ROOT / "risksim" / "locale" / "da"


@pytest.fixture(scope="module")
def held():
    return catalogues.translated(FOLDER)


@pytest.fixture(scope="module")
def wanted(held):
    return catalogues.merged(catalogues.extracted(ROOT / "risksim") | catalogues.of_fields(), held)


def test_every_phrase_has_its_danish(wanted):
    assert catalogues.faults(wanted) == []


def test_no_phrase_is_kept_that_nobody_says(wanted, held):
    assert {area: set(phrases) for area, phrases in held.items()} == {
        area: set(phrases) for area, phrases in wanted.items()
    }


def test_compiled_catalogue_is_that_of_the_phrases(wanted):
    assert (FOLDER / "LC_MESSAGES" / "risksim.mo").read_bytes() == catalogues.compiled(wanted)


def test_danish_begins_and_ends_as_the_english_does(wanted):
    """Spaces and line ends at either side are part of how phrases stand on a page."""
    for phrases in wanted.values():
        for phrase, each in phrases.items():
            for text in each.danish:
                english = phrase.one
                assert (english[:1].isspace(), english[-1:].isspace()) == (text[:1].isspace(), text[-1:].isspace()), (
                    text
                )
                assert english.endswith("\n") == text.endswith("\n"), text


def test_faults_are_found():
    phrase, several = catalogues.Phrase("{n} of all", None), catalogues.Phrase("{n} path", "{n} paths")
    said = catalogues.Said
    assert catalogues.faults({"run": {phrase: said((), ("{n} af alle",)), several: said((), ("{n} x", "{n} y"))}}) == []
    assert "not translated" in catalogues.faults({"run": {phrase: said((), ())}})[0]
    assert "brackets" in catalogues.faults({"run": {phrase: said((), ("{m} af alle",))}})[0]
    assert "fuzzy" in catalogues.faults({"run": {phrase: said((), ("{n} af alle",), True)}})[0]
    two = {"run": {phrase: said((), ("{n} af alle",))}, "memo": {phrase: said((), ("{n} i alt",))}}
    assert "otherwise" in catalogues.faults(two)[0]


def test_a_catalogue_survives_being_written_and_compiled(tmp_path):
    phrases = {
        catalogues.Phrase('A "quoted" line\nand another\n', None): catalogues.Said(("risksim/a.py",), ("Æn\nog to\n",)),
        catalogues.Phrase("{n} path", "{n} paths"): catalogues.Said(("risksim/a.py",), ("{n} vej", "{n} veje")),
        catalogues.Phrase("left", None): catalogues.Said(("risksim/a.py",), ("stoppet",)),
        catalogues.Phrase("left", None, "money"): catalogues.Said(("risksim/a.py",), ("tilbage",)),
    }
    (tmp_path / "run.po").write_text(catalogues.written(phrases))
    assert catalogues.translated(tmp_path) == {"run": phrases}
    file = tmp_path / "da" / "LC_MESSAGES" / "risksim.mo"
    file.parent.mkdir(parents=True)
    file.write_bytes(catalogues.compiled({"run": phrases}))
    danish = gettext.translation("risksim", tmp_path, ["da"])
    assert (danish.gettext("left"), danish.pgettext("money", "left")) == ("stoppet", "tilbage")
    assert danish.gettext('A "quoted" line\nand another\n') == "Æn\nog to\n"
    assert [danish.ngettext("{n} path", "{n} paths", n) for n in (0, 1, 2)] == ["{n} veje", "{n} vej", "{n} veje"]


@pytest.mark.parametrize(("count", "said"), [(0, "paths"), (1, "path"), (2, "paths"), (1.5, "paths"), (-1, "paths")])
def test_one_is_singular_and_everything_else_plural(count, said):
    assert plural("{n} path", "{n} paths", count, n=count) == f"{count} {said}"


def test_english_is_what_the_program_says():
    assert spoken() == "en"
    assert _("{x} of {y}", x=1, y=2) == "1 of 2"
    assert _("in {brackets}") == "in {brackets}"
    assert N_("later") == "later"
    assert _("") == ""
    assert pgettext("money", "left: {x}", x=1) == "left: 1"


def test_phrases_of_a_context_are_filled_as_others_are():
    filled = [lambda: _("{x:,.1f}", x=1234.5), lambda: pgettext("money", "{x:,.1f}", x=1234.5)]
    assert [each() for each in filled] == ["1,234.5"] * 2
    with speaking("da"):
        assert [each() for each in filled] == ["1.234,5"] * 2


def test_a_language_is_spoken_for_a_while_and_by_one_thread_alone():
    heard = []
    with speaking("da"):
        other = threading.Thread(target=lambda: heard.append(spoken()))
        other.start()
        other.join()
        assert spoken() == "da"
    assert heard == ["en"]
    assert spoken() == "en"
    assert LANGUAGES == ("en", "da")


def test_each_thread_keeps_the_language_it_spoke():
    heard, ready = {}, threading.Barrier(2)

    def say(language):
        speak(language)
        ready.wait()
        heard[language] = spoken()

    threads = [threading.Thread(target=say, args=(language,)) for language in LANGUAGES]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert heard == {"en": "en", "da": "da"}


def test_english_loads_neither_catalogue_nor_babel():
    code = (
        "import sys; from risksim.language import _; import risksim.cli.main, risksim.report.answer; _('mean'); "
        "print('babel' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"

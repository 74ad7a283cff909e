"""Faults of a scenario file in Danish: whatever people do wrong, no English is left in what they are told."""

import itertools
import json
import re

import pytest

from risksim import api
from risksim.errors import FaultyFileError, ScenarioError
from risksim.language import LANGUAGES, _, speaking
from risksim.plan.moved import sort_at
from risksim.scenario.places import meanings
from risksim.scenario.portfolio_reader import read_portfolio
from risksim.scenario.reader import read_text
from risksim.scenario.sheet import read_sheet
from tests.scenario.broken import DEAL, MISTAKES, broken
from tests.scenario.test_broken_files import HOSTILE

ENGLISH = re.compile(
    r"\b(add|and|are|before|beside|between|both|but|can|does|every|file|from|got|has|how|is|its|keep|must|neither|no|not|"
    r"nothing|or|stand|stands|take|than|that|the|there|these|they|this|those|twice|what|where|whether|which|who|whose|"
    r"with|without|write)\b"
)
"""Words of the English messages that are no Danish, no key and no word of a choice."""
YAML = re.compile(r"`[^`]*`|'[^']*'|\"[^\"]*\"|\{[^{}]*\}|\[[^\[\]]*\]|\w+: [\w.-]+")
"""What a message quotes from a file, or would have written into one."""
CHOICES = (
    "trial with problems, or strong quasi-experiment",
    "single group before-after",
    "developer is evaluator",
    "gain from start",
    "not real-world",
    "at the end",
)
"""Words of choices, which are the same in every language."""


def english_in(said: str) -> set[str]:
    """English words of a message, quotations aside."""
    for choice in CHOICES:
        said = said.replace(choice, " ")
    while (bare := YAML.sub(" ", said)) != said:
        said = bare
    return set(ENGLISH.findall(said.lower()))


def told(text: str) -> list[str]:
    """What a reader of Danish is told of a text."""
    with speaking("da"):
        try:
            read_text(text)
        except ScenarioError as error:
            return [f"{fault.found} {fault.remedy}" for fault in error.faults]
    return []


def english_of(names: list[str]) -> dict[str, set[str]]:
    """The mistakes that are told with English in it."""
    found = {}
    for name in names:
        said = told(broken(MISTAKES[name]))
        assert said, name
        found |= {f"{name}: {one}": words for one in said if (words := english_in(one))}
    return found


def test_english_is_seen_where_it_stands():
    assert english_in("got 'yearly'; drawdown is when the money is drawn.") >= {"got", "is", "the"}
    assert not english_in("fandt 'the end'; skriv called: at the end, `what is this` eller {from: the}.")


def test_mistakes_are_told_in_danish():
    assert not english_of(sorted(MISTAKES)[::8])


@pytest.mark.slow
def test_every_mistake_is_told_in_danish():
    assert not english_of(sorted(MISTAKES))


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_answered_in_danish(name):
    said = told(HOSTILE[name][0])
    assert not [one for one in said if english_in(one)]


def test_files_that_cannot_be_opened_are_told_in_danish(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "book.yaml").write_bytes(b"PK\x03\x04")
    (tmp_path / "wide.yaml").write_bytes(b"\xff\xfe")
    (tmp_path / "old.yaml").write_bytes(b"name: Br\xf8ndby\n")
    (tmp_path / "empty.yaml").write_text("")
    readers = (api.read, read_sheet, read_portfolio)
    names = ("nowhere.yaml", "folder", "book.yaml", "wide.yaml", "old.yaml", "empty.yaml")
    for read, name in itertools.product(readers, names):
        with speaking("da"), pytest.raises(FaultyFileError) as raised:
            read(tmp_path / name)
        for fault in raised.value.faults:
            assert not english_in(f"{fault.found} {fault.remedy}"), (read, fault)


def test_what_fields_mean_is_told_in_danish():
    clauses = sorted({meaning for _module, meaning in meanings()})
    assert len(clauses) > 400
    with speaking("da"):
        assert not [clause for clause in clauses if english_in(_(clause))]


def test_numbers_of_a_sentence_are_danish_and_those_of_the_file_are_not():
    said = " ".join(told(DEAL.replace("participants: 40", "participants: 300000")))
    assert "262.143" in said
    said = " ".join(told(DEAL.replace("success_rate: 0.4", "success_rate: 40")))
    assert "skriv 0.4" in said


def test_what_a_deal_is_does_not_hang_on_the_language():
    with speaking("da"):
        danish = api.read_text(DEAL)
    assert danish.plan.digest == api.read_text(DEAL).plan.digest


@pytest.mark.parametrize(
    ("path", "sort"),
    [
        (("cohorts", 0, "dropout"), "share"),
        (("cohorts", 0, "participants"), "count"),
        (("payments", 0, "per_outcome", "price"), "money"),
    ],
)
def test_the_sort_of_a_number_does_not_hang_on_the_language(path, sort):
    with speaking("da"):
        assert sort_at(path) == sort
    assert sort_at(path) == sort


FUND = "  - fund: {payer: municipality, limit: 900000, otherwise: OTHERWISE}\nfinancing:"


@pytest.mark.parametrize("said", ["stat", "3", "", "{a: 1}", "[state]"])
def test_who_pays_beyond_a_limit_is_asked_for_where_it_is_nobody(said):
    text = DEAL.replace("financing:", FUND.replace("OTHERWISE", said))
    with pytest.raises(ScenarioError) as raised:
        read_text(text)
    (fault,) = raised.value.faults
    assert fault.path.endswith("fund.otherwise")
    assert "one of municipality, region, state, outcome fund, unpaid." in fault.found
    (danish,) = told(text)
    assert not english_in(danish.replace("outcome fund", ""))


def test_when_a_rule_looks_is_told_in_danish():
    rule = "  - threshold: {outcome: home, counts: count, at_least: 3, pays: 10, payer: state, on: value}\nfinancing:"
    said = [each for each in told(DEAL.replace("financing:", rule)) if "on:" in each or "each" in each]
    assert said
    assert not english_in(" ".join(said)), said


BRACES = "{0} {name} {found!r:>{x}} %s {"
"""A name that looks like brackets to be filled in."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_that_look_like_brackets_stay_as_they_are(language, tmp_path):
    seen = 0
    for name in sorted(MISTAKES)[::4]:
        text = re.sub(r"\b(home|work|north|investor)\b", json.dumps(BRACES), broken(MISTAKES[name]))
        with speaking(language):
            try:
                read_text(text)
            except ScenarioError as error:
                seen += BRACES in str(error)
    assert seen >= 3
    with speaking(language), pytest.raises(FaultyFileError) as raised:
        api.read(tmp_path / BRACES)
    assert BRACES in str(raised.value)

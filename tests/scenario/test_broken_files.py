"""Broken files: each is refused with its place, what was found, what is allowed and what to try."""

from __future__ import annotations

import io
import os
import sys
import time
from pathlib import Path

import pytest

from risksim import api
from risksim.errors import Fault, ScenarioError
from risksim.scenario import reader
from risksim.scenario.reader import read_scenario, read_text
from tests.scenario.broken import COMPILED, DEAL, MISTAKES, MONTHS, PAYMENTS, Mistake, answer_to, broken

SECONDS = 10.0
"""No file may take longer, whatever it holds: far above the two seconds that users are promised, so that a busy machine
fails no test while a reader that hangs does. [s of this process]"""


def faults_of(file: str | Path) -> tuple[Fault, ...]:
    """The faults of a file that takes no longer than it may."""
    took, caught = timed(file)
    assert took < SECONDS
    faults = caught.faults
    assert faults
    for fault in faults:
        assert fault.found.startswith("got ")
        assert fault.found.endswith(".")
        assert fault.remedy.strip()
        assert len(str(fault)) < 900
    assert str(file) in str(caught)
    return faults


def timed(file: str | Path) -> tuple[float, ScenarioError]:
    began = time.process_time()
    with pytest.raises(ScenarioError) as caught:
        read_scenario(file)
    return time.process_time() - began, caught.value


def test_the_deal_without_mistakes_is_read():
    scenario, _ = read_text(DEAL)
    assert scenario.name == "Two years of support"


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_is_told_with_its_line_and_a_remedy(mistake: Mistake, tmp_path: Path):
    file = tmp_path / "deal.yaml"
    file.write_text(broken(mistake), encoding="utf-8")
    faults = faults_of(file)
    first = next((fault for fault in faults if fault.path == mistake.path), faults[0])
    assert (first.file, first.line, first.path) == (str(file), mistake.line, mistake.path)
    assert first.column is not None
    assert mistake.found in first.found
    assert mistake.remedy in first.remedy


@pytest.mark.parametrize("mistake", COMPILED.values(), ids=COMPILED.keys())
def test_a_mistake_of_a_deal_that_reads_is_told_too(mistake: Mistake, tmp_path: Path):
    file = tmp_path / "deal.yaml"
    file.write_text(broken(mistake), encoding="utf-8")
    read_scenario(file)
    with pytest.raises(ScenarioError) as caught:
        api.read(file, draft=True)
    (fault,) = caught.value.faults
    assert (fault.file, fault.line, fault.path) == (str(file), mistake.line, mistake.path)
    assert mistake.found in fault.found
    assert mistake.remedy in fault.remedy


PERSON_BY_PERSON = [name for name, mistake in MISTAKES.items() if mistake.old == PAYMENTS and mistake.line in (30, 32)]


@pytest.mark.parametrize("name", PERSON_BY_PERSON)
def test_a_mistake_in_an_outcome_is_told_once(name: str):
    answer = answer_to(name)
    assert answer is not None
    assert len(answer.faults) == 1


def test_an_amount_may_be_paid_by_the_unit():
    text = DEAL.replace(PAYMENTS, f"{MONTHS}{PAYMENTS}  - per_unit: {{outcome: months, price: 5}}\n")
    assert "months" in read_text(text)[0].personal


def test_there_are_sixty_kinds_of_broken_files():
    assert len(MISTAKES) >= 60


def test_an_unmistaken_part_is_not_accused():
    for name in MISTAKES:
        answer = answer_to(name)
        assert answer is not None, name
        assert len(answer.faults) <= 3, name


# Files that are no scenarios

CONTENTS: dict[str, tuple[bytes, int | None, str, str]] = {
    "empty": (b"", None, "an empty file", "risksim init"),
    "blank": (b" \n\n  \n", None, "an empty file", "risksim init"),
    "comments only": (b"# schema: 1\n# name: x\n", None, "comments only", "risksim init"),
    "only a document mark": (b"---\n", None, "an empty file", "risksim init"),
    "a word": (b"scenario\n", 1, "got 'scenario'; a scenario is a block of keys", "Begin with `schema: 1`"),
    "a list": (b"- schema: 1\n", 1, "a scenario is a block of keys", "Begin with `schema: 1`"),
    "a number": (b"42", 1, "got 42", "Begin with"),
    "binary": (b"schema: 1\nname: \x00\x01\x02", 2, "a zero byte at byte 17", "encoding UTF-8"),
    "an Excel file": (b"PK\x03\x04" + bytes(100), None, "an Excel, Word or zip file", "Name the YAML file"),
    "a PDF": (b"%PDF-1.7\n", None, "a PDF file", "Name the YAML file"),
    "UTF-16": ("schema: 1".encode("utf-16"), None, "UTF-16", "encoding UTF-8"),
    "Windows-1252": ("schema: 1\nname: Brøndby".encode("cp1252"), 2, "0xF8 (in Windows-1252 it would be ø)", "UTF-8"),
    "cut in a letter": ("schema: 1\nname: Brø".encode()[:-1], 2, "not UTF-8", "encoding UTF-8"),
    "fifty megabytes": (b"# comment\n" * 5_000_000, None, "more than 5 MB", "scenario file"),
}


@pytest.mark.parametrize(("content", "line", "found", "remedy"), CONTENTS.values(), ids=CONTENTS.keys())
def test_what_is_no_scenario_is_refused(content: bytes, line: int | None, found: str, remedy: str, tmp_path: Path):
    file = tmp_path / "deal.yaml"
    file.write_bytes(content)
    (fault,) = faults_of(file)
    assert fault.line == line
    assert found in fault.found
    assert remedy in fault.remedy


def test_a_missing_file_names_its_neighbours(tmp_path: Path):
    (tmp_path / "broendby.yaml").write_text(DEAL, encoding="utf-8")
    (fault,) = faults_of(tmp_path / "brondby.yaml")
    assert "no such file" in fault.found
    assert fault.remedy == "Did you mean broendby.yaml?"
    (fault,) = faults_of(tmp_path / "broendby")
    assert fault.remedy == "Did you mean broendby.yaml?"


def test_a_missing_folder_is_named(tmp_path: Path):
    (fault,) = faults_of(tmp_path / "nowhere" / "deal.yaml")
    assert f"There is no folder {tmp_path}/nowhere" in fault.remedy


def test_a_path_through_a_file_is_missing(tmp_path: Path):
    (tmp_path / "deal.yaml").write_text(DEAL, encoding="utf-8")
    (fault,) = faults_of(tmp_path / "deal.yaml" / "deal.yaml")
    assert "no such file" in fault.found


def test_a_folder_names_the_scenarios_in_it(tmp_path: Path):
    (tmp_path / "deal.yaml").write_text(DEAL, encoding="utf-8")
    (fault,) = faults_of(tmp_path)
    assert "got a folder" in fault.found
    assert str(tmp_path / "deal.yaml") in fault.remedy


@pytest.mark.parametrize("name", ["", "deal\0.yaml", "d" * 5_000])
def test_a_name_that_names_no_file_is_refused(name: str):
    with pytest.raises(ScenarioError) as caught:
        read_scenario(name)
    assert caught.value.faults[0].remedy


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="needs Unix devices")
def test_a_device_is_refused_and_not_read():
    (fault,) = faults_of("/dev/zero")
    assert "a device or pipe" in fault.found
    assert "standard input" in fault.remedy


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
@pytest.mark.timeout(120)
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path):
    os.mkfifo(tmp_path / "deal.yaml")
    (fault,) = faults_of(tmp_path / "deal.yaml")
    assert "a device or pipe" in fault.found


@pytest.mark.skipif(sys.platform == "win32", reason="needs symbolic links")
def test_a_link_to_itself_is_refused(tmp_path: Path):
    (tmp_path / "deal.yaml").symlink_to(tmp_path / "deal.yaml")
    (fault,) = faults_of(tmp_path / "deal.yaml")
    assert "a link that leads to itself" in fault.found


def test_a_file_one_may_not_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "deal.yaml").write_text(DEAL, encoding="utf-8")

    def denied(*_args: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(reader.os, "open", denied)
    (fault,) = faults_of(tmp_path / "deal.yaml")
    assert "permission was denied" in fault.found
    assert "Ask its owner" in fault.remedy


def test_a_broken_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "deal.yaml").write_text(DEAL, encoding="utf-8")

    def broken_disk(*_args: object) -> int:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(reader.os, "open", broken_disk)
    (fault,) = faults_of(tmp_path / "deal.yaml")
    assert "Input/output error" in fault.found


def test_standard_input_is_named_by_a_dash(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(DEAL.replace("schema: 1", "schema: 2").encode())))
    (fault,) = faults_of("-")
    assert (fault.file, fault.line) == ("-", 1)


# Hostile files: refused in no time, and never with another error

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{now}: &{now} [{', '.join([f'*{before}'] * 9)}]\n" for before, now in zip("abcdefgh", "bcdefghi", strict=True)
)
SIZE = 4_900_000

HOSTILE: dict[str, tuple[str, str]] = {
    "nested brackets": ("[" * SIZE, "blocks or lists inside each other"),
    "nested braces": ("{a: " * (SIZE // 4), "words"),
    "fewer nested braces": ("{a: " * 100_000, "inside each other"),
    "nested dashes": ("- " * (SIZE // 2), "words"),
    "fewer nested dashes": ("- " * 100_000, "inside each other"),
    "deep blocks": ("".join(f"{' ' * depth}a:\n" for depth in range(2_000)), "inside each other"),
    "the same key for ever": ("a: 1\n" * (SIZE // 5), "lines"),
    "the same key often": ("a: 1\n" * 37_000, "a second time"),
    "many keys": ("".join(f"k{n}: 1\n" for n in range(37_000)), "more mistakes"),
    "too many keys": ("".join(f"k{n}: 1\n" for n in range(59_000)), "more than 75,000 keys and values"),
    "one long word": ("name: " + "x" * SIZE, "a word of 4,900,000 letters"),
    "one long line": ("name: " + "x " * (SIZE // 2), "words"),
    "one long line of fewer words": ("name: " + "x " * 299_000, "name"),
    "one long quotation": ('name: "' + "x" * SIZE + '"', "a word of"),
    "one long quotation of escapes": ('name: "' + "\\n" * (SIZE // 2) + '"', "words"),
    "one long open quotation": ('name: "' + "x " * 200_000, "never closed"),
    "one long key": ("x" * SIZE + ": 1", "a word of"),
    "a long key": ("x" * 4_000 + ": 1", "a colon where no key can stand"),
    "one long comment": ("#" * SIZE, "a word of"),
    "a comment of many words": ("# " * 290_000, "an empty file"),
    "comments": ("#\n" * (SIZE // 2), "lines"),
    "blank lines": ("\n" * SIZE, "lines"),
    "spaces": (" " * SIZE, "an empty file"),
    "a long block text": ("name: |\n" + "  x\n" * 59_000, "name"),
    "a long list on one line": ("hurdles: [" + "1, " * (SIZE // 3), "words"),
    "a long list without spaces": ("hurdles: [" + "1," * (SIZE // 2) + "1]", "more than 75,000"),
    "a list of numbers": ("hurdles: [" + "1," * 70_000 + "1]", "hurdles"),
    "a list of cohorts": ("cohorts: [" + "1," * 65_000 + "1]", "cohorts"),
    "a list of bad cohorts": ("cohorts:\n" + "- {name: 1, x: 2}\n" * 12_000, "more mistakes"),
    "laughs by the billion": (BOMB, "more than 75,000 keys and values"),
    "anchors": ("".join(f"k{n}: &a{n} 1\n" for n in range(30_000)), "more mistakes"),
    "aliases": ("a: &a 1\n" + "".join(f"k{n}: *a\n" for n in range(30_000)), "more mistakes"),
    "aliases of nothing": ("".join(f"k{n}: *a\n" for n in range(30_000)), "more mistakes"),
    "a number without end": ("hurdles: [" + "9" * SIZE + "]", "a word of"),
    "numbers that go on": ("hurdles: [" + ("9" * 4_900 + ",") * 900 + "]", "hurdles"),
    "a fraction without end": ("hurdles: [0." + "9" * SIZE + "]", "a word of"),
    "documents": ("---\n" * 50_000, "a second document"),
    "a tag without end": ("a: " + "!" * SIZE, "a word of"),
    "tags that go on": (("- " + "!" * 4_990 + " a\n") * 900, "got the tag"),
    "question marks": ("? " * 100_000, "inside each other"),
    "directives": ("%a\n" * 50_000, "a directive"),
    "closing brackets": ("]" * SIZE, "a value should stand"),
    "commas": ("[" + "," * SIZE, "a value should stand"),
    "colons": (":" * SIZE, "a word of"),
    "dates": ("follow_up: [" + "2026-01-01," * 60_000 + "]", "follow_up"),
    "spaces in a quotation": ('name: "' + "x" + " " * SIZE + '"', "name"),
}


LIKE_OTHERS = {
    "the same key often",  # as many keys
    "too many keys",
    "a list of numbers",  # as a long list without spaces
    "a list of cohorts",
    "a list of bad cohorts",
    "dates",
    "anchors",  # as aliases
    "aliases of nothing",
    "tags that go on",
}
"""Those that take longest and go the way of another one."""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param(*told, id=name, marks=pytest.mark.slow if name in LIKE_OTHERS else ())
        for name, told in HOSTILE.items()
    ],
)
def test_a_hostile_file_is_answered_soon(text: str, found: str, tmp_path: Path):
    file = tmp_path / "deal.yaml"
    file.write_text(text, encoding="utf-8")
    assert file.stat().st_size <= reader.MOST_BYTES
    assert any(found in fault.found or found in fault.path for fault in faults_of(file))


def test_a_rate_of_the_measured_beside_a_block_that_selects_them_is_refused():
    text = DEAL.replace("unmeasured: 0.1", "unmeasured: {share: 0.1, outcome: work, failures: 2}")
    with pytest.raises(ScenarioError) as caught:
        read_text(text.replace("of: enrolled", "of: measured"))
    (fault,) = caught.value.faults
    assert fault.path == "cohorts[0].unmeasured"
    assert "selects by their success" in fault.found
    assert "of: completers" in fault.remedy
    read_text(text)

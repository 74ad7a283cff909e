"""What one text says otherwise than another, held against the standard library and against a clock."""

from __future__ import annotations

import difflib
import random
import time

import pytest

from risksim.service.store.differences import differences
from tests.service.conftest import SIMPLE


def of_difflib(first: str, second: str) -> str:
    found = difflib.unified_diff(first.splitlines(), second.splitlines(), "before", "after", lineterm="")
    return "".join(f"{line}\n" for line in found)


@pytest.mark.parametrize("seed", range(30))
def test_the_unified_form_brings_one_text_to_the_other(seed):
    draw = random.Random(seed)
    first = [draw.choice("abcdefgh") * draw.randint(1, 3) for _ in range(draw.randint(0, 60))]
    second = list(first)
    for _ in range(draw.randint(1, 6)):
        at = draw.randint(0, len(second))
        second[at : at + draw.randint(0, 3)] = [draw.choice("xyz") for _ in range(draw.randint(0, 3))]
    found = differences("\n".join(first), "\n".join(second))
    assert applied(found.unified, first) == second


def applied(unified: str, first: list[str]) -> list[str]:
    """What a patch makes of a text, as any tool that reads patches does it."""
    made, at = [], 0
    for line in unified.splitlines()[2:]:
        if line.startswith("@@"):
            start, _, count = line.split()[1][1:].partition(",")
            begin = int(start) - (1 if count != "0" else 0)
            made += first[at:begin]
            at = begin
        elif line.startswith(" "):
            assert first[at] == line[1:]
            made.append(first[at])
            at += 1
        elif line.startswith("-"):
            assert first[at] == line[1:]
            at += 1
        else:
            made.append(line[1:])
    return made + first[at:]


@pytest.mark.parametrize(
    ("old", "new"), [("60000", "61000"), ("120", "130"), ("currency: DKK\n", ""), ("# The", "# A\n# B\n# The")]
)
def test_the_unified_form_is_that_of_the_standard_library(old, new):
    changed = SIMPLE.replace(old, new)
    assert changed != SIMPLE
    assert differences(SIMPLE, changed).unified == of_difflib(SIMPLE, changed)


def test_the_same_text_has_no_differences():
    found = differences(SIMPLE, SIMPLE)
    assert (found.unified, found.lines, found.words) == ("", (), ())


def test_lines_carry_their_numbers_in_both_texts():
    found = differences("a\nb\nc\nd\ne\nf\n", "a\nb\nc\nd\nX\nY\nf\n")
    assert [tuple(line) for line in found.lines] == [
        ("gap", None, None, ""),
        ("same", 2, 2, "b"),
        ("same", 3, 3, "c"),
        ("same", 4, 4, "d"),
        ("out", 5, None, "e"),
        ("in", None, 5, "X"),
        ("in", None, 6, "Y"),
        ("same", 6, 7, "f"),
    ]
    assert found.words is None  # neither is a deal


def test_a_line_that_stands_everywhere_takes_no_longer():
    first, second = (["x" if k % 2 else f"{name}{k}" for k in range(1490)] for name in "uv")
    begin = time.process_time()
    found = differences("\n".join(first), "\n".join(second))
    assert time.process_time() - begin < 3
    assert applied(found.unified, first) == second


def test_no_pair_of_texts_takes_long():
    few = [f"line {k % 100}" for k in range(100_000)]
    shuffled = random.Random(1).sample(few, len(few))
    begin = time.process_time()
    found = differences("\n".join(few), "\n".join(shuffled))
    assert time.process_time() - begin < 20  # it takes one, and hours where each line is held against every other
    assert applied(found.unified, few) == shuffled

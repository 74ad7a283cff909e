"""What one text of a deal says otherwise than another: line by line, and in words."""

from __future__ import annotations

from collections import Counter
from difflib import SequenceMatcher
from typing import Literal, NamedTuple, cast

from risksim import api
from risksim.errors import RisksimError
from risksim.service.store.compiled import compiled

CONTEXT = 3
"""Lines shown around a change."""
MOST_COMPARED = 1_500
"""Lines between the first and the last change that are matched one by one; more are shown as replaced as a whole, so
that no pair of texts takes long."""
MOST_STEPS = 30_000_000
"""Steps of matching at most, some second; where it would be more, lines that stand everywhere match nothing by
themselves."""

Kind = Literal["same", "out", "in", "gap"]
Opcode = tuple[Literal["replace", "delete", "insert", "equal"], int, int, int, int]


class Line(NamedTuple):
    """A line of a comparison."""

    kind: Kind
    """In both; only in the first; only in the second; or lines in both that are left out here."""
    first: int | None
    """Its number in the first text, from 1."""
    second: int | None
    text: str


class Differences(NamedTuple):
    """What the second of two texts says otherwise."""

    unified: str
    """As ``diff -u`` writes it; empty where they are the same."""
    lines: tuple[Line, ...]
    """The same for a page."""
    words: tuple[str, ...] | None
    """A sentence each; None where one of them is no deal and cannot be put into words."""


def differences(first: str, second: str, names: tuple[str, str] = ("before", "after")) -> Differences:
    """What the second of two texts says otherwise.

    Parameters
    ----------
    first, second : str
        Scenario files.
    names : tuple of str
        What the head of the unified form calls them.

    Returns
    -------
    Differences
    """
    groups = _groups(first.splitlines(), second.splitlines())
    return Differences(_unified(groups, names), _shown(groups), _words(first, second))


def _words(first: str, second: str) -> tuple[str, ...] | None:
    try:
        return api.differences_in_words(compiled(first), compiled(second))
    except RisksimError:
        return None


class _Group(NamedTuple):
    """Changes that stand close to each other."""

    opcodes: list[Opcode]
    first: list[str]
    second: list[str]


class _Matcher(SequenceMatcher[str]):
    """The matcher of the standard library, asked only for what stands between the first and the last change."""

    def __init__(self, first: list[str], second: list[str]) -> None:
        super().__init__(None, [], [])
        self._found = _opcodes(first, second)

    def get_opcodes(self) -> list[Opcode]:
        """How to make the second text of the first."""
        return self._found


def _groups(first: list[str], second: list[str]) -> list[_Group]:
    if first == second:
        return []
    found = _Matcher(first, second).get_grouped_opcodes(CONTEXT)
    return [_Group(cast("list[Opcode]", group), first, second) for group in found]


def _opcodes(first: list[str], second: list[str]) -> list[Opcode]:
    """How to make the second of the first; what is the same at both ends is not searched."""
    shorter = min(len(first), len(second))
    head = next((at for at in range(shorter) if first[at] != second[at]), shorter)
    tail = next((at for at in range(shorter - head) if first[-1 - at] != second[-1 - at]), shorter - head)
    a, b = first[head : len(first) - tail], second[head : len(second) - tail]
    middle: list[Opcode]
    if max(len(a), len(b)) > MOST_COMPARED:
        middle = [("replace", 0, len(a), 0, len(b))]
    else:
        middle = SequenceMatcher(None, a, b, autojunk=_is_repetitive(a, b)).get_opcodes()
    shifted: list[Opcode] = [(tag, i + head, j + head, k + head, m + head) for tag, i, j, k, m in middle]
    before: list[Opcode] = [("equal", 0, head, 0, head)] if head else []
    behind: list[Opcode] = [("equal", len(first) - tail, len(first), len(second) - tail, len(second))] if tail else []
    return [*before, *shifted, *behind]


def _is_repetitive(first: list[str], second: list[str]) -> bool:
    """Whether so many lines stand so often in both that matching each of them by itself would take long."""
    here, there = Counter(first), Counter(second)
    pairs = sum(count * there[line] for line, count in here.items())
    return pairs * (here & there).total() > MOST_STEPS


def _unified(groups: list[_Group], names: tuple[str, str]) -> str:
    if not groups:
        return ""
    said = [f"--- {names[0]}", f"+++ {names[1]}"]
    for group in groups:
        start, end = group.opcodes[0], group.opcodes[-1]
        said.append(f"@@ -{_range(start[1], end[2])} +{_range(start[3], end[4])} @@")
        signs = {"same": " ", "out": "-", "in": "+", "gap": ""}
        said += [signs[line.kind] + line.text for line in _of_group(group)]
    return "\n".join(said) + "\n"


def _range(start: int, end: int) -> str:
    """A range of lines as ``diff`` writes it."""
    length = end - start
    if length == 1:
        return str(start + 1)
    return f"{start + (length > 0)},{length}"


def _shown(groups: list[_Group]) -> tuple[Line, ...]:
    lines: list[Line] = []
    for group in groups:
        if lines or group.opcodes[0][1] > 0:
            lines.append(Line("gap", None, None, ""))
        lines += _of_group(group)
    return tuple(lines)


def _of_group(group: _Group) -> list[Line]:
    lines: list[Line] = []
    for tag, i, j, k, m in group.opcodes:
        if tag == "equal":
            lines += [Line("same", i + at + 1, k + at + 1, group.first[i + at]) for at in range(j - i)]
            continue
        lines += [Line("out", at + 1, None, group.first[at]) for at in range(i, j)]
        lines += [Line("in", None, at + 1, group.second[at]) for at in range(k, m)]
    return lines

"""Several inputs moved at once, deal after deal in one warm process: every bit as if the written file were run."""

from __future__ import annotations

import datetime as dt
import functools
import json
import random
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from risksim import api
from risksim.analysis.answer import Wishes, ask
from risksim.errors import RisksimError
from risksim.language import speaking
from risksim.service.live import further, people
from risksim.service.live.answer import Question, answer
from risksim.service.live.changes import changes_of_set, written
from risksim.service.live.inputs import Input, ends, inputs_of
from risksim.service.live.reckon import Reckoning, reckoned
from tests.engine.deals import SHIPPED, shipped_files

FEW = ("broendby-tuba", "examples/simple-reference", "rules/cap", "financing/second-loss-guarantee")
ALL = [file.relative_to(SHIPPED).as_posix().removesuffix(".yaml") for file in shipped_files()]
TRIED = 4
"""Combinations of a deal that are tried."""


class Asked(NamedTuple):
    """A question about a deal."""

    name: str
    moves: dict[str, float | int | str]
    paths: int
    seed: int
    language: Any


@functools.cache
def text_of(name: str) -> str:
    return (SHIPPED / f"{name}.yaml").read_text(encoding="utf-8")


@functools.cache
def deal_of(name: str) -> api.Deal:
    return api.read_text(text_of(name))


def _value(one: Input, chance: random.Random) -> float | int | str:
    """Where an input is moved: an end of its range, a step of its slider, or a number with many digits."""
    low, high, step = ends(one)
    if one.kind == "date":
        months = chance.choice([int(low), int(high), -1, 1, 2])
        return further.months_later(dt.date.fromordinal(int(one.value)), months).isoformat()
    near = one.value + chance.choice([-3, -1, 1, 2, 4]) * step
    value = chance.choice([low, high, near, low + step * chance.randint(0, int((high - low) / step))])
    if one.kind in ("count", "months"):
        return max(0, round(value))
    return value * chance.choice([1.0, 1.0, 1.0371234567])


def _asked(name: str, chance: random.Random) -> Asked:
    offered = inputs_of(deal_of(name))
    chosen = chance.sample(offered, min(len(offered), chance.randint(2, 4)))
    moves = {one.id: _value(one, chance) for one in chosen}
    return Asked(
        name, moves, chance.choice([256, 300, 1_024]), chance.choice([1, 1, 2**63 + 5]), chance.choice(["en", "da"])
    )


def _warm(asked: Asked) -> dict[str, Any]:
    """The answer of this process, which keeps what it drew and counted before."""
    how = (asked.paths, asked.seed, ("answer",), asked.language)
    with speaking(asked.language):
        said = reckoned(Reckoning(text_of(asked.name), "deal.yaml", asked.moves, *how))
    found: dict[str, Any] = json.loads(said)
    del found["milliseconds"]
    return found


def _cold(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> tuple[api.Deal, dict[str, Any]]:
    """That of the file that is written, with nothing kept."""
    text = written(deal_of(asked.name), asked.moves)
    with monkeypatch.context() as patched, speaking(asked.language):
        patched.setattr(people, "_kept", [])
        patched.setattr(people, "_recall", api.new_recall())
        deal = api.read_text(text, "deal.yaml")
        found = json.loads(answer(deal, Question(asked.paths, asked.seed, ("answer",), moved=True)).model_dump_json())
    del found["milliseconds"]
    return deal, found


def _answered(names: list[str], chance: random.Random, most: int) -> Iterator[tuple[Asked, dict[str, Any]]]:
    """Questions that deals bear, in turn, with their answers; what one refuses its file refuses, too."""
    for _round in range(most):
        for name in names:
            asked = _asked(name, chance)
            deal = deal_of(name)
            try:
                found = _warm(asked)
            except RisksimError:
                with pytest.raises(RisksimError):
                    api.read_text(written(deal, asked.moves))
                continue
            if changes_of_set(deal, asked.moves):
                yield asked, found


def _check(names: list[str], seed: int, most: int, monkeypatch: pytest.MonkeyPatch) -> int:
    """Hold every answer against the file's, and again after the process was asked other things."""
    chance, past = random.Random(seed), []
    for asked, found in _answered(names, chance, most):
        deal, alone = _cold(asked, monkeypatch)
        assert found == alone, asked
        if deal.scenario.is_funded:
            job = ask(deal, asked.paths, asked.seed, 1, Wishes()).job
            assert found["statistics"] == json.loads(json.dumps(api.work(job).summary.to_json())), asked
        past.append((asked, found))
        before, then = chance.choice(past[-6:])
        assert _warm(before) == then, (before, asked)
    return len(past)


def test_inputs_moved_together_and_one_deal_after_another_give_the_bits_of_the_file(monkeypatch):
    assert _check(list(FEW), 20_261, TRIED, monkeypatch) >= len(FEW)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(8))
def test_every_shipped_deal_gives_the_bits_of_its_file_with_inputs_moved_together(part, monkeypatch):
    names = ALL[part::8]
    assert _check(names, part, TRIED, monkeypatch) > len(names)

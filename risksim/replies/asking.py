"""From what somebody wishes for, as JSON, to wishes that make sense, and to the deals of which it is asked."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from risksim import api
from risksim.errors import FaultyFileError, RisksimError
from risksim.language import _
from risksim.replies.form import QuestionError
from risksim.report.numbers import number

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from risksim.replies import Question
    from risksim.replies.wishes import Wishes

MOST_WORK = 200_000_000
"""Paths at most of all runs behind an answer that somebody asks for over a network. [paths]"""
MADE_HERE = "what is changed here"
"""What messages call changes that stand in no file."""


def question_of(name: str) -> Question:
    """The question of that name.

    Raises
    ------
    QuestionError
        If there is none.
    """
    from risksim.replies import QUESTIONS

    if name in QUESTIONS:
        return QUESTIONS[name]
    raise QuestionError(
        _("There is no question '{name}'; there is {names}.", name=name[:60], names=", ".join(QUESTIONS))
    )


def checked(question: Question, wishes: Mapping[str, Any]) -> Wishes:
    """Wishes that make sense.

    Raises
    ------
    QuestionError
        With every wish that makes none: what was found, what is allowed, and what to try.
    """
    from pydantic import ValidationError

    model = question.wishes
    try:
        return model.model_validate(wishes)
    except ValidationError as error:
        raise QuestionError("\n".join(_in_words(one, model) for one in error.errors(include_url=False))) from None


def asked_of(question: Question, deals: Sequence[api.Deal], wishes: Wishes) -> list[api.Deal]:
    """The deals of which a question is asked: the first of them with the stress and the changes wished for.

    Raises
    ------
    QuestionError
        If there are too many or too few, or the first has no such stress.
    ScenarioError
        If one has no investors of whom it could be asked, or the changes make mistakes.
    """
    least, most = question.deals
    if not least <= len(deals) <= most:
        allowed = str(least) if least == most else f"{least}-{most}"
        raise QuestionError(
            _("{question}: got {count} deals; it is asked of {allowed}.", question=question.name, count=len(deals),
              allowed=allowed)
        )  # fmt: skip
    if question.funded:
        for deal in deals:
            api.check_funded(deal)
    first, *others = deals
    if wishes.stress is not None:
        first = with_stress(first, wishes.stress)
    if wishes.changes:
        first = api.changed(first, MADE_HERE, dict(wishes.changes), keep_stresses=True)
    return [first, *others]


def with_stress(deal: api.Deal, name: str | None) -> api.Deal:
    """The deal, or the one that a stress of its file makes of it.

    Raises
    ------
    QuestionError
        If the file has no such stress, with those that it has.
    """
    if name is None:
        return deal
    if name not in deal.scenario.stresses:
        there = ", ".join(f"'{one}'" for one in deal.scenario.stresses)
        raise QuestionError(
            _("--stress '{name}': {file} has no such stress.\n", name=name, file=deal.document.file)
            + (_("  There is {there}.", there=there) if there else _("  Add it to the file under `stresses:`."))
        )
    return api.stressed(deal, name)


def check_work(paths: int | None) -> None:
    """Refuse what would keep a machine busy for hours.

    Raises
    ------
    QuestionError
        With the most that may be asked for at once.
    """
    if paths is not None and paths > MOST_WORK:
        raise QuestionError(
            _(
                "This simulates {paths} paths in all; at most {most} at once. Ask for fewer `paths`, or for less.",
                paths=number(paths),
                most=number(MOST_WORK),
            )
        )


def marked(said: dict[str, Any], wishes: Wishes) -> dict[str, Any]:
    """An answer that says which stress and which changes it was asked with, where there were any."""
    about = said.get("scenario", said)
    if wishes.stress is not None:
        about["stress"] = wishes.stress
    if wishes.changes:
        about["changes"] = list(api.words_of_changes(wishes.changes))
    return said


# Errors in words

OPTION = re.compile(r"--([a-z][a-z-]*)")
CALLED = {"for": "outcome", "from": "low", "to": "high"}
"""Options of the command line whose wish has another name."""


@contextmanager
def in_its_words(wishes: Wishes) -> Iterator[None]:
    """Name wishes where a message names options of the command line: `paths` for ``--paths``."""

    def wish(found: re.Match[str]) -> str:
        name = CALLED.get(found[1], found[1]).replace("-", "_")
        name = "stresses" if name == "stress" and "stresses" in fields else name
        return f"`{name}`" if name in fields else found[0]

    fields = type(wishes).model_fields
    try:
        yield
    except RisksimError as error:
        if not isinstance(error, FaultyFileError):
            error.args = tuple(OPTION.sub(wish, part) if isinstance(part, str) else part for part in error.args)
        raise


def _in_words(error: ErrorDetails, model: type[Wishes]) -> str:
    """One wish that makes no sense: where, what was found, what is allowed, what to try."""
    place = _place(error["loc"])
    found, kind, more = _shown(error["input"]), error["type"], error.get("ctx", {})
    if kind == "value_error":
        said = str(more["error"])
        return f"`{place}`: {said}" if place else said
    if kind == "extra_forbidden":
        close = difflib.get_close_matches(str(error["loc"][-1]), model.model_fields, n=1)
        allowed = ", ".join(model.model_fields)
        said = _("`{place}`: there is no such wish; there is {allowed}.", place=place, allowed=allowed)
        return f"{said} " + _("Did you mean `{close}`?", close=close[0]) if close else said
    if kind == "missing":
        return _("`{place}`: is missing; this question needs it.", place=place)
    return _("`{place}`: got {found}; {allowed}.", place=place, found=found, allowed=_allowed(kind, more))


def _allowed(kind: str, more: Mapping[str, Any]) -> str:
    """What a wish may be."""
    numbers = {key: more[key] for key in ("ge", "gt", "le", "lt") if key in more}
    if numbers:
        ((key, limit),) = ((key, _limit(value)) for key, value in numbers.items())
        said = {
            "ge": _("this is at least {limit}", limit=limit),
            "gt": _("this is more than {limit}", limit=limit),
            "le": _("this is at most {limit}", limit=limit),
            "lt": _("this is less than {limit}", limit=limit),
        }
        return said[key]
    kinds = {
        "int_type": _("this is a whole number"),
        "int_from_float": _("this is a whole number"),
        "float_type": _("this is a number"),
        "finite_number": _("this is a finite number"),
        "bool_type": _("this is true or false"),
        "string_type": _("this is a text"),
        "tuple_type": _("this is a list"),
        "dict_type": _("these are places and what becomes of them"),
        "literal_error": _("there is {names}", names=str(more.get("expected", "")).replace(" or ", ", ")),
        "string_too_long": _("a text has at most {limit} letters here", limit=_limit(more.get("max_length", 0))),
        "string_too_short": _("this is a text that is not empty"),
        "too_long": _("there are at most {limit} here", limit=_limit(more.get("max_length", 0))),
        "too_short": _("there are at least {limit} here", limit=_limit(more.get("min_length", 0))),
    }
    return kinds.get(kind, _("this is something else"))


def _limit(value: float) -> str:
    return number(value) if isinstance(value, int) else number(value, ",g")


def _place(loc: Sequence[int | str]) -> str:
    said = ""
    for part in loc:
        said += f"[{part}]" if isinstance(part, int) else f".{part}" if said else part
    return said


def _shown(found: Any) -> str:
    """What was found, as JSON, shortened."""
    try:
        text = json.dumps(found, ensure_ascii=False)
    except (TypeError, ValueError):
        text = repr(found)
    return text if len(text) <= 60 else f"{text[:57]}..."

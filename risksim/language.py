"""The language that pages are written in: Danish and English as equals.

Every phrase for readers is written in English where it is used, as ``_("In {count} of 100 futures ...", count=72)``,
and looked up in the catalogue of the language spoken. Keys, codes and names from a scenario file are never translated.
The language belongs to the task at hand (a context variable), so that a server can answer in two languages at once.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any, Literal, get_args

Language = Literal["en", "da"]
"""English, as 1,234.5, or Danish, as 1.234,5."""
LANGUAGES: tuple[Language, ...] = get_args(Language)

_CATALOGUES = Path(__file__).parent / "locale"
_spoken: ContextVar[Language] = ContextVar("language", default="en")


def spoken() -> Language:
    """The language of the task at hand."""
    return _spoken.get()


def speak(language: Language) -> None:
    """Speak a language from here on."""
    _spoken.set(language)


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Speak a language for a while.

    Examples
    --------
    >>> with speaking("da"):
    ...     spoken()
    'da'
    """
    before = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(before)


def _(message: str, **fill: object) -> str:
    """A phrase in the language spoken, its curly brackets filled in.

    Parameters
    ----------
    message : str
        The phrase in English.
    **fill
        What stands for ``{name}``; left out, brackets stay as they are.

    Returns
    -------
    str
    """
    said = _catalogue(_spoken.get()).gettext(message) if message else message
    return _filled(said, fill) if fill else said


def plural(one: str, many: str, count: float, **fill: object) -> str:
    """A phrase about one or about many, as the language spoken wants it.

    Parameters
    ----------
    one, many : str
        The phrase in English, of one and of any other number.
    count : float
        How many; not filled in by itself: name it, as it should be written.
    **fill
        What stands for ``{name}``.

    Returns
    -------
    str
    """
    said = _catalogue(_spoken.get()).ngettext(one, many, 1 if count == 1 else 2)
    return _filled(said, fill) if fill else said


def by_form(said: str, forms: Sequence[str]) -> str:
    """A sentence that was made in English, in the language spoken, found by the form that it has.

    Parameters
    ----------
    said : str
        The sentence, brackets filled in.
    forms : sequence of str
        Phrases, as ``'{name}' takes its time``; the first that fits is taken.

    Returns
    -------
    str
        As it is, where no form fits.
    """
    if _spoken.get() == "en":
        return said
    for form in forms:
        found = re.fullmatch(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+)", re.escape(form)), said, re.DOTALL)
        if found is not None:
            return _(form, **{name: _counted(name, text) for name, text in found.groupdict().items()})
    return said


_COUNTS = ("number", "most")
"""Brackets of a form in which numbers stand, and never names."""


def _counted(name: str, text: str) -> str:
    """What was found in a bracket of a form, a number with the marks between thousands of the language spoken."""
    return text.replace(",", ".") if name in _COUNTS and re.fullmatch(r"\d{1,3}(,\d{3})+", text) else text


def _filled(said: str, fill: dict[str, object]) -> str:
    """A phrase with its brackets filled in."""
    return said.format(**fill) if _spoken.get() == "en" else _DANISH.vformat(said, (), fill)


class _Danish(Formatter):
    """Numbers written with marks between thousands have those of Danish: 1.234,5."""

    def format_field(self, value: Any, format_spec: str) -> str:
        text = str(super().format_field(value, format_spec))
        return text.translate(_MARKS) if "," in format_spec else text


_MARKS = str.maketrans(",.", ".,")
_DANISH = _Danish()


def pgettext(context: str, message: str, **fill: object) -> str:
    """A phrase that means something else here than elsewhere, as ``left`` of money and of people.

    Parameters
    ----------
    context : str
        What is spoken of; in no catalogue's text.
    message : str
        The phrase in English.
    **fill
        What stands for ``{name}``.

    Returns
    -------
    str
    """
    said = _catalogue(_spoken.get()).pgettext(context, message)
    return _filled(said, fill) if fill else said


def N_(message: str) -> str:  # noqa: N802 - gettext's own name
    """A phrase for the catalogue that is looked up later, where it is said."""
    return message


@cache
def _catalogue(language: Language) -> gettext.NullTranslations:
    """The phrases of a language; English is what the program itself says."""
    if language == "en":
        return gettext.NullTranslations()
    return gettext.translation("risksim", _CATALOGUES, [language], fallback=True)

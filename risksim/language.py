"""The language that pages are written in: Danish and English as equals.

Every phrase for readers is written in English where it is used, as ``_("In {count} of 100 futures ...", count=72)``,
and looked up in the catalogue of the language spoken. Keys, codes and names from a scenario file are never translated.
The language belongs to the task at hand (a context variable), so that a server can answer in two languages at once.
"""

from __future__ import annotations

import gettext
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Literal, get_args

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
    return said.format(**fill) if fill else said


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
    return said.format(**fill) if fill else said


def N_(message: str) -> str:  # noqa: N802 - gettext's own name
    """A phrase for the catalogue that is looked up later, where it is said."""
    return message


@cache
def _catalogue(language: Language) -> gettext.NullTranslations:
    """The phrases of a language; English is what the program itself says."""
    if language == "en":
        return gettext.NullTranslations()
    return gettext.translation("risksim", _CATALOGUES, [language], fallback=True)

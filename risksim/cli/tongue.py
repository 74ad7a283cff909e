"""Which language a command speaks: ``--lang``, else ``RISKSIM_LANG``, else the locale, else English."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import cast

import typer

from risksim.errors import RisksimError
from risksim.language import LANGUAGES, N_, Language, _, speaking

VARIABLE = "RISKSIM_LANG"
OPTIONS = ("--lang", "--language")
ALLOWED = N_("pages are written in Danish ('da') or English ('en')")
LOCALES = ("LC_ALL", "LC_MESSAGES", "LANG")


class LanguageError(RisksimError):
    """A language that nobody here speaks."""


def of_environment(environment: Mapping[str, str]) -> Language:
    """The language that the surroundings ask for.

    Parameters
    ----------
    environment : mapping of str
        Environment variables.

    Returns
    -------
    Language

    Raises
    ------
    LanguageError
        If ``RISKSIM_LANG`` names another one than Danish or English.

    Examples
    --------
    >>> of_environment({"LANG": "da_DK.UTF-8"}), of_environment({"RISKSIM_LANG": "en", "LANG": "da_DK.UTF-8"})
    ('da', 'en')
    """
    wanted = environment.get(VARIABLE, "").lower()
    locale = next((environment[name] for name in LOCALES if environment.get(name)), "")
    of_locale: Language = "da" if locale.lower().split(".")[0].split("_")[0] == "da" else "en"
    if wanted and wanted not in LANGUAGES:
        with speaking(of_locale):
            raise LanguageError(
                _(
                    "{variable}: got '{found}'; {allowed}.\n  Set it to da or en, or unset it.",
                    variable=VARIABLE,
                    found=wanted[:20],
                    allowed=_(ALLOWED),
                )
            )
    return wanted or of_locale


def of_words(words: Sequence[str]) -> Language | None:
    """The language that the words of a command line ask for, before anybody has parsed them; None for none.

    Examples
    --------
    >>> of_words(["check", "deal.yaml", "--lang", "da"]), of_words(["--lang=en"]), of_words(["check"])
    ('da', 'en', None)
    """
    found: Language | None = None
    for word, following in pairwise([*words, ""]):
        if word == "--":
            break
        name, equals, value = word.partition("=")
        asked_for = (value if equals else following).lower()
        if name in OPTIONS and asked_for in LANGUAGES:
            found = asked_for
    return found


def asked(context: typer.Context, value: str | None) -> str | None:
    """Speak the language that an option names until the command is done."""
    if value is not None and not context.resilient_parsing:
        if value.lower() not in LANGUAGES:
            raise typer.BadParameter(_("got '{found}'; {allowed}", found=value[:20], allowed=_(ALLOWED)))
        context.with_resource(speaking(cast("Language", value.lower())))
    return value

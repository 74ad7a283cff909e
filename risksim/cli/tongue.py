"""Which language a command speaks: ``--lang``, else ``RISKSIM_LANG``, else the locale, else English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import typer

from risksim.errors import RisksimError
from risksim.language import LANGUAGES, Language, speaking

VARIABLE = "RISKSIM_LANG"
ALLOWED = "pages are written in Danish ('da') or English ('en')"
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
    if wanted and wanted not in LANGUAGES:
        raise LanguageError(f"{VARIABLE}: got '{wanted[:20]}'; {ALLOWED}.\n  Set it to da or en, or unset it.")
    if wanted:
        return wanted
    locale = next((environment[name] for name in LOCALES if environment.get(name)), "")
    return "da" if locale.lower().split(".")[0].split("_")[0] == "da" else "en"


def asked(context: typer.Context, value: str | None) -> str | None:
    """Speak the language that an option names until the command is done."""
    if value is not None and not context.resilient_parsing:
        if value.lower() not in LANGUAGES:
            raise typer.BadParameter(f"got '{value[:20]}'; {ALLOWED}")
        context.with_resource(speaking(cast("Language", value.lower())))
    return value

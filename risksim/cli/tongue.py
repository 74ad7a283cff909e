"""Which language a command speaks: ``--lang``, else ``RISKSIM_LANG``, else the locale, else English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import typer

from risksim.errors import RisksimError
from risksim.language import LANGUAGES, Language, speaking

VARIABLE = "RISKSIM_LANG"
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
    if environment.get(VARIABLE):
        return _checked(environment[VARIABLE], VARIABLE)
    locale = next((environment[name] for name in LOCALES if environment.get(name)), "")
    return "da" if locale.lower().split(".")[0].split("_")[0] == "da" else "en"


def asked(context: typer.Context, parameter: typer.CallbackParam, value: str | None) -> str | None:
    """Speak the language that an option names until the command is done."""
    if value is not None and not context.resilient_parsing:
        context.with_resource(speaking(_checked(value, parameter.opts[0])))
    return value


def _checked(value: str, where: str) -> Language:
    if value.lower() not in LANGUAGES:
        raise LanguageError(
            f"{where}: got '{value[:20]}'; pages are written in Danish (da) or English (en).\n  Try {where}"
            f"{'=' if where == VARIABLE else ' '}da"
        )
    return cast("Language", value.lower())

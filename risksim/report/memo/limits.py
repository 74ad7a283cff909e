"""What the memo cannot say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from risksim.language import N_, _, spoken
from risksim.report.document import Block, Bullets, Paragraph
from risksim.report.limits import BY_LANGUAGE

if TYPE_CHECKING:
    from risksim.analysis.memo import Facts

OF_MODEL = (
    N_("The calculation shows what follows from the numbers of the file; it does not say that they are right."),
    N_("What the file does not name, such as changed laws or politics, is not in it."),
    N_("Probabilities are shares of simulated futures under these assumptions, not observed frequencies."),
)
"""Limits of every calculation."""

LEFT_OUT = {
    "summary": N_("The return of investors is not told."),
    "lines": N_("The three lines are not told."),
    "split": N_("Why futures differ is not told."),
    "results": N_("The distribution of the result is not told."),
    "appropriations": N_("Nothing is held against appropriations."),
    "budgets": N_("Gains of public budgets are not told."),
    "drivers": N_("What the answer hangs on is not told."),
    "stresses": N_("No stresses were run."),
    "terms": N_("No other terms were solved for."),
    "typical": N_("No typical path is told."),
    "bad": N_("No bad path is told."),
    "acceptability": N_("What other prices would lead to is not told."),
}
"""What is said of a section that is left out, where its reason is not in the language spoken."""


def model_limits() -> list[str]:
    """Limits of every calculation, in the language spoken."""
    return [_(one) for one in OF_MODEL]


def limits(facts: Facts) -> list[Block]:
    """Limits on the first two pages: of the model, and of public savings where they are told."""
    return [Paragraph(" ".join(all_limits(public=facts.budgets is not None)), "note")]


def all_limits(*, public: bool) -> list[str]:
    """Limits of every calculation, and those of public savings wherever such figures are shown."""
    return [*model_limits(), *(BY_LANGUAGE[spoken()] if public else ())]


def left_out(facts: Facts) -> list[Block]:
    """Sections that are left out, and why, a sentence each."""
    said = list(dict.fromkeys(why(name, reason) for name, reason in facts.lacking.items()))
    return [Bullets(tuple(said))] if said else []


def why(name: str, reason: str) -> str:
    """Why a section is left out; without the reason where nobody put it into the language spoken."""
    known = _(LEFT_OUT[name]) if name in LEFT_OUT else ""
    said = _(reason) if reason else ""
    if spoken() != "en" and said == reason:
        return known or _("A section is left out, as the deal has nothing for it.")
    said = said[:1].upper() + said[1:] if said else ""
    said = said if said.endswith(".") or not said else f"{said}."
    return " ".join(part for part in (known, said) if part)

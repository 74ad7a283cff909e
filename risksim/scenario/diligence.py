"""Due diligence in words: whom the programme is for, how each outcome is measured, what it is held against.

Nothing here enters a number. `risksim check` lists what is still unsaid (`risksim.scenario.lacking`).
"""

from __future__ import annotations

from pydantic import Field

from risksim.scenario.base import Name, Origin


class OutcomeDiligence(Origin):
    """What a reader must know of one outcome before signing."""

    method: str | None = Field(
        default=None, min_length=3, examples=["WHO-5, filled in by the young person, collected by the provider"]
    )
    """How it is measured: the instrument or register, and who measures."""
    compared_with: str | None = Field(
        default=None, min_length=3, examples=["matched young people elsewhere, known a year after the start"]
    )
    """What a success is held against: a baseline, a comparison group, the state before, or nothing."""


class DueDiligence(Origin):
    """What must be known of a deal before anybody signs, in words."""

    target_group: str | None = Field(
        default=None, min_length=3, examples=["aged 14 to 35, living in Brøndby, from families with substance abuse"]
    )
    """Whom the programme takes in, and whom not."""
    outcomes: dict[Name, OutcomeDiligence] = Field(
        default={}, examples=[{"wellbeing": {"method": "WHO-5 by the provider"}}]
    )
    """The outcomes by their names under `outcomes`: how each is measured, and against what."""

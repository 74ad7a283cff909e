"""Deals whose people come in one after the other, wait and start in turn."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from risksim.scenario.scenario import Scenario
from tests.engine.deals import deal

Told = dict[str, Any]

SLOW: Told = {
    "window": "24 months",
    "ramp": "6 months",
    "arrivals": {"speed": {"gamma": {"shape": 4, "scale": 0.4}}},
    "late_start": {"months": {"gamma": {"shape": 2, "scale": 1.5}}, "most": "9 months"},
    "per_month": 4,
    "wait_at_most": "5 months",
    "waiting_list_after_window": "2 months",
    "replace": {"who_leave_within": "4 months", "until": "20 months"},
}
"""Everything that an enrolment block can say, in a cohort with room for fewer than want to start."""


def in_turn(*enrolments: Told, **changes: Any) -> Scenario:
    """The bent deal of the engine's tests with a small cohort for each enrolment block."""
    cohorts = [
        {
            "name": f"site {k + 1}",
            "participants": 40,
            "duration": "8 months",
            "dropout": {"beta": [6, 6]},
            "unmeasured": 0.1,
            "enrolment": told,
        }
        for k, told in enumerate(enrolments)
    ]
    return deal(**({"cohorts": cohorts, "end": "2031-12-31"} | changes))


def one(enrolment: Told, *, participants: int = 120, dropout: Any = 0.0, **changes: Any) -> Scenario:
    """One cohort, one outcome, one price."""
    told = {
        "cohorts": [
            {
                "name": "all",
                "participants": participants,
                "duration": "12 months",
                "dropout": dropout,
                "enrolment": enrolment,
            }
        ],
        "outcomes": {"well": {"of": "enrolled", "success_rate": 0.5, "measured": {"after_enrolment": "12 months"}}},
        "payments": [{"per_outcome": {"outcome": "well", "price": 1_000}}],
        "financing": {"tranches": [{"name": "DSI", "commitment": 50_000}]},
        "start": "2025-01-01",
        "end": "2032-12-31",
        "follow_up": {"every": "6 months"},
    }
    return deal(**(told | changes))


@st.composite
def enrolments(draw: st.DrawFn) -> Told:
    """An enrolment block that the reader takes."""
    months = st.sampled_from(["1 month", "2 months", "7 months"])
    told: Told = {"window": draw(st.sampled_from(["1 month", "5 months", "18 months"]))}
    if draw(st.booleans()):
        told |= {"ramp": draw(months), "ramp_power": draw(st.sampled_from([0.5, 1.0, 2.0]))}
    if draw(st.booleans()):
        told["decay"] = {"over": draw(months), "power": draw(st.sampled_from([0.5, 2.0]))}
    told |= draw(
        st.sampled_from(
            [
                {"ratio": {"uniform": [0.5, 1.8]}},
                {"shortfall": "default"},
                {"shortfall": "trials"},
                {"arrivals": {}},
                {"arrivals": {"speed": 1.4}},
                {"arrivals": {"speed": {"gamma": {"shape": 2, "scale": 0.8}}}},
            ]
        )
    )
    if draw(st.booleans()):
        told["opens"] = draw(months)
    if draw(st.booleans()):
        told["late_start"] = {"most": draw(months), "window": draw(st.sampled_from(["stays", "moves"]))}
        if draw(st.booleans()):
            told["late_start"]["months"] = draw(st.sampled_from([2.0, {"uniform": [0, 9]}]))
    if draw(st.booleans()):
        told["per_month"] = draw(st.integers(1, 9))
    if draw(st.booleans()):
        told["replace"] = {"who_leave_within": draw(months)}
        if draw(st.booleans()):
            told["replace"]["until"] = draw(st.sampled_from(["3 months", "12 months"]))
    if "per_month" in told or "replace" in told:
        if draw(st.booleans()):
            told["wait_at_most"] = draw(st.sampled_from(["0 months", "1 month", "4 months"]))
        if draw(st.booleans()):
            told["waiting_list_after_window"] = draw(months)
    return told

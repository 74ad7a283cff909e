"""What a scenario says, assumes and leaves open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from risksim.api.constants import constants_in_use
from risksim.api.deals import stressed
from risksim.api.places import changes_of
from risksim.errors import ScenarioError

if TYPE_CHECKING:
    from risksim.api.deals import Deal
    from risksim.errors import Fault
    from risksim.plan.describe import Told
    from risksim.results.description import Described, Description
    from risksim.results.review import Review


def review(deal: Deal) -> Review:
    """What a scenario says, assumes and leaves open.

    Parameters
    ----------
    deal : Deal
        A scenario that was read.

    Returns
    -------
    Review
    """
    from risksim.results.review import Asked, Assumed, Lacking, Review, Uncertain
    from risksim.scenario import lacking, origins
    from risksim.scenario.repeats import said_once

    scenario, plan = deal.scenario, deal.plan
    stresses = tuple(Asked(name, changes_of(deal, name)) for name in _sound_stresses(deal))
    once = said_once(scenario)
    return Review(
        file=deal.document.file,
        deal=plan.name,
        digest=plan.digest,
        currency=plan.currency,
        start=str(scenario.start_date),
        end=str(scenario.end_date),
        follow_ups=len(scenario.follow_up_dates()),
        cohorts=plan.cohorts.places.size,
        participants=int(plan.cohorts.places.sum()),
        commitment=float(plan.financing.commitment_value.sum()),
        uncertain=tuple(
            Uncertain(name, note.family, note.unit, note.mean, note.sd)
            for note in (*plan.labels.inputs, *(plan.purse.notes if plan.purse is not None else ()))
            if (name := once(note.name)) is not None
        ),
        assumptions=tuple(Assumed(*assumed) for assumed in origins.assumptions(scenario)),
        sources=tuple((key, scenario.sources[key]) for key in origins.sources_used(scenario)),
        unstated=tuple(origins.unstated(scenario)),
        remarks=tuple(origins.remarks(scenario)),
        lacking=tuple(Lacking(*line) for line in lacking.lacking(scenario)),
        stresses=stresses,
    )


def origins_of(deal: Deal) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Places of a file that name a published source, and those that are assumptions."""
    from risksim.scenario import origins

    cited = [place for places in origins.sources_used(deal.scenario).values() for place in places]
    return tuple(dict.fromkeys(cited)), tuple(one.path for one in origins.assumptions(deal.scenario))


def _sound_stresses(deal: Deal) -> list[str]:
    """The stresses of a deal, each compiled once.

    Raises
    ------
    ScenarioError
        With every mistake that they make.
    """
    faults: list[Fault] = []
    for name in deal.scenario.stresses:
        try:
            stressed(deal, name, draft=True)
        except ScenarioError as error:
            faults.extend(error.faults)
    if faults:
        raise ScenarioError(faults)
    return list(deal.scenario.stresses)


def describe(deal: Deal) -> Description:
    """Every uncertain number: where it comes from, its form, mean and quantiles, and what was done to get there.

    Parameters
    ----------
    deal : Deal
        A scenario that was read; a draft is enough.

    Returns
    -------
    Description
    """
    from risksim.plan.describe import look_at, told, told_of_public
    from risksim.plan.worked import worked_out
    from risksim.results.description import Certain, Description, Unsaid, Worked
    from risksim.results.review import Lacking
    from risksim.scenario import certainties, lacking, origins
    from risksim.scenario import register as constants

    gathered, plan = look_at(deal.scenario, deal.document)
    in_use = constants_in_use(deal)
    return Description(
        file=deal.document.file,
        deal=deal.plan.name,
        digest=deal.plan.digest,
        register=str(constants.edition()),
        numbers=tuple(map(_described, [*told(gathered), *told_of_public(deal.scenario, deal.document)])),
        worked=tuple(Worked(*one) for one in worked_out(deal.scenario, plan)),
        certain=tuple(Certain(*one) for one in certainties.certainties(deal.scenario)),
        unsaid=tuple(Unsaid(*one) for one in certainties.unsaid(deal.scenario)),
        constants=in_use,
        not_checked=tuple(one.key for one in in_use if one.status == "T"),
        unstated=tuple(origins.unstated(deal.scenario)),
        lacking=tuple(Lacking(*line) for line in lacking.lacking(deal.scenario)),
    )


def _described(told: Told) -> Described:
    from risksim.results.description import Candidate, Described, Opinion

    experts = (Opinion(*one[:-1], tuple(Candidate(*fit) for fit in one.candidates)) for one in told.experts)
    return Described(*told[:-2], tuple(Candidate(*fit) for fit in told.candidates), tuple(experts))

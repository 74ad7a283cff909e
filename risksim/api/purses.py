"""Runs of a deal with its public purse."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from risksim.api.deals import plan_of
from risksim.api.defaults import PATHS, POINTS, SEED
from risksim.api.points import in_words_of_engines
from risksim.language import _

if TYPE_CHECKING:
    from risksim.api.deals import Deal
    from risksim.engine.run import Engine, Progress
    from risksim.metrics.sample import Sample
    from risksim.plan.layout import PathResults, Plan, Purse, PursePaths
    from risksim.results.purse_story import PurseStory


class PurseRun(NamedTuple):
    """A finished run with its public side."""

    plan: Plan
    paths: PathResults
    """What investors and payers get, as in a run by the same engine."""
    purse: PursePaths
    """What public budgets save, pay and spend on the same paths."""
    seed: int
    engine: str
    """As in `Run`."""

    @property
    def sample(self) -> Sample:
        """Weights and replicates of the paths."""
        from risksim.metrics.sample import Sample

        return Sample(self.paths.weight, self.paths.replicate)

    @property
    def how(self) -> str:
        """Paths, seed and engine in words."""
        from risksim.jobs.job import said_of_paths

        return said_of_paths(int(self.paths.weight.size), self.seed, self.engine)


def has_purse(deal: Deal | Plan) -> bool:
    """Whether a deal says what public budgets save."""
    return plan_of(deal).purse is not None


def budgets_of(deal: Deal | Plan) -> tuple[str, ...]:
    """The public budgets of which a deal speaks.

    Raises
    ------
    RunError
        If it says nothing of any.
    """
    return purse_of(plan_of(deal)).budgets


def run_purse(
    deal: Deal | Plan,
    paths: int | None = None,
    seed: int = SEED,
    engine: str = "auto",
    threads: int = 0,
    progress: Progress | None = None,
    *,
    luck: int = 0,
    shared: int = 0,
) -> PurseRun:
    """Simulate a deal and what public budgets save, pay and spend, on the same paths as a run without them.

    Parameters
    ----------
    deal : Deal or Plan
        A deal with a `public` block.
    paths : int, optional
        Paths; left out, 65,536 quasi-random points of the conditional engine or 100,000 paths of the individual one.
        [paths]
    seed : int
        64-bit seed.
    engine : {"auto", "individual", "conditional"}
        ``auto`` takes the conditional engine where it can run the deal and its purse.
    threads : int
        Threads; 0 takes all cores. Never changes a result.
    progress : callable, optional
        Called with the number of paths done.
    luck, shared : int
        As in `simulate`: other numbers than 0 draw people, or what people share, anew on the same evidence.

    Returns
    -------
    PurseRun

    Raises
    ------
    RunError
        If the deal says nothing of public budgets, settings make no sense, or the engine can't run the deal.
    """
    from risksim.engine.purse import run_purse as run
    from risksim.engine.run import Settings

    plan = plan_of(deal)
    purse_of(plan)
    chosen = engine_of_purse(plan, engine)
    if paths is None:
        paths = POINTS if chosen == "conditional" else PATHS
    settings = Settings(paths, seed, threads, keep_claims=False, luck=luck, shared=shared, engine=chosen)
    found, purse = run(plan, settings, progress)
    return PurseRun(plan, found, purse, seed, chosen)


def purse_of(plan: Plan) -> Purse:
    """What a deal says of public budgets.

    Raises
    ------
    RunError
        If it says nothing of any.
    """
    from risksim.errors import RunError

    if plan.purse is None:
        raise RunError(
            _(
                "got deal '{name}', which says nothing of what public budgets save. Add a `public:` block to its file.",
                name=plan.name,
            )
        )
    return plan.purse


def engine_of_purse(deal: Deal | Plan, wanted: str = "auto") -> Engine:
    """The engine that runs a deal with its public purse.

    Parameters
    ----------
    deal : Deal or Plan
        A deal with a `public` block.
    wanted : {"auto", "individual", "conditional"}
        ``auto`` takes the conditional engine where it can.

    Returns
    -------
    {"individual", "conditional"}

    Raises
    ------
    RunError
        If the engine asked for can't run it.
    """
    from risksim.engine.engines import choose as of_plan
    from risksim.errors import RunError

    plan = plan_of(deal)
    if wanted not in ("auto", "individual", "conditional"):
        raise RunError(
            _(
                "got engine '{wanted}'; what public budgets save is told by path, and paths are drawn by the "
                "individual or the conditional engine. Leave it out to take the conditional one where it can.",
                wanted=wanted,
            )
        )
    if wanted == "individual" or of_plan(plan, wanted, by_path=True).engine != "conditional":
        return "individual"
    obstacle = why_not_counted(plan)
    if obstacle is None:
        return "conditional"
    if wanted == "conditional":
        raise RunError(
            _(
                "the conditional engine cannot run this deal with its public purse: {obstacle}. Try auto.",
                obstacle=in_words_of_engines(obstacle),
            )
        )
    return "individual"


def why_not_counted(deal: Deal | Plan) -> str | None:
    """Why the conditional engine cannot count the people behind the public purse of a deal; None where it can."""
    from risksim.engine import purse_counts

    plan = plan_of(deal)
    purse_of(plan)
    return purse_counts.purse_obstacle(plan)


def expected_purse(
    deal: Deal | Plan, values: dict[int, float] | None = None, of_purse: dict[int, float] | None = None
) -> PurseRun:
    """The calculation on paper: one path, every input at its mean, fractions of people allowed.

    Parameters
    ----------
    deal : Deal or Plan
        A deal with a `public` block.
    values : dict of int to float, optional
        Inputs of the deal that are held at another value than their mean, by slot; what is worked out of them follows.
    of_purse : dict of int to float, optional
        Inputs of the public purse that are.

    Returns
    -------
    PurseRun

    Raises
    ------
    RunError
        If the deal says nothing of public budgets, or what is expected of its people can't be told.
    """
    import numpy as np

    from risksim.engine.inputs import work_out
    from risksim.engine.purse import expect_purse
    from risksim.plan.values import at_values

    plan = plan_of(deal)
    purse_of(plan)
    held = dict(values or {})
    row = plan.inputs.mean[np.newaxis, :].copy()
    for slot, value in held.items():
        row[0, slot] = value
    for each in plan.derived:
        if each.slot not in held and any(slot in held for slot in each.slots):
            work_out(each, row)
            held[each.slot] = float(row[0, each.slot])
    fixed = at_values(plan, held, of_purse)
    return PurseRun(fixed, *expect_purse(fixed), 0, "expected")


def explain_purse(deal: Deal | Plan, path: int, seed: int = SEED, engine: Engine = "individual") -> PurseStory:
    """The public side of one path, line by line and year by year, equal to that path of a run.

    Parameters
    ----------
    deal : Deal or Plan
        A deal with a block `public`.
    path : int
        Which path, counted from 0.
    seed : int
        Seed of the run.
    engine : {"individual", "conditional"}
        Engine of the run.

    Returns
    -------
    PurseStory

    Raises
    ------
    RunError
        If there is no such path, no block `public`, or the engine can't run the deal.
    """
    from risksim.engine.purse import purse_ledger
    from risksim.engine.run import Settings
    from risksim.results.purse_story import tell_purse

    plan = plan_of(deal)
    return tell_purse(plan, purse_ledger(plan, Settings(seed=seed, engine=engine), path))


class Movable(NamedTuple):
    """An uncertain input that may be held at another value than its mean."""

    slot: int
    of_purse: bool
    """Whether it is one of the public purse, not of the deal."""
    name: str
    unit: str
    mean: float
    points: tuple[tuple[str, float], ...]
    """``10 %`` and ``90 %``; of a law between two bounds ``lowest`` and ``highest`` too."""


BOUNDED = ("Uniform(", "Triangular(", "times Beta(")
"""What the forms of laws between two bounds of their own say."""
ENDS = (("10 %", 0.1), ("90 %", 0.9), ("lowest", 0.0), ("highest", 1.0 - 2.0**-53))
"""Places on a law at which an input may be held. [1]"""


def movable(plan: Plan) -> tuple[Movable, ...]:
    """The uncertain inputs of a deal and of its public purse that are evidence, not luck, with points of their laws.

    Parameters
    ----------
    plan : Plan
        A deal with a public purse.

    Returns
    -------
    tuple of Movable
        Without what is worked out of others, which follows them, and without events, whose chances are there.
    """
    import numpy as np

    from risksim.engine.inputs import look_up_input

    purse = purse_of(plan)
    shut = {event for event, _, _ in plan.events} | {each.slot for each in plan.derived}
    if plan.inputs.luck is not None:
        shut |= set(np.flatnonzero(plan.inputs.luck).tolist())
    found = []
    for of_purse, inputs, notes in ((False, plan.inputs, plan.labels.inputs), (True, purse.inputs, purse.notes)):
        drawn = np.empty((len(ENDS), inputs.address.size))
        for slot, note in enumerate(notes):
            if not of_purse and slot in shut:
                continue
            look_up_input(inputs, slot, np.array([place for _, place in ENDS]), drawn)
            most = len(ENDS) if any(form in note.family for form in BOUNDED) else 2
            points = tuple((name, float(drawn[row, slot])) for row, (name, _) in enumerate(ENDS[:most]))
            found.append(Movable(slot, of_purse, note.name, note.unit, float(inputs.mean[slot]), points))
    return tuple(found)


def saves(plan: Plan) -> bool:
    """Whether anything is saved, so that there is more to tell than costs."""
    from risksim.plan.layout import IS_CONSEQUENCE, IS_DURING

    return any(kind in (IS_CONSEQUENCE, IS_DURING) for kind in purse_of(plan).lines.kind.tolist())

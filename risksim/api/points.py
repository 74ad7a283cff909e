"""The points of the conditional engine, and what is expected of people at each."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from risksim.api.defaults import PATHS, SEED
from risksim.language import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from risksim.api.runs import Run
    from risksim.engine.run import Engine
    from risksim.metrics.sample import Sample
    from risksim.plan.layout import FloatArray, Plan


def why_not_conditional(plan: Plan) -> str | None:
    """Why the conditional engine cannot run a deal, in words that follow "because"; None where it can."""
    from risksim.engine.engines import conditional_obstacle

    return conditional_obstacle(plan)


def in_words_of_engines(obstacle: str) -> str:
    """Why an engine cannot run a deal, in the language spoken."""
    from risksim.engine.obstacles import in_words

    return in_words(obstacle)


def dimension_names(plan: Plan, n_dimensions: int) -> tuple[str, ...]:
    """What the first dimensions of the points of the conditional engine decide, in words."""
    from risksim.engine.dimension_names import names_of

    return names_of(plan, n_dimensions)


def parameter_dimensions(plan: Plan) -> int:
    """How many of these dimensions decide inputs and what people share; after them come counts of people."""
    from risksim.engine.shift import n_parameters

    return n_parameters(plan)


def shares_points(plans: Sequence[Plan]) -> bool:
    """Whether paths of the conditional engine meet the same points in all these deals: each dimension decides the same.

    Parameters
    ----------
    plans : sequence of Plan
        Deals that the conditional engine can run.

    Returns
    -------
    bool
    """
    names = {dimension_names(plan, max(parameter_dimensions(one) for one in plans)) for plan in plans}
    return len(names) == 1


def scores(run: Run, n_dimensions: int, shift: tuple[float, ...] = ()) -> FloatArray:
    """Where the points of a run by the conditional engine lie on the normal scale: float64[path, dimension].

    Parameters
    ----------
    run : Run
        A finished run.
    n_dimensions : int
        How many dimensions, the first ones.
    shift : tuple of float
        The shift with which it was made.

    Returns
    -------
    float64[path, dimension]
        [standard deviations]
    """
    from risksim.engine.run import Settings, keys_of_run
    from risksim.engine.shift import scores_of

    n_paths = run.paths.weight.size
    key = keys_of_run(run.plan, Settings(n_paths, run.seed, engine="conditional", shift=shift))
    return scores_of(run.plan, key, 0, n_paths, n_dimensions)


class Divisible(NamedTuple):
    """What investors and payers would get on each path if its people were divisible."""

    npv: FloatArray
    """float64[path]: of all investors, at the last hurdle. [currency]"""
    repayment: FloatArray
    """float64[path]: by all payers. [currency]"""
    sample: Sample
    """Weights and replicates of the paths."""


def divisible(plan: Plan, paths: int, seed: int = SEED, *, engine: Engine = "individual") -> Divisible:
    """Settle paths on which every measured number is its expectation, given the inputs and shared luck of the path.

    Parameters
    ----------
    plan : Plan
        A deal that the conditional engine can run.
    paths, seed
        As in `simulate`.
    engine : {"individual", "conditional"}
        Whose inputs: those of the paths with the same numbers of a run by this engine.

    Returns
    -------
    Divisible

    Raises
    ------
    RunError
        If what is expected of the people of the deal can't be told.
    """
    import numpy as np

    from risksim.engine.given import settle_expected
    from risksim.engine.run import Settings, check_engine
    from risksim.engine.sobol import REPLICATES
    from risksim.metrics.sample import Sample

    check_engine(plan, "conditional")
    npv, repayment = settle_expected(plan, Settings(paths, seed, engine=engine))
    sample = Sample.equal(paths)
    if engine == "conditional":
        sample = sample._replace(replicate=(np.arange(paths) % REPLICATES).astype(np.int16))
    return Divisible(npv, repayment, sample)


class FewSucceed(NamedTuple):
    """How likely it is on each path that few people meet an outcome; nobody is drawn."""

    chance: FloatArray
    """float64[path]. [1]"""
    sample: Sample
    """Weights and replicates of the paths."""
    scores: FloatArray
    """float64[path, dimension]: where the points lie, of the dimensions of inputs and what people share."""


def few_succeed(
    plan: Plan, outcome: str, most: int, paths: int = PATHS, seed: int = SEED, shift: tuple[float, ...] = ()
) -> FewSucceed:
    """The chance that at most so many people meet an outcome, given the inputs and the shared luck of each path.

    Parameters
    ----------
    plan : Plan
        A deal that the conditional engine can run.
    outcome : str
        Which outcome of persons.
    most : int
        At most so many, of all cohorts. [people]
    paths, seed, shift
        As in `simulate`.

    Returns
    -------
    FewSucceed
    """
    import numpy as np

    from risksim.engine import shift as shifts
    from risksim.engine.given import chance_of_at_most
    from risksim.engine.inputs import inputs_of
    from risksim.engine.run import Settings, check_engine, keys_of_run
    from risksim.engine.sobol import REPLICATES
    from risksim.errors import RunError
    from risksim.metrics.sample import Sample

    if outcome not in plan.labels.outcomes:
        raise RunError(
            _(
                "got outcome '{outcome}'; there is {names}. Name one.",
                outcome=outcome,
                names=", ".join(plan.labels.outcomes) or _("none"),
            )
        )
    check_engine(plan, "conditional")
    key = keys_of_run(plan, Settings(paths, seed, engine="conditional", shift=shift))
    whole = -(-paths // 64) * 64  # chances come in tiles of 64 paths
    inputs = inputs_of(plan, key, 0, whole)
    chance = chance_of_at_most(plan, key, 0, inputs, plan.labels.outcomes.index(outcome), most)[:paths]
    weight = shifts.weights_of(plan, key, 0, paths)
    sample = Sample(weight / weight.sum(), (np.arange(paths) % REPLICATES).astype(np.int16))
    return FewSucceed(chance, sample, shifts.scores_of(plan, key, 0, paths, shifts.n_parameters(plan)))

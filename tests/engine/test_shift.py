"""Importance sampling in the engine: weights, unmoved halves, unbiased means, and the same bits however it is run."""

import numpy as np
import pytest

from risksim.engine import given
from risksim.engine.dimension_names import names_of
from risksim.engine.dimensions import DIMENSIONS
from risksim.engine.inputs import inputs_of
from risksim.engine.run import Settings, draw_block, keys_of_run, run
from risksim.engine.shift import DEFENCE, scores_of, shift_of, weights_of, with_shift
from risksim.errors import RunError
from risksim.metrics import precision
from risksim.metrics.sample import Sample
from tests.engine.deals import shipped_plan

SIMPLE, TUBA, SMALL = "examples/simple-reference.yaml", "broendby-tuba.yaml", "risks/small-cohort.yaml"
SHIFT = (-1.5, 0.8, 0.0, 0.5)
ERRORS = 4.0
"""How many combined standard errors two estimates may lie apart."""


def moved(paths=8_192, seed=3, **others):
    return Settings(paths, seed, engine="conditional", shift=SHIFT, keep_claims=False, **others)


def same(one, other, n_paths):
    for name in one._fields:
        if name != "weight":  # they add up to one, whatever the number of paths
            np.testing.assert_array_equal(getattr(one, name)[:n_paths], getattr(other, name)[:n_paths], name)


def test_keys_without_a_shift_are_those_of_a_plain_run():
    plan = shipped_plan(SIMPLE)
    key = keys_of_run(plan, Settings(engine="conditional"))
    assert with_shift(key, ()) is key
    assert shift_of(key).size == 0
    assert shift_of(with_shift(key, SHIFT)).tolist() == list(SHIFT)


def test_a_shift_of_nothing_changes_nothing_but_that_weights_are_reckoned():
    plan = shipped_plan(SIMPLE)
    plain, still = (run(plan, moved()._replace(shift=shift)) for shift in ((), (0.0, 0.0)))
    same(plain, still, 8_192)
    np.testing.assert_allclose(still.weight, plain.weight, rtol=1e-12)


def test_half_of_the_points_of_every_replicate_stay():
    plan = shipped_plan(SIMPLE)
    plain, found = run(plan, moved()._replace(shift=())), run(plan, moved())
    stays = (plain.inputs == found.inputs).all(axis=1)
    assert DEFENCE == 0.5
    assert [int(stays[found.replicate == r].sum()) for r in range(32)] == [128] * 32


def test_weights_are_the_ratio_of_densities():
    """1 / (a + (1 - a) exp(s z - s^2 / 2)), each dimension a factor of the exponential; never more than 1 / a."""
    plan = shipped_plan(SIMPLE)
    key = keys_of_run(plan, moved())
    weights, scores = weights_of(plan, key, 0, 8_192), scores_of(plan, key, 0, 8_192, 4)
    shift = np.array(SHIFT)
    expected = 1.0 / (0.5 + 0.5 * np.exp(scores @ shift - 0.5 * shift @ shift))
    np.testing.assert_allclose(weights, expected, rtol=1e-12)
    assert weights.max() <= 2.0
    assert weights.min() >= 0.0
    sample = Sample(np.full(8_192, 1.0 / 8_192), (np.arange(8_192) % 32).astype(np.int16))
    mean = precision.mean(weights, sample)
    assert abs(mean.value - 1.0) < ERRORS * mean.standard_error
    assert mean.standard_error < 0.01
    found = run(plan, moved())
    assert abs(found.weight.sum() - 1.0) < 1e-12
    np.testing.assert_allclose(found.weight, weights / weights.sum(), rtol=1e-12)


def test_scores_are_those_of_the_inputs():
    """The larger the score, the larger the input: both are read from the same point."""
    plan = shipped_plan(SMALL)
    found = run(plan, moved())
    order = np.argsort(scores_of(plan, keys_of_run(plan, moved()), 0, 8_192, 1)[:, 0])
    assert (np.diff(found.inputs[order, 0]) >= 0.0).all()


@pytest.mark.parametrize("name", [SIMPLE, TUBA, SMALL, "evidence/sites.yaml"])
def test_moved_points_agree_with_plain_ones(name):
    plan = shipped_plan(name)
    n_dimensions = min(6, len(names_of(plan, 64)))
    runs = [run(plan, moved()._replace(shift=shift)) for shift in ((), (-0.7, 0.5, 0.3, -0.4, 0.2, 0.3)[:n_dimensions])]
    samples = [Sample.of(found.weight, found.replicate) for found in runs]
    for look in (
        lambda found: found.npv[:, 0, -1],
        lambda found: found.npv[:, 0, -1] < np.median(runs[0].npv[:, 0, -1]),
        lambda found: found.repayment.sum(axis=(1, 2)),
        lambda found: found.headcount[:, 0, 1],
    ):
        one, other = (precision.mean(np.asarray(look(r), float), s) for r, s in zip(runs, samples, strict=True))
        error = np.hypot(one.standard_error, other.standard_error)
        assert abs(one.value - other.value) <= max(ERRORS * error, 1e-9 * abs(one.value))


def test_moved_runs_have_the_same_bits_for_any_threads_and_blocks():
    plan = shipped_plan(SIMPLE)
    whole = run(plan, moved(3_000, threads=1))
    for threads, block in ((1, 256), (2, 512), (4, 1_024)):
        other = run(plan, moved(3_000, threads=threads, block=block))
        same(whole, other, 3_000)
        np.testing.assert_array_equal(whole.weight, other.weight)
    same(whole, run(plan, moved(4_096)), 3_000)
    later = run(plan, moved(900, first_path=2_100))
    np.testing.assert_array_equal(later.npv, whole.npv[2_100:])
    np.testing.assert_allclose(later.weight / later.weight[0], whole.weight[2_100:] / whole.weight[2_100], rtol=1e-12)


def test_what_cannot_be_moved_is_refused():
    plan = shipped_plan(SIMPLE)
    with pytest.raises(RunError, match="only the conditional engine has points to move"):
        run(plan, moved()._replace(engine="individual"))
    with pytest.raises(RunError, match="each finite"):
        run(plan, moved()._replace(shift=(float("nan"),)))
    with pytest.raises(RunError, match=f"at most {DIMENSIONS}"):
        run(plan, moved()._replace(shift=(1.0,) * (DIMENSIONS + 1)))


def test_dimensions_have_names_in_the_order_in_which_they_are_taken():
    assert names_of(shipped_plan(SIMPLE), 6) == (
        "the dropout of 'everybody'",
        "the success rate of 'success'",
        "how many of 'everybody' stay and can be measured",
        "how many of 'everybody' stay and cannot be measured",
        "how many of 'everybody' leave and can be measured",
        "how many of 'everybody' who stay and can be measured meet 'success'",
    )


def test_the_count_that_a_dimension_is_named_after_goes_with_it():
    """The fifth count in the order of the names is that of successes: moved up by one, more succeed on moved paths."""
    plan = shipped_plan(SIMPLE)
    place = names_of(plan, 64).index("how many of 'everybody' who stay and can be measured meet 'success'")
    plain, up = (run(plan, moved()._replace(shift=s)) for s in ((), (0.0,) * place + (1.0,)))
    np.testing.assert_array_equal(plain.headcount[:, 0, :4], up.headcount[:, 0, :4])
    assert (up.headcount[:, 0, 4] >= plain.headcount[:, 0, 4]).all()
    assert (up.headcount[:, 0, 4] > plain.headcount[:, 0, 4]).mean() > 0.4


# What is expected given a path


def test_few_people_of_several_cohorts_add_up():
    """Two people at 0.5 and one at 0.5, certain: of three at most one with chance (1 + 3) / 8."""
    plan = shipped_plan(SMALL)
    cohorts = plan.cohorts
    two = plan._replace(
        cohorts=cohorts._replace(
            **{
                name: np.concatenate([getattr(cohorts, name)] * 2)
                for name in cohorts._fields
                if name not in {"month_ptr", "class_ptr"} and getattr(cohorts, name).shape == cohorts.places.shape
            }
        )._replace(
            places=np.array([2, 1]),
            month_ptr=np.concatenate([cohorts.month_ptr, cohorts.month_ptr[1:]]),
            class_ptr=np.concatenate([cohorts.class_ptr, cohorts.class_ptr[1:]]),
        )
    )
    inputs = np.full((64, 1), 0.5)
    for most, chance in ((0, 1 / 8), (1, 4 / 8), (2, 7 / 8), (3, 1.0), (5, 1.0)):
        found = given.chance_of_at_most(two, keys_of_run(plan, Settings()), 0, inputs, 0, most)
        np.testing.assert_allclose(found, chance, rtol=1e-12)


@pytest.mark.parametrize("name", [SIMPLE, TUBA, "evidence/sites.yaml", "effects/effect-against-comparison.yaml"])
def test_what_is_expected_given_a_path_is_the_mean_of_people(name):
    """Over paths, and given each path: people less what is expected of them go together with neither."""
    plan = shipped_plan(name)
    settings = Settings(8_192, 2, keep_claims=False)
    key = keys_of_run(plan, settings)
    _, people, _ = draw_block(plan, settings, 0, settings.paths)
    expected = given.expected_measured(plan, key, 0, inputs_of(plan, key, 0, settings.paths))
    persons = plan.measures.statistic <= 2  # people and sums, no effects
    people, expected = (np.nan_to_num(x[:, :, persons].sum(axis=3)) for x in (people, expected))
    for cohort, m in np.ndindex(people.shape[1:]):
        rest = people[:, cohort, m] - expected[:, cohort, m]
        error = rest.std() / np.sqrt(rest.size)
        assert abs(rest.mean()) <= max(ERRORS * error, 1e-9)
        far = expected[:, cohort, m] - expected[:, cohort, m].mean()
        error = (rest * far).std() / np.sqrt(rest.size)
        assert abs((rest * far).mean()) <= max(ERRORS * error, 1e-9)

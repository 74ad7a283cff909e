"""The conditional engine: its counts have the law of people drawn one by one, whatever the blocks and threads."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from risksim import api
from risksim.engine import conditional
from risksim.engine.addresses import keys_of, pointed
from risksim.engine.chances import words_of_cohort
from risksim.engine.conditional import count_fates, schedule_of
from risksim.engine.dimensions import DIMENSIONS, first_of_counts, input_dimensions, shared_dimensions
from risksim.engine.engines import conditional_obstacle, verdicts
from risksim.engine.fates_of_deals import Chances, chances_of, fates_of
from risksim.engine.inputs import inputs_of
from risksim.engine.replay import replay
from risksim.engine.run import Settings, draw_block, run
from risksim.engine.sobol import points
from risksim.errors import RunError
from risksim.metrics import precision
from risksim.metrics.sample import Sample
from risksim.plan.compile import at_means, compile_plan
from risksim.plan.layout import LANES, PathResults
from tests.engine.deals import BROENDBY, SIMPLE, bent_plan, deal, shipped_plan

SEED = 11
N = 20_000
AT_FIVE_PERCENT = 1
"""Column of the hurdle of 5 % in the simple deal."""


def both(plan, n_paths=N, first=0):
    """Inputs, measured and headcount of either engine on as many paths."""
    return [draw_block(plan, Settings(seed=SEED, engine=engine), first, n_paths) for engine in ("individual", "conditional")]  # fmt: skip # noqa: E501


@pytest.fixture(scope="module")
def bent():
    return at_means(bent_plan())


@pytest.fixture(scope="module")
def bent_counts(bent):
    return both(bent)


# The law of the counts


def test_means_variances_and_covariances_are_those_of_people_drawn_one_by_one(bent_counts):
    """Everything measured and every head count, pair by pair: 4.5 standard errors, of some thousands of pairs."""
    rows = [np.hstack([seen.reshape(N, -1), heads.reshape(N, -1)]) for _, seen, heads in bent_counts]
    moves = np.flatnonzero((rows[0].std(axis=0) > 0) | (rows[1].std(axis=0) > 0))
    assert moves.size > 40
    one, other = (found[:, moves] for found in rows)
    _alike(one, other)
    _alike_together(one, other)


def _alike(one, other):
    """Means of columns, within 4.5 standard errors of plain sampling, which are too wide for points."""
    error = np.sqrt((one.var(axis=0) + other.var(axis=0)) / N)
    assert (np.abs(one.mean(axis=0) - other.mean(axis=0)) <= 4.5 * error + 1e-12).all()


def _alike_together(one, other):
    """Variances and covariances of columns, within 4.5 standard errors of plain sampling."""
    products, errors = [], 0.0
    for found in (one, other):
        centred = found - found.mean(axis=0)
        products.append(centred.T @ centred / N)
        errors = errors + ((centred**2).T @ centred**2 / N - products[-1] ** 2) / N
    assert (np.abs(products[0] - products[1]) <= 4.5 * np.sqrt(errors) + 1e-12).all()


def test_what_never_varies_is_the_same(bent_counts):
    (_, one, heads_one), (_, other, heads_other) = bent_counts
    assert np.array_equal(one.std(axis=0) > 0, other.std(axis=0) > 0)
    assert np.array_equal(heads_one[:, :, 0], heads_other[:, :, 0])  # enrolled, certain here
    for heads, measured in ((heads_one, one), (heads_other, other)):
        assert np.array_equal(heads[:, :, 0], heads[:, :, 1] + heads[:, :, 2])
        assert measured.min() >= 0


def test_joint_counts_follow_the_multinomial_exactly():
    """Three people, two classes, two outcomes: chances of all joint counts by enumeration, chi-square at 4 sigma.

    Each stays with .7 and is seen with .8, enrols in class 0 with weight .4 or 1 with .6, and meets each outcome or
    doesn't: 2 x 2 x 2 x 2 x 2 kinds of person. The counts looked at are those of measured and of heads together.
    """
    plan = _small_plan()
    n = 40_000
    _, measured, heads = draw_block(plan, Settings(seed=3, engine="conditional"), 0, n)
    found = {}
    for row in np.hstack([measured.reshape(n, -1), heads.reshape(n, -1)]).astype(int):
        found[tuple(row)] = found.get(tuple(row), 0) + 1
    law = _law_of_three(plan)
    assert set(found) <= set(law)
    assert sum(law.values()) == pytest.approx(1.0, abs=1e-12)
    often = {cell: p for cell, p in law.items() if p * n >= 5}
    rest = 1.0 - sum(often.values())
    square = sum((found.get(cell, 0) - p * n) ** 2 / (p * n) for cell, p in often.items())
    square += (n - sum(found.get(cell, 0) for cell in often) - rest * n) ** 2 / (rest * n)
    freedom = len(often)
    assert freedom > 100
    assert square <= freedom + 4 * np.sqrt(2 * freedom)


def _small_plan():
    changes = {
        "cohorts": [{"name": "few", "participants": 3, "duration": "2 months", "dropout": 0.3, "unmeasured": 0.2,
                     "enrolment": {"window": "5 months"}}],
        "outcomes": {
            "job": {"of": "enrolled", "success_rate": 0.35, "measured": {"after_enrolment": "6 months"}},
            "well": {"of": "completers", "success_rate": 0.6, "measured": {"at": "completion"}},
        },
        "payments": [
            {"per_outcome": {"outcome": "job", "price": 100, "payer": "state"}},
            {"per_outcome": {"outcome": "well", "price": 50, "payer": "state"}},
        ],
    }  # fmt: skip
    return at_means(compile_plan(deal(**changes)))


def _law_of_three(plan):
    """The chance of each (measured, heads): persons one by one, from the plan's tables and nothing of the engine."""
    months = plan.cohorts.month_weight
    n_periods = plan.calendar.years.size
    person = {}
    for month, stays, seen, job, well in itertools.product(range(months.size), *[(0, 1)] * 4):
        p = months[month] * (0.7 if stays else 0.3) * (0.8 if seen else 0.2) * (0.35 if job else 0.65)
        p *= (0.6 if well else 0.4) if stays else (0.0 if well else 1.0)
        measured, heads = np.zeros((2, n_periods), int), [1, stays, 1 - stays, 1 - seen]
        for k, met in enumerate((job, well)):
            period = plan.outcomes.period_of_month[k, month]
            verified = met and seen and period >= 0
            heads += [met, int(verified)]
            if verified:
                measured[k, period] += 1
        assert [plan.labels.measures[k] for k in (0, 1)] == ["job: verified", "well: verified"]
        key = (*measured.ravel(), *heads)
        person[key] = person.get(key, 0.0) + p
    law = {(0,) * len(next(iter(person))): 1.0}
    for _ in range(3):
        after = {}
        for (some, p), (one, q) in itertools.product(law.items(), person.items()):
            if q:
                cell = tuple(map(sum, zip(some, one, strict=True)))
                after[cell] = after.get(cell, 0.0) + p * q
        law = after
    return law


def test_two_cohorts_do_not_know_of_each_other(bent_counts):
    _, measured, _ = bent_counts[1]
    by_cohort = measured.sum(axis=(2, 3))
    together = np.corrcoef(by_cohort.T) - np.eye(by_cohort.shape[1])
    assert np.abs(together).max() <= 4.5 / np.sqrt(N)


@pytest.mark.parametrize("name", ["evidence/sites.yaml", "risks/pooled-municipalities.yaml"])
def test_cohorts_that_share_have_the_law_of_people_drawn_one_by_one(name):
    plan = shipped_plan(name)
    (_, one, _), (_, other, _) = both(plan)
    one, other = (found.sum(axis=(2, 3)) for found in (one, other))
    _alike(one, other)
    _alike_together(one, other)
    assert np.corrcoef(other[:, 0], other[:, 1])[0, 1] > 0.05


# What the schedule draws


def test_draws_that_nothing_reads_are_left_out():
    """120 people, everybody measured at one date: pools 3 draws, one chain among those who stay, no class."""
    plan = shipped_plan(SIMPLE)
    schedule = schedule_of(fates_of(plan, 0))
    assert [chain[:2] for chain in schedule.chains] == [(0, 0), (1, 0)]
    assert schedule.timed == ()
    assert first_of_counts(plan) == 2


def test_classes_that_an_outcome_does_not_tell_apart_are_one():
    """Thirteen classes of two half-yearly outcomes: each alone tells seven apart."""
    fates = fates_of(shipped_plan(BROENDBY), 0)
    schedule = schedule_of(fates)
    assert fates.class_chance.size == 13
    assert fates.class_chance.sum() == pytest.approx(1.0, abs=1e-12)
    assert [part.chance.size for part in schedule.timed] == [13, 7]
    assert [[int(split.group.max()) + 1 for split in part.splits] for part in schedule.timed] == [[7, 7], [7]]


def test_chances_add_up(bent):
    key = pointed(keys_of(SEED))
    inputs = inputs_of(bent, key, 0, LANES)
    for cohort in range(3):
        found = chances_of(bent, key, 0, cohort, inputs)
        assert isinstance(found, Chances)
        assert found.pool.sum(axis=1) == pytest.approx(1.0, abs=1e-12)
        pairs = found.pattern.reshape(LANES, -1, 2, 4).sum(axis=2)
        assert pairs == pytest.approx(1.0, abs=1e-12)


def test_counts_beyond_the_last_dimension_are_drawn_by_address(bent, monkeypatch):
    """With two dimensions left, the law is the same; the counts of a cohort don't move with those of another."""
    monkeypatch.setattr(conditional, "DIMENSIONS", first_of_counts(bent) + 2)
    (_, one, _), (_, other, _) = both(bent)
    _alike(one.reshape(N, -1), other.reshape(N, -1))
    again = draw_block(bent, Settings(seed=SEED, engine="conditional"), 640, 300)
    assert np.array_equal(again[1], other[640:940])


# Inputs and what cohorts share


def test_inputs_are_looked_up_at_the_points():
    plan = shipped_plan(SIMPLE)
    key = pointed(keys_of(SEED))
    found = inputs_of(plan, key, 0, 64 * 32)
    assert input_dimensions(plan) == (0, 1)
    uniforms = points(key, 0, 64 * 32, 0, 2)
    for column in range(2):
        order = np.argsort(uniforms[:, column])
        assert (np.diff(found[order, column]) >= 0).all()


def test_inputs_of_one_address_share_a_dimension_and_what_is_worked_out_has_none():
    plan = shipped_plan("evidence/sites.yaml")
    dimensions = input_dimensions(plan)
    slots = {int(plan.inputs.address[slot]): place for slot, place in enumerate(dimensions) if place >= 0}
    for slot, place in enumerate(dimensions):
        assert place == (-1 if slot in {each.slot for each in plan.derived} else slots[int(plan.inputs.address[slot])])
    shared = shared_dimensions(plan)
    assert sorted(shared.values()) == [max(dimensions) + 1 + place for place in range(4)]
    address = int(plan.outcomes.address[0])
    key = pointed(keys_of(SEED))
    words = words_of_cohort(plan, key, 64, 2, address, 64)
    assert np.array_equal(words, np.floor(points(key[2:4], 64, 64, shared[2, address], 1)[:, 0] * 2**32))
    assert not np.array_equal(words, words_of_cohort(plan, keys_of(SEED), 64, 2, address, 64))


def test_many_inputs_fill_the_dimensions_and_the_rest_is_drawn():
    plan = shipped_plan("sites/two-hundred-sites.yaml")
    assert max(input_dimensions(plan)) == 201
    assert first_of_counts(plan) == 202
    many = plan._replace(inputs=plan.inputs._replace(address=np.arange(300, dtype=np.uint32)))
    assert input_dimensions(many)[254:258] == (254, 255, -1, -1)
    assert first_of_counts(many) == DIMENSIONS


def test_luck_is_drawn_anew_on_the_same_evidence():
    plan = bent_plan()
    first, again = (draw_block(plan, Settings(seed=SEED, luck=luck, engine="conditional"), 0, 2_048) for luck in (0, 1))
    assert np.array_equal(first[0], again[0])
    one, other = (found[1].sum(axis=(1, 2, 3)) for found in (first, again))
    # on the same evidence they go together, but are not the same
    assert 0.3 < np.corrcoef(one, other)[0, 1] < 0.99


# Runs


def test_bits_are_those_of_any_threads_and_blocks():
    plan = bent_plan()
    whole = run(plan, Settings(3_000, SEED, threads=1, engine="conditional"))
    for threads, block in ((1, 256), (2, 1_024), (4, 256)):
        _same(whole, run(plan, Settings(3_000, SEED, threads, block, engine="conditional")))
    _same(whole, run(plan, Settings(4_096, SEED, engine="conditional")), 3_000)
    later = run(plan, Settings(900, SEED, first_path=2_100, engine="conditional"))
    assert np.array_equal(later.npv, whole.npv[2_100:])
    assert np.array_equal(later.replicate, whole.replicate[2_100:])


@pytest.mark.slow
@pytest.mark.parametrize("name", [BROENDBY, SIMPLE])
def test_ten_thousand_paths_are_those_of_a_hundred_thousand(name):
    plan = shipped_plan(name)
    whole = run(plan, Settings(100_000, 1, threads=1, block=4_096, engine="conditional"))
    _same(whole, run(plan, Settings(100_000, 1, threads=4, block=256, engine="conditional")))
    _same(run(plan, Settings(10_000, 1, threads=2, block=1_024, engine="conditional")), whole, 10_000)


def _same(one, other, n=None):
    for name in PathResults._fields:
        if name != "weight":
            assert np.array_equal(getattr(one, name)[:n], getattr(other, name)[:n], equal_nan=one.npv.dtype == float and getattr(one, name).dtype == float), name  # fmt: skip # noqa: E501


@pytest.mark.parametrize("n", [1, 31, 1_000, 3_200])
def test_any_number_of_paths_gives_a_sound_sample(n):
    found = run(shipped_plan(SIMPLE), Settings(n, SEED, engine="conditional"))
    sample = Sample.of(found.weight, found.replicate)
    assert sample.n_replicates == min(n, 32)
    assert np.array_equal(found.replicate, np.arange(n) % 32)
    assert np.isfinite(found.npv).all()


def test_standard_errors_come_from_the_replicates():
    """The error of the mean is that of 32 means: their standard deviation over the root of 32."""
    found = run(shipped_plan(SIMPLE), Settings(3_200, SEED, engine="conditional"))
    values = found.npv[:, 0, 0]
    means = [values[found.replicate == r].mean() for r in range(32)]
    told = precision.mean(values, Sample.of(found.weight, found.replicate))
    assert told.standard_error == pytest.approx(np.std(means, ddof=1) / np.sqrt(32), rel=1e-9)
    # point of the t law with 31 degrees of freedom and 2.5 % above it
    assert (told.high - told.value) / told.standard_error == pytest.approx(2.0395, abs=1e-4)


def test_errors_say_how_far_off_the_mean_is():
    """100 seeds of 3,200 paths, the mean known exactly: z scores have mean square 31/29 (t with 31 degrees), 4 s.e."""
    plan = shipped_plan(SIMPLE)
    scores = []
    for seed in range(100):
        found = run(plan, Settings(3_200, seed, threads=1, engine="conditional"))
        told = precision.mean(found.npv[:, 0, AT_FIVE_PERCENT], Sample.of(found.weight, found.replicate))
        scores.append((told.value + 257_587.48) / told.standard_error)
    assert np.mean(np.square(scores)) == pytest.approx(31 / 29, abs=4 * np.sqrt(2.3 / 100))


def test_deals_without_people_take_points_for_their_inputs():
    plan = shipped_plan("danish/aaben-og-rolig-loan.yaml")
    assert conditional_obstacle(plan) is None
    found = run(plan, Settings(1_024, SEED, engine="conditional"))
    dimension = input_dimensions(plan)[0]
    order = np.argsort(points(keys_of(SEED, plan.stream), 0, 1_024, dimension, 1)[:, 0])
    assert (np.diff(found.inputs[order, 0]) >= 0).all() or plan.events or plan.derived


# Who can't


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("ending/four-ways.yaml", "it may end early"),
        ("financing/costs-per-head.yaml", "its costs follow the people"),
        ("outcomes/spells-any.yaml", "comes and goes"),
        ("enrolment/slow-start.yaml", "costs follow"),
    ],
)
def test_deals_that_cannot_be_run_say_why(name, why):
    plan = shipped_plan(name)
    (told,) = [verdict for verdict in verdicts(plan) if verdict.engine == "conditional"]
    assert told.obstacle is not None
    assert why in told.obstacle
    for ask in (
        lambda: run(plan, Settings(64, engine="conditional")),
        lambda: api.simulate(plan, 64, engine="conditional"),
        lambda: api.explain(plan, 1, engine="conditional"),
    ):
        with pytest.raises(RunError, match=f"the conditional engine cannot run this deal: .*{why}.*Try --engine"):
            ask()


def test_an_engine_that_is_none_is_refused():
    with pytest.raises(RunError, match=r"got engine 'magic'; there is individual and conditional\."):
        api.simulate(shipped_plan(SIMPLE), 64, engine="magic")


# One path, told


@pytest.mark.parametrize("name", [SIMPLE, "evidence/sites.yaml"])
def test_a_path_is_told_by_people_drawn_at_its_inputs(name):
    plan = shipped_plan(name)
    made = api.simulate(plan, 200, SEED, engine="conditional")
    assert made.engine == "conditional"
    told = replay(plan, SEED, 77, "conditional")
    assert np.array_equal(told.results.inputs[0], made.paths.inputs[77])
    assert not np.array_equal(told.results.inputs, replay(plan, SEED, 77).results.inputs)
    key = pointed(keys_of(SEED, plan.stream))
    inputs = inputs_of(plan, key, 64, LANES)
    for cohort, life in enumerate(told.cohorts):
        chances = chances_of(plan, key, 64, cohort, inputs)
        assert len(life.enrolled_at) == chances.n_enrolled[13]
        if plan.sites is not None:
            assert life.rates[0] == chances.pattern[13, 0, 0]  # the rate of the site itself


def test_a_story_says_whose_people_it_tells():
    from risksim.report.story import story

    plan = shipped_plan(SIMPLE)
    assert "the run itself counts people without drawing them" in story(api.explain(plan, 5, engine="conditional"))
    assert "counts people" not in story(api.explain(plan, 5))


def test_count_fates_fills_everything():
    plan = bent_plan()
    key = pointed(keys_of(SEED))
    inputs = inputs_of(plan, key, 0, LANES)
    _, wanted, heads = draw_block(plan, Settings(seed=SEED, engine="conditional"), 0, LANES)
    measured, headcount = np.full_like(wanted, np.nan), np.full_like(heads, -7)
    count_fates(plan, key, 0, inputs, measured, headcount)
    assert np.array_equal(measured, wanted)
    assert np.array_equal(headcount, heads)

"""Statistics of paths that are not kept: the same as of kept paths, as far as they promise."""

import math

import numpy as np
import pytest

from risksim import api
from risksim.jobs.blocks import Wanted, begin, run_task, task_size, tasks_of
from risksim.jobs.columns import columns_of_paths
from risksim.jobs.executors import Task, Threads
from risksim.jobs.job import Job, work
from risksim.metrics.array import rank_of
from risksim.metrics.sample import Sample
from risksim.metrics.sketch import RELATIVE_ERROR, Law, Sketch, count
from risksim.metrics.source import Recorder, Stored
from risksim.metrics.streamed import Streamed
from risksim.metrics.tally import Counter, Tally, reduce, shifts_of
from risksim.metrics.tree import leaf_sums, pair_sum

SIMPLE = "scenarios/examples/simple-reference.yaml"
DEALS = [
    SIMPLE,
    "scenarios/financing/senior-junior.yaml",  # several tranches, and their group
    "scenarios/ending/four-ways.yaml",  # ends early
    "scenarios/effects/gross-and-net.yaml",  # what would have happened anyway
]


@pytest.fixture(scope="module", params=DEALS)
def kept(request):
    """A run that keeps every path."""
    return api.simulate(api.read(request.param), 3001, keep_claims=False)


@pytest.mark.parametrize(("block", "threads"), [(0, 2), (512, 1), (256, 2)])
def test_kept_values_give_the_statistics_of_a_run_to_the_bit(kept, block, threads):
    done = work(api.job(kept.plan, 3001, block=block, threads=threads, moves=True, cohorts=True))
    assert repr(done.summary.to_json()) == repr(kept.summary().to_json())
    assert repr(done.moves) == repr(api.ledger(kept))
    assert repr(done.cohorts) == repr(api.cohorts(kept))
    assert done.capital == api.capital(kept)


def test_sums_and_counts_are_the_same_bits_for_any_block_and_number_of_threads(kept):
    said = {
        repr(work(api.job(kept.plan, 3001, keep_values=0, block=block, threads=threads, moves=True)))
        .replace(repr(0.0), "")
        .partition("summary=")[2]
        .partition("seconds=")[0]
        for block, threads in [(0, 1), (256, 2), (1024, 2)]
    }
    assert len(said) == 1


def by_kind(summary):
    return dict(summary.statistics())


def test_sums_and_counts_agree_with_kept_values(kept):
    """Means and probabilities to rounding; what comes from a bucket to its width; errors of quantiles to a fiftieth:
    an interval of two ranks, each off by a bucket, is off by 2 x 0.05 % of the value over its own width."""
    stored, found = by_kind(kept.summary()), by_kind(work(api.job(kept.plan, 3001, keep_values=0)).summary)
    assert stored.keys() == found.keys()
    for key, exact in stored.items():
        near = found[key]
        from_buckets = key.endswith(("p05", "p25", "p50", "p75", "p95", "_95"))
        close = 2 * RELATIVE_ERROR * max(abs(exact.value), abs(exact.low), abs(exact.high)) if from_buckets else 0.0
        for one, other in zip(exact, near, strict=True):
            if math.isfinite(one):
                assert other == pytest.approx(one, rel=1e-9, abs=close + 1e-12), key
            else:
                assert repr(one) == repr(other), key


def test_a_second_pass_makes_quantiles_exact_and_tails_to_rounding(kept):
    stored = by_kind(kept.summary())
    found = by_kind(work(api.job(kept.plan, 3001, keep_values=0, exact=True, block=512)).summary)
    for key, exact in stored.items():
        near = found[key]
        if key.endswith(("p05", "p25", "p50", "p75", "p95", "value_at_risk_95")):
            assert repr(near) == repr(exact), key
        elif math.isfinite(exact.value):
            assert near.value == pytest.approx(exact.value, rel=1e-11, abs=1e-9), key


@pytest.mark.slow
def test_a_second_pass_is_exact_on_fifty_thousand_paths():
    plan = api.read("scenarios/broendby-tuba.yaml").plan
    stored = by_kind(api.simulate(plan, 50_000, keep_claims=False).summary())
    found = by_kind(work(api.job(plan, 50_000, keep_values=1_000, exact=True)).summary)
    for key, exact in stored.items():
        if key.endswith(("p05", "p25", "p50", "p75", "p95", "value_at_risk_95")):
            assert repr(found[key]) == repr(exact), key
        elif math.isfinite(exact.value):
            assert found[key].value == pytest.approx(exact.value, rel=1e-11, abs=1e-9), key


# Replicates


def test_replicates_give_the_statistics_and_errors_of_kept_values():
    """32 replicates, path k in replicate k mod 32, from 1,000 made-up paths; kept values are the reference."""
    plan = api.read(SIMPLE).plan
    paths = api.simulate(plan, 1000, keep_claims=False).paths
    columns = columns_of_paths(plan, paths, False, False)
    asked = begin(plan, api_settings(), 1000, False, False).asked
    shifts = shifts_of({name: part[:256] for name, part in columns.items()}, asked, plan.minor_units, 32)
    tally = Tally(asked, shifts)
    for start in range(0, 1000, 512):
        tally.add(
            reduce({name: part[start : start + 512] for name, part in columns.items()}, asked, shifts, plan.minor_units)
        )
    sample = Sample(np.full(1000, 1 / 1000), (np.arange(1000) % 32).astype(np.int16))
    stored, found = Stored(columns, sample), Streamed(tally)
    assert found.paths == stored.paths
    for name, of in asked.moments.items():
        assert found.mean(name, of) == pytest.approx(stored.mean(name, of), rel=1e-9, abs=1e-9), name
        assert found.spread(name, of).sd == pytest.approx(stored.spread(name, of).sd, rel=1e-9, abs=1e-9), name
    for name, of in asked.events.items():
        assert found.probability(name, of) == pytest.approx(stored.probability(name, of), rel=1e-9, nan_ok=True), name
    for name, pair in asked.ratios.items():
        assert found.ratio(name, *pair) == pytest.approx(stored.ratio(name, *pair), rel=1e-9, nan_ok=True), name
    for name, (level, sign) in asked.tails.items():
        of = asked.laws[name]
        for one, other in zip(found.tail(name, of, level, sign), stored.tail(name, of, level, sign), strict=True):
            assert one.value == pytest.approx(other.value, rel=RELATIVE_ERROR)
            assert one.standard_error == pytest.approx(other.standard_error, rel=0.02)


def api_settings():
    return Job(api.read(SIMPLE).plan).settings


# Parts


def test_a_counter_gives_the_bits_of_all_leaves_summed_at_once():
    values = np.linspace(0.1, 7.3, 256 * 23 + 17) ** 3
    for leaves in (1, 2, 8, 16):
        counter = Counter()
        for start in range(0, values.size, 256 * leaves):
            counter.add(pair_sum(leaf_sums(values[start : start + 256 * leaves])))
        assert counter.total() == pair_sum(leaf_sums(values))


def test_a_sketch_is_the_same_however_its_values_came():
    values = np.concatenate([np.linspace(-5e6, 3e6, 5_000), np.zeros(100), [np.nan, -0.0, 1e-3]])
    whole, parts = Sketch(1), Sketch(1)
    whole.add(count(values, 1))
    for part in (values[3000:], values[:1000], values[1000:3000]):
        parts.add(count(part, 1))
    for one, other in zip(whole.counted(), parts.counted(), strict=True):
        np.testing.assert_array_equal(one, other)
    law = Law(whole.counted().number[:, 0], whole.counted().low, whole.counted().high, {})
    ranked = np.sort(values[~np.isnan(values)])
    assert law.size == ranked.size
    for level in (0.001, 0.05, 0.3, 0.5, 0.625, 0.95, 0.999):
        rank = rank_of(level, ranked.size)
        assert law.at(rank) == pytest.approx(ranked[rank - 1], rel=RELATIVE_ERROR)


def test_a_law_of_few_values_is_exact():
    """Buckets of 60,000 and 120,000 hold one value each, so nothing is lost."""
    sketch = Sketch(1)
    sketch.add(count(np.repeat([60_000.0, 120_000.0, -20.0], [5, 4, 1]), 1))
    found = sketch.counted()
    law = Law(found.number[:, 0], found.low, found.high, {})
    assert [law.at(rank) for rank in (1, 2, 6, 7, 10)] == [-20.0, 60_000.0, 60_000.0, 120_000.0, 120_000.0]
    # The worst fifth of minus the law: half of it is 20, the other half -60,000.
    assert law.reflected().beyond(8) == (-60_000.0, 60_020.0, 60_020.0**2)


def test_what_is_asked_is_remembered():
    recorder = Recorder()
    recorder.spread("a", lambda of: of["a"])
    recorder.tail("a", lambda of: of["a"], 0.95, -1)
    recorder.quantiles("b", lambda of: of["b"])
    assert (list(recorder.moments), list(recorder.laws), recorder.tails) == (["a"], ["a", "b"], {"a": (0.95, -1)})


def test_tasks_are_powers_of_two_of_leaves_and_cover_the_paths():
    plan, settings = api.read(SIMPLE).plan, api_settings()
    assert task_size(plan, settings) == 16_384
    assert task_size(plan, settings._replace(block=700)) == 512  # three leaves are no power of two
    assert list(tasks_of(1024, 2500, 1024)) == [Task(1, 1024, 1024), Task(2, 2048, 452)]


def test_threads_keep_few_tasks_in_flight_and_raise_what_a_task_raises():
    taken = []

    def numbers():
        for number in range(50):
            taken.append(number)
            yield Task(number, 256 * number, 256)

    found = []
    for number, part in Threads(2).map(square, (3,), numbers()):
        found.append((number, int(part["x"])))
        assert len(taken) <= len(found) + 2 * 2
    assert sorted(found) == [(number, 3 * number) for number in range(50)]
    with pytest.raises(ZeroDivisionError):
        list(Threads(2).map(broken, (), numbers()))


def square(factor, task):
    return {"x": np.array(factor * task.number)}


def broken(_task):
    raise ZeroDivisionError


def test_values_that_never_vary_are_kept_as_one_number():
    plan = api.read(SIMPLE).plan
    part = run_task(plan, api_settings(), Wanted(None), Task(0, 0, 512))
    assert part["column.drawn.0"].shape == (1,)
    assert part["column.people.0"].shape == (1,)  # 120 people on every path
    assert part["column.people.2"].dtype == np.int8  # at most 120 of them leave
    assert part["column.received.0"].dtype == np.int32  # at most 450,000,000 minor units


def test_the_reservoir_is_spread_evenly_whatever_the_tasks():
    plan = api.read(SIMPLE).plan
    one, other = (work(api.job(plan, 30_000, block=block, keep_values=keep)) for block, keep in ((512, 0), (0, 10**6)))
    np.testing.assert_array_equal(one.reservoir.path, np.arange(0, 30_000, 128))
    for name in ("path", "worth", "inputs", "flow"):
        np.testing.assert_array_equal(one.reservoir[name], other.reservoir[name])
    number = one.reservoir.nearest(-250_000.0)
    row = list(one.reservoir.path).index(number)
    again = api.simulate(plan, 30_000, keep_claims=False).paths
    np.testing.assert_array_equal(again.inputs[number], one.reservoir["inputs"][row])
    assert again.npv[number, 0, -1] == one.reservoir["worth"][row]

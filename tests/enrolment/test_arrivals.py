"""People who come in and start in turn, against laws and rules that owe nothing to risksim.

Chi-square tests have at least twenty expected in each cell and a limit of one in a million on their p-value.
"""

import numpy as np
import pytest
from scipy import integrate, stats

from risksim.engine.addresses import key_of
from risksim.engine.enrolment import come_in, enrol, expected_by_month
from risksim.engine.inputs import draw_inputs
from risksim.engine.leaving import leave
from risksim.engine.replay import replay
from risksim.engine.run import Settings, run, run_expected
from risksim.kernels.enrolment import people_who_come, start_in_turn, start_late
from risksim.plan.compile import at_means, compile_plan
from risksim.plan.laws import law_of
from risksim.plan.layout import LANES, MOST_PEOPLE, NEVER, Plan
from risksim.scenario.lacking import lacking
from risksim.scenario.origins import remarks
from risksim.scenario.programme import Enrolment, shortfall_law
from tests.enrolment.deals import SLOW, Told, in_turn, one

KEY = np.array(key_of(4711), dtype=np.uint64)
LEAST = 20.0
LIMIT = 1e-6


def plan_of(enrolment: Told, **more: object) -> Plan:
    return compile_plan(one(enrolment, **more))


def numbers_who_come(plan: Plan, n_paths: int) -> np.ndarray:
    """How many come in on each path, whether or not there is room for them."""
    inputs = draw_inputs(plan.inputs, KEY, 0, n_paths)
    arrivals, out = plan.arrivals, np.empty(n_paths, np.int32)
    speed = np.ascontiguousarray(inputs[:, arrivals.speed_slot[0]]) if arrivals.speed_slot[0] >= 0 else None
    speed = np.full(n_paths, arrivals.speed_value[0]) if speed is None else speed
    luck = np.ascontiguousarray(inputs[:, arrivals.luck_slot[0]])
    people_who_come(True, plan.cohorts.places[0], speed, luck, MOST_PEOPLE, out)
    return out


def fits(counts: np.ndarray, expected: np.ndarray) -> bool:
    """Chi-square of counts by cell, neighbours joined until each expects enough."""
    found, wanted = [0.0], [0.0]
    for count, mean in zip(counts, expected, strict=True):
        if wanted[-1] >= LEAST:
            found.append(0.0)
            wanted.append(0.0)
        found[-1] += count
        wanted[-1] += mean
    if wanted[-1] < LEAST:
        found[-2:], wanted[-2:] = [sum(found[-2:])], [sum(wanted[-2:])]
    assert len(wanted) > 1
    statistic = sum((f - w) ** 2 / w for f, w in zip(found, wanted, strict=True))
    return bool(stats.chi2.sf(statistic, len(wanted) - 1) > LIMIT)


# The laws of the ratio


def below_one(law) -> float:
    """E[min(R, 1)] as the integral of P(R > r) from 0 to 1."""
    value, _ = integrate.quad(lambda r: 1.0 - float(law.cdf(r)), 0.0, 1.0, epsabs=1e-12)
    return value


def test_the_collapse_mixture_has_the_shares_of_the_register():
    law = law_of(shortfall_law("default"), 0.0)
    assert float(law.cdf(0.5)) == pytest.approx(0.1498, abs=5e-5)
    assert float(law.cdf(0.8)) == pytest.approx(0.2906, abs=5e-5)
    assert 1.0 - float(law.cdf(1.0)) == pytest.approx(0.45210, abs=5e-6)  # 0.85 * Phi(0.02 / 0.25) = 0.85 * 0.531881
    assert below_one(law) == pytest.approx(0.82467, abs=5e-6)


def test_the_law_of_trials_has_their_shares():
    law = law_of(shortfall_law("trials"), 0.0)
    assert below_one(law) == pytest.approx(0.906796, abs=5e-7)
    assert 1.0 - float(law.cdf(1.0)) == pytest.approx(0.563, abs=1e-3)  # 56 % of 151 trials reached their target
    assert 1.0 - float(law.cdf(0.8)) == pytest.approx(0.788, abs=1e-3)  # and 79 % four fifths of it


@pytest.mark.parametrize("named", ["default", "trials"])
def test_a_shortfall_fills_places_as_its_law_says(named):
    plan = plan_of({"window": "12 months", "shortfall": named})
    assert plan.by_pattern  # counted as fast as a stated ratio
    enrolled = run(plan, Settings(200_000, 3)).headcount[:, 0, 0]
    law = law_of(shortfall_law(named), 0.0)
    chance = np.append(law.cdf(np.arange(1, 121) / 120.0), 1.0)  # floor(120 R) <= k means R < (k + 1) / 120
    assert fits(np.bincount(enrolled, minlength=121), 200_000 * np.diff(chance, prepend=0.0))


# How many come in


@pytest.mark.parametrize(
    ("shape", "mean", "shares"),
    [(8.0, 1.1226, {96: 0.220753, 120: 0.419525}), (4.0, 1.0, {120: 0.563331})],
)
def test_totals_are_negative_binomial(shape, mean, shares):
    speed = {"gamma": {"shape": shape, "scale": mean / shape}}
    n = 400_000
    came = numbers_who_come(plan_of({"window": "24 months", "arrivals": {"speed": speed}}), n)
    law = stats.nbinom(shape, shape / (shape + 120.0 * mean))
    most = int(came.max()) + 1
    chances = np.append(law.pmf(np.arange(most)), law.sf(most - 1))
    assert fits(np.bincount(came, minlength=most + 1), n * chances)
    for below, share in shares.items():
        assert float(law.cdf(below - 1)) == pytest.approx(share, abs=6e-7)
        assert abs((came < below).mean() - share) < 4.0 * np.sqrt(share * (1.0 - share) / n)
    # mean + mean^2 / shape, 3,720 where 120 come in on average around a shape of 4
    variance = 120.0 * mean + (120.0 * mean) ** 2 / shape
    assert float(law.var()) == pytest.approx(variance)
    fourth = ((came - came.mean()) ** 4).mean()
    assert abs(came.var() - variance) < 4.0 * np.sqrt((fourth - variance**2) / n)


def test_the_usual_speed_fills_nine_places_of_ten():
    n = 400_000
    came = np.minimum(numbers_who_come(plan_of({"window": "24 months", "arrivals": {}}), n), 120) / 120.0
    assert abs(came.mean() - 0.898315) < 4.0 * came.std() / np.sqrt(n)


@pytest.mark.parametrize("mean", [0.0, 1e-9, 0.3, 1.0, 7.5, 120.0, 999.0, 52_000.0])
def test_poisson_numbers_are_exact_quantiles(mean):
    # Places away from the jumps, so that the last digit of either sum decides nothing.
    places = np.concatenate([10.0 ** -np.arange(1, 13), np.linspace(0.01, 0.99, 197), 1.0 - 10.0 ** -np.arange(2, 10)])
    out = np.empty(places.size, np.int32)
    people_who_come(True, 1, np.full(places.size, mean), places, MOST_PEOPLE, out)
    wanted = stats.poisson.ppf(places, mean) if mean > 0.0 else np.zeros(places.size)
    assert out.tolist() == wanted.tolist()


def test_no_more_come_in_than_words_tell_apart():
    out = np.empty(2, np.int32)
    people_who_come(True, 262_143, np.array([3.0, 0.9]), np.array([0.5, 1.0 - 2.0**-53]), MOST_PEOPLE, out)
    assert (out[0], out[1] < MOST_PEOPLE) == (MOST_PEOPLE, True)


# When they come in

SHAPES: dict[str, tuple[Told, list[float]]] = {
    "at one speed": ({}, [1.0] * 10),
    "a ramp": ({"ramp": "4 months"}, [0.25, 0.5, 0.75, *[1.0] * 7]),
    "a late ramp": ({"ramp": "4 months", "ramp_power": 2.0}, [1 / 16, 4 / 16, 9 / 16, *[1.0] * 7]),
    "drying up": (
        {"decay": {"over": "5 months", "power": 2.0}},
        [1.0 / (1.0 + month / 5.0) ** 2 for month in range(10)],
    ),
}


@pytest.mark.parametrize("name", list(SHAPES))
def test_people_come_in_by_the_month_as_the_intensity_says(name):
    """Each month against the intensity, and the months against each other: a Poisson process has no memory."""
    told, speeds = SHAPES[name]
    plan = plan_of({"window": "10 months", "opens": "3 months", "arrivals": {"speed": 1.0}} | told)
    by_month = np.zeros((6_400, 13))
    for first in range(0, 6_400, LANES):
        inputs = draw_inputs(plan.inputs, KEY, first, LANES)
        _, arrived, last = come_in(plan, KEY, first, 0, inputs)
        assert (last == 12).all()
        for lane in range(LANES):
            by_month[first + lane] = np.bincount(arrived[arrived[:, lane] != NEVER, lane], minlength=13)
    assert (by_month[:, :3] == 0).all()
    means = 120.0 * np.array(speeds) / sum(speeds)
    assert fits(by_month[:, 3:].sum(axis=0), 6_400 * means)
    for month in (0, 4, 9):
        counts = by_month[:, 3 + month].astype(int)
        law, most = stats.poisson(means[month]), counts.max() + 1
        assert fits(np.bincount(counts, minlength=most + 1), 6_400 * np.append(law.pmf(range(most)), law.sf(most - 1)))
    correlation = np.corrcoef(by_month[:, 3:].T)[np.triu_indices(10, 1)]
    assert np.abs(correlation).max() < 5.0 / np.sqrt(6_400)  # the largest of 45, each with error 1 / 80


def test_thinning_gives_the_same_months_as_inversion():
    """People at full speed, each kept with the chance of the ramp, are those who come in during a ramp."""
    speeds = np.array(SHAPES["a late ramp"][1])
    random = np.random.default_rng(7)
    full = random.poisson(120.0 / speeds.sum(), (6_400, 10))
    thinned = random.binomial(full, speeds)
    plan = plan_of({"window": "10 months", "arrivals": {"speed": 1.0}} | SHAPES["a late ramp"][0])
    found = np.zeros(10)
    for first in range(0, 6_400, LANES):
        _, arrived, _ = come_in(plan, KEY, first, 0, draw_inputs(plan.inputs, KEY, first, LANES))
        found += np.bincount(arrived[arrived != NEVER], minlength=10)
    both = np.array([found, thinned.sum(axis=0)])
    assert stats.chi2_contingency(both).pvalue > LIMIT


def late(months: float, most: float, moves: int) -> tuple[list[int], int]:
    arrived = np.full((4, LANES), NEVER, np.int16)
    arrived[:3] = np.array([[0], [7], [9]])
    last = np.empty(LANES, np.int64)
    start_late(np.full(LANES, months), most, moves, 10, last, arrived)
    return arrived[:, 5].tolist(), int(last[5])


def test_a_late_start_costs_the_last_months_or_moves_the_window():
    assert late(2.9, 12, 0) == ([2, 9, NEVER, NEVER], 9)
    assert late(2.9, 12, 1) == ([2, 9, 11, NEVER], 11)
    assert late(20.0, 1, 1) == ([1, 8, 10, NEVER], 10)  # cut to the most
    assert late(0.99, 12, 0) == ([0, 7, 9, NEVER], 9)


# Who starts


def in_order(comes, *, left=None, before=None, places=99, per_month=99, patience=99, within=0, until=99, last=9):
    """When each person of one lane starts."""
    n = len(comes)

    def on_lanes(months):
        return np.repeat(np.array(months, np.int16)[:, None], LANES, axis=1)

    nobody, out = [NEVER] * n, np.empty((n, LANES), np.int16)
    start_in_turn(
        on_lanes(comes), on_lanes(left or nobody), on_lanes(before or nobody), places, per_month, patience, within,
        np.full(LANES, until), np.full(LANES, last), 10, out,
    )  # fmt: skip
    assert (out == out[:, :1]).all()
    return [int(month) if month != NEVER else None for month in out[:, 0]]


def test_starts_by_hand():
    # By month, then by number: persons 1 and 3 come in month 0, person 0 in month 2, person 2 in month 4.
    comes = [2, 0, 4, 0, NEVER]
    assert in_order(comes) == [2, 0, 4, 0, None]
    assert in_order(comes, places=3) == [2, 0, None, 0, None]
    assert in_order(comes, per_month=1) == [2, 0, 4, 1, None]
    assert in_order([0, 0, 0, 0], per_month=1, patience=2) == [0, 1, 2, None]
    assert in_order([0, 0, 0, 0], per_month=1, last=1) == [0, 1, None, None]
    # Person 1 starts in month 0 and leaves in month 1: the place is free from month 2 on.
    gone = [NEVER, 1, NEVER, NEVER, NEVER]
    started = [2, 0, None, 0, None]
    before = [NEVER if month is None else month for month in started]
    assert in_order(comes, places=2, left=gone, before=before, within=3) == [2, 0, None, 0, None]
    assert in_order(comes, places=2, left=gone, before=before, within=1) == [None, 0, None, 0, None]
    assert in_order(comes, places=2, left=gone, before=before, within=3, until=1) == [None, 0, None, 0, None]


def test_the_example_of_the_model_page():
    """Two places, one start a month, nobody waits longer than two months, replaced in the first three."""
    comes, rules = [0, 0, 1, 4], {"places": 2, "per_month": 1, "patience": 2, "within": 3}
    assert in_order(comes, **rules) == [0, 1, None, None]
    gone = [2, NEVER, NEVER, NEVER]  # A leaves in the third month; C has waited two months
    first = [0, 1, NEVER, NEVER]
    assert in_order(comes, left=gone, before=first, **rules) == [0, 1, 3, None]
    gone = [2, 3, NEVER, NEVER]  # B leaves too, in the third month
    assert in_order(comes, left=gone, before=first, **rules) == [0, 1, 3, 4]


def tiles(enrolment: Told, n_tiles: int = 20, **more: object):
    """Months of coming in, starting and leaving of everybody on many paths."""
    plan = plan_of(enrolment, **more)
    for first in range(0, n_tiles * LANES, LANES):
        inputs = draw_inputs(plan.inputs, KEY, first, LANES)
        words, enrolled_at, _ = enrol(plan, KEY, first, 0, inputs)
        _, arrived, last = come_in(plan, KEY, first, 0, inputs)
        yield arrived, enrolled_at, leave(plan, words, 0, inputs, enrolled_at), last


def test_rules_of_the_waiting_list_hold_on_every_path():
    """Capacity, order, patience, the end of the window and the places, for people who wait and replace others."""
    replaced = gave_up = waited = 0
    for arrived, started, left, last in tiles(SLOW, participants=30, dropout=0.5):
        for lane in range(LANES):
            came, began, gone = (months[:, lane].astype(int) for months in (arrived, started, left))
            starts = began != NEVER
            assert (came[starts] <= began[starts]).all()
            assert (began[starts] - came[starts] <= 5).all()
            assert (began[starts] <= last[lane] + 2).all()
            by_month = np.bincount(began[starts], minlength=26)
            assert by_month.max(initial=0) <= 4
            # Whoever came earlier starts no later; whoever gave up saw nobody start who came after them.
            order = sorted(np.flatnonzero(came != NEVER), key=lambda j: (came[j], j))
            began_in_order = [began[j] for j in order if began[j] != NEVER]
            assert began_in_order == sorted(began_in_order)
            for place, j in enumerate(order):
                if began[j] == NEVER:
                    later = [began[k] for k in order[place + 1 :] if began[k] != NEVER]
                    assert all(month > came[j] + 5 for month in later)
                    gave_up += 1
            early = starts & (gone != NEVER) & (gone - began < 4) & (gone < 20)
            for month in range(26):
                there = (starts & (began <= month)).sum() - (early & (gone < month)).sum()
                assert there <= 30
                # Nobody waits while there is a place and room in the month.
                waiting = (came <= month) & (came + 5 >= month) & (began > month)
                if month <= last[lane] + 2 and waiting.any():
                    assert there == 30 or by_month[month] == 4
            replaced += max(int(starts.sum()) - 30, 0)
            waited += int((began[starts] > came[starts]).sum())
    assert min(replaced, gave_up, waited) > 100


def test_without_replacement_no_more_start_than_there_are_places():
    for arrived, started, _, _ in tiles({"window": "12 months", "arrivals": {}}, participants=30, n_tiles=5):
        assert ((started != NEVER).sum(axis=0) == np.minimum((arrived != NEVER).sum(axis=0), 30)).all()
        # The first to come in get the places.
        for lane in range(LANES):
            turned_away = (arrived[:, lane] != NEVER) & (started[:, lane] == NEVER)
            if turned_away.any():
                assert arrived[turned_away, lane].min() >= started[started[:, lane] != NEVER, lane].max()
            began = started[:, lane] != NEVER
            assert (arrived[began, lane] == started[began, lane]).all()  # nothing to wait for


def test_who_waits_no_month_is_lost():
    told = {"window": "12 months", "arrivals": {}, "per_month": 2, "wait_at_most": "0 months"}
    for arrived, started, _, _ in tiles(told, participants=30, n_tiles=5):
        began = started != NEVER
        assert (arrived[began] == started[began]).all()


# The rest of the program


def test_sites_that_open_later_are_still_counted_by_pattern():
    plain, later = (plan_of({"window": "6 months", "ramp": "3 months"} | told) for told in ({}, {"opens": "5 months"}))
    assert plain.by_pattern
    assert later.by_pattern
    first, second = replay(plain, 1, 12).cohorts[0], replay(later, 1, 12).cohorts[0]
    assert (second.enrolled_at == first.enrolled_at + 5).all()
    patterns, lives = (run(later, Settings(512, 1, form=form)) for form in ("patterns", "lives"))
    assert (patterns.received == lives.received).all()
    assert (patterns.headcount == lives.headcount).all()


def test_an_old_block_is_counted_by_pattern():
    assert plan_of({"window": "6 months", "ratio": {"uniform": [0.5, 1.5]}}).arrivals is None


def test_threads_and_blocks_change_no_bit():
    plan = compile_plan(in_turn(SLOW, SLOW | {"opens": "3 months"}))
    one_thread = run(plan, Settings(1_024, 5, threads=1, block=1_024))
    two = run(plan, Settings(1_024, 5, threads=2, block=256))
    for name, array in one_thread._asdict().items():
        assert array.tobytes() == getattr(two, name).tobytes(), name


def test_explain_equals_the_path_of_the_run():
    plan = compile_plan(in_turn(SLOW, SLOW | {"opens": "3 months"}))
    whole = run(plan, Settings(128, 5))
    for path in (0, 63, 64, 101):
        told = replay(plan, 5, path)
        assert (told.results.headcount[0] == whole.headcount[path]).all()
        assert (told.results.flow[0] == whole.flow[path]).all()
        assert [len(life.enrolled_at) for life in told.cohorts] == whole.headcount[path, :, 0].tolist()


@pytest.mark.parametrize(
    "enrolment",
    [SLOW, {"window": "12 months", "arrivals": {}}, {"window": "12 months", "late_start": {"most": "9 months"}}],
    ids=["everything", "arrivals", "late start"],
)
def test_expected_values_are_the_mean_of_luck(enrolment):
    """Both means have an error: that of 4,096 futures and that of 16,384 paths."""
    plan = plan_of(enrolment, participants=50, dropout=0.4)
    paths = run(at_means(plan, luck=True), Settings(16_384, 8)).received[:, 0] / 100.0
    expected = run_expected(at_means(plan)).received[0, 0] / 100.0
    assert abs(paths.mean() - expected) < 4.0 * paths.std() * np.sqrt(1.0 / 16_384 + 1.0 / 4_096)


def test_expected_starts_by_month_are_the_mean_of_luck():
    plan = at_means(plan_of(SLOW, participants=50, dropout=0.4))
    found = expected_by_month(plan, 0)
    assert found.size == 26
    lucky = at_means(plan_of(SLOW, participants=50, dropout=0.4), luck=True)
    by_month = np.zeros((6_400, 26))
    for first in range(0, 6_400, LANES):
        _, enrolled_at, _ = enrol(lucky, KEY, first, 0, draw_inputs(lucky.inputs, KEY, first, LANES))
        for lane in range(LANES):
            by_month[first + lane] = np.bincount(enrolled_at[enrolled_at[:, lane] != NEVER, lane], minlength=26)
    error = by_month.std(axis=0) * np.sqrt(1.0 / 6_400 + 1.0 / 4_096)
    assert (np.abs(by_month.mean(axis=0) - found) <= 4.0 * error + 1e-12).all()


def test_how_many_come_in_is_luck_and_their_speed_is_not():
    plan = plan_of({"window": "12 months", "arrivals": {}})
    kept = [note.name for note in at_means(plan, luck=True).labels.inputs]
    assert kept == ["cohorts[all].enrolment.arrivals"]
    assert [note.name for note in plan.labels.inputs] == [
        "cohorts[all].enrolment.arrivals.speed",
        "cohorts[all].enrolment.arrivals",
    ]


def test_blocks_name_the_constants_they_use():
    def keys(**told: object) -> tuple[str, ...]:
        return Enrolment.model_validate(told).register_keys()

    assert keys(ratio=0.9) == ()
    assert keys(shortfall="default") == ("enrolment-ratio",)
    assert keys(shortfall="trials", late_start={"most": "6 months"}) == ("enrolment-ratio-optimistic", "late-start")
    assert keys(arrivals={}) == ("arrivals-speed",)
    assert keys(arrivals={"speed": 1.1}, late_start={"most": "6 months", "months": 2}) == ()


def test_certain_enrolment_is_named_and_an_uncertain_one_is_not():
    def asks(enrolment: Told | None) -> bool:
        scenario = one(enrolment or {})
        if enrolment is None:
            cohort = scenario.cohorts[0].model_copy(update={"enrolment": None})
            scenario = scenario.model_copy(update={"cohorts": [cohort]})
            said = " ".join(remarks(scenario))
            assert "no enrolment block, so all 120 places are filled on the first day" in said
            assert "it is certain how many enrol" in said
        return any(line.topic == "enrolment" for line in lacking(scenario))

    assert asks(None)
    assert asks({"ratio": 0.9})
    assert asks({"per_month": 5})
    assert not asks({"shortfall": "default"})
    assert not asks({"arrivals": {}})
    assert not asks({"ratio": {"uniform": [0.5, 1.0]}})

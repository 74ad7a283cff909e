"""The people of the public purse: the contract sees nothing of them, both engines count alike, and who came anyway."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest
from scipy import stats

from risksim.engine.addresses import Purpose, keys_of
from risksim.engine.ending import end_early
from risksim.engine.engines import conditional_obstacle
from risksim.engine.expected import expected_people
from risksim.engine.lives import live_tile
from risksim.engine.purse_counts import count_expected, count_purse, own_inputs, purse_obstacle
from risksim.engine.run import Settings, draw_block, keys_of_run, run
from risksim.engine.words import Words
from risksim.errors import RunError
from risksim.plan.compile import at_means, compile_plan
from risksim.plan.hashes import hash32
from risksim.plan.layout import ABLE, ACHIEVED, FIRST, LANES, NEVER, TOGETHER, WHILE_MET, Numbers
from tests.engine.deals import SHIPPED, bent_plan, deal, shipped_files, shipped_plan
from tests.engine.processes import EVERY_KIND
from tests.engine.purses import inputs_like, with_purse, yes_or_no

NAMES = [str(file.relative_to(SHIPPED)) for file in shipped_files()]
SOME = ["examples/simple-reference.yaml", "broendby-tuba.yaml", "effects/gross-and-net.yaml", "ending/four-ways.yaml"]
ENGINES = ("individual", "conditional")
PATHS = 8_192


def made(outcomes, cohort=None, people=150, **changes):
    """A deal of one cohort that pays for its first outcome."""
    cohort = {"name": "c", "participants": people, "duration": "6 months"} | (cohort or {})
    payments = [{"per_outcome": {"outcome": next(iter(outcomes)), "price": 1_000}}]
    return compile_plan(deal(cohorts=[cohort], outcomes=outcomes, payments=payments, **changes))


JOB = {"of": "completers", "success_rate": 0.6, "measured": {"after_completion": "6 months"}}


def meter(counted, plan, outcome, statistic):
    """float64[path, period] of gross and of net."""
    own = plan.purse.meters
    m = int(np.flatnonzero((own.outcome == outcome) & (own.statistic == statistic))[0])
    return counted.gross[:, m], counted.net[:, m]


def counted(plan, engine="individual", n_paths=PATHS, first=0, form="patterns"):
    return count_purse(plan, Settings(n_paths, 5, engine=engine, form=form), first, n_paths)


@cache
def rich_plan():
    """Three measurements of a state that lasts, a gate, what is kept behind it, and an exclusion."""
    outcomes = {name: EVERY_KIND[name] for name in ("home", "job", "kept", "school")}
    cohort = {"enrolment": {"window": "9 months"}, "dropout": {"beta": [4, 16]}, "unmeasured": 0.2}
    return with_purse(made(outcomes, cohort, 40))


def all_come(plan, outcome):
    rows = slice(plan.outcomes.first_row[outcome], plan.outcomes.first_row[outcome + 1])
    return bool((plan.outcomes.period_of_month[rows] >= 0).all())


def check_contract(plan, engine, n_paths=128):
    """The contract's people are the same bits with a purse as without, and the purse's add up."""
    mine = with_purse(plan, people=plan.cohorts.places.size < 20)
    found = counted(mine, engine, n_paths)
    settings = Settings(n_paths, 5, engine=engine, keep_claims=False)
    assert (found.headcount == run(plan, settings).headcount).all()
    inputs, measured, headcount = draw_block(plan, settings, 0, n_paths)
    stops = end_early(plan, keys_of_run(plan, settings), 0, inputs, measured, headcount)
    assert np.array_equal(found.inputs, inputs)
    assert np.array_equal(found.measured, measured, equal_nan=True)
    assert (found.headcount == headcount).all()
    assert (found.stops is None) == (stops is None)
    assert stops is None or all(map(np.array_equal, found.stops, stops))
    for outcome in yes_or_no(plan):
        first, achieved, able = (meter(found, mine, outcome, which)[0].sum(axis=1) for which in (FIRST, ACHIEVED, ABLE))
        heads = found.headcount[:, :, 4 + 2 * outcome].sum(axis=1)
        assert (first <= achieved).all()
        assert (achieved <= heads).all()
        if all_come(plan, outcome):
            assert (achieved == heads).all()
        if plan.outcomes.first_row[outcome + 1] - plan.outcomes.first_row[outcome] == 1:
            assert (first == achieved).all()
            assert (first <= able).all()


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_no_shipped_deal_sees_its_purse(name):
    plan = shipped_plan(name)
    check_contract(plan, "individual")
    if conditional_obstacle(plan) is None:
        check_contract(plan, "conditional")


@pytest.mark.parametrize("name", SOME)
def test_a_contract_does_not_see_the_purse(name):
    plan = shipped_plan(name)
    for engine in ENGINES:
        if engine == "individual" or conditional_obstacle(plan) is None:
            check_contract(plan, engine)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_rich_contract_does_not_see_the_purse(engine):
    check_contract(rich_plan()._replace(purse=None), engine)


def test_lives_count_the_same_people_as_patterns():
    plan = with_purse(bent_plan())
    one, other = (counted(plan, n_paths=128, form=form) for form in ("patterns", "lives"))
    for name in ("measured", "headcount", "gross", "net"):
        assert np.array_equal(getattr(one, name), getattr(other, name), equal_nan=True)


@pytest.mark.parametrize("engine", ENGINES)
def test_any_block_counts_the_same(engine):
    plan = with_purse(shipped_plan("effects/gross-and-net.yaml"))
    whole, part = counted(plan, engine, 256), counted(plan, engine, 70, 100)
    for one, other in zip(whole, part, strict=True):
        if isinstance(one, np.ndarray):
            assert np.array_equal(one[100:170], other, equal_nan=True)


def test_people_are_counted_as_one_by_one():
    plan = rich_plan()
    found = counted(plan, n_paths=LANES)
    key = keys_of(5, plan.stream)
    tile = live_tile(plan, key, 0, 0, found.inputs)
    for outcome in yes_or_no(plan):
        expected = {which: np.zeros((LANES, plan.calendar.years.size)) for which in (ABLE, ACHIEVED, FIRST)}
        rows = range(plan.outcomes.first_row[outcome], plan.outcomes.first_row[outcome + 1])
        for person, lane in np.argwhere(tile.enrolled_at != NEVER):
            met = [
                (plan.outcomes.period_of_month[row, tile.enrolled_at[person, lane]], tile.worth[row, person, lane])
                for row in rows
            ]
            if met[0][0] >= 0 and not math.isnan(met[0][1]):
                expected[ABLE][lane, met[0][0]] += 1
            periods = [period for period, worth in met if worth == 1 and period >= 0]
            for period in periods:
                expected[ACHIEVED][lane, period] += 1
            if periods:
                expected[FIRST][lane, periods[0]] += 1
        for which, people in expected.items():
            assert (meter(found, plan, outcome, which)[0] == people).all()


def agree(plan, n_paths=PATHS):
    """Names of meters, by period, whose means lie more than 4 standard errors apart."""
    both = [counted(plan, engine, n_paths).gross for engine in ENGINES]
    means, errors = ([each(found, axis=0) for found in both] for each in (np.mean, np.var))
    error = np.sqrt(sum(errors) / n_paths)
    return np.argwhere(np.abs(means[0] - means[1]) > 4 * error + 1e-9).tolist()


def test_engines_count_alike_by_period():
    assert agree(with_purse(bent_plan(), people=True)) == []
    assert agree(rich_plan(), 4_096) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_engines_count_alike_on_shipped_deals(name):
    plan = shipped_plan(name)
    if conditional_obstacle(plan) is not None:
        pytest.skip("the conditional engine cannot run it")
    assert agree(with_purse(plan), 2_048) == []


def test_the_conditional_engine_splits_what_it_drew():
    # Hidden and seen, those of one pool in one class and another: totals of each path stand, whatever is asked later.
    plan = rich_plan()
    found = counted(plan, "conditional", 512)
    home = plan.labels.outcomes.index("home")
    gross = meter(found, plan, home, ACHIEVED)[0]
    assert (gross == np.round(gross)).all()
    assert (gross.sum(axis=1) == found.headcount[:, 0, 4 + 2 * home]).all()
    assert (meter(found, plan, home, ABLE)[0].sum(axis=1) == found.headcount[:, 0, 0]).all()
    verified = [m for m in range(plan.measures.outcome.size) if plan.measures.outcome[m] == home and plan.measures.statistic[m] == 2]  # fmt: skip # noqa: E501
    for m in verified:  # whoever is verified in a period has succeeded in it
        assert (found.measured[:, 0, m] <= gross).all()


# Who would have come anyway


@pytest.mark.parametrize("engine", ENGINES)
def test_what_is_added_is_what_was_achieved_less_what_would_have_come_anyway(engine):
    cohort = {"enrolment": {"window": "9 months"}, "dropout": {"beta": [4, 16]}, "unmeasured": 0.2}
    job = JOB | {"success_rate": {"beta": [12, 8]}, "counterfactual": {"beta": [10, 20]}}
    kept = {"of": "earlier", "after": "job", "success_rate": 0.8, "counterfactual": 0.75, "measured": {"after_completion": "12 months"}}  # fmt: skip # noqa: E501
    plan = with_purse(made({"job": job, "kept": kept}, cohort, 40))
    found = counted(plan, engine)
    slot = int(plan.anyway.chance_slot[0])
    p0 = found.inputs[:, slot]
    people = found.headcount[:, 0, 1]
    for outcome, chance in ((0, p0), (1, 0.75 * p0)):
        gross, net = meter(found, plan, outcome, FIRST)
        assert (net <= gross).all()
        assert (net < 0).any()  # on some paths fewer succeed than would anyway
        assert np.array_equal(net.sum(axis=1), found.attributable[:, outcome])
        # The same people: what is left is the draw of who would have anyway.
        left = net.sum(axis=1) - (gross.sum(axis=1) - people * chance)
        assert abs(left.mean()) < 4 * left.std() / math.sqrt(PATHS)
        share = found.anyway[:, outcome]
        assert ((share >= 0) & (share <= 1)).all()


def test_thinning_is_the_law_of_drawing_each_person_once():
    # 60 of 100 succeed, 30 would have anyway: the others are binomial(100, 0.6) thinned by half, binomial(100, 0.3),
    # of mean 30 and variance 21.
    job = JOB | {"of": "enrolled", "counterfactual": 0.3, "measured": {"after_enrolment": "12 months"}}
    plan = with_purse(made({"job": job}, people=100))
    found = counted(plan).attributable[:, 0]
    assert abs(found.mean() - 30) < 4 * math.sqrt(21 / PATHS)
    assert abs(found.var() - 21) < 4 * 21 * math.sqrt(2 / PATHS)
    frequency = np.bincount(found.astype(int), minlength=101)
    assert stats.chisquare(frequency[20:41], stats.binom.pmf(np.arange(20, 41), 100, 0.3) / stats.binom.pmf(np.arange(20, 41), 100, 0.3).sum() * frequency[20:41].sum()).pvalue > 1e-4  # fmt: skip # noqa: E501


def test_those_whom_the_programme_keeps_from_it_are_taken_off():
    # 0.6 succeed, 0.8 would have: of the 40 who don't, (0.8 - 0.6) / (1 - 0.6) = half would have. Binomial(100, 0.2).
    job = JOB | {"of": "enrolled", "counterfactual": 0.8, "measured": {"after_enrolment": "12 months"}}
    plan = with_purse(made({"job": job}, people=100))
    found = counted(plan)
    assert abs(found.attributable[:, 0].mean() + 20) < 4 * math.sqrt(16 / PATHS)
    assert (found.anyway[:, 0] == 1).all()
    assert (found.net[:, 2] <= 0).all()


def test_nobody_would_have_come_anyway():
    plan = with_purse(made({"job": JOB | {"counterfactual": 0}}, {"dropout": 0.2}))
    found = counted(plan, n_paths=256)
    assert np.array_equal(*meter(found, plan, 0, FIRST))
    assert (found.anyway[:, 0] == 0).all()


def test_where_nothing_says_so_there_is_no_number():
    plan = with_purse(made({"job": JOB}))
    found = counted(plan, n_paths=64)
    assert np.isnan(meter(found, plan, 0, FIRST)[1]).all()
    assert np.isnan(found.attributable).all()
    gross, net = meter(found, plan, 0, ABLE)
    assert np.array_equal(gross, net)


def test_the_purse_says_who_would_have_come_anyway():
    plan = with_purse(made({"job": JOB}), anyway_value=np.array([0.45]))
    found = counted(plan)
    left = found.attributable[:, 0] - 0.25 * found.gross[:, 2].sum(axis=1)  # 1 - 0.45 / 0.6
    assert abs(left.mean()) < 4 * left.std() / math.sqrt(PATHS)


def test_uncertain_shares_of_the_purse_are_read():
    base = made({"job": JOB | {"success_rate": {"beta": [12, 8]}}})
    inputs = inputs_like(base.inputs, ["public.anyway[job]"])
    plan = with_purse(base, inputs=inputs, together=np.zeros(1), anyway_slot=np.zeros(1, dtype=np.int64))
    found = counted(plan)
    left = found.attributable[:, 0] - (found.gross[:, 2].sum(axis=1) - 150 * found.own[:, 0])
    assert abs(left.mean()) < 4 * left.std() / math.sqrt(PATHS)


@pytest.mark.parametrize("share", [0.4, 0.9])
def test_where_the_rate_is_not_the_chance_the_share_of_the_path_stands_in(share):
    steady = EVERY_KIND["steady"]
    plan = with_purse(made({"steady": steady}, people=40), anyway_value=np.array([share]))
    found = counted(plan, n_paths=2_048)
    left = found.attributable[:, 0] - (found.gross[:, 2].sum(axis=1) - share * 40)
    assert abs(left.mean()) < 4 * left.std() / math.sqrt(2_048)


def test_the_same_people_are_added_at_every_measurement():
    # Whoever is at home at the first measurement is so at the second: so are those whom the programme brought there.
    home = EVERY_KIND["home"] | {"success_rate": 0.7, "persistence": 1, "counterfactual": 0.4}
    plan = with_purse(made({"home": home}))
    found = counted(plan, n_paths=2_048)
    gross, net = meter(found, plan, 0, ACHIEVED)
    months = [t for t in range(gross.shape[1]) if gross[:, t].any()]
    assert len(months) > 1
    assert all(np.array_equal(net[:, months[0]], net[:, t]) for t in months)
    assert np.ptp(net[:, months[0]]) > 0
    left = net.sum(axis=1) - (gross.sum(axis=1) - len(months) * 150 * 0.4)
    assert abs(left.mean()) < 4 * left.std() / math.sqrt(2_048)


def test_first_of_several_measurements():
    # Two measurements, each on its own, of chance 0.5, 0.2 without: 0.75 ever meet it and 0.36 would have.
    home = {"of": "enrolled", "success_rate": 0.5, "counterfactual": 0.2, "persistence": 0, "measured": {"after_enrolment": ["6 months", "12 months"]}}  # fmt: skip # noqa: E501
    plan = with_purse(made({"home": home}, people=100))
    found = counted(plan)
    assert abs(found.gross[:, 2].sum(axis=1).mean() - 75) < 4 * math.sqrt(100 * 0.75 * 0.25 / PATHS)
    assert abs(found.attributable[:, 0].mean() - 39) < 4 * math.sqrt(100 * 0.39 * 0.61 / PATHS)


# The purse's own inputs


def test_own_inputs_go_together_and_keep_their_laws():
    base = made({"job": JOB | {"success_rate": {"beta": [12, 8]}}})
    names = ["public.consequences[a].volume", "public.consequences[b].volume", "public.consequences[c].price"]
    rho = np.array([0.3, 0.3, 0.0])
    plan = with_purse(base, inputs=inputs_like(base.inputs, names), together=rho)
    key = keys_of(5)
    n = 40_000
    own = own_inputs(plan, key, 0, n)
    assert np.array_equal(own_inputs(plan, key, 1_000, 500), own[1_000:1_500])
    for column in own.T:  # each a Beta(12, 8): the share below each decile is that decile
        for q in np.arange(0.1, 1, 0.1):
            below = (column < stats.beta.ppf(q, 12, 8)).mean()
            assert abs(below - q) < 4 * math.sqrt(q * (1 - q) / n)
    scores = stats.norm.ppf(stats.beta.cdf(own, 12, 8))
    for i, j, expected in ((0, 1, 0.3), (0, 2, 0.0), (1, 2, 0.0)):
        assert abs(np.corrcoef(scores[:, i], scores[:, j])[0, 1] - expected) < 4 * (1 - expected**2) / math.sqrt(n)
    alone = own_inputs(plan._replace(purse=plan.purse._replace(together=np.zeros(3))), key, 0, n)
    assert np.array_equal(alone[:, 2], own[:, 2])
    assert hash32("public.together") == TOGETHER


def test_own_inputs_are_the_same_in_both_engines():
    base = made({"job": JOB | {"success_rate": {"beta": [12, 8]}}})
    plan = with_purse(base, inputs=inputs_like(base.inputs, ["public.a"]), together=np.array([0.5]))
    assert np.array_equal(*(counted(plan, engine, 64).own for engine in ENGINES))


# Lines that several outcomes claim


def claimed_by_loop(plan, found, line):
    """`claimed_gross` and `claimed_net` of a line, person by person; rates are those of the deal's constants."""
    purse, key = plan.purse, keys_of(5, plan.stream)
    lines = purse.lines
    claims = lines.claim_outcome[lines.claim_ptr[line] : lines.claim_ptr[line + 1]]
    tile = live_tile(plan, key, 0, 0, found.inputs)
    words = {k: Words(key, 0, 0, tile.worth.shape[1]).draw(Purpose.ATTRIBUTION, int(plan.outcomes.address[k])) for k in claims}  # fmt: skip # noqa: E501
    out = np.zeros((2, LANES, len(purse.years)))
    for person, lane in np.argwhere(tile.enrolled_at != NEVER):
        month = tile.enrolled_at[person, lane]
        real, without = {}, {}
        for k in claims:
            p1, p0 = plan.outcomes.rate_value[k], purse.anyway_value[k]
            row = plan.outcomes.first_row[k]
            period = plan.outcomes.period_of_month[row, month]
            u = (float(words[k][person, lane]) + 0.5) / 2**32
            met = tile.worth[row, person, lane]
            year = purse.year_of_period[period]
            if met == 1:
                real[k] = year
                if u < p0 / p1:
                    without[k] = year
            elif not math.isnan(met) and p0 > p1 and u < (p0 - p1) / (1 - p1):
                without[k] = year
        for year in range(len(purse.years)):

            def best(onsets, year=year, lane=lane):
                worth = [
                    lines.profile[line, year - onset] * (1 - decay_of(plan, found, line, lane)) ** (year - onset - 1)
                    for onset in onsets.values()
                    if 1 <= year - onset < lines.profile.shape[1]
                ]
                return max(worth, default=0.0)

            out[0, lane, year] += best(real)
            out[1, lane, year] += best(real) - best(without)
    return out


def decay_of(plan, found, line, lane):
    slot = plan.purse.lines.decay.slot[line]
    return found.own[lane, slot] if slot >= 0 else plan.purse.lines.decay.value[line]


SCHOOL = {"of": "enrolled", "success_rate": 0.5, "measured": {"after_enrolment": "24 months"}}


def test_people_claim_once_a_year():
    base = made({"job": JOB, "school": SCHOOL}, {"enrolment": {"window": "14 months"}, "dropout": 0.3}, 12)
    laws = made({"job": JOB | {"success_rate": {"beta": [2, 18]}}}).inputs
    plan = with_purse(
        base,
        claims=((0,), (0, 1)),
        anyway_value=np.array([0.3, 0.7]),
        inputs=inputs_like(laws, ["public.consequences[a].decay"]),
        together=np.zeros(1),
    )
    slots = Numbers(np.array([-1, 0]), np.zeros(2))
    plan = plan._replace(purse=plan.purse._replace(lines=plan.purse.lines._replace(decay=slots)))
    found = counted(plan, n_paths=LANES)
    gross, net = claimed_by_loop(plan, found, 1)
    assert found.claimed_gross[:, 1] == pytest.approx(gross, rel=1e-12)
    assert found.claimed_net[:, 1] == pytest.approx(net, rel=1e-12, abs=1e-12)
    assert not found.claimed_gross[:, 0].any()
    assert np.ptp(gross) > 0


def test_one_outcome_twice_is_that_outcome():
    # Two names for the same claim: the best of both is either, so that nobody counts twice.
    base = made({"job": JOB, "school": SCHOOL}, people=20)
    plan = with_purse(base, claims=((0, 0),), decay=0.0, profile=(0.0, 1.0), anyway_value=np.array([0.0, 0.0]))
    found = counted(plan, n_paths=LANES)
    gross = meter(found, plan, 0, FIRST)[0].sum(axis=1)
    assert np.array_equal(found.claimed_gross[:, 0].sum(axis=1), gross)
    assert np.array_equal(found.claimed_net, found.claimed_gross)


def test_time_while_any_claim_is_met():
    home = EVERY_KIND["home"] | {"success_rate": 0.7, "persistence": 1}
    base = made({"home": home, "school": SCHOOL}, people=20)
    plan = with_purse(base, claims=((0, 0),), profile=(1.0,), counts=WHILE_MET, anyway_value=np.array([0.0, 0.0]))
    found = counted(plan, n_paths=LANES)
    # A follow-up stands for the twelve months to the next, as made up there.
    assert np.array_equal(found.claimed_gross[:, 0].sum(axis=1), meter(found, plan, 0, ACHIEVED)[0].sum(axis=1))
    assert np.array_equal(found.claimed_net, found.claimed_gross)


def test_time_while_met_that_would_have_been_met_anyway():
    # 0.7 are at home at all measurements, 0.35 would have been: half of the time counts, person by person.
    home = EVERY_KIND["home"] | {"success_rate": 0.7, "persistence": 1}
    plan = with_purse(made({"home": home}, people=20), claims=((0, 0),), profile=(1.0,), counts=WHILE_MET, anyway_value=np.array([0.35]))  # fmt: skip # noqa: E501
    found = counted(plan, n_paths=1_024)
    left = (found.claimed_net - found.claimed_gross / 2)[:, 0].sum(axis=1)
    assert abs(left.mean()) < 4 * left.std() / math.sqrt(1_024)
    assert (found.claimed_net % 1 == 0).all()


def test_the_conditional_engine_says_why_it_cannot():
    plan = with_purse(made({"job": JOB, "school": SCHOOL}), claims=((0, 1),))
    assert purse_obstacle(plan) is not None
    assert purse_obstacle(with_purse(made({"job": JOB}), claims=((0,),))) is None
    with pytest.raises(RunError, match="several outcomes claim 'line 0'"):
        counted(plan, "conditional", 64)


def test_claims_without_a_counterfactual_have_no_net():
    plan = with_purse(made({"job": JOB, "school": SCHOOL}), claims=((0, 1),), anyway_value=np.array([0.1, np.nan]))
    found = counted(plan, n_paths=64)
    assert np.isnan(found.claimed_net[:, 0]).all()
    assert np.isfinite(found.claimed_gross).all()


# Everything at its mean


def test_the_expected_path():
    cohort = {"dropout": {"beta": [4, 16]}, "unmeasured": 0.2}
    job = JOB | {"success_rate": {"beta": [12, 8]}, "counterfactual": {"beta": [10, 20]}}
    plan = with_purse(at_means(made({"job": job}, cohort, 50)))
    found = count_expected(plan)
    # 50 people, of whom four fifths stay and 0.6 of them succeed, measured or not: 24; a third would have anyway.
    assert meter(found, plan, 0, ABLE)[0].sum() == pytest.approx(40)
    gross, net = meter(found, plan, 0, FIRST)
    assert gross.sum() == pytest.approx(24)
    assert net.sum() == pytest.approx(24 - 40 / 3)
    assert found.attributable[0, 0] == pytest.approx(24 - 40 / 3)
    assert found.anyway[0, 0] == pytest.approx(40 / 3 / 24)
    assert found.measured.sum() == pytest.approx(24 * 0.8)


@pytest.mark.parametrize("name", ["broendby-tuba.yaml", "effects/gross-and-net.yaml"])
def test_the_expected_contract_does_not_see_the_purse(name):
    plan = at_means(shipped_plan(name))
    found = count_expected(with_purse(plan))
    assert np.array_equal(found.measured, expected_people(plan), equal_nan=True)
    gross, net = found.gross, found.net
    assert (net[~np.isnan(net)] <= gross[~np.isnan(net)] + 1e-12).all()


def test_expected_claims_are_the_mean_of_futures():
    base = made({"job": JOB, "school": SCHOOL}, people=4)
    plan = with_purse(base, claims=((0, 1),), anyway_value=np.array([0.3, 0.2]))
    expected, drawn = count_expected(plan), counted(plan, n_paths=4_096)
    for name in ("claimed_gross", "claimed_net"):
        found = getattr(drawn, name).sum(axis=2)[:, 0]
        error = found.std() * math.sqrt(1 / 4_096 + 1 / 4_096)
        assert abs(getattr(expected, name).sum() - found.mean()) < 4 * error


@pytest.mark.slow
@pytest.mark.parametrize("made_of", [lambda: with_purse(bent_plan()), rich_plan], ids=["bent", "rich"])
def test_what_the_purse_counts_goes_with_what_the_contract_counts(made_of):
    # Covariances of all meters with each other and with all measures: a count drawn twice would show here.
    plan, n_paths = made_of(), 4_096
    found = []
    for engine in ENGINES:
        both = counted(plan, engine, n_paths)
        found.append(np.hstack([both.gross.reshape(n_paths, -1), np.nansum(both.measured, axis=1).reshape(n_paths, -1)]))  # fmt: skip # noqa: E501
    some = found[0].std(axis=0) > 0.3  # counts so rare that their covariances are no normal numbers are left out
    one, other = (np.cov(each[:, some].T) for each in found)
    scale = np.sqrt(np.outer(np.diag(one), np.diag(one)))
    error = np.sqrt(2 * (1 + (one / scale) ** 2) / n_paths)
    assert (np.abs(one - other) / scale < 4.5 * error).all()  # of about 2,000 numbers

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import binom, norm, t

from risksim.metrics import array, precision
from risksim.metrics.precision import Estimate
from risksim.metrics.sample import Sample
from tests.metrics.laws import example_contract, lattice_losses


def normal_points(n_paths: int) -> np.ndarray:
    """The standard normal as evenly spread points: its law without luck."""
    return norm.ppf((np.arange(n_paths) + 0.5) / n_paths)


ALL = {
    "mean": lambda losses, sample: precision.mean(losses, sample),
    "sd": lambda losses, sample: precision.sd(losses, sample),
    "probability": lambda losses, sample: precision.probability(losses > 0, sample),
    "expected_shortfall": lambda losses, sample: precision.expected_shortfall(losses, sample, 0.95),
    "expected_loss_given_loss": lambda losses, sample: precision.expected_loss_given_loss(losses, sample),
    "ratio_of_means": lambda losses, sample: precision.ratio_of_means(losses, 1e6 + losses, sample),
    "paired_difference": lambda losses, sample: precision.paired_difference(losses, losses**2 / 1e6, sample),
    "shortfall_difference": lambda losses, sample: precision.shortfall_difference(
        losses, np.maximum(losses, 0.0) ** 2 / 1e6, sample, 0.95
    ),
}


@pytest.mark.parametrize("name", ALL)
def test_standard_error_is_the_spread_over_seeds(name):
    found = [ALL[name](lattice_losses(np.random.default_rng(seed), 2_000), Sample.equal(2_000)) for seed in range(200)]
    spread = np.std([estimate.value for estimate in found], ddof=1)
    claimed = np.mean([estimate.standard_error for estimate in found])
    assert claimed == pytest.approx(spread, rel=0.3)


@pytest.mark.parametrize("name", ALL)
def test_weighted_standard_error_is_the_spread_over_seeds(name):
    """Successes drawn from a worse law and weighted back."""

    def one(seed: int) -> Estimate:
        rng = np.random.default_rng(seed)
        successes = rng.binomial(25, 0.6, 2_000)
        ratio = binom.pmf(successes, 25, 0.7) / binom.pmf(successes, 25, 0.6)
        sample = Sample.of(ratio / ratio.sum(), np.zeros(2_000, np.int16))
        return ALL[name](680_000.0 - 40_000.0 * successes, sample)

    found = [one(seed) for seed in range(200)]
    spread = np.std([estimate.value for estimate in found], ddof=1)
    claimed = np.mean([estimate.standard_error for estimate in found])
    assert claimed == pytest.approx(spread, rel=0.3)


FEW = ("mean", "probability", "expected_shortfall", "paired_difference")
"""One of each way to an error; the others stand behind slow."""


@pytest.mark.parametrize("name", [pytest.param(name, marks=() if name in FEW else pytest.mark.slow) for name in ALL])
def test_interval_covers_the_truth_in_about_95_of_100_seeds(name):
    """10,000 paths put 500 into the tail; with 50 the interval of the shortfall covers 91 % only."""
    _, losses, exact = example_contract()
    truth = ALL[name](losses, exact).value
    covered = 0
    for seed in range(400):
        found = ALL[name](lattice_losses(np.random.default_rng(seed), 10_000), Sample.equal(10_000))
        covered += found.low <= truth <= found.high
    assert 400 * 0.95 - 3.5 * math.sqrt(400 * 0.95 * 0.05) <= covered


@pytest.mark.parametrize("level", [0.05, 0.5, 0.95])
@pytest.mark.parametrize("skew", [0.0, 0.8], ids=["equal", "weighted"])
def test_quantile_interval_covers_the_truth_in_about_95_of_100_seeds(level, skew):
    covered = 0
    for seed in range(400):
        values = np.random.default_rng(seed).normal(size=500)
        weight = np.exp(skew * values - skew**2 / 2)
        sample = Sample.equal(500) if skew == 0 else Sample.of(weight / weight.sum(), np.zeros(500, np.int16))
        found = precision.quantile(values, sample, level)
        covered += found.low <= norm.ppf(level) + skew <= found.high
    least = 0.95 if skew == 0 else 0.92  # importance weights are few in the upper tail
    assert 400 * least - 3.5 * math.sqrt(400 * 0.95 * 0.05) <= covered


def test_normal_law_has_the_errors_of_its_closed_form():
    losses, sample = normal_points(100_000), Sample.equal(100_000)
    shortfall = precision.expected_shortfall(losses, sample, 0.95)
    assert shortfall.value == pytest.approx(2.062713, abs=2e-4)
    assert shortfall.standard_error == pytest.approx(0.0077968, rel=2e-3)
    at_risk = precision.value_at_risk(losses, sample, 0.95)
    assert at_risk.value == pytest.approx(norm.ppf(0.95), abs=1e-4)
    assert at_risk.standard_error == pytest.approx(0.0066825, rel=0.01)


def test_quantile_interval_runs_between_binomial_ranks():
    values = np.random.default_rng(1).permutation(100_000) + 1.0
    found = precision.quantile(values, Sample.equal(100_000), 0.05)
    assert (found.value, found.low, found.high) == (5_000.0, 4_865.0, 5_136.0)


@pytest.mark.parametrize("n_paths", [1, 2, 5, 37, 1_000, 12_345])
@pytest.mark.parametrize("level", [0.001, 0.05, 0.5, 0.95, 0.999])
def test_rank_interval_covers_at_least_95_per_cent_and_no_shorter_one_from_its_start_does(n_paths, level):
    lower, upper = precision.rank_interval(n_paths, level)
    below = binom(n_paths, level)
    assert 0 <= lower < upper <= n_paths + 1
    assert below.cdf(lower - 1) <= 0.025
    assert below.cdf(upper - 1) - below.cdf(lower - 1) >= 0.95
    assert upper == lower + 1 or below.cdf(upper - 2) - below.cdf(lower - 1) < 0.95


def test_quantile_of_few_paths_is_unbounded_and_has_no_standard_error():
    found = precision.quantile(np.array([1.0, 2.0, 3.0]), Sample.equal(3), 0.95)
    assert found.value == 3.0
    assert found.high == math.inf
    assert math.isnan(found.standard_error)


def test_quantile_of_weighted_paths_is_close_to_the_unweighted_interval_when_weights_hardly_differ():
    values = np.random.default_rng(4).normal(size=20_000)
    weight = 1.0 + 1e-9 * np.arange(20_000)
    sample = Sample.of(weight / weight.sum(), np.zeros(20_000, np.int16))
    for one, other in zip(
        precision.quantiles(values, sample, (0.05, 0.5, 0.95)),
        precision.quantiles(values, Sample.equal(20_000), (0.05, 0.5, 0.95)),
        strict=True,
    ):
        assert one == pytest.approx(other, rel=0.05)


@pytest.mark.parametrize("name", ALL)
def test_weighted_formulae_become_the_equal_ones(name):
    losses = lattice_losses(np.random.default_rng(6), 2_000)
    weight = 1.0 + 1e-12 * np.arange(2_000)
    nearly = Sample.of(weight / weight.sum(), np.zeros(2_000, np.int16))
    assert not nearly.is_equal
    assert ALL[name](losses, nearly) == pytest.approx(ALL[name](losses, Sample.equal(2_000)), rel=1e-6)


def test_formulae_are_those_of_the_statistics_page():
    losses, sample = lattice_losses(np.random.default_rng(7), 1_000), Sample.equal(1_000)
    assert precision.mean(losses, sample).standard_error == pytest.approx(np.std(losses, ddof=1) / math.sqrt(1_000))
    share = np.mean(losses > 0)
    found = precision.probability(losses > 0, sample)
    assert found.standard_error == pytest.approx(math.sqrt(share * (1 - share) / 1_000))
    beyond = np.maximum(losses - array.value_at_risk(losses, sample, 0.95), 0)
    shortfall = precision.expected_shortfall(losses, sample, 0.95)
    assert shortfall.standard_error == pytest.approx(math.sqrt(np.var(beyond, ddof=1) / (0.05**2 * 1_000)))
    other = losses**2 + 1.0
    ratio = precision.ratio_of_means(losses, other, sample)
    rest = losses - ratio.value * other
    assert ratio.standard_error == pytest.approx(np.std(rest, ddof=1) / (other.mean() * math.sqrt(1_000)))


def test_wilson_interval_is_the_published_formula():
    found = precision.probability(np.arange(50) < 4, Sample.equal(50))
    z, n, p = norm.ppf(0.975), 50, 0.08
    centre, reach = p + z**2 / (2 * n), z * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    assert found.low == pytest.approx((centre - reach) / (1 + z**2 / n))
    assert found.high == pytest.approx((centre + reach) / (1 + z**2 / n))


def test_probability_of_what_was_never_seen_is_bounded_by_three_over_n():
    never, sample = np.zeros(1_000, bool), Sample.equal(1_000)
    assert precision.upper_bound(sample) == 0.003
    found = precision.probability(never, sample)
    assert (found.value, found.low, found.high) == (0.0, 0.0, 0.003)
    assert math.isnan(found.standard_error)
    assert precision.probability(~never, sample).low == 0.997


def test_upper_bound_of_an_enumeration_is_zero():
    _, losses, sample = example_contract()
    assert precision.upper_bound(sample) == 0.0
    assert precision.probability(losses > 1e9, sample) == Estimate.exact(0.0)


@pytest.mark.parametrize("name", ALL)
def test_enumeration_has_no_error(name):
    _, losses, sample = example_contract()
    found = ALL[name](losses, sample)
    assert found == Estimate.exact(found.value)


def test_enumeration_has_exact_tail_measures():
    _, losses, sample = example_contract()
    assert precision.value_at_risk(losses, sample, 0.95) == Estimate.exact(230_000.0)
    assert precision.expected_shortfall(losses, sample, 0.95).value == pytest.approx(301_350.98, abs=0.005)


def scrambled(n_replicates: int, n_points: int, seed: int) -> tuple[np.ndarray, Sample]:
    """Evenly spread points, shifted at random in each replicate: path k belongs to replicate k mod R."""
    shift = np.random.default_rng(seed).random(n_replicates)
    u = (np.arange(n_points)[:, None] / n_points + shift[None, :]) % 1.0
    replicate = np.tile(np.arange(n_replicates, dtype=np.int16), n_points)
    n_paths = replicate.size
    return norm.ppf(np.clip(u, 1e-12, 1 - 1e-12)).ravel(), Sample(np.full(n_paths, 1 / n_paths), replicate)


REPLICATED = {
    "mean": (precision.mean, array.mean),
    "sd": (precision.sd, array.sd),
    "probability": (lambda v, s: precision.probability(v > 1, s), lambda v, s: array.probability(v > 1, s)),
    "quantile": (lambda v, s: precision.quantile(v, s, 0.9), lambda v, s: array.quantile(v, s, 0.9)),
    "expected_shortfall": (
        lambda v, s: precision.expected_shortfall(v, s, 0.9),
        lambda v, s: array.expected_shortfall(v, s, 0.9),
    ),
}


@pytest.mark.parametrize("name", REPLICATED)
def test_error_of_replicates_is_their_spread_over_the_root_of_their_number(name):
    precise, plain = REPLICATED[name]
    values, sample = scrambled(8, 200, seed=3)
    parts = [plain(values[r::8], Sample.equal(200)) for r in range(8)]
    found = precise(values, sample)
    error = np.std(parts, ddof=1) / math.sqrt(8)
    assert found.value == plain(values, sample)
    assert found.standard_error == pytest.approx(error)
    assert found.high - found.value == pytest.approx(t(7).ppf(0.975) * error)


MOMENTS = {
    "equal": Sample.equal(1_603),
    "one path": Sample.equal(1),
    "exact": Sample.exact(np.full(1_603, 1 / 1_603)),
    "in turn, some longer": Sample.of(np.full(1_603, 1 / 1_603), (np.arange(1_603) % 8).astype(np.int16)),
    "one after the other": Sample.of(np.full(1_600, 1 / 1_600), np.repeat(np.arange(8, dtype=np.int16), 200)),
    "weighted": Sample.of(np.tile([0.5, 1.5], 800) / 1_600, np.repeat(np.arange(8, dtype=np.int16), 200)),
}


@pytest.mark.parametrize("name", MOMENTS)
def test_mean_and_sd_have_the_bits_they_have_alone(name):
    sample = MOMENTS[name]
    values = np.random.default_rng(5).normal(3.0, 2.0, sample.n_paths)
    alone = precision.mean(values, sample), precision.sd(values, sample)
    assert np.array(precision.mean_and_sd(values, sample)).tobytes() == np.array(alone).tobytes()


def test_error_of_replicates_is_calibrated_and_far_below_that_of_independent_paths():
    found = [precision.mean(*scrambled(8, 200, seed)) for seed in range(300)]
    spread = np.std([estimate.value for estimate in found], ddof=1)
    claimed = math.sqrt(np.mean([estimate.standard_error**2 for estimate in found]))
    assert claimed == pytest.approx(spread, rel=0.3)
    assert claimed < 0.2 / math.sqrt(1_600)


def test_expected_loss_given_loss_has_an_error_when_a_replicate_loses_nothing():
    losses = np.array([0.0, 1.0, 0.0, 2.0, 0.0, 3.0])
    sample = Sample(np.full(6, 1 / 6), np.array([0, 1, 0, 2, 0, 2], np.int16))
    found = precision.expected_loss_given_loss(losses, sample)
    assert found.value == 2.0
    assert found.standard_error > 0


def test_ratio_without_a_denominator_is_missing():
    found = precision.expected_loss_given_loss(np.array([-1.0, -2.0]), Sample.equal(2))
    assert all(math.isnan(number) for number in found)


def test_single_path_has_no_standard_error():
    assert math.isnan(precision.mean(np.array([3.0]), Sample.equal(1)).standard_error)


def test_irr_of_mean_flow_has_the_error_of_the_delta_method():
    """One draw, one receipt after two years: the rate is a function of the mean receipt alone."""
    years = np.array([0.0, 2.0])

    def one(seed: int) -> Estimate:
        receipts = np.random.default_rng(seed).normal(121.0, 10.0, 500)
        flow = np.stack([np.full(500, -100.0), receipts], axis=1)
        rate = math.sqrt(receipts.mean() / 100.0) - 1.0
        return precision.irr_of_mean_flow(rate, flow, years, Sample.equal(500))

    found = [one(seed) for seed in range(200)]
    by_hand = 10.0 / math.sqrt(500) / 100.0 / (2 * 1.1)
    assert found[0].standard_error == pytest.approx(by_hand, rel=0.15)
    spread = np.std([estimate.value for estimate in found], ddof=1)
    assert np.mean([estimate.standard_error for estimate in found]) == pytest.approx(spread, rel=0.3)


@pytest.mark.parametrize("rate", [-1.0, math.nan])
def test_irr_of_mean_flow_has_no_error_where_there_is_no_slope(rate):
    found = precision.irr_of_mean_flow(rate, np.full((4, 2), -1), np.array([0.0, 1.0]), Sample.equal(4))
    assert found.value == pytest.approx(rate, nan_ok=True)
    assert math.isnan(found.standard_error)


def test_half_width_of_half_a_point_near_a_tenth_needs_13_830_paths():
    assert precision.paths_needed(0.1, 0.005) == 13_830


def test_modified_rate_of_one_flow():
    # (60 * 1.04 + 60) / 100 = 1.224, its square root 1.106345
    found = precision.modified_rate(np.array([[-100.0, 60.0, 60.0]]), np.arange(3.0), 0.04, Sample.equal(1))
    assert found.value == pytest.approx(0.106345, abs=5e-7)


def test_modified_rate_where_two_rates_fit():
    # both 10 % and 20 % fit; 230 grown for a year at 5 % over 100 + 132 / 1.05^2
    found = precision.modified_rate(np.array([[-100.0, 230.0, -132.0]]), np.arange(3.0), 0.05, Sample.equal(1))
    assert found.value == pytest.approx((230 * 1.05 / (100 + 132 / 1.05**2)) ** 0.5 - 1)


def test_modified_rate_has_the_error_of_the_delta_method():
    # 2,000 runs of 400 paths: their spread is what one of them reports, to a twentieth
    rng, years = np.random.default_rng(4), np.arange(3.0)

    def once():
        flow = np.column_stack([np.full(400, -100.0), rng.normal(60, 30, 400), rng.normal(60, 20, 400)])
        return precision.modified_rate(flow, years, 0.04, Sample.equal(400))

    runs = [once() for _ in range(2_000)]
    spread = np.std([run.value for run in runs])
    assert np.mean([run.standard_error for run in runs]) == pytest.approx(spread, rel=0.05)


@pytest.mark.parametrize("flow", [[0.0, 0.0, 0.0], [0.0, 5.0, 5.0], [-5.0, 0.0, 0.0]])
def test_modified_rate_is_missing_where_nothing_is_invested_over_time(flow):
    assert math.isnan(precision.modified_rate(np.array([flow]), np.arange(3.0), 0.04, Sample.equal(1)).value)


def test_shortfall_difference_of_a_quantity_with_itself_has_no_error():
    losses = lattice_losses(np.random.default_rng(7), 2_000)
    assert precision.shortfall_difference(losses, losses, Sample.equal(2_000), 0.95)[:2] == (0.0, 0.0)


def drawn_again(rng: np.random.Generator, n_paths: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Unknown, shared and own parts with variances 4, 3 and 2: the quantity, with its own part and with both anew."""
    unknown, own, own_again = (rng.normal(0.0, sd, n_paths) for sd in (2.0, 2.0**0.5, 2.0**0.5))
    shared, shared_again = (rng.normal(0.0, 3.0**0.5, n_paths) for _ in range(2))
    return 5.0 + unknown + shared + own, 5.0 + unknown + shared + own_again, 5.0 + unknown + shared_again + own_again


def test_variance_is_split_in_three_parts():
    first, again, all_again = drawn_again(np.random.default_rng(11), 40_000)
    found = precision.split_variance(first, again, all_again, Sample.equal(40_000))
    for part, truth in zip(found, (4 / 9, 3 / 9, 2 / 9), strict=True):
        assert abs(part.value - truth) < 4 * part.standard_error
    assert sum(part.value for part in found) == pytest.approx(1.0, abs=1e-12)


def test_error_of_a_split_is_the_spread_over_seeds():
    def one(seed: int) -> precision.Split:
        first, again, all_again = drawn_again(np.random.default_rng(seed), 1_000)
        return precision.split_variance(first, again, all_again, Sample.equal(1_000))

    found = [one(seed) for seed in range(300)]
    for part in range(3):
        spread = np.std([split[part].value for split in found], ddof=1)
        assert np.mean([split[part].standard_error for split in found]) == pytest.approx(spread, rel=0.2)


def test_variance_is_split_in_two_where_nothing_is_shared():
    rng = np.random.default_rng(13)
    unknown = rng.normal(0.0, 1.0, 20_000)
    found = precision.split_variance(
        *(unknown + rng.normal(0.0, 1.0, 20_000) for _ in range(2)), None, Sample.equal(20_000)
    )
    assert found.shared is None
    assert found.not_known.value + found.small_numbers.value == pytest.approx(1.0, abs=1e-12)
    assert abs(found.not_known.value - 0.5) < 4 * found.not_known.standard_error


def test_what_does_not_vary_has_no_split():
    found = precision.split_variance(np.ones(10), np.ones(10), None, Sample.equal(10))
    assert np.isnan(found.not_known.value)
    assert np.isnan(found.small_numbers.value)

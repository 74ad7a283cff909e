"""Laws against scipy.stats, quadrature and worked examples."""

import math
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter
from scipy import integrate, stats

from risksim.plan.families import NARROW, Beta, Family, Gamma, Lognormal, Normal, StudentT3, Triangular, Uniform, pert
from risksim.plan.fits import FitError
from risksim.plan.laws import Law, Piece, bounds_fault, law_of
from risksim.scenario import uncertainty as grammar

INFINITY = math.inf
NUMBER = TypeAdapter(grammar.UncertainNumber)
ENROLMENT = {
    "mixture": [
        {"weight": 0.15, "of": {"beta": [6, 16]}},
        {"weight": 0.85, "of": {"lognormal": {"mu": 0.02, "sigma": 0.25}}},
    ]
}

FAMILIES = {
    "beta": (Beta(30.0, 10.0), stats.beta(30, 10)),
    "beta, U-shaped": (Beta(0.5, 0.5), stats.beta(0.5, 0.5)),
    "beta, at zero": (Beta(0.1, 5.0), stats.beta(0.1, 5)),
    "beta, narrow": (Beta(3000.0, 1000.0), stats.beta(3000, 1000)),
    "beta on limits": (Beta(2.0, 3.0, 0.2, 0.9), stats.beta(2, 3, 0.2, 0.7)),
    "gamma": (Gamma(9.7, 2560.0), stats.gamma(9.7, scale=2560)),
    "gamma, at zero": (Gamma(0.1, 1.0), stats.gamma(0.1)),
    "lognormal": (Lognormal(10.1, 0.22), stats.lognorm(0.22, scale=math.exp(10.1))),
    "lognormal, wide": (Lognormal(0.0, 1.5), stats.lognorm(1.5)),
    "normal": (Normal(25e3, 3e3), stats.norm(25e3, 3e3)),
    "student": (StudentT3(0.6, 0.1), stats.t(3, 0.6, 0.1)),
    "uniform": (Uniform(0.2, 0.7), stats.uniform(0.2, 0.5)),
    "triangular": (Triangular(20e3, 25e3, 40e3), stats.triang(0.25, 20e3, 20e3)),
    "triangular, peak at the low end": (Triangular(0.0, 0.0, 1.0), stats.triang(0, 0, 1)),
    "triangular, peak at the high end": (Triangular(0.0, 1.0, 1.0), stats.triang(1, 0, 1)),
    "pert": (pert(20e3, 25e3, 40e3), stats.beta(2, 4, 20e3, 20e3)),
}
each_family = pytest.mark.parametrize(("family", "oracle"), FAMILIES.values(), ids=FAMILIES.keys())

GRAMMAR = [
    (20000.0, "20,000", 20000.0),
    ({"value": 0.75, "source": "pwc-2021"}, "0.75", 0.75),
    ({"fixed": 3.0}, "3", 3.0),
    ({"beta": [30, 10]}, "Beta(30, 10)", 0.75),
    ({"normal": {"mean": 25000, "sd": 3000}}, "Normal(mean 25,000, sd 3,000)", 25000.0),
    ({"lognormal": {"median": 25000, "p90": 33000}}, "Lognormal(median 25,000, sigma 0.217)", 25593.583154),
    ({"lognormal": {"mean": 25000, "sd": 8000}}, "Lognormal(median 23,810.6, sigma 0.312)", 25000.0),
    ({"lognormal": {"mu": 0.02, "sigma": 0.25}}, "Lognormal(median 1.0202, sigma 0.25)", math.exp(0.02 + 0.25**2 / 2)),
    ({"lognormal": {"median": 2.0, "sigma": 0.5}}, "Lognormal(median 2, sigma 0.5)", 2.0 * math.exp(0.125)),
    ({"gamma": {"mean": 25000, "sd": 8000}}, "Gamma(mean 25,000, sd 8,000)", 25000.0),
    ({"gamma": {"shape": 4, "scale": 2}}, "Gamma(mean 8, sd 4)", 8.0),
    ({"uniform": [0.2, 0.4]}, "Uniform(0.2, 0.4)", 0.3),
    ({"triangular": [0.1, 0.2, 0.6]}, "Triangular(0.1, 0.2, 0.6)", 0.3),
    ({"pert": [0.1, 0.2, 0.6]}, "PERT(0.1, 0.2, 0.6)", 0.25),
    ({"quantiles": {"p25": 0.55, "p50": 0.65, "p75": 0.74}}, "fitted Beta(7.52, 4.21)", 7.52067 / 11.72949),
    ({"p5": 0.3, "p95": 0.55}, "fitted Beta(17.5, 23.9)", 0.422852),
    ({"discrete": [{"value": 1, "weight": 4}, {"value": 0, "weight": 1}]}, "0 (20 %) or 1 (80 %)", 0.8),
    ({"discrete": [{"value": 7, "weight": 4}]}, "7", 7.0),
    (
        ENROLMENT,
        "15 % Beta(6, 16) and 85 % Lognormal(median 1.0202, sigma 0.25)",
        0.15 * 6 / 22 + 0.85 * math.exp(0.02 + 0.25**2 / 2),
    ),
    ({"changed": {"of": {"beta": [4, 16]}, "times": 0.5}}, "0.5 times Beta(4, 16)", 0.1),
    ({"changed": {"of": {"beta": [4, 16]}, "plus": 0.1}}, "Beta(4, 16) + 0.1", 0.3),
    ({"changed": {"of": {"beta": [4, 16]}, "times": 0}}, "0 times Beta(4, 16)", 0.0),
]


def law(found, low=0.0, high=INFINITY) -> Law:
    return law_of(NUMBER.validate_python(found), low, high)


def alone(family: Family, low: float = -INFINITY, high: float = INFINITY) -> Law:
    return Law(family.text(), (Piece(0.0, 1.0, None, family),), low, high)


@each_family
def test_inverse_equals_scipy_stats(family, oracle):
    u = np.concatenate([[1e-9, 1e-6, 1e-3], np.linspace(0.01, 0.99, 99), [0.999, 1 - 1e-6, 1 - 1e-9]])
    assert alone(family).inverse(u) == pytest.approx(oracle.ppf(u), rel=1e-10, abs=1e-13)


@pytest.mark.parametrize(
    ("family", "oracle"),
    [pair for name, pair in FAMILIES.items() if "triangular" not in name],  # scipy.stats loses digits there itself
    ids=[name for name in FAMILIES if "triangular" not in name],
)
def test_upper_end_is_as_exact_as_the_lower(family, oracle):
    above = np.array([1e-20, 1e-17, 1e-12, 1e-4])
    assert family.inverse(1.0 - above, above) == pytest.approx(oracle.isf(above), rel=1e-9)


@each_family
def test_cdf_undoes_inverse(family, oracle):
    u = np.linspace(0.001, 0.999, 999)
    x = family.inverse(u, 1.0 - u)
    assert family.cdf(x) == pytest.approx(u, abs=1e-12)
    assert family.tail(x) == pytest.approx(1.0 - u, abs=1e-12)
    assert family.cdf(x) == pytest.approx(oracle.cdf(x), abs=1e-12)
    assert family.tail(x) == pytest.approx(oracle.sf(x), abs=1e-12)


@each_family
def test_mean_and_sd_equal_scipy_stats(family, oracle):
    assert family.mean == pytest.approx(oracle.mean(), rel=1e-12)
    assert family.sd == pytest.approx(oracle.std(), rel=1e-12)


def test_narrow_gamma_by_expansion_meets_scipy_where_scipy_is_exact():
    narrow = Gamma(1.001 * NARROW, 3.0)
    p = 1.0 / (1.0 + np.exp(np.linspace(0.0, 40.0, 400)))
    assert narrow.lower(p) == pytest.approx(stats.gamma(narrow.shape, scale=3.0).ppf(p), abs=1e-11 * narrow.sd)
    assert narrow.upper(p) == pytest.approx(stats.gamma(narrow.shape, scale=3.0).isf(p), abs=1e-11 * narrow.sd)


def moment(law: Law, power: int, about: float) -> float:
    """Integral of (inverse(u) - about)^power du, by the trapezoid rule in the logit of u on every piece."""
    x, step = np.linspace(-90.0, 90.0, 60_001, retstep=True)
    below, above = 1.0 / (1.0 + np.exp(-x)), 1.0 / (1.0 + np.exp(x))
    parts = [(piece.inverse(below, above) - about) ** power * below * above * step for piece in law.pieces]
    return math.fsum(piece.width * float(part.sum()) for piece, part in zip(law.pieces, parts, strict=True))


@pytest.mark.parametrize("family", [pair[0] for pair in FAMILIES.values()], ids=FAMILIES.keys())
def test_mean_and_sd_equal_quadrature(family):
    whole = alone(family)
    assert moment(whole, 1, 0.0) == pytest.approx(whole.mean, rel=1e-7)
    assert moment(whole, 2, whole.mean) == pytest.approx(whole.sd**2, rel=1e-5)


@pytest.mark.parametrize(("found", "text", "mean"), GRAMMAR, ids=[text for _, text, _ in GRAMMAR])
def test_grammar_means_what_it_says(found, text, mean):
    low_high = (0.0, 1.0) if text.startswith("fitted Beta") else (0.0, INFINITY)
    read = law(found, *low_high)
    assert read.text == text
    assert read.mean == pytest.approx(mean, rel=1e-6)
    assert read.certain == (read.sd == 0.0)


@pytest.mark.parametrize("found", [found for found, _, _ in GRAMMAR[3:]], ids=[text for _, text, _ in GRAMMAR[3:]])
def test_draws_follow_the_law(found):
    read = law(found, 0.0, 1.0 if "quantiles" in found or "p5" in found else INFINITY)
    u = np.random.Generator(np.random.Philox(20210801)).random(20_000)
    drawn = read.inverse(u)
    if any(piece.family is None for piece in read.pieces):
        for value in np.unique(drawn):
            share = read.cdf(value) - read.cdf(value - 1e-9)
            assert np.mean(drawn == value) == pytest.approx(share, abs=4 * math.sqrt(share * (1 - share) / u.size))
        return
    assert stats.kstest(drawn, read.cdf).pvalue > 0.01
    assert drawn.mean() == pytest.approx(read.mean, abs=4 * read.sd / math.sqrt(u.size))


def test_lognormal_spellings_agree():
    by_median = law({"lognormal": {"median": 25000, "p90": 33000}})
    assert by_median.inverse(np.array([0.5, 0.9])) == pytest.approx([25000, 33000], rel=1e-12)
    again = law({"lognormal": {"mean": by_median.mean, "sd": by_median.sd}})
    u = np.linspace(0.01, 0.99, 9)
    assert again.inverse(u) == pytest.approx(by_median.inverse(u), rel=1e-12)


def test_evidence_is_the_weighted_posterior():
    """30 of 40 at half weight on Jeffreys' prior."""
    read = law({"evidence": {"successes": 30, "of": 40, "weight": 0.5}}, 0.0, 1.0)
    assert read.text == "Beta(15.5, 5.5)"
    assert read.mean == pytest.approx(0.738095, abs=5e-7)
    assert read.quantile(np.array([0.05, 0.5, 0.95])) == pytest.approx([0.57138, 0.74577, 0.87849], abs=5e-6)


def test_evidence_adds_sources_and_keeps_the_prior_when_it_weighs_nothing():
    sources = [{"successes": 10, "of": 20}, {"successes": 3, "of": 5, "weight": 0.5}]
    assert law({"evidence": sources, "prior": [1, 1]}).text == "Beta(12.5, 12)"
    assert law({"evidence": {"successes": 10, "of": 20, "weight": 0}}).text == "Beta(0.5, 0.5)"


def test_enrolment_mixture_has_its_exact_probabilities():
    """The fit to completed bonds of the INDIGO register (scenarios/broendby-tuba.yaml)."""
    ratio = law(ENROLMENT)
    assert ratio.cdf(np.array([0.5, 0.8])) == pytest.approx([0.1498, 0.2906], abs=5e-5)
    reached = 0.85 * stats.norm.sf(-0.02 / 0.25)  # .452099
    assert ratio.cdf(1.0) == pytest.approx(1.0 - reached, abs=1e-12)
    assert reached == pytest.approx(0.4520, abs=1e-4)
    filled = 1.0 - integrate.quad(lambda x: float(ratio.cdf(x)), 0.0, 1.0, epsabs=1e-12)[0]  # E min(R, 1)
    assert filled == pytest.approx(0.82467, abs=5e-6)
    u = (np.arange(400_000) + 0.5) / 400_000
    assert np.minimum(ratio.inverse(u), 1.0).mean() == pytest.approx(filled, abs=1e-6)


def test_mixture_hands_its_part_the_place_inside():
    ratio = law(ENROLMENT)
    u = np.array([0.03, 0.15 + 0.85 * 0.7])
    expected = [stats.beta(6, 16).ppf(0.2), stats.lognorm(0.25, scale=math.exp(0.02)).ppf(0.7)]
    assert ratio.inverse(u) == pytest.approx(expected, rel=1e-12)


def test_mixture_quantile_solves_the_cdf():
    ratio = law(ENROLMENT)
    p = np.linspace(0.001, 0.999, 199)
    assert ratio.cdf(ratio.quantile(p)) == pytest.approx(p, abs=1e-12)
    assert (np.diff(ratio.quantile(p)) > 0).all()
    assert ratio.quantile(0.5) == pytest.approx(ratio.quantile(np.array([0.5]))[0], rel=0)


def test_quantile_meets_atoms():
    tail = {
        "mixture": [{"weight": 0.25, "of": 0}, {"weight": 0.5, "of": {"uniform": [1, 2]}}, {"weight": 0.25, "of": 2}]
    }
    p = np.array([0.1, 0.25, 0.5, 0.75, 0.9])
    assert law(tail).quantile(p) == pytest.approx([0.0, 0.0, 1.5, 2.0, 2.0], abs=1e-14)
    dice = law({"discrete": [{"value": value, "weight": 1} for value in range(1, 7)]})
    assert dice.text == "one of 6 values from 1 to 6"
    assert dice.quantile(np.array([1 / 6, 0.5, 0.51, 1 - 1e-9])).tolist() == [1, 3, 4, 6]
    assert dice.sd == pytest.approx(math.sqrt(35 / 12), rel=1e-14)


def test_nested_mixture_is_flat_and_keeps_its_moments():
    nested = law({"mixture": [{"weight": 1, "of": ENROLMENT}, {"weight": 3, "of": 1}]})
    assert [round(piece.width, 6) for piece in nested.pieces] == [0.0375, 0.2125, 0.75]
    assert nested.text.startswith("25 % (15 % Beta(6, 16) and 85 %")
    assert nested.mean == pytest.approx(moment(nested, 1, 0.0), rel=1e-7)
    assert nested.sd**2 == pytest.approx(moment(nested, 2, nested.mean), rel=1e-6)


def test_equal_discrete_values_are_one():
    read = law({"mixture": [{"weight": 1, "of": 3}, {"weight": 2, "of": {"fixed": 3}}]})
    assert read.certain
    assert law({"discrete": [{"value": 3, "weight": 1}, {"value": 3, "weight": 1}]}).text == "3"


def test_draws_are_clamped_at_the_bounds():
    read = alone(Normal(0.5, 0.1), 0.0, 1.0)
    assert bounds_fault(read, 0.0, 1.0, "1") is None
    assert read.inverse(np.array([1e-12, 1 - 1e-12])).tolist() == [0.0, 1.0]
    assert read.cdf(np.array([-1e-9, 1.0])).tolist() == [0.0, 1.0]


def test_fit_is_kept_for_the_reader():
    (fit,) = law({"quantiles": {"p10": 20, "p50": 33, "p90": 60}}).fits
    assert {candidate.name for candidate in fit.candidates} == {"lognormal", "gamma"}
    with pytest.raises(FitError, match="above 0"):
        law({"quantiles": {"p10": 0, "p90": 60}})


SHARE, AMOUNT = (0.0, 1.0, "1"), (0.0, INFINITY, "currency")


@pytest.mark.parametrize(
    ("found", "bounds", "message", "remedy"),
    [
        (
            {"normal": {"mean": 0.9, "sd": 0.2}},
            SHARE,
            "got Normal(mean 0.9, sd 0.2), of which 30.9 % lies above 1; a share lies between 0 and 1.",
            "Use beta, pert or quantiles, which stay inside the bounds.",
        ),
        (
            {"normal": {"mean": 1, "sd": 1}},
            AMOUNT,
            "got Normal(mean 1, sd 1), of which 15.9 % lies below 0; an amount is not negative.",
            "Use lognormal, gamma or quantiles, which stay inside the bounds.",
        ),
        (
            {"uniform": [-0.5, 1.5]},
            SHARE,
            "got Uniform(-0.5, 1.5), of which 25 % lies below 0 and 25 % lies above 1; a share lies between 0 and 1.",
            "Move its values and limits inside the bounds.",
        ),
        (
            {"discrete": [{"value": -1, "weight": 1}, {"value": 1, "weight": 1}]},
            (0.0, INFINITY, "1"),
            "got -1 (50 %) or 1 (50 %), of which 50 % lies below 0; a ratio is not negative.",
            "Move its values and limits inside the bounds.",
        ),
        (75, SHARE, "got 75; a share lies between 0 and 1.", "If 75 means percent, write 0.75."),
        (-3, AMOUNT, "got -3; an amount is not negative.", "Write a value of at least 0."),
        (400, SHARE, "got 400; a share lies between 0 and 1.", "Write a value of at most 1."),
        (
            {"lognormal": {"mu": 25000, "sigma": 3000}},
            AMOUNT,
            "got Lognormal(median inf, sigma 3,000), whose mean or standard deviation is too large to be computed.",
            "Are the parameters those of the logarithm? Give median and p90, or mean and sd.",
        ),
    ],
)
def test_bounds_fault_says_what_lies_outside(found, bounds, message, remedy):
    assert bounds_fault(law(found, *bounds[:2]), *bounds) == (message, remedy)


@pytest.mark.parametrize("found", [0.4, {"beta": [1, 1]}, {"pert": [0, 0.2, 1]}, {"normal": {"mean": 0.5, "sd": 0.1}}])
def test_bounds_fault_is_silent_inside(found):
    assert bounds_fault(law(found, 0.0, 1.0), *SHARE) is None


def test_import_is_light():
    heavy = ["scipy", "numba", "xarray"]
    code = f"import sys, risksim.plan.laws; print([name for name in {heavy} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


sizes = st.floats(0.05, 5e3)
shares = st.floats(0.001, 0.999)
three = st.tuples(st.floats(-1e3, 1e3), st.floats(0.0, 1.0), st.floats(0.01, 1e3))
families = st.one_of(
    st.builds(Beta, sizes, sizes),
    st.builds(Gamma, sizes, sizes),
    st.builds(Lognormal, st.floats(-5, 15), st.floats(0.01, 2)),
    st.builds(Normal, st.floats(-1e4, 1e4), sizes),
    st.builds(StudentT3, st.floats(-1e4, 1e4), sizes),
    three.map(lambda t: Uniform(t[0], t[0] + t[2])),
    three.map(lambda t: Triangular(t[0], min(t[0] + t[1] * t[2], t[0] + t[2]), t[0] + t[2])),
    three.map(lambda t: pert(t[0], min(t[0] + t[1] * t[2], t[0] + t[2]), t[0] + t[2])),
)


@settings(derandomize=True, deadline=None, max_examples=150)
@given(families, st.lists(shares | st.floats(2**-53, 1 - 2**-53), min_size=2, max_size=20))
def test_inverse_rises_and_stays_inside_the_support(family, places):
    whole = alone(family)
    x = whole.inverse(np.sort(np.array(places)))
    assert np.isfinite(x).all()
    assert (np.diff(x) >= -1e-12 * (family.sd + np.abs(x[1:]))).all()
    assert ((family.low <= x) & (x <= family.high)).all()
    assert whole.text


@settings(derandomize=True, deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.floats(0.01, 1.0), families), min_size=2, max_size=4),
    st.lists(shares, min_size=1, max_size=9),
)
def test_mixture_quantile_brackets_its_probability(parts, places):
    total = math.fsum(weight for weight, _ in parts)
    starts = np.cumsum([0.0, *(weight / total for weight, _ in parts)])
    pieces = tuple(Piece(float(s), w / total, None, f) for s, (w, f) in zip(starts, parts, strict=False))
    mixed, p = Law("some", pieces), np.array(places)
    x = mixed.quantile(p)
    room = 1e-11 * (1.0 + np.abs(x))
    assert (mixed.cdf(x - room) <= p + 1e-12).all()
    assert (mixed.cdf(x + room) >= p - 1e-12).all()


# Laws that are changed


@pytest.mark.parametrize("told", [{"beta": [4, 16]}, {"uniform": [0.1, 0.4]}, {"triangular": [0.0, 0.3, 1.0]}])
@pytest.mark.parametrize(
    ("change", "worked"),
    [
        ({"times": 0.5}, lambda x: x / 2),
        ({"plus": -0.0}, lambda x: x),
        ({"odds": 2.0}, lambda x: 2 * x / (1 + x)),  # odds x/(1-x) doubled: 2x / (1 - x + 2x)
        ({"odds": 0.25}, lambda x: x / (4 - 3 * x)),  # a quarter: x/4 / (1 - x + x/4)
    ],
)
def test_a_change_meets_every_value_and_keeps_its_place(told, change, worked):
    u = np.concatenate([[1e-9, 1e-4], np.linspace(0.01, 0.99, 99), [1 - 1e-4, 1 - 1e-9]])
    before, after = law(told, 0.0, 1.0), law({"changed": {"of": told, **change}}, 0.0, 1.0)
    assert after.inverse(u) == pytest.approx(worked(before.inverse(u)), rel=1e-12)
    assert after.cdf(after.inverse(u)) == pytest.approx(u, abs=1e-9)
    moments = [integrate.quad(lambda p, k=k: float(worked(before.inverse(p))) ** k, 0, 1, limit=400)[0] for k in (1, 2)]
    assert after.mean == pytest.approx(moments[0], rel=1e-8)
    assert after.sd == pytest.approx(math.sqrt(moments[1] - moments[0] ** 2), rel=1e-6)


def test_odds_of_a_uniform_share_have_the_mean_of_the_closed_form():
    # E[2U / (1 + U)] = 2 (1 - ln 2)
    assert law({"changed": {"of": {"uniform": [0, 1]}, "odds": 2}}, 0.0, 1.0).mean == pytest.approx(
        2.0 * (1.0 - math.log(2.0)), abs=1e-13
    )


def test_a_mixture_is_changed_part_by_part():
    after = law({"changed": {"of": ENROLMENT, "times": 0.5}})
    u = np.linspace(0.005, 0.995, 200)
    assert after.inverse(u) == pytest.approx(0.5 * law(ENROLMENT).inverse(u), rel=1e-13)
    assert after.text == f"0.5 times ({law(ENROLMENT).text})"


def test_a_change_keeps_the_fit_of_what_it_changes():
    told = {"quantiles": {"p25": 0.55, "p50": 0.65, "p75": 0.74}}
    assert law({"changed": {"of": told, "times": 0.5}}, 0.0, 1.0).fits == law(told, 0.0, 1.0).fits


def test_a_change_may_leave_the_bounds_and_is_told():
    assert bounds_fault(law({"changed": {"of": {"beta": [4, 16]}, "times": 3}}, 0.0, 1.0), 0.0, 1.0, "1") is not None


def test_only_a_share_has_odds():
    with pytest.raises(FitError, match="only a share has odds"):
        law({"changed": {"of": 20000.0, "odds": 2}})

"""No cell of a memo shows a digit that its error does not support, whatever the number."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from risksim.language import speaking
from risksim.metrics.precision import Estimate
from risksim.report.memo import words
from risksim.report.memo.annex_statistics import row

values = st.floats(-1e10, 1e10).filter(lambda value: value == 0.0 or abs(value) > 1e-6)
errors = st.floats(1e-6, 1e8)
shares = st.floats(0.0, 1.0)
share_errors = st.floats(1e-7, 0.2)
languages = st.sampled_from(("en", "da"))


def read(text: str, language: str) -> tuple[float, float]:
    """A number as it is read, and the unit of its last digit that says something.

    A nought in a place that was rounded away is one that says nothing: 257,600 is told in hundreds at the finest.
    """
    digits = re.sub(r"[^\d.,−]", "", text).replace("−", "-")
    if language == "da":
        digits = digits.translate(str.maketrans(",.", ".,"))
    digits = digits.replace(",", "")
    whole, _, decimals = digits.partition(".")
    if decimals:
        return float(digits), 10.0 ** -len(decimals)
    bare = whole.lstrip("-")
    noughts = len(bare) - len(bare.rstrip("0")) if bare.strip("0") else len(bare) - 1
    return float(digits), 10.0**noughts


def supports(unit: float, error: float) -> bool:
    """Whether the last digit that is shown is the first uncertain one, or stands before it."""
    return unit >= 10.0 ** math.floor(math.log10(error)) * (1.0 - 1e-9)


@given(values, errors, languages)
@settings(deadline=None)
def test_amounts(value, error, language):
    with speaking(language):
        cells = (words.money_cell(value, error), words.estimate_cell(Estimate.symmetric(value, error)))
        for cell in cells:
            shown, unit = read(cell.text, language)
            assert supports(unit, error) or shown == 0.0
            assert cell.value == value
            assert cell.places == 0
        shown, _ = read(cells[0].text, language)
        step = max(1.0, 10.0 ** math.floor(math.log10(error)))
        assert abs(shown - value) <= 0.5 * step * (1.0 + 1e-9)


@given(shares, share_errors, languages)
@settings(deadline=None)
def test_chances(value, error, language):
    low, high = max(0.0, value - 2.0 * error), min(1.0, value + 2.0 * error)
    chance = Estimate(value, error, low, high)
    with speaking(language):
        text = words.probability(chance)
    shown, unit = read(text, language)
    assert not re.fullmatch(r"(0|100)[.,]?0*\s%", text)
    if re.match(r"under|over", text) is None:
        assert supports(unit, 100.0 * error)
        assert abs(shown - 100.0 * value) <= 0.5 * max(0.1, unit) * (1.0 + 1e-9)
    elif value not in (0.0, 1.0):
        assert (100.0 * value <= shown) == text.startswith("under") or math.isclose(100.0 * value, shown)


@pytest.mark.parametrize("language", ["en", "da"])
def test_never_and_always_are_bounds_unless_exact(language):
    with speaking(language):
        never, always = Estimate(0.0, math.nan, 0.0, 0.0003), Estimate(1.0, math.nan, 0.9997, 1.0)
        assert read(words.probability(never), language)[0] == pytest.approx(0.03)
        assert read(words.probability(always), language)[0] == pytest.approx(99.97)
        assert words.probability(Estimate.exact(0.0)).replace("\N{NO-BREAK SPACE}", " ") == "0 %"
        assert words.probability(Estimate.exact(1.0)).replace("\N{NO-BREAK SPACE}", " ") == "100 %"
        assert "100" not in words.futures(always) + words.of_hundred(always)


KEYS = ("tranches[a].npv[0.035].mean", "programme.enrolled.mean", "tranches[a].loss.p_loss", "tranches[a].moic.mean")


@given(st.sampled_from(KEYS), st.floats(0.001, 0.999), st.floats(1e-6, 0.1), languages)
@settings(deadline=None)
def test_rows_of_the_annex(key, share, error, language):
    scale = {"p_loss": 1.0, "moic.mean": 3.0, "enrolled.mean": 500.0}.get(key.split(".", 1)[1], 1e7)
    scale = 1.0 if key.endswith("p_loss") else 3.0 if ".moic." in key else scale
    estimate = Estimate.symmetric(scale * share, scale * error)
    with speaking(language):
        cells = row(key, estimate)
    for at in (1, 3, 4):
        shown, unit = read(cells[at].text, language)
        times = 100.0 if cells[at].form == "percent" else 1.0
        assert supports(unit, times * scale * error) or shown == 0.0
        places = cells[at].places
        assert places == 0 or supports(10.0**-places, times * scale * error)

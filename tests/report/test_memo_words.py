"""Sentences made from numbers, in both languages, against what is worked by hand."""

from __future__ import annotations

import datetime as dt

import pytest

from risksim.language import Language, speaking
from risksim.metrics.precision import Estimate
from risksim.report.memo import honesty, words
from tests.report.made_up import about, described

NEVER = Estimate(0.0, 0.0, 0.0, 0.00006)
ALWAYS = Estimate(1.0, 0.0, 0.99994, 1.0)


def plain(text: str) -> str:
    """With usual blanks."""
    return text.replace(words.KEPT_TOGETHER, " ")


@pytest.mark.parametrize(
    ("value", "error", "english", "danish"),
    [
        (3_200_000.0, 0.0, "DKK 3.2m", "3,2 mio. kr."),
        (4_000_000.0, 0.0, "DKK 4m", "4 mio. kr."),
        (58_333.34, 0.0, "DKK 58,333", "58.333 kr."),
        (12.5, 0.0, "DKK 12.5", "12,5 kr."),
        (0.0, 0.0, "DKK 0", "0 kr."),
        (-480_000.0, 0.0, "DKK −480,000", "−480.000 kr."),
        # the first uncertain digit of 21,000 is that of ten thousands: 1,234,567 is told to 0.01 million
        (1_234_567.0, 21_000.0, "DKK 1.23m", "1,23 mio. kr."),
        (257_587.0, 431.0, "DKK 258,000", "258.000 kr."),
        (999_700.0, 10.0, "DKK 1.00m", "1,00 mio. kr."),
        (float("nan"), 0.0, "not known", "ukendt"),
    ],
)
def test_money_is_told_in_words_of_either_language(value: float, error: float, english: str, danish: str) -> None:
    assert plain(words.money(value, "DKK", error)) == english
    with speaking("da"):
        assert plain(words.money(value, "DKK", error)) == danish


def test_money_of_another_currency_keeps_its_code() -> None:
    with speaking("da"):
        assert plain(words.money(1_500_000.0, "GBP")) == "1,5 mio. GBP"


@pytest.mark.parametrize(
    ("chance", "english", "danish"),
    [
        (about(0.723, 0.002), "in 72 of 100 futures", "i 72 af 100 mulige fremtider"),
        (about(0.01, 0.0004), "in 1 of 100 futures", "i 1 af 100 mulige fremtider"),
        (about(0.003, 0.0002), "in fewer than 1 of 100 futures", "i færre end 1 af 100 mulige fremtider"),
        (about(0.9971, 0.0002), "in more than 99 of 100 futures", "i mere end 99 af 100 mulige fremtider"),
        (about(0.7, 0.1), "in about 70 of 100 futures", "i omkring 70 af 100 mulige fremtider"),
        (NEVER, "in none of the simulated futures", "i ingen af de simulerede fremtider"),
        (ALWAYS, "in all of the simulated futures", "i alle simulerede fremtider"),
        (about(0.0), "in no future", "i ingen fremtid"),
        (about(1.0), "in every future", "i enhver fremtid"),
    ],
)
def test_futures_are_bounded_where_nothing_was_seen(chance: Estimate, english: str, danish: str) -> None:
    assert words.futures(chance) == english
    with speaking("da"):
        assert words.futures(chance) == danish


@pytest.mark.parametrize(
    ("chance", "english", "danish"),
    [
        (about(0.3114, 0.0005), "31.1 %", "31,1 %"),
        (about(0.31, 0.02), "31 %", "31 %"),
        (NEVER, "under 0.006 %", "under 0,006 %"),
        (ALWAYS, "over 99.994 %", "over 99,994 %"),
        (about(0.0002, 0.0001), "under 0.1 %", "under 0,1 %"),
        (about(0.9998, 0.0001), "over 99.9 %", "over 99,9 %"),
        (about(1.0), "100 %", "100 %"),
        (about(0.0), "0 %", "0 %"),
        (Estimate.missing(), "–", "–"),
    ],
)
def test_no_probability_is_rounded_to_a_certainty(chance: Estimate, english: str, danish: str) -> None:
    assert plain(words.probability(chance)) == english
    with speaking("da"):
        assert plain(words.probability(chance)) == danish


def test_a_change_has_its_sign_and_no_more_digits_than_its_error() -> None:
    assert words.change(about(12_345.0, 430.0)) == "+12,300"
    assert words.change(about(-12_345.0, 430.0)) == "−12,300"
    assert words.change(about(12.0, 430.0)) == "0"
    assert words.change(about(0.0)) == "0"


@pytest.mark.parametrize(
    ("items", "english", "danish"),
    [([], "", ""), (["a"], "a", "a"), (["a", "b"], "a and b", "a og b"), (["a", "b", "c"], "a, b and c", "a, b og c")],
)
def test_lists_end_with_and(items: list[str], english: str, danish: str) -> None:
    assert words.listing(items) == english
    with speaking("da"):
        assert words.listing(items) == danish


@pytest.mark.parametrize(("language", "said"), [("en", "21 November 2026"), ("da", "21. november 2026")])
def test_days_are_written_out(language: Language, said: str) -> None:
    with speaking(language):
        assert words.date(dt.date(2026, 11, 21)) == said


def test_years_that_follow_each_other_are_a_span() -> None:
    assert words.years([2028, 2026, 2027]) == "2026–2028"
    assert words.years([2026, 2030]) == "2026 and 2030"
    assert words.years([2026]) == "2026"


@pytest.mark.parametrize(
    ("number", "english", "danish"),
    [(0, "0 people", "0 personer"), (1, "1 person", "1 person"), (1200, "1,200 people", "1.200 personer")],
)
def test_people_are_one_or_many(number: int, english: str, danish: str) -> None:
    assert words.people(number) == english
    with speaking("da"):
        assert words.people(number) == danish


def test_an_abbreviation_at_the_end_takes_no_second_stop() -> None:
    assert words.ended("tabes 3 mio. kr..") == "tabes 3 mio. kr."
    assert words.ended("and so on ...") == "and so on ..."


def test_few_observed_people_are_not_counted() -> None:
    assert [honesty.observed(people) for people in (0, 1, 4, 5)] == ["0", "fewer than 5", "fewer than 5", "5"]
    with speaking("da"):
        assert honesty.observed(2) == "færre end 5"


@pytest.mark.parametrize(
    ("step", "is_small"),
    [
        ("3 of 351 people", True),
        ("348 of 351 people", True),
        ("30 of 40 people", False),
        ("0 of 40 people", False),
        ("5 of 40 people", False),
        ("first: 4 of 20, drawn towards the others", True),
    ],
)
def test_small_cells_are_found_on_both_sides(step: str, is_small: bool) -> None:
    assert honesty.is_small(described(steps=(step,))) is is_small
    assert ("Beta" in honesty.law(described(steps=(step,)))) is not is_small

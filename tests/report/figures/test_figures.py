"""Figures: what is drawn is what the table says and what was found, in both languages, on any size of deal."""

from __future__ import annotations

import itertools
import json
import math
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from risksim.language import Language, speaking
from risksim.metrics.precision import Estimate
from risksim.report.document import Chart
from risksim.report.figures import compared, drawing, drivers, payers, returns, stresses, terms, years
from tests.report.figures.made_up import about, empty, facts
from tests.report.figures.made_up import compared as both

FIGURES: dict[str, Callable[..., Chart | None]] = {
    "histogram": returns.histogram,
    "exceedance": returns.exceedance,
    "three_lines": returns.three_lines,
    "all_payers": years.all_payers,
    "fan": lambda found, width="half": years.fan(found, found.deal.payers[0], width),
    "tornado": drivers.tornado,
    "split": drivers.split,
    "waterfall": payers.waterfall,
    "budgets": payers.budgets,
    "heat": stresses.heat,
    "acceptability": terms.acceptability,
}
SIX = ("senior", "mezzanine", "junior", "a foundation of a rather long name", "fund", "bank")
DEALS = {
    "usual": facts(),
    "tiny": facts(0.002, currency="EUR"),
    "huge": facts(3e9, currency="EUR", appropriated=False),
    "many": facts(tranches=SIX, payers=("municipality", "state", "Den Fjerneste Kommune i Landet"), years=30),
    "one year": facts(years=1, p_loss=Estimate(0.0, 0.0, 0.0, 0.00018)),
}


def charts(language: Language = "en") -> Iterator[tuple[str, Chart]]:
    """Every figure of every deal."""
    with speaking(language):
        for (title, found), (name, draw) in itertools.product(DEALS.items(), FIGURES.items()):
            for width in ("half", "full"):
                chart = draw(found, width)
                if chart is not None:
                    yield f"{title}, {name}, {width}", chart
        for name, pick in (("curves", compared.exceedance), ("less", compared.differences), ("rank", compared.ranking)):
            for width in ("half", "full"):
                chart = pick(both(), width)  # type: ignore[arg-type]
                assert chart is not None
                yield f"compared, {name}, {width}", chart


@pytest.mark.parametrize("name", [name for name in FIGURES if name != "budgets"])
def test_a_deal_with_everything_has_every_figure(name: str) -> None:
    assert FIGURES[name](facts()) is not None


@pytest.mark.parametrize("name", FIGURES)
def test_nothing_is_drawn_where_there_is_nothing(name: str) -> None:
    assert FIGURES[name](empty()) is None


def test_results_that_do_not_vary_are_not_drawn() -> None:
    found = facts()
    assert found.results is not None
    one = found.results.full._replace(shares=(0.0,) * 9 + (1.0,))
    found = found._replace(results=found.results._replace(full=one))
    assert returns.histogram(found) is None
    assert returns.exceedance(found) is None


def values(chart: Chart) -> list[dict[str, Any]]:
    """The rows that are drawn."""
    rows: list[dict[str, Any]] = chart.spec["data"]["values"]
    return rows


def column(chart: Chart, place: int) -> list[Any]:
    """The numbers of a column of the table."""
    return [row[place].value for row in chart.table.rows]


def drawn(chart: Chart | None) -> Chart:
    """A chart that must be there."""
    assert chart is not None
    return chart


def test_the_histogram_draws_and_tables_the_shares_that_were_found() -> None:
    found = facts()
    chart = drawn(returns.histogram(found))
    assert found.results is not None
    assert tuple(row["share"] for row in values(chart)) == found.results.full.shares
    assert tuple(row["drawn"] for row in values(chart)) == found.results.full.shares
    assert tuple(column(chart, 2)[:10]) == found.results.full.shares
    assert [row["high"] <= 0 for row in values(chart)] == [True] * 4 + [False] * 6
    assert chart.alt.startswith("Histogram")
    # 40 of 100 lose; quantiles are -4 + level * 10: 5 % -3.5, 50 % 1, 95 % 5.5
    for said in ("40.0 %", "1.00 m DKK", "−3.50 m DKK", "5.50 m DKK", "0.70 m DKK"):
        assert said in chart.alt


def test_bars_of_unequal_width_have_areas_as_large_as_their_shares() -> None:
    found = facts()
    assert found.results is not None
    edges = (-4e6, -2e6, *(1e6 * edge for edge in range(-1, 8)))
    full = found.results.full._replace(edges=edges)
    rows = values(drawn(returns.histogram(found._replace(results=found.results._replace(full=full)))))
    assert rows[0]["drawn"] == pytest.approx(0.05)  # twice as wide as the others, so half as high
    assert rows[1]["drawn"] == rows[1]["share"]


def test_the_exceedance_falls_from_one_to_nothing() -> None:
    chart = drawn(returns.exceedance(facts()))
    chances = [row["chance"] for row in values(chart)]
    assert chances == sorted(chances, reverse=True)
    assert column(chart, 1)[1:] == chances
    assert column(chart, 0)[1:] == [row["result"] for row in values(chart)]
    assert column(chart, 1)[0] == pytest.approx(0.6)  # 40 of 100 lose
    assert "60.0 %" in chart.alt


def test_the_exceedance_tells_a_result_at_which_many_end_once() -> None:
    found = facts()
    assert found.results is not None
    capped = tuple((at, about(min(point.value, 1e6))) for at, point in found.results.quantiles)
    reached = tuple(max(1.0 - at, 0.52) for at, _point in capped)
    results = found.results._replace(quantiles=capped, at_least=reached)
    chart = drawn(returns.exceedance(found._replace(results=results)))
    assert column(chart, 0)[1:] == list(dict.fromkeys(point.value for _at, point in capped))
    assert [cell.text for cell in chart.table.rows[-1]] == ["1,000,000", "52 %"]
    almost = found.results._replace(at_least=tuple(0.998 for _ in capped))
    assert drawn(returns.exceedance(found._replace(results=almost))).table.rows[1][1].text == "99.8 %"


def test_the_fan_draws_quantiles_and_what_is_set_aside() -> None:
    found = facts()
    chart = drawn(years.fan(found, "municipality"))
    assert found.summary is not None
    for row, (year, paid) in zip(values(chart), found.summary.payers["municipality"].years.items(), strict=True):
        assert row["year"] == int(year)
        assert [row[name] for name in ("p05", "p25", "p50", "p75", "p95")] == [
            getattr(paid, name).value for name in ("p05", "p25", "p50", "p75", "p95")
        ]
        assert row["set_aside"] == 1.5e6
    assert column(chart, 7) == [1.5e6] * 5
    assert column(chart, 1) == [1e6, 2e6, 3e6, 1e6, 2e6]
    assert "appropriation" in chart.table.head
    assert "expected repayment" in drawn(years.fan(facts(appropriated=False), "municipality")).table.head
    assert "1.50 m DKK is set aside" in chart.alt


def test_years_in_which_nobody_can_pay_are_left_out_at_the_ends() -> None:
    found = facts(appropriated=False)._replace(appropriations=())
    assert found.summary is not None
    paid = dict(found.summary.payers["municipality"].years)
    zero = type(paid["2026"])(*(about(0.0),) * 7)
    paid["2026"] = paid["2028"] = paid["2030"] = zero
    found.summary.payers["municipality"].years.update(paid)  # type: ignore[attr-defined]
    assert [row["year"] for row in values(drawn(years.fan(found, "municipality")))] == [2027, 2028, 2029]


def test_payers_stand_one_upon_the_other() -> None:
    chart = drawn(years.all_payers(facts(payers=("municipality", "state"))))
    first = [row for row in values(chart) if row["year"] == 2027]
    assert [(row["low"], row["high"]) for row in first] == [(0.0, 2e6), (2e6, 4e6)]
    assert "2 payers" in chart.alt


def test_the_tornado_draws_the_ends_and_names_the_input_whole_in_its_table() -> None:
    chart = drawn(drivers.tornado(facts()))
    assert [row["npv"] for row in values(chart)] == [-2e6, 3e6, -1e6, 1.5e6]
    assert column(chart, 2) == [-2e6, -1e6]
    assert column(chart, 3) == [3e6, 1.5e6]
    assert "after the programme has ended" in chart.table.rows[0][0].text
    assert "…" not in chart.table.rows[0][0].text
    assert "40 to 60\N{NO-BREAK SPACE}%" in chart.table.rows[0][1].text


def test_shares_of_the_variance_below_nothing_are_shown_as_nothing() -> None:
    chart = drawn(drivers.split(facts()))
    assert [row["share"] for row in values(chart)] == [0.6, 0.1, 0.3, 0.62, 0.0, 0.39]
    assert column(chart, 2) == [0.1, 0.0]
    assert len(chart.table.rows) == 2  # what does not vary is left out


def test_the_waterfall_ends_at_the_result() -> None:
    # 10 paid in; 11 repaid; the multiple 1.1 makes 11 back: the result is 1
    rows = values(drawn(payers.waterfall(facts())))
    assert [(row["amount"], row["from"]) for row in rows[:2]] == [(-1e7, 0.0), (1.1e7, -1e7)]
    assert rows[-1]["amount"] == pytest.approx(1e6)
    assert len(rows) == 3


def test_the_waterfall_shows_every_tranche_on_both_sides() -> None:
    rows = values(drawn(payers.waterfall(facts(tranches=SIX))))
    assert len(rows) == 6 + 1 + 1 + 6
    assert sum(row["amount"] for row in rows[-6:]) == pytest.approx(rows[7]["amount"])
    assert rows[5]["to"] == pytest.approx(-1e7)


def test_stresses_are_drawn_with_their_figures_and_changes() -> None:
    found = facts()
    chart = drawn(stresses.heat(found))
    cells = {(row["stress"], row["measure"]): row for row in values(chart)}
    assert cells["half the enrolment", "npv"]["level"] == -4e6
    assert cells["half the enrolment", "npv"]["change"] == -5e6
    assert cells["half the enrolment", "npv"]["worth"] == -1.0
    assert cells["half the enrolment", "npv"]["said"] == "−4.00 (−5.00)"
    assert cells["half the enrolment", "p_loss"]["said"] == "> 99.9 % (+60.0)"
    assert cells["half the enrolment", "repayment"]["worth"] == 0.0
    assert cells["half the enrolment", "net_benefit"]["said"] == "–"
    assert cells["our own fear", "npv"]["said"] == "1.00 (0)"  # the simulation sees no change
    assert cells["our own fear", "net_benefit"]["worth"] == -1.0
    assert [row[1].value for row in chart.table.rows] == [0.4, 1.0, 0.4]
    assert chart.table.head[3] == "mean present value, DKK"  # whole amounts stand in the table, millions in the map
    assert chart.table.rows[1][3].text == "−4,000,000"


def test_acceptable_prices_are_shaded_and_told() -> None:
    # 0.4 / 1.6^3 = 0.098 is the first at or below 0.10
    chart = drawn(terms.acceptability(facts()))
    assert "From 1.6 times the prices on it is at most 10 %." in chart.alt
    assert column(chart, 0) == [0.6, 0.8, 1.0, 1.2, 1.6]
    assert [row["loss"] for row in values(chart)] == column(chart, 1)
    assert [row["repayment"] for row in values(chart)] == column(chart, 2)
    shaded = next(layer for layer in chart.spec["layer"] if layer["mark"]["type"] == "rect")
    assert shaded["data"]["values"][0]["top"] == 0.1


def test_deals_are_compared_only_where_they_can_be() -> None:
    found = both()
    alone = found._replace(facts=found.facts[:1], comparison=None)
    assert compared.exceedance(alone) is None
    assert compared.differences(alone) is None
    assert compared.ranking(alone) is None
    ranked = drawn(compared.ranking(found))
    assert [row["name"] for row in values(ranked)] == ["B: Second", "A: First"]
    less = drawn(compared.differences(found))
    assert len(values(less)) == 1  # what is the same on every path is left out
    assert values(less)[0]["said"] == "+0.50"


def test_deals_of_different_currencies_share_no_axis() -> None:
    found = both()
    other = found.facts[1]._replace(deal=found.facts[1].deal._replace(currency="EUR"))
    assert compared.exceedance(found._replace(facts=(found.facts[0], other))) is None


# Units and words


@pytest.mark.parametrize(
    ("amount", "currency", "language", "title", "said"),
    [
        (4.2e6, "DKK", "en", "m DKK", "4.20 m DKK"),
        (4.2e6, "DKK", "da", "mio. kr.", "4,20 mio. kr."),
        (4.2e6, "EUR", "da", "mio. EUR", "4,20 mio. EUR"),
        (2.5e9, "DKK", "da", "mia. kr.", "2,50 mia. kr."),
        (42_000.0, "DKK", "en", "1,000 DKK", "42,000 DKK"),
        (42_000.0, "DKK", "da", "1.000 kr.", "42.000 kr."),
        (420.0, "DKK", "da", "kr.", "420 kr."),
        (0.0, "DKK", "en", "DKK", "0 DKK"),
        (-0.004, "EUR", "en", "EUR", "-0.00400 EUR"),
        (4.2e12, "EUR", "en", "bn EUR", "4,200 bn EUR"),
    ],
)
def test_money_is_shown_in_a_unit_of_its_size(
    amount: float, currency: str, language: Language, title: str, said: str
) -> None:
    with speaking(language):
        unit = drawing.unit_of([amount], currency)
        assert unit.title == title
        assert unit.prose(amount) == said


@pytest.mark.parametrize(
    ("estimate", "language", "said"),
    [
        (Estimate(0.0, 0.0, 0.0, 0.000183), "en", "below 0.02 %"),
        (Estimate(1.0, 0.0, 0.999817, 1.0), "en", "above 99.98 %"),
        (Estimate(1.0, 0.0, 0.999817, 1.0), "da", "over 99,98 pct."),
        (Estimate.exact(0.0), "en", "0.00 %"),
        (Estimate.symmetric(0.277, 0.004), "da", "27,7 pct."),
    ],
)
def test_probabilities_near_the_ends_are_bounds(estimate: Estimate, language: Language, said: str) -> None:
    with speaking(language):
        assert drawing.share_in_prose(estimate) == said


ENGLISH = re.compile(
    r"\b(the|of|and|with|by|loss|result|mean|share|repayment|year|budget year|price|futures|as it stands|below|above|"
    r"to|from|points|probability|value|luck|paid|chance|municipality|state|half|late)\b",
    re.IGNORECASE,
)
OWN = re.compile(r"our own fear|a foundation of a rather long name|Den Fjerneste Kommune i Landet|Made up|First|Second")
"""Names of the files, which are said as they are."""


def words_of(chart: Chart) -> Iterator[str]:
    """All that a reader sees of a chart, but names of the file."""
    yield from (chart.alt, chart.caption, chart.table.caption, *chart.table.head, *chart.table.notes)
    if chart.name != "drivers":  # names of inputs are told elsewhere
        yield from (cell.text for row in chart.table.rows for cell in row)
        for row in chart.spec["data"]["values"]:
            yield from (text for key, text in row.items() if isinstance(text, str) and key not in ("measure", "key"))
    yield from re.findall(r'"title": "([^"]*)"', json.dumps(chart.spec["layer"], ensure_ascii=False))
    yield from re.findall(r'"domain": \[("[^\]]*)\]', json.dumps(chart.spec["layer"], ensure_ascii=False))


def test_no_english_is_left_in_danish() -> None:
    for name, chart in charts("da"):
        for text in words_of(chart):
            plain = OWN.sub("", text)
            if chart.name == "drivers":
                plain = plain.split("afhænger af denne:")[0]
            found = ENGLISH.search(plain.replace("in work after a year", ""))
            assert found is None, f"{name}: {found[0]!r} in {text!r}"


def test_both_languages_draw_the_same_numbers() -> None:
    numbers = {
        language: [
            [value for row in values(chart) for value in row.values() if isinstance(value, float)]
            for _name, chart in charts(language)
        ]
        for language in ("en", "da")
    }
    assert numbers["en"] == numbers["da"]


def test_sentences_end_with_one_stop() -> None:
    for name, chart in [*charts("en"), *charts("da")]:
        assert ".." not in chart.alt, name
        assert "{" not in chart.alt, name
        assert "nan" not in chart.alt, name
        assert chart.alt.endswith("."), name


# Form


def test_rows_of_a_table_are_as_long_as_its_head() -> None:
    for name, chart in charts():
        assert {len(row) for row in chart.table.rows} == {len(chart.table.head)}, name
        assert re.fullmatch(r"[a-z0-9-]+", chart.name), name
        assert chart.table.name == chart.name, name


def test_charts_are_as_wide_as_their_column() -> None:
    for name, chart in charts():
        assert chart.spec["width"] == {"half": 321, "full": 661}[chart.width], name
        assert 60 <= chart.spec["height"] <= 640, name


def test_nothing_in_a_specification_points_outside_or_is_not_a_number() -> None:
    for name, chart in charts():
        text = json.dumps(chart.spec, allow_nan=False)
        assert "http" not in text.replace(chart.spec["$schema"], ""), name


def luminance(colour: str) -> float:
    """Relative luminance of sRGB, as in WCAG 2.1."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, as in WCAG 2.1."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(
    "colours",
    [
        (drawing.WARM, drawing.LIGHT),
        (drawing.LIGHT, drawing.MIDDLE, drawing.DARK),
        drivers.COLOURS,
        (stresses.BAD, stresses.GOOD, stresses.NEUTRAL),
        (drawing.WARM_PALE, drawing.WARM),
    ],
)
def test_colours_that_stand_side_by_side_differ_in_lightness(colours: tuple[str, ...]) -> None:
    for one, other in itertools.combinations(colours, 2):
        assert contrast(one, other) >= 1.5, (one, other)


def test_neighbours_of_a_series_differ_in_lightness() -> None:
    for one, other in itertools.pairwise(drawing.SERIES):
        assert contrast(one, other) >= 1.5, (one, other)


def test_letters_can_be_read_on_every_ground() -> None:
    for ground in (drawing.PALE, drawing.WARM_LIGHT, drawing.WARM_PALE, stresses.GOOD, stresses.NEUTRAL, stresses.BAD):
        assert contrast(drawing.INK, ground) >= 4.0, ground
    assert contrast("#ffffff", drawing.DARK) >= 4.5


FEW = (
    "usual, histogram, half",
    "many, all_payers, full",
    "many, waterfall, half",
    "usual, heat, full",
    "tiny, fan, half",
)


def test_specifications_can_be_drawn(capfd: pytest.CaptureFixture[str]) -> None:
    vl_convert = pytest.importorskip("vl_convert")
    made = dict(charts("da"))
    for name in FEW:
        svg = vl_convert.vegalite_to_svg(made[name].spec, show_warnings=True)
        assert "<text" in svg, name
        assert "NaN" not in svg, name
    assert "WARN" not in capfd.readouterr().err


@pytest.mark.slow
def test_every_specification_can_be_drawn(capfd: pytest.CaptureFixture[str]) -> None:
    vl_convert = pytest.importorskip("vl_convert")
    for name, chart in [*charts("en"), *charts("da")]:
        svg = vl_convert.vegalite_to_svg(chart.spec, show_warnings=True)
        assert "NaN" not in svg, name
        size = re.search(r'<svg[^>]* width="([0-9.]+)"[^>]* height="([0-9.]+)"', svg)
        assert size is not None, name
        assert math.isclose(float(size[1]), chart.spec["width"], abs_tol=1.0), name
    assert "WARN" not in capfd.readouterr().err

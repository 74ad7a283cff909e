"""Memos of several deals: side by side, and as a portfolio."""

from __future__ import annotations

import pytest

from risksim import api
from risksim.analysis.facts import How
from risksim.analysis.many_facts import compared, portfolio_facts
from risksim.language import LANGUAGES, speaking
from risksim.report.document import Bullets, Chart, Table
from risksim.report.memo.portfolio import portfolio
from risksim.report.memo.write import comparison
from tests.engine.deals import SHIPPED


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_comparison_tells_differences_with_their_errors_and_what_files_say_otherwise(language):
    deals = [api.read(SHIPPED / "risks" / name) for name in ("development-cost.yaml", "small-cohort.yaml")]
    how = How(paths=256, side_paths=64, leave_out=frozenset({"drivers", "stresses", "terms", "acceptability"}))
    with speaking(language):
        document = comparison(compared(deals, how))
    table = next(block for block in document.front if isinstance(block, Table) and block.name == "difference-b")
    assert len(table.head) == 7
    errors = [row[2].value for row in table.rows if row[2].text]
    assert errors
    assert all(error > 0 for error in errors)
    assert any(isinstance(block, Chart) and block.name == "compared-differences" for block in document.front)
    names = [block.name for block in (*document.front, *document.annexes) if isinstance(block, Chart)]
    assert len(names) == len(set(names))
    assert any(isinstance(block, Bullets) and block.items for block in document.annexes)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_portfolio_of_budgets_tells_each_budget_once_and_their_sum(language):
    how = How(paths=256, side_paths=64)
    with speaking(language):
        document = portfolio(portfolio_facts(api.read_portfolio(SHIPPED / "faxe/strategies.yaml"), how))
    table = next(block for block in document.front if isinstance(block, Table) and block.name == "budgets")
    assert len({(row[0].text, row[1].text) for row in table.rows}) == len(table.rows)
    assert table.emphasised == tuple(range(len(table.rows) - 3, len(table.rows)))
    # The sum over deals is the sum of the means, path by path and so exactly, but for price levels: here all alike.
    for place in table.emphasised:
        budget = table.rows[place][1].text
        parts = [row[2].value for row in table.rows[: table.emphasised[0]] if row[1].text == budget]
        assert table.rows[place][2].value == pytest.approx(sum(parts), rel=1e-9)

"""What the deals of a portfolio leave to public budgets, on the same paths and added up."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from risksim.api.defaults import PATHS, SEED
from risksim.api.portfolio_runs import reporting_from
from risksim.api.purse_statistics import arrays_on_paper, purse_arrays, purse_names, rows_by_budget
from risksim.api.purses import run_purse
from risksim.language import _

if TYPE_CHECKING:
    from risksim.api.portfolios import Portfolio
    from risksim.api.purses import PurseRun
    from risksim.engine.run import Progress
    from risksim.metrics.purse import KeyFigures, Ledger
    from risksim.plan.layout import FloatArray


class PortfolioPurse(NamedTuple):
    """What the deals of a portfolio leave to public budgets."""

    deals: tuple[tuple[str, dict[str, KeyFigures] | None], ...]
    """Each deal by its name; None where its file says nothing of public budgets."""
    total: dict[str, KeyFigures]
    """Of the sum over deals, by budget and ``total``."""
    first_year: int
    """The year of the present values of the sum."""
    price_year: int
    """The last of the deals' price levels; the others are brought there by their own inflation."""
    engine: str


def portfolio_purse(
    portfolio: Portfolio, paths: int = PATHS, seed: int = SEED, threads: int = 0, *, progress: Progress | None = None
) -> PortfolioPurse:
    """Simulate the public purses of the deals of a portfolio on the same paths, and add them up.

    Parameters
    ----------
    portfolio : Portfolio
        Its deals count whole, whatever the fund holds of them.
    paths, seed, threads, progress
        As in `run_portfolio`.

    Returns
    -------
    PortfolioPurse

    Raises
    ------
    RunError
        If no deal says anything of public budgets.
    """
    from risksim.errors import RunError

    purses = [holding.deal.plan.purse for holding in portfolio.holdings]
    spans = [(purse.years, purse.discount) for purse in purses if purse is not None]
    if not spans:
        raise RunError(
            _("got a portfolio of which no deal says what public budgets save. Add a `public:` block to their files.")
        )
    total = _Total(paths, spans, max(purse.price_year for purse in purses if purse is not None))
    deals: list[tuple[str, dict[str, KeyFigures] | None]] = []
    for row, holding in enumerate(portfolio.holdings):
        plan, figures = holding.deal.plan, None
        if plan.purse is not None:
            report = reporting_from(progress, row * paths)
            figures = total.add(run_purse(plan, paths, seed, "individual", threads, report), plan.purse.price_year)
        deals.append((holding.name, figures))
    return PortfolioPurse(tuple(deals), total.figures(), total.years[0], total.price_year, "individual")


class _Total:
    """The ledgers of the deals of a portfolio, added up by budget, and those of the calculation on paper."""

    def __init__(self, paths: int, spans: list[tuple[tuple[int, ...], FloatArray]], price_year: int) -> None:
        self.paths, self.spans, self.price_year = paths, spans, price_year
        self.years: tuple[int, ...] = ()
        self.sums: dict[str, Ledger] = {}
        self.of_paper: dict[str, Ledger] = {}
        self.all_on_paper = True
        self.known_gross: set[str] = set()

    def add(self, run: PurseRun, price_year: int) -> dict[str, KeyFigures]:
        """Add a deal, and tell its own figures at the prices of the total."""
        from risksim.metrics import purse

        arrays, names, expected = purse_arrays(run), purse_names(run.plan), arrays_on_paper(run.plan)
        self.all_on_paper = self.all_on_paper and expected is not None
        prices, figures = purse.price_factor(names, price_year, self.price_year), {}
        for budget, row in rows_by_budget(names):
            own = purse.ledger(arrays, names, row).times(prices)
            paper = None if expected is None else purse.ledger(expected, names, row).times(prices)
            is_gross_only = names.is_gross_only(row)
            figures[budget] = purse.figures_of(own, names.years, run.sample, paper, is_gross_only=is_gross_only)
            self.known_gross |= {budget} if is_gross_only else set()
            self._add_ledgers(budget, names.years, own, paper)
        return figures

    def _add_ledgers(self, budget: str, years: tuple[int, ...], own: Ledger, paper: Ledger | None) -> None:
        from risksim.metrics import purse

        if budget not in self.sums:
            self.sums[budget], self.years = purse.no_money(self.paths, self.spans)
            self.of_paper[budget], _ = purse.no_money(1, self.spans)
        purse.add_deal(self.sums[budget], self.years, own, years)
        if paper is not None:
            purse.add_deal(self.of_paper[budget], self.years, paper, years)

    def figures(self) -> dict[str, KeyFigures]:
        """The figures of the sum, by budget and ``total``."""
        from risksim.metrics import purse
        from risksim.metrics.sample import Sample

        sample = Sample.equal(self.paths)
        budgets = [*(budget for budget in self.sums if budget != purse.TOTAL), purse.TOTAL]
        return {
            budget: purse.figures_of(
                self.sums[budget],
                self.years,
                sample,
                self.of_paper[budget] if self.all_on_paper else None,
                is_gross_only=budget in self.known_gross,
            )
            for budget in budgets
        }

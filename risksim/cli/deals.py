"""One deal, out of a file that may list several."""

from __future__ import annotations

from risksim import api
from risksim.cli.output import OutputError
from risksim.language import _


def one_deal(file: str, name: str | None, *, draft: bool = False) -> api.Deal:
    """The deal of a scenario file, or one of a portfolio by its name.

    Parameters
    ----------
    file : str
        A scenario or a portfolio.
    name : str, optional
        Which deal of a portfolio.
    draft : bool
        Read it to look at, not to run: quicker.

    Raises
    ------
    OutputError
        Where a portfolio is given without a name, or a name without a portfolio.
    """
    if not api.lists_deals(file):
        if name is not None:
            raise OutputError(
                _("--deal {name}: {file} is one deal, not a portfolio.\n  Leave --deal out.", name=name, file=file)
            )
        return api.read(file, draft=draft)
    portfolio = api.read_portfolio(file, draft=draft)
    if name is None:
        names = ", ".join(holding.name for holding in portfolio.holdings[:20])
        raise OutputError(
            _(
                "{file}: lists several deals; there is {names}.\n  Add --deal and one of these names.",
                file=file,
                names=names,
            )
        )
    return portfolio.holding(name).deal

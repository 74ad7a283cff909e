"""The register of constants, and those that influence a deal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from risksim.api.deals import changed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from risksim.api.deals import Deal
    from risksim.api.portfolios import Portfolio
    from risksim.results.description import ConstantInUse
    from risksim.scenario.register import Constant, InUse


def constants_in_use(deal: Deal) -> tuple[ConstantInUse, ...]:
    """The constants of the register that influence a deal, each with its status and the places it acts at."""
    from risksim.scenario import register as constants

    return tuple(_constant(one, one.where) for one in constants.constants_in_use(deal.scenario))


def constants_for_investors(deal: Deal) -> tuple[ConstantInUse, ...]:
    """Those of `constants_in_use` that may move a number of investors: none that acts in the public purse alone."""
    return constants_in_use(deal._replace(scenario=deal.scenario.model_copy(update={"public": None})))


def with_constants(deal: Deal, values: Mapping[str, float]) -> Deal:
    """The deal that the same file would be if some constants of the register had other values.

    Parameters
    ----------
    deal : Deal
        A deal that was read.
    values : mapping of str to float
        Values by key of the register. What a key of the file takes where it is left out stays.

    Returns
    -------
    Deal

    Raises
    ------
    ScenarioError
        If the deal cannot bear them.
    """
    from risksim.scenario import register

    with register.moved(values):
        return changed(deal, "constants", {})


def range_of_constant(key: str) -> tuple[float, float]:
    """Between which values a judgement is moved (`risksim.scenario.register.range_of`); a law at its 10 and 90 %."""
    from risksim.plan.laws import law_of
    from risksim.scenario import register

    between = register.range_of(key)
    if between is not None:
        return between
    law = law_of(register.number(key))
    return law.quantile(0.1), law.quantile(0.9)


def not_checked(deal: Deal) -> list[str]:
    """Keys of the constants for investors that nobody compared with their source: every output of theirs names them."""
    return [one.key for one in constants_for_investors(deal) if one.status == "T"]


def constants_of_portfolio(portfolio: Portfolio, *, public: bool = False) -> tuple[ConstantInUse, ...]:
    """The constants of the register that influence the deals of a portfolio, each once, with its places by deal.

    Those that act in public purses alone are among them only where `public` asks for them.
    """
    found: dict[str, ConstantInUse] = {}
    read: dict[str, tuple[ConstantInUse, ...]] = {}  # deals of a repeated entry say the same
    for holding in portfolio.holdings:
        file = holding.deal.document.file
        if file not in read:
            read[file] = (constants_in_use if public else constants_for_investors)(holding.deal)
            for one in read[file]:
                places = tuple(f"{holding.name}: {place}" for place in one.where)
                before = found[one.key].where if one.key in found else ()
                found[one.key] = one._replace(where=(*before, *places))
    return tuple(found.values())


def register() -> tuple[ConstantInUse, ...]:
    """The whole register of constants."""
    from risksim.scenario import register as constants

    return tuple(_constant(one, ()) for one in constants.constants().values())


def register_table(key: str) -> dict[str, list[float]]:
    """The lists of a constant that is a table, by name."""
    from risksim.scenario.register import table

    return table(key)


def _constant(one: Constant | InUse, where: tuple[str, ...]) -> ConstantInUse:
    from risksim.results.description import ConstantInUse
    from risksim.scenario.register import STATUS

    means, start = STATUS[one.status], str(one.valid_from)
    until = None if one.valid_to is None else str(one.valid_to)
    return ConstantInUse(one.key, one.what, one.words, one.unit, one.status, means, one.source, start, until, where)

"""Charts of a deal, where the library that draws them has them."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from risksim.report.document import Chart, Table


def picture(module: str, name: str, *of: object, width: str | None = None) -> Chart | None:
    """A chart by the module and function of `risksim.report.figures`; None where the deal has nothing to draw."""
    try:
        draw = getattr(import_module(f"risksim.report.figures.{module}"), name)
    except (ModuleNotFoundError, AttributeError):
        return None
    found: Chart | None = draw(*of)
    return found if found is None or width is None else found._replace(width=width)  # type: ignore[arg-type]


def numbers_of(*charts: Chart | None) -> list[Table]:
    """The numbers behind charts, for the workbook."""
    return [chart.table for chart in charts if chart is not None]

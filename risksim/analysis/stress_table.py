"""The standard stresses of many files: a table of files by stresses."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

from risksim import api
from risksim.analysis import batch, standard
from risksim.errors import RisksimError
from risksim.language import _
from risksim.metrics.precision import Estimate

ROW_SCHEMA = "risksim.stress-table-row/1"
Progress = Callable[[int, int, int, int], None]
"""Called with the number of finished files, that of all files, and of the file at work the paths done and all paths."""


class Cell(NamedTuple):
    """What one stress does to one deal."""

    key: str
    """Of the standard set; empty for a stress of the file."""
    stress: str
    p_loss: Estimate
    """Probability of a loss under the stress. [1]"""
    p_loss_difference: Estimate
    """Less the deal as it stands, with the error of the pairs. [1]"""
    npv_difference: Estimate
    """Of the mean net present value at the last hurdle. [currency]"""
    npv_difference_share: float
    """The same over the capital that investors commit: comparable across deals and currencies. [1]"""
    repayment_difference: Estimate
    """Of what all payers pay. [currency]"""


class Row(NamedTuple):
    """The standard stresses of one file."""

    file: str
    deal: str
    digest: str
    currency: str
    hurdle: float
    """[1/year]"""
    commitment: float
    """What investors commit. [currency]"""
    p_loss: Estimate
    """As it stands. [1]"""
    npv: Estimate
    """As it stands. [currency]"""
    cells: tuple[Cell, ...]
    left_out: tuple[standard.LeftOut, ...]


class StressTable(NamedTuple):
    """What came of many files."""

    stresses: tuple[str, ...]
    """Every stress that is asked of some file, those of files first, then the standard ones in their order."""
    rows: tuple[Row, ...]
    bad: tuple[batch.Bad, ...]
    partial: bool
    """Whether it was interrupted before the last row."""
    resumed: int
    """Rows that were not computed but read from the folder of an earlier table."""


def stress_table(
    files: Iterable[str | Path],
    paths: int = api.PATHS,
    seed: int = api.SEED,
    threads: int = 0,
    *,
    own: bool = False,
    resume: str | Path | None = None,
    progress: Progress | None = None,
) -> StressTable:
    """Ask the standard stresses of many files.

    Parameters
    ----------
    files : iterable of str or Path
        Scenario files, folders and patterns, as of a batch.
    paths, seed, threads
        As in `risksim.api.simulate`, the same for every run.
    own : bool
        The stresses of each file too.
    resume : str or Path, optional
        A folder in which every finished row is kept, and from which rows of the same deal, settings and versions are
        read instead of computed.
    progress : callable, optional
        Told how far it is.

    Returns
    -------
    StressTable
        What is there, also when it is interrupted (``KeyboardInterrupt``). Bad files are listed, and raise nothing.

    Raises
    ------
    RisksimError
        If rows cannot be kept in the folder of `resume`.
    """
    if resume is not None:
        batch.check_folder(Path(resume))
    bad: list[batch.Bad] = []
    rows: list[Row] = []
    resumed, partial = 0, False
    try:
        deals = list(_read(batch.found_files(files, bad), bad))
        for number, (file, deal) in enumerate(deals):
            report = None if progress is None else _report(progress, number, len(deals))
            place = None if resume is None else Path(resume) / f"{_key(deal, paths, seed, own)}.json"
            kept = None if place is None else _kept(place)
            if kept is not None:
                rows.append(kept._replace(file=file))
                resumed += 1
                continue
            try:
                found = standard.answer(deal, paths, seed, threads, own=own, progress=report)
            except RisksimError as error:
                bad.append(batch.Bad(file, None, str(error)))
                continue
            rows.append(row_of(file, deal, found))
            if place is not None:
                batch.keep_text(
                    place, json.dumps({"schema": ROW_SCHEMA, **_told(rows[-1])}, ensure_ascii=False, indent=1)
                )
    except KeyboardInterrupt:
        partial = True
    return StressTable(_in_order(rows), tuple(rows), tuple(bad), partial, resumed)


def _in_order(rows: list[Row]) -> tuple[str, ...]:
    own = dict.fromkeys(cell.stress for row in rows for cell in row.cells if not cell.key)
    asked = {cell.stress for row in rows for cell in row.cells}
    return (*own, *(stress.name for stress, _ in standard.SET if stress.name in asked and stress.name not in own))


def _read(files: list[str], bad: list[batch.Bad]) -> Iterable[tuple[str, api.Deal]]:
    for file in files:
        try:
            if api.lists_deals(file):
                message = _(
                    "{file}: got a portfolio; the standard stresses are of deals.\n  Name the deals that it lists.",
                    file=file,
                )
                bad.append(batch.Bad(file, None, message))
                continue
            yield file, api.read(file, funded=True)
        except RisksimError as error:
            bad.append(batch.Bad(file, None, str(error)))


def _report(progress: Progress, number: int, files: int) -> Callable[[int, int], None]:
    return lambda done, whole: progress(number, files, done, whole)


def row_of(file: str, deal: api.Deal, found: standard.Standard) -> Row:
    """The row of a file.

    Parameters
    ----------
    file : str
        As it was named, or found.
    deal : Deal
        What it says.
    found : Standard
        Its stresses.

    Returns
    -------
    Row
    """
    plan = deal.plan
    commitment = float(plan.financing.commitment_value.sum())
    cells = tuple(
        Cell(
            one.key,
            one.found.name,
            one.found.values.p_loss,
            one.found.difference.p_loss,
            one.found.difference.npv,
            one.found.difference.npv.value / commitment if commitment > 0.0 else float("nan"),
            one.found.difference.repayment,
        )
        for one in found.stresses
    )
    hurdle, base = found.hurdle, found.base
    return Row(
        file, plan.name, plan.digest, plan.currency, hurdle, commitment, base.p_loss, base.npv, cells, found.left_out
    )


# Rows on disk


def _key(deal: api.Deal, paths: int, seed: int, own: bool) -> str:
    """Name of a row: all that decides its numbers."""
    stresses = deal.document.root.get("stresses") if own else None
    said = {"digest": deal.plan.digest, "stresses": repr(stresses), "paths": paths, "seed": seed}
    said |= {"kind": ROW_SCHEMA, **api.identity()}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode("utf-8")).hexdigest()[:32]


def _told(row: Row) -> dict[str, Any]:
    return {
        **row._asdict(),
        "cells": [cell._asdict() for cell in row.cells],
        "left_out": [one._asdict() for one in row.left_out],
    }


def _kept(place: Path) -> Row | None:
    """A row of an earlier table; None where there is none that can be read."""
    try:
        said = json.loads(place.read_text(encoding="utf-8"))
        if said.pop("schema") != ROW_SCHEMA:
            return None
        cells = tuple(Cell(**{name: _heard(value) for name, value in cell.items()}) for cell in said.pop("cells"))
        left_out = tuple(standard.LeftOut(**one) for one in said.pop("left_out"))
        return Row(**{name: _heard(value) for name, value in said.items()}, cells=cells, left_out=left_out)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _heard(value: Any) -> Any:
    return Estimate(*value) if isinstance(value, list) else value

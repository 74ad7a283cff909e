"""Many scenario files, and their stresses, one after the other: a row of numbers each."""

from __future__ import annotations

import glob
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from risksim import api
from risksim.analysis.limits import Answer, answer_of, answer_of_fund
from risksim.analysis.ranking import Measures, measures_of, measures_of_fund
from risksim.errors import RisksimError
from risksim.language import _
from risksim.metrics.precision import Estimate
from risksim.metrics.summary import Statistic, Withheld

ENDINGS = (".yaml", ".yml")
"""Endings of the files that are taken from a folder."""
ROW_SCHEMA = "risksim.batch-row/1"
UNFUNDED = "has no `financing`, and so no investors whose risk could be ranked"
Progress = Callable[[int, int, int], None]


class Row(NamedTuple):
    """One file, or one stress of it."""

    file: str
    """As it was named, or found."""
    deal: str
    """What the deal or portfolio calls itself."""
    kind: str
    """``deal`` or ``portfolio``."""
    stress: str | None
    """Which stress; None for the deal as it stands."""
    digest: str
    """SHA-256 of what the file says."""
    engine: str
    currency: str
    hurdle: float
    """Rate of the present values: the last hurdle. [1/year]"""
    answer: Answer
    measures: Measures | None = None
    """What a ranking compares; None where none was asked for."""


class Bad(NamedTuple):
    """A file, or a stress of it, that has no row."""

    file: str
    stress: str | None
    message: str
    """What was found, what is allowed and what to try."""


class Batch(NamedTuple):
    """What came of many files."""

    rows: tuple[Row, ...]
    """In the order of the files, each before its stresses."""
    bad: tuple[Bad, ...]
    partial: bool
    """Whether it was interrupted before the last row."""
    resumed: int
    """Rows that were not computed but read from the folder of an earlier batch."""
    skipped: tuple[str, ...] = ()
    """Files without a row because nobody invests: there is no mistake in them."""
    apart: tuple[Bad, ...] = ()
    """Files that no ranking can hold, because they have no investors."""


class Asked(NamedTuple):
    """A row to be computed."""

    file: str
    what: api.Deal | api.Portfolio
    stress: str | None = None


class How(NamedTuple):
    """How every row is run."""

    paths: int
    seed: int
    threads: int
    engine: str
    executor: api.Executor | None
    ranked: bool = False


def batch(
    files: Iterable[str | Path],
    paths: int = api.PATHS,
    seed: int = api.SEED,
    threads: int = 0,
    *,
    engine: str = "individual",
    stresses: bool = False,
    executor: api.Executor | None = None,
    resume: str | Path | None = None,
    keep_going: bool = True,
    ranked: bool = False,
    progress: Progress | None = None,
) -> Batch:
    """Run many scenario files.

    Parameters
    ----------
    files : iterable of str or Path
        Scenario files, portfolios, folders (all scenario files in and below them), patterns such as ``deals/*.yaml``.
    paths, seed, threads
        As in `risksim.api.simulate`, the same for every row.
    engine : {"individual", "conditional", "exact", "auto"}
        Who runs the deals; ``auto`` takes for each the most exact engine that can. Portfolios are run person by person.
    stresses : bool
        A row for each stress of each file too.
    executor : Executor, optional
        Who computes paths, as `risksim.api.cluster`; threads of this process where left out.
    resume : str or Path, optional
        A folder in which every finished row is kept. Rows that are there for the same digest, stress, paths, seed and
        versions are read instead of computed.
    keep_going : bool
        Go on after a bad file; otherwise stop there.
    ranked : bool
        Add what a ranking compares to each row, and list files without investors apart instead of among the bad ones.
    progress : callable, optional
        Called with the number of finished rows, that of all rows, and the number of finished paths of the row at work.

    Returns
    -------
    Batch
        What is there, also when the batch is interrupted (``KeyboardInterrupt``), which is then marked partial.

    Raises
    ------
    RisksimError
        If rows cannot be kept in the folder of `resume`. Bad files raise nothing; they are listed.
    """
    if resume is not None:
        check_folder(Path(resume))
    how = How(paths, seed, threads, engine, executor, ranked)

    def plan(bad: list[Bad], skipped: list[Bad], apart: list[Bad]) -> tuple[Asked, ...]:
        asked = plan_rows(files, stresses, bad, keep_going, skipped, apart if ranked else None)
        return asked if keep_going or not bad else ()

    return _batch(plan, how, resume, keep_going, progress)


def batch_of_deals(
    deals: Sequence[api.Deal],
    paths: int = api.PATHS,
    seed: int = api.SEED,
    threads: int = 0,
    *,
    engine: str = "individual",
    stresses: bool = False,
    ranked: bool = False,
    progress: Progress | None = None,
) -> Batch:
    """Run deals that were read already, as `batch` runs files; a deal without investors is no row.

    Parameters
    ----------
    deals : sequence of Deal
        What is run.
    paths, seed, threads, engine, stresses, ranked, progress
        As in `batch`.

    Returns
    -------
    Batch
    """

    def plan(bad: list[Bad], skipped: list[Bad], apart: list[Bad]) -> tuple[Asked, ...]:
        asked: list[Asked] = []
        for deal in deals:
            try:
                api.check_funded(deal)
                asked += _rows_of(deal.document.file, deal, stresses, bad)
            except RisksimError as error:
                file = deal.document.file
                (apart if ranked else skipped).append(Bad(file, None, UNFUNDED if ranked else str(error)))
        return _or_bad(asked, bad, skipped)

    return _batch(plan, How(paths, seed, threads, engine, None, ranked), None, True, progress)


def _batch(
    plan: Callable[[list[Bad], list[Bad], list[Bad]], tuple[Asked, ...]],
    how: How,
    resume: str | Path | None,
    keep_going: bool,
    progress: Progress | None,
) -> Batch:
    """The rows that a plan makes, one after the other."""
    bad: list[Bad] = []
    skipped: list[Bad] = []
    rows: list[Row] = []
    resumed, partial = 0, False
    apart: list[Bad] = []
    try:
        asked = plan(bad, skipped, apart)
        for number, one in enumerate(asked):
            report = None if progress is None else _report(progress, number, len(asked))
            try:
                row, was_there = _row(one, how, resume, report)
            except RisksimError as error:
                bad.append(Bad(one.file, one.stress, str(error)))
                if not keep_going:
                    break
                continue
            rows.append(row)
            resumed += was_there
    except KeyboardInterrupt:
        partial = True
    return Batch(tuple(rows), tuple(bad), partial, resumed, tuple(one.file for one in skipped), tuple(apart))


def plan_rows(
    files: Iterable[str | Path],
    stresses: bool,
    bad: list[Bad],
    keep_going: bool = True,
    skipped: list[Bad] | None = None,
    apart: list[Bad] | None = None,
) -> tuple[Asked, ...]:
    """Read every file before the first is run, so that mistakes are known at once.

    Parameters
    ----------
    files : iterable of str or Path
        As in `batch`.
    stresses : bool
        A row for each stress too.
    bad : list of Bad
        Appended to.
    keep_going : bool
        Read on after a bad file.
    skipped : list of Bad, optional
        Appended to where nobody invests in a file, unless there is none in which anybody does: then it is bad.
    apart : list of Bad, optional
        Files without investors are appended here, and are bad where it is left out.

    Returns
    -------
    tuple of Asked
    """
    asked: list[Asked] = []
    for file in found_files(files, bad):
        if bad and not keep_going:
            break
        try:
            if api.lists_deals(file):
                asked.append(Asked(file, api.read_portfolio(file, funded=True)))
                continue
            deal = api.read(file, funded=apart is None)
        except RisksimError as error:
            aside = skipped if apart is None else apart
            (aside if aside is not None and _nobody_invests(file) else bad).append(Bad(file, None, str(error)))
            continue
        if apart is not None and not deal.scenario.is_funded:
            apart.append(Bad(file, None, UNFUNDED))
            continue
        asked += _rows_of(file, deal, stresses, bad)
    return _or_bad(asked, bad, skipped)


def _rows_of(file: str, deal: api.Deal, stresses: bool, bad: list[Bad]) -> Iterator[Asked]:
    """The rows of a deal; stresses of it that make no sense are appended to the bad ones."""
    yield Asked(file, deal)
    for name in deal.scenario.stresses if stresses else ():
        try:
            yield Asked(file, api.stressed(deal, name), name)
        except RisksimError as error:
            bad.append(Bad(file, name, str(error)))


def _or_bad(asked: list[Asked], bad: list[Bad], skipped: list[Bad] | None) -> tuple[Asked, ...]:
    """The rows; where there are none, what was passed over for lack of investors is bad."""
    if skipped and not asked:  # there is nothing else to be asked about
        bad += skipped
        skipped.clear()
    return tuple(asked)


def _nobody_invests(file: str) -> bool:
    """Whether a file that has no row reads well, and only lacks investors."""
    try:
        if api.lists_deals(file):
            return not all(each.deal.scenario.is_funded for each in api.read_portfolio(file).holdings)
        return not api.read(file).scenario.is_funded
    except RisksimError:
        return False


def found_files(named: Iterable[str | Path], bad: list[Bad]) -> list[str]:
    """The scenario files that names stand for, each once, in the order of the names.

    Parameters
    ----------
    named : iterable of str or Path
        Files, folders and patterns.
    bad : list of Bad
        Names that stand for nothing are appended.

    Returns
    -------
    list of str
    """
    found: dict[Path, str] = {}
    for name in map(str, named):
        here = list(_files_of(name))
        if not here:
            bad.append(Bad(name, None, _nothing(name)))
        for file in here:
            found.setdefault(Path(file).resolve(), file)
    return list(found.values())


def _files_of(name: str) -> Iterator[str]:
    path = Path(name)
    if path.is_dir():
        yield from _below(path)
    elif path.exists() or not glob.has_magic(name):
        yield name  # reading says what is wrong with it
    else:
        for each in sorted(glob.glob(name, recursive=True)):  # noqa: PTH207 - a pattern may begin at the root
            if Path(each).is_dir():
                yield from _below(Path(each))
            else:
                yield each


def _below(folder: Path) -> list[str]:
    """Scenario files in and below a folder, without hidden ones."""
    files = (file for file in folder.rglob("*") if file.suffix in ENDINGS and file.is_file())
    return sorted(str(file) for file in files if not any(part[0] == "." for part in file.relative_to(folder).parts))


def _nothing(name: str) -> str:
    if Path(name).is_dir():
        return _(
            "{name}: holds no scenario file ({endings}).\n  Name another folder, or the files.",
            name=name,
            endings=_(" or ").join(ENDINGS),
        )
    return _(
        "{name}: no file matches this pattern.\n  Look at what is there, for example with  ls {folder}",
        name=name,
        folder=Path(name).parent,
    )


def _report(progress: Progress, number: int, rows: int) -> Callable[[int], None]:
    progress(number, rows, 0)
    return lambda done: progress(number, rows, done)


def _row(asked: Asked, how: How, resume: str | Path | None, report: Callable[[int], None] | None) -> tuple[Row, bool]:
    """A row, and whether it was there from an earlier batch."""
    if resume is None:
        return _computed(asked, how, report), False
    place = Path(resume) / f"{_key(asked, how)}.json"
    kept = _read_row(place)
    if kept is not None:
        return kept._replace(file=asked.file), True
    row = _computed(asked, how, report)
    _keep(place, row)
    return row, False


def _computed(asked: Asked, how: How, report: Callable[[int], None] | None) -> Row:
    what, (paths, seed, threads, engine, executor, ranked) = asked.what, how
    if isinstance(what, api.Portfolio):
        fund = api.run_portfolio(what, paths, seed, threads, executor=executor, progress=_each_deal(report, what))
        answer, hurdle = answer_of_fund(fund), what.hurdles[-1]
        said = (asked.file, what.name, "portfolio", None, what.digest, fund.engine, what.currency, hurdle, answer)
        return Row(*said, measures_of_fund(fund) if ranked else None)
    job = api.job(what, paths, seed, threads, engine=engine, executor=executor, progress=report)
    run = api.run_job(job)
    plan = what.plan
    return Row(
        asked.file,
        plan.name,
        "deal",
        asked.stress,
        plan.digest,
        run.engine,
        plan.currency,
        plan.labels.hurdles[-1],
        answer_of(run),
        measures_of(run, what, paths, seed, threads) if ranked else None,
    )


def _each_deal(report: Callable[[int], None] | None, portfolio: api.Portfolio) -> Callable[[int], None] | None:
    """Paths of a portfolio count once, not once a deal."""
    n_deals = len(portfolio.holdings)
    return None if report is None else lambda done: report(done // n_deals)


# Rows on disk


def _key(asked: Asked, how: How) -> str:
    """Name of a row: all that decides its numbers."""
    what = asked.what
    digest = what.digest if isinstance(what, api.Portfolio) else what.plan.digest
    said = {"digest": digest, "stress": asked.stress, "paths": how.paths, "seed": how.seed, "engine": how.engine}
    # On workers a run goes path by path, and may take another engine than here.
    said |= {"by_path": how.executor is not None, **api.identity()}
    said |= {"ranked": True} if how.ranked else {}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode("utf-8")).hexdigest()[:32]


def _keep(place: Path, row: Row) -> None:
    """Write a row; numbers are written so that the same bits are read."""
    said = {"schema": ROW_SCHEMA, **row._asdict(), "answer": {k: _told(v) for k, v in row.answer._asdict().items()}}
    if row.measures is not None:
        said["measures"] = {name: _told(value) for name, value in row.measures._asdict().items()}
    keep_text(place, json.dumps(said, ensure_ascii=False, indent=1))


def keep_text(place: Path, text: str) -> None:
    """Write a file of a folder of rows that appears whole or not at all.

    Raises
    ------
    RisksimError
        If it cannot be kept there.
    """
    try:
        handle, part = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                stream.write(text)
            Path(part).replace(place)
        except BaseException:
            Path(part).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise RisksimError(_not_kept(place.parent, error)) from error


def check_folder(folder: Path) -> None:
    """Refuse a folder in which no row can be kept, before any work is done."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise RisksimError(_not_kept(folder, error)) from error


def _not_kept(folder: Path, error: OSError) -> str:
    return _(
        "{folder}: rows cannot be kept there ({reason}).\n  Name another folder with --resume.",
        folder=folder,
        reason=error.strerror,
    )


def _read_row(place: Path) -> Row | None:
    """A row of an earlier batch; None where there is none that can be read."""
    try:
        said = json.loads(place.read_text(encoding="utf-8"))
        if said.pop("schema") != ROW_SCHEMA:
            return None
        said["answer"] = Answer(**{name: _heard(value) for name, value in said["answer"].items()})
        if said.get("measures") is not None:
            said["measures"] = Measures(**{name: _heard(value) for name, value in said["measures"].items()})
        return Row(**said)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _told(statistic: Statistic) -> Any:
    return {"withheld": statistic.reason} if isinstance(statistic, Withheld) else list(statistic)


def _heard(said: Any) -> Any:
    return Withheld(said["withheld"]) if isinstance(said, dict) else Estimate(*said)

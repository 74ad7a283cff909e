"""Results as files: netCDF-4, which any netCDF tool opens. Saving the same result twice gives the same bytes."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import xarray as xr

from risksim.errors import ResultError
from risksim.language import _
from risksim.results.provenance import KIND, RESULT_SCHEMA


def save(dataset: xr.Dataset, file: str | os.PathLike[str]) -> None:
    """Write a result. The file appears whole or not at all; an older one of the same name is replaced.

    Parameters
    ----------
    dataset : Dataset
        From `risksim.results.dataset.to_dataset`.
    file : path
        Where to, as ``result.nc``.

    Raises
    ------
    ResultError
        If the file cannot be written there.
    """
    target = Path(file)
    if not target.parent.is_dir():
        raise ResultError(
            _(
                "{target}: cannot save there\n  there is no folder {parent}.\n  Make the folder first.",
                target=target,
                parent=target.parent,
            )
        )
    part = target.with_name(f".{target.name}.{os.getpid()}-{secrets.token_hex(4)}.part")
    try:
        dataset.to_netcdf(part, engine="h5netcdf", format="NETCDF4")
        part.replace(target)
    except OSError as error:
        raise ResultError(
            _(
                "{target}: cannot save there\n"
                "  {reason}.\n"
                "  Choose a folder that you may write to and that has room enough.",
                target=target,
                reason=error.strerror or error,
            )
        ) from error
    finally:
        part.unlink(missing_ok=True)


def open_result(file: str | os.PathLike[str]) -> xr.Dataset:
    """Read a result back, all of it, as it was saved.

    Parameters
    ----------
    file : path
        Written by `save`.

    Returns
    -------
    Dataset
        Held in memory; the file is closed.

    Raises
    ------
    ResultError
        If there is no such file, it is no netCDF-4 file or no risksim result, or a later risksim wrote it.
    """
    source = Path(file)
    if not source.is_file():
        found = _("this is a folder") if source.is_dir() else _("there is no such file")
        raise ResultError(
            _(
                "{source}: cannot be opened\n"
                "  {found}.\n"
                "  Give a file that `risksim run SCENARIO --out FILE` has written.",
                source=source,
                found=found,
            )
        )
    try:
        with xr.open_dataset(source, engine="h5netcdf", decode_timedelta=False) as opened:
            _check_kind(opened, source)
            return opened.load()
    except (OSError, ValueError, KeyError, RuntimeError, TypeError) as error:
        raise ResultError(
            _(
                "{source}: cannot be read\n"
                "  it is no netCDF-4 file, or it is damaged ({error}).\n"
                "  Give a file that `risksim run SCENARIO --out FILE` has written, or run the scenario again.",
                source=source,
                error=error,
            )
        ) from error


def _check_kind(opened: xr.Dataset, source: Path) -> None:
    if opened.attrs.get("kind") != KIND:
        raise ResultError(
            _(
                "{source}: is no risksim result\n"
                "  it is a netCDF file of another programme.\n"
                "  Give a file that `risksim run SCENARIO --out FILE` has written.",
                source=source,
            )
        )
    schema = int(opened.attrs["result_schema"])
    if schema > RESULT_SCHEMA:
        raise ResultError(
            _(
                "{source}: was saved by a later risksim ({version})\n"
                "  it has result schema {schema}; this risksim reads schemas up to {result_schema}.\n"
                "  Update risksim, or run the scenario again: its text is in the attribute scenario_text of the file.",
                source=source,
                version=opened.attrs.get("risksim_version", "unknown"),
                schema=schema,
                result_schema=RESULT_SCHEMA,
            )
        )

"""``risksim backup`` and ``risksim restore``: all that the service keeps, in one file and back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from risksim.cli.output import show, talk
from risksim.errors import RisksimError
from risksim.language import _, plural

if TYPE_CHECKING:
    from risksim.service.settings import Settings
    from risksim.service.store.backup import Saved


class MissingExtraError(RisksimError):
    """The service was not installed with the program."""


def backup(out: Path | None, folder: Path | None) -> None:
    """Save all that is kept."""
    saving = _saving()
    saved = saving.save(_settings(folder), out)
    show(_("Saved {what} in {file}.", what=_content(saved), file=saved.file) + "\n")
    talk(
        _(
            "The file holds everybody's deals: keep it where only you can read it. Bring it back with: risksim restore "
            "{file}",
            file=saved.file,
        )
        + "\n"
    )
    _tell_left_out(saved)


def restore(file: Path, folder: Path | None) -> None:
    """Bring a backup back into an empty place."""
    saved = _saving().restore(_settings(folder), file)
    show(_("Restored {what}, as it was at {moment}.", what=_content(saved), moment=saved.made_at) + "\n")
    _tell_left_out(saved)


def _content(saved: Saved) -> str:
    deals, runs = saved.rows.get("deals", 0), saved.rows.get("runs", 0)
    return ", ".join(
        (
            plural("{number} deal", "{number} deals", deals, number=deals),
            plural("{number} run", "{number} runs", runs, number=runs),
            plural("{number} result", "{number} results", saved.files, number=saved.files),
        )
    )


def _tell_left_out(saved: Saved) -> None:
    if saved.left_out:
        count = len(saved.left_out)
        talk(
            plural(
                "{number} result is left out, because its file is damaged or gone: ask its run again.",
                "{number} results are left out, because their files are damaged or gone: ask their runs again.",
                count,
                number=count,
            )
            + "\n"
        )


def _settings(folder: Path | None) -> Settings:
    from risksim.cli.serve import Wishes, settings_of

    return settings_of(Wishes(folder=folder))


def _saving() -> Any:
    try:
        from risksim.service.store import backup as saving
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("risksim"):
            raise
        raise MissingExtraError(
            _(
                "The service needs {name}, which is not installed. Install it with: pip install 'risksim-dsi[service]'",
                name=error.name,
            )
        ) from None
    return saving

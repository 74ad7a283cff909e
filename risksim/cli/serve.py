"""``risksim serve``: the page and the API on this machine, or workers alone."""

from __future__ import annotations

import gc
import signal
import threading
import webbrowser
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from risksim.cli.help import VALUES
from risksim.cli.output import OutputError, talk
from risksim.language import _, spoken

if TYPE_CHECKING:
    from risksim.service.settings import Settings

NEEDS = ("fastapi", "uvicorn", "sqlalchemy", "alembic", "pydantic_settings", "jinja2", "argon2", "limits")
"""Modules of the extra, of which each may be missing."""

PYTHONS_OWN = (700, 10, 10)
"""How often Python looks for garbage unless told otherwise: commands look seldom, but what serves goes on for weeks."""


class Wishes(NamedTuple):
    """What was said on the command line; None leaves it to the environment."""

    host: str | None = None
    port: int | None = None
    folder: Path | None = None


def serve(wishes: Wishes, opens: bool, worker: bool) -> int:
    """Serve until told to stop.

    Returns
    -------
    int
        Exit code.
    """
    settings = settings_of(wishes)
    from risksim.service.work.logs import set_up

    set_up(settings)
    return work(settings) if worker else listen(settings, opens)


def settings_of(wishes: Wishes) -> Settings:
    """The settings of the environment and the command line, of which the latter counts.

    Raises
    ------
    OutputError
        If something is not installed, or a setting makes no sense; never with its value, which may be secret.
    """
    check_installed()
    from pydantic import ValidationError

    from risksim.service.settings import Settings

    said: dict[str, Any] = {name: value for name, value in wishes._asdict().items() if value is not None}
    try:
        return Settings(**said)
    except ValidationError as error:
        lines = [
            f"RISKSIM_{'.'.join(map(str, one['loc'])).upper()}: {_allowed(one)}"
            for one in error.errors(include_url=False, include_input=False)
        ]
        raise OutputError("\n".join([_("Settings that make no sense:"), *lines])) from None


def _allowed(mistake: Mapping[str, Any]) -> str:
    """What a setting may be; never what it was."""
    said = str(mistake["msg"])
    if spoken() == "en":
        return said
    form = VALUES.get(mistake["type"])
    return _(form).format(**mistake.get("ctx", {})) if form else said.removeprefix("Value error, ")


def check_installed() -> None:
    """Refuse to go on without what the service is made of.

    Raises
    ------
    OutputError
        With what to install.
    """
    absent = [name for name in NEEDS if find_spec(name) is None]
    if absent:
        raise OutputError(
            _(
                "The service needs packages that are not installed ({names}).\n"
                'Install with:  pip install "risksim-dsi[service]"',
                names=", ".join(absent),
            )
        )


def listen(settings: Settings, opens: bool) -> int:
    """The page and the API."""
    gc.disable()  # what is loaded stays, so looking for garbage meanwhile is a tenth of the start
    from risksim.service.serving import check
    from risksim.service.serving import serve as run

    gc.freeze()
    gc.enable()
    gc.set_threshold(*PYTHONS_OWN)
    check(settings)

    def ready(address: str) -> None:
        talk(_("risksim is at {address}   (Ctrl-C stops it)", address=address))
        talk(_("Deals and results lie in {folder}", folder=settings.folder))
        if opens:
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

    code = run(settings, ready)
    talk(_("risksim has stopped. Jobs that were worked on go on at the next start."))
    return code


def work(settings: Settings) -> int:
    """Workers alone, for a service that runs elsewhere."""
    from risksim.service.context import Service
    from risksim.service.store import place
    from risksim.service.store.database import Database
    from risksim.service.store.files import Files
    from risksim.service.store.upkeep import prepare
    from risksim.service.work.keeper import Keeper

    place.check_marked(settings)
    database = Database(settings)
    prepare(database)
    place.check(database, settings)
    service = Service(settings, database, Files(settings.folder / place.RESULTS))
    keeper = Keeper(service, max(settings.workers, 1))
    gc.set_threshold(*PYTHONS_OWN)
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: stopped.set())
    keeper.begin()
    talk(_("Working on jobs, {count} at once   (Ctrl-C stops it)", count=keeper.most))
    stopped.wait()
    keeper.end()
    database.close()
    talk(_("The workers have stopped. Jobs that were worked on go on elsewhere, or at the next start."))
    return 0

"""Kills the process that imports it at a chosen moment: Python imports it by its name before anything else.

What the process does is heard of through Python's audit events and SQLite's trace, so that nothing in the program is
changed for it. ``DIES_AT`` names a file that says who dies and when; whoever dies takes the file along, so that only
one does.
"""

from __future__ import annotations

import json
import os
import re
import signal
import sys
import threading
from typing import Any

ORDER = os.environ.get("DIES_AT", "")
AUDITED = ("os.rename", "open", "shutil.rmtree")
"""What Python tells of; what else there is a moment of, SQLite tells."""


class Dying:
    """Waits for its moment.

    Parameters
    ----------
    moment : str
        Of `AUDITED`, or ``statement``, ``before the commit of`` or ``after the commit of`` one.
    what : str
        Pattern of the file or of the statement.
    """

    def __init__(self, moment: str, what: str) -> None:
        self.moment, self.what = moment, re.compile(what, re.DOTALL)
        self.begun: int | None = None
        """The thread that has begun what it is to be killed in or after."""
        self.committed = False
        self.over = False

    def hears(self, event: str, arguments: tuple[object, ...]) -> None:
        """Hear what the process is about to do."""
        if self.over:
            return
        if event == self.moment:
            place = arguments[1] if event == "os.rename" else arguments[0]
            if isinstance(place, str | bytes | os.PathLike) and self.what.search(os.fsdecode(place)):
                self.dies()

    def reads(self, statement: str) -> None:
        """Read the statement that is about to be executed."""
        here = threading.get_ident()
        if self.begun == here and self.committed:
            self.dies()
        elif self.begun == here and statement == "COMMIT":
            self.committed = True
            if self.moment == "before the commit of":
                self.dies()
        elif self.what.search(statement):
            self.begun = here
            if self.moment == "statement":
                self.dies()

    def dies(self) -> None:
        """Die, unless somebody did."""
        if self.over:
            return
        self.over = True
        try:
            os.rename(ORDER, f"{ORDER}.taken")  # noqa: PTH104 - pathlib is not loaded yet
        except FileNotFoundError:
            return
        os.kill(os.getpid(), signal.SIGKILL)


def _listen() -> None:
    try:
        with open(ORDER, encoding="utf-8") as stream:  # noqa: PTH123 - as above
            order = json.load(stream)
    except FileNotFoundError:
        return
    if order["who"] != ("worker" if "risksim.service.work" in sys.orig_argv else "server"):
        return
    dying = Dying(order["moment"], order["what"])
    if order["moment"] in AUDITED:
        sys.addaudithook(dying.hears)
    else:
        _trace(dying)


def _trace(dying: Dying) -> None:
    """Let it read the statements of every connection to SQLite."""
    import sqlite3

    plain = sqlite3.connect

    def connect(*arguments: Any, **named: Any) -> sqlite3.Connection:
        made = plain(*arguments, **named)
        made.set_trace_callback(dying.reads)
        return made

    sqlite3.connect = sqlite3.dbapi2.connect = connect  # type: ignore[attr-defined, assignment]


if ORDER:
    _listen()

"""What is logged: a line for what happened, as text or as JSON. Never a value of a deal, a secret or a query string."""

from __future__ import annotations

import datetime as dt
import json
import logging
import sys

from risksim.service.settings import Settings

REQUESTS = "risksim.service.requests"
"""Where every request is a line."""
NOISY = ("alembic", "asyncio", "distributed", "fontTools", "weasyprint", "fontconfig", "httpx", "authlib")
"""Libraries whose lines are only of interest if something is wrong, and may hold what they worked on."""


class AsText(logging.Formatter):
    """A line for people."""

    def __init__(self) -> None:
        super().__init__("{asctime} {levelname:7} {name}: {message}", "%Y-%m-%d %H:%M:%S", style="{")


class AsJson(logging.Formatter):
    """A line for programs."""

    def format(self, record: logging.LogRecord) -> str:
        """One record as one line of JSON."""
        said = {
            "at": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "of": record.name,
            "process": record.process,
            "message": record.getMessage(),
        }
        more = getattr(record, "more", None)
        if isinstance(more, dict):
            said |= more
        if record.exc_info is not None and record.exc_info[0] is not None:
            said["error"] = record.exc_info[0].__name__
        return json.dumps(said, ensure_ascii=False, default=str)


def set_up(settings: Settings) -> None:
    """Log to standard error, as the settings say."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(AsJson() if settings.log == "json" else AsText())
    logging.basicConfig(
        level=logging.INFO if settings.log != "quiet" else logging.WARNING, handlers=[handler], force=True
    )
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.ERROR)
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    if not settings.accounts:  # one person at this machine has no use for a line a slider
        logging.getLogger(REQUESTS).setLevel(logging.WARNING)

"""What every request needs: settings, database, files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from fastapi import Request

from risksim.service.settings import Settings
from risksim.service.store.database import Database
from risksim.service.store.files import Files


@dataclass(frozen=True)
class Service:
    """A running service."""

    settings: Settings
    database: Database
    files: Files


def service_of(request: Request) -> Service:
    """The service that answers a request."""
    return cast("Service", request.app.state.service)

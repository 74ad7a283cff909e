"""Files that do not change: style, icon, fonts, and the workbench as it was built."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from importlib.resources import files
from pathlib import Path
from urllib.parse import parse_qs

from fastapi import FastAPI
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER = Path(__file__).parent.parent / "static"
ADDRESS = "/static"
HASHED = re.compile(r"-[A-Za-z0-9_-]{8}\.[a-z0-9]+$")
"""A name that carries a hash of its content, as the build of the workbench gives."""
FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
DIGITS = 10


class Kept(StaticFiles):
    """Files with word on how long a browser may keep them: for ever where the address names the content."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Answer."""
        answer = await super().get_response(path, scope)
        named = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("v")
        for_ever = HASHED.search(path) or (named and named[0] == version(path))
        answer.headers["Cache-Control"] = FOR_EVER if for_ever and answer.status_code in (200, 304) else ASK_AGAIN
        return answer


def mount(app: FastAPI) -> None:
    """Serve the files under ``/static``, the memo's fonts among them."""
    app.mount(f"{ADDRESS}/fonts", Kept(directory=_fonts()), name="fonts")
    app.mount(ADDRESS, Kept(directory=FOLDER), name="static")


def asset(name: str) -> str:
    """The address of a file, which changes with its content.

    Parameters
    ----------
    name : str
        Within the folder, as ``site.css``.

    Returns
    -------
    str
    """
    return f"{ADDRESS}/{name}?v={version(name)}"


@cache
def version(name: str) -> str | None:
    """Which content a file has, in a few digits; None where there is no such file."""
    place = (FOLDER / name).resolve()
    if not place.is_relative_to(FOLDER) or not place.is_file():
        return None
    return hashlib.sha256(place.read_bytes()).hexdigest()[:DIGITS]


def _fonts() -> Path:
    return Path(str(files("risksim.report.forms") / "fonts"))

"""Lists in pages: how long a page is, and where the next one lies."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request, Response

MOST = 100
"""Entries at most of one page."""
After = Annotated[
    str | None, Query(pattern="^[0-9a-f]{24}$", description="Identifier of the last entry of the page before.")
]
Cursor = Annotated[
    str | None, Query(max_length=200, pattern="^[A-Za-z0-9_-]*$", description="Where the page begins: follow `next`.")
]
Limit = Annotated[int, Query(ge=1, le=MOST, description="Entries at most.")]


def next_page(request: Request, response: Response, last: str | None, parameter: str = "after") -> str | None:
    """The address of the next page, in the head ``Link`` of the answer as well; None on the last page.

    Parameters
    ----------
    request, response : Request, Response
        Of this page.
    last : str or None
        What the next page comes after; None if there is none.
    parameter : str
        How the address says it.
    """
    if last is None:
        return None
    address = request.url.include_query_params(**{parameter: last})
    found = f"{address.path}?{address.query}"
    response.headers["Link"] = f'<{found}>; rel="next"'
    return found

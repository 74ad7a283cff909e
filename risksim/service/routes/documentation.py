"""The documentation of the API: a page that needs no script, and the description for machines."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse

from risksim.language import speaking
from risksim.service import openapi
from risksim.service.access.principal import Principal
from risksim.service.access.who import visiting
from risksim.service.context import service_of
from risksim.service.pages.api_page import page
from risksim.service.pages.render import language_of, render

router = APIRouter(include_in_schema=False)


@router.get("/api/openapi.json")
def description(request: Request) -> Response:
    """The description for machines, OpenAPI 3.1."""
    return Response(openapi.as_text(request.app.openapi()), media_type="application/json")


@router.get("/api", response_class=HTMLResponse)
def documentation(request: Request, who: Annotated[Principal, Depends(visiting)]) -> HTMLResponse:
    """The description for people."""
    settings = service_of(request).settings
    address = (settings.address or str(request.base_url)).rstrip("/")
    language = language_of(request, who)
    with speaking(language):
        shown = page(request.app.openapi(), address, signs_in=settings.accounts)
    return render(request, who, "api.html", api=shown)

"""Scenario files under ``/api/v1``: looked over, their JSON Schema, those that ship with the program."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from risksim import api
from risksim.errors import Fault, FaultyFileError
from risksim.language import Language, speaking
from risksim.replies.form import plain
from risksim.service.access.principal import Principal
from risksim.service.access.who import asking
from risksim.service.routes.shapes import FaultShown, TextAsked, TextShown, Validated
from risksim.service.routes.tongue import answering_in
from risksim.service.store import shipped
from risksim.service.store.compiled import check_text

router = APIRouter(prefix="/api/v1", tags=["texts"])


@router.post("/validate", response_model=Validated)
def validate(request: Request, body: TextAsked, _who: Annotated[Principal, Depends(asking)]) -> Validated:
    """Look a scenario file over, as ``risksim check`` does.

    The answer is 200 for a text with mistakes as well: `faults` names every one with its line and column, what was
    found and what to try. Without mistakes `review` is the JSON of ``risksim check --json``.
    """
    with answering_in(request, body.language):
        check_text(body.text)
        try:
            found = api.review(api.read_text(body.text, body.name, draft=True))
        except FaultyFileError as error:
            return Validated(valid=False, faults=[_shown(one) for one in error.faults], review=None)
        return Validated(valid=True, faults=[], review={"schema": "risksim.check/1", **plain(found)})


@router.get("/schema", response_model=dict[str, Any])
def schema(
    request: Request,
    language: Annotated[
        Language | None, Query(description="Of what fields mean; else that of `Accept-Language`.")
    ] = None,
) -> Response:
    """The JSON Schema of scenario files, for completion in an editor; what fields mean in the language asked for."""
    with answering_in(request, language) as chosen:
        content, name = _schema(chosen)
    headers = {
        "ETag": f'"{name}"',
        "Cache-Control": "no-cache",
        "Content-Language": chosen,
        "Vary": "Accept-Language, Cookie",
    }
    return Response(content, media_type="application/json", headers=headers)


@cache
def _schema(language: Language) -> tuple[bytes, str]:
    with speaking(language):
        content = (json.dumps(api.json_schema(), indent=2, ensure_ascii=False) + "\n").encode()
    return content, hashlib.sha256(content).hexdigest()


@router.get("/shipped/{name:path}", response_model=TextShown)
def shipped_text(
    name: Annotated[str, Path(max_length=200, description="Name, as ``broendby-tuba`` or ``danish/havnen``.")],
    _who: Annotated[Principal, Depends(asking)],
) -> TextShown:
    """The scenario file of a deal that ships with the program."""
    found = shipped.find(name)
    return TextShown(name=found.name, title=found.title, text=shipped.text_of(found.name))


def _shown(fault: Fault) -> FaultShown:
    return FaultShown(
        line=fault.line,
        column=fault.column,
        path=fault.path,
        found=fault.found,
        remedy=fault.remedy,
        message=str(fault),
    )

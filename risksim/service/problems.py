"""What went wrong, as problem details (RFC 9457), with the same words as the command line."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from pydantic import ConfigDict

from risksim.errors import Fault, FaultyFileError, RisksimError
from risksim.language import N_, _
from risksim.service.bases import Shown

MEDIA_TYPE = "application/problem+json"
JSON = "Content-Type: application/json"
LONGEST_FOUND = 60
"""Letters at most of what a message repeats of a request."""
LONGEST_PLACE = 200
"""Letters at most of the place of a mistake: names of fields are of the request, too."""
MOST_TOLD = 20
"""Mistakes of a request that are told: a body has room for many thousands, and others wait while they are told."""


class FaultFound(Shown):
    """One mistake in a text, with its place."""

    line: int | None
    column: int | None
    path: str
    found: str
    remedy: str


class ProblemDetails(Shown):
    """What went wrong."""

    model_config = ConfigDict(extra="allow", json_schema_serialization_defaults_required=False)

    type: str
    """A key that does not change, as ``not-found``."""
    title: str
    status: int
    detail: str
    """What was found, what is allowed and what to try."""
    faults: list[FaultFound] | None = None
    """Every mistake of a deal's text, as `risksim check` tells them."""
    input: str | None = None
    """Which input cannot be moved to where it was moved."""


class Problem(RisksimError):  # noqa: N818 - the word of the standard
    """A request that cannot be answered.

    Parameters
    ----------
    kind : str
        A key that does not change.
    status : int
        Of HTTP.
    title, detail : str
        In the language spoken.
    faults : list of FaultFound, optional
        Mistakes of a text.
    more : dict, optional
        Further fields of the details.
    headers : dict, optional
        Headers of the answer.
    """

    def __init__(
        self,
        kind: str,
        status: int,
        title: str,
        detail: str,
        faults: list[FaultFound] | None = None,
        more: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        self.kind, self.status, self.title, self.detail = kind, status, title, detail
        self.faults, self.more, self.headers = faults, more or {}, headers or {}
        super().__init__(f"{title}: {detail}")

    def details(self) -> dict[str, Any]:
        """As JSON."""
        said: dict[str, Any] = {"type": self.kind, "title": self.title, "status": self.status, "detail": self.detail}
        if self.faults is not None:
            said["faults"] = [fault.model_dump() for fault in self.faults]
        return said | self.more


def of_error(error: RisksimError) -> Problem:
    """The problem that an error of the core is."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, FaultyFileError):
        return Problem(
            "faulty-deal", 422, _("The deal has mistakes"), str(error), [_found(one) for one in error.faults]
        )
    return Problem("cannot-answer", 422, _("The question cannot be answered"), str(error))


def _found(fault: Fault) -> FaultFound:
    return FaultFound(line=fault.line, column=fault.column, path=fault.path, found=fault.found, remedy=fault.remedy)


def not_found(what: str = "") -> Problem:
    """Nothing there, or nothing that the one who asks may know of: the same words for both.

    Parameters
    ----------
    what : str
        What was looked for, in the language spoken, as ``_("deal")``.
    """
    if what:
        detail = _("There is no {what} under this address, or it is not shared with you.", what=what)
    else:
        detail = _("There is nothing under this address, or it is not shared with you.")
    return Problem("not-found", 404, _("Not found"), detail)


# Requests that are not as they should be

SAID = {
    "extra_forbidden": N_("it is not known here"),
    "string_type": N_("this is a text"),
    "int_type": N_("this is a whole number"),
    "int_parsing": N_("this is a whole number"),
    "int_from_float": N_("this is a whole number"),
    "float_type": N_("this is a number"),
    "float_parsing": N_("this is a number"),
    "finite_number": N_("this is a finite number"),
    "bool_type": N_("this is true or false"),
    "bool_parsing": N_("this is true or false"),
    "dict_type": N_("this is an object, as {brackets}"),
    "model_type": N_("this is an object, as {brackets}"),
    "model_attributes_type": N_("this is an object, as {brackets}"),
    "list_type": N_("this is a list"),
    "tuple_type": N_("this is a list"),
    "literal_error": N_("one of {expected} is allowed"),
    "enum": N_("one of {expected} is allowed"),
    "greater_than": N_("more than {gt} is allowed"),
    "greater_than_equal": N_("at least {ge} is allowed"),
    "less_than": N_("less than {lt} is allowed"),
    "less_than_equal": N_("at most {le} is allowed"),
    "string_too_short": N_("{min_length} or more letters are needed"),
    "string_too_long": N_("at most {max_length} letters are allowed"),
    "too_short": N_("{min_length} or more are needed"),
    "too_long": N_("at most {max_length} are allowed"),
    "string_pattern_mismatch": N_("it must match {pattern}"),
    "date_type": N_("this is a date, as 2027-01-31"),
    "date_parsing": N_("this is a date, as 2027-01-31"),
    "date_from_datetime_parsing": N_("this is a date, as 2027-01-31"),
    "string_unicode": N_("this is a text of letters that exist"),
}
"""What is allowed instead, by pydantic's name of a mistake."""


def of_validation(errors: Sequence[Mapping[str, Any]], before: str = "", kind: str = "invalid-request") -> Problem:
    """The problem of a request that does not have the shape asked for, in our words.

    Parameters
    ----------
    errors : sequence
        As pydantic lists them.
    before : str
        The place in the request at which they were looked for, as ``wishes``.
    kind : str
        Key of the problem.

    Returns
    -------
    Problem
    """
    faults = [_fault(error, before) for error in errors[:MOST_TOLD]]
    rest = len(errors) - len(faults)
    if rest:
        found = _(
            "got {rest} more mistakes after these {most_faults}; they are not shown.",
            rest=rest,
            most_faults=len(faults),
        )
        remedy = _("Mend the ones above, try again.")
        faults.append(FaultFound(line=None, column=None, path="", found=found, remedy=remedy))
    body = _("the body")
    detail = "\n".join(f"{one.path or body}: {one.found}. {one.remedy}" for one in faults)
    return Problem(kind, 422, _("The request is not as it should be"), detail, faults)


def _fault(error: Mapping[str, Any], before: str) -> FaultFound:
    kind, place = str(error["type"]), _place(tuple(error.get("loc", ())), before)
    name, fill = place.rpartition(".")[2], {"brackets": "{...}"} | dict(error.get("ctx") or {})
    if kind == "json_invalid":
        found, remedy = _("the body is no JSON ({reason})", reason=fill.get("error", "")), _("Send one JSON object.")
        return FaultFound(line=None, column=None, path="", found=found, remedy=remedy)
    if not place and isinstance(error.get("input"), str | bytes):
        found = _("the body is no JSON object")
        remedy = _(
            "Send one, as {brackets}, with the header {header}.", header="Content-Type: application/json", **fill
        )
        return FaultFound(line=None, column=None, path="", found=found, remedy=remedy)
    if kind == "missing":
        found = _("it is missing")
        remedy = _("Add {name}.", name=f"`{name}`") if place else _("Send one JSON object.")
    elif kind == "value_error":
        found, remedy = _(str(fill.get("error", error.get("msg", "")))), _("Change it and ask again.")
    else:
        allowed = _(SAID[kind]).format(**_listed(fill)) if kind in SAID else str(error.get("msg", ""))
        found = _("got {found}; {allowed}", found=shown(error.get("input")), allowed=allowed)
        unknown = kind == "extra_forbidden"
        remedy = _("Leave it out, or look up its name at /api.") if unknown else _("Change it and ask again.")
    return FaultFound(line=None, column=None, path=place, found=found, remedy=remedy)


def _listed(fill: dict[str, Any]) -> dict[str, Any]:
    """What is allowed, with the word between the last two in the language spoken."""
    joined = _(" or ")
    return fill | {"expected": str(fill["expected"]).replace(" or ", joined)} if "expected" in fill else fill


def shown(value: Any) -> str:
    """A value of a request as a message repeats it: as JSON, and not all of a long one."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    try:
        text = json.dumps(value, ensure_ascii=False, default=str)
    except (TypeError, ValueError):
        text = str(value)
    text = text.encode("utf-8", "replace").decode()
    return text if len(text) <= LONGEST_FOUND else f"{text[:LONGEST_FOUND]}..."


def _place(loc: tuple[int | str, ...], before: str) -> str:
    """A place as a reader writes it: ``wishes.paths``, ``of[1].deal``."""
    place = before
    for part in loc[1:] if loc and loc[0] in ("body", "query", "path", "header", "cookie") else loc:
        place += f"[{part}]" if isinstance(part, int) else f".{part}" if place else part
    return place if len(place) <= LONGEST_PLACE else f"{place[:LONGEST_PLACE]}..."


STATUSES = {
    400: ("cannot-be-read", N_("Cannot be read"), N_("The body cannot be read. Send one JSON object, as UTF-8.")),
    404: ("not-found", N_("Not found"), N_("There is nothing under this address, or it is not shared with you.")),
    405: ("not-allowed", N_("Not allowed"), N_("This address does not answer {method}; it answers {allowed}.")),
    408: ("too-slow", N_("Too slow"), N_("The request did not arrive in {seconds} seconds. Send it again.")),
    413: ("too-large", N_("Too large"), N_("The body of a request has at most {bytes} bytes. Send less.")),
}
"""Statuses of HTTP that nothing of ours says, and what they mean."""


def of_status(status: int, detail: str = "", headers: Mapping[str, str] | None = None, **fill: object) -> Problem:
    """The problem of a status that the machinery of HTTP gives.

    Parameters
    ----------
    status : int
        Of HTTP.
    detail : str
        What the machinery says; used where we have no words of our own.
    headers : dict, optional
        Headers of the answer.
    **fill
        What stands in our words.
    """
    if status in STATUSES:
        kind, title, words = STATUSES[status]
        return Problem(kind, status, _(title), _(words, **fill), headers=dict(headers or {}))
    return Problem(f"http-{status}", status, HTTPStatus(status).phrase, detail, headers=dict(headers or {}))


def unexpected(reference: str) -> Problem:
    """The problem of an error that nobody foresaw; its number stands in the log, beside where it happened."""
    return Problem(
        "unexpected",
        500,
        _("Something went wrong here"),
        _(
            "This is a fault of the program, not of your request. Tell whoever runs the service: {reference}",
            reference=reference,
        ),
        more={"reference": reference},
    )

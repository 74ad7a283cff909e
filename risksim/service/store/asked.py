"""From what a request names to a deal: whether whoever asks may have it, its text, and the deal compiled."""

from __future__ import annotations

from typing import NamedTuple

from risksim import api
from risksim.language import _
from risksim.service.access.permission import Action, may
from risksim.service.access.principal import Principal
from risksim.service.context import Service
from risksim.service.live.shapes import DealAsked
from risksim.service.problems import Problem
from risksim.service.store import deals, shipped
from risksim.service.store.compiled import FILE, compiled


class Text(NamedTuple):
    """A scenario file that somebody may ask."""

    text: str
    file: str
    """What messages call it."""
    deal_id: str | None = None
    """Of a saved deal."""
    revision: int | None = None
    shipped: str | None = None
    """Of a deal that ships with the program."""


def text_of(service: Service, principal: Principal, asked: DealAsked, action: Action = "run") -> Text:
    """The text of a deal that somebody may ask.

    Parameters
    ----------
    service : Service
        Where saved deals lie.
    principal : Principal
        Who asks.
    asked : DealAsked
        Which deal.
    action : Action
        What they would do with it.

    Returns
    -------
    Text

    Raises
    ------
    Problem
        If there is no such deal for them.
    """
    if asked.deal is not None:
        with service.database.reading() as session:
            found = deals.revision(session, principal, asked.deal, asked.revision, action)
            return Text(found.text, FILE, asked.deal, found.number)
    if principal.kind == "link":
        if asked.text is not None:
            raise Problem(
                "not-allowed", 403, _("Not allowed"), _("A link opens one deal. Sign in to ask a text of your own.")
            )
    elif not may(principal, action, "", "owner"):  # whoever has an account owns what they type
        raise deals.no_account(principal)
    if asked.shipped is not None:
        return Text(shipped.text_of(asked.shipped), f"{asked.shipped}.yaml", shipped=asked.shipped)
    return Text(asked.text or "", FILE)


def deal_of(service: Service, principal: Principal, asked: DealAsked, action: Action = "run") -> api.Deal:
    """The compiled deal that somebody may ask; parameters and problems as of `text_of`."""
    found = text_of(service, principal, asked, action)
    return compiled(found.text, found.file)

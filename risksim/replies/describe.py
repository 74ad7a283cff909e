"""Where every uncertain number comes from: the JSON of `risksim describe`, and of the register of constants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from risksim import api
from risksim.replies.form import fields, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from risksim.replies import Means
    from risksim.replies.wishes import Describe
    from risksim.results.description import ConstantInUse, Description

SCHEMA = "risksim.describe/1"
OF_REGISTER = "risksim.register/1"


def work(_deals: Sequence[api.Deal], _wishes: Describe) -> int:
    """Nothing is simulated."""
    return 0


def reply(
    deals: Sequence[api.Deal], _wishes: Describe, _progress: Callable[[int], None] | None, _means: Means
) -> dict[str, Any]:
    """Describe the uncertain numbers of a deal."""
    (deal,) = deals
    return said_of(api.describe(deal))


def said_of(found: Description) -> dict[str, Any]:
    """The JSON of a description."""
    return {"schema": SCHEMA, **fields(found)}


def of_register(listed: Sequence[ConstantInUse]) -> dict[str, Any]:
    """The JSON of the constants that ship with the program."""
    return {"schema": OF_REGISTER, "constants": plain(tuple(listed))}

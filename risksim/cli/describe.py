"""``risksim describe``: where every uncertain number comes from, and which constants act beside it."""

from __future__ import annotations

from risksim import api
from risksim.cli.deals import one_deal
from risksim.cli.output import as_text, plain, show
from risksim.errors import RisksimError


def describe(file: str | None, register: bool, as_json: bool, name: str | None = None) -> None:
    """Describe the uncertain numbers of a scenario, or list the register of constants."""
    if register:
        listed = api.register()
        if as_json:
            show(as_text({"schema": "risksim.register/1", "constants": plain(listed)}))
            return
        from risksim.report.describe import constants

        show(constants(listed))
        return
    if file is None:
        raise RisksimError("Name a scenario file, or ask for --register.")
    found = api.describe(one_deal(file, name, draft=True))
    if as_json:
        show(as_text({"schema": "risksim.describe/1", **plain(found)}))
        return
    from risksim.report.describe import description

    show(description(found))

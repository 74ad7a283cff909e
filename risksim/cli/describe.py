"""``risksim describe``: where every uncertain number comes from, and which constants act beside it."""

from __future__ import annotations

from risksim import api
from risksim.cli.deals import one_deal
from risksim.cli.output import show
from risksim.errors import RisksimError
from risksim.language import _
from risksim.replies.describe import of_register, said_of
from risksim.replies.form import as_text


def describe(file: str | None, register: bool, as_json: bool, name: str | None = None) -> None:
    """Describe the uncertain numbers of a scenario, or list the register of constants."""
    if register:
        listed = api.register()
        if as_json:
            show(as_text(of_register(listed)))
            return
        from risksim.report.describe import constants

        show(constants(listed))
        return
    if file is None:
        raise RisksimError(_("Name a scenario file, or ask for --register."))
    found = api.describe(one_deal(file, name, draft=True))
    if as_json:
        show(as_text(said_of(found)))
        return
    from risksim.report.describe import description

    show(description(found))

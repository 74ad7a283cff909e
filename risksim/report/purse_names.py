"""What public budgets are called: a few have names of their own, all others are called as the file calls them."""

from __future__ import annotations

from risksim.language import _, pgettext
from risksim.metrics.purse import TOTAL
from risksim.report.said_below import the_payer

MUNICIPALITY = "municipality"


def in_table(name: str) -> str:
    """A budget, or all of them, in a table."""
    named = {
        TOTAL: _("all together"),
        MUNICIPALITY: pgettext("public purse", "municipality"),
        "region": pgettext("public purse", "region"),
        "state": pgettext("public purse", "state"),
        "outcome fund": pgettext("public purse", "outcome fund"),
    }
    return named.get(name, name)


def in_sentence(name: str) -> str:
    """A budget in a sentence."""
    return _("the {name}", name=the_payer(name))

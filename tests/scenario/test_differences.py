"""What two files say differently, in words."""

import pytest

from risksim.scenario.differences import differences
from risksim.scenario.reader import read_text

DEAL = """
schema: 1
name: One
start: 2025-01-01
end: 2028-01-01
follow_up: {every: 12 months}
cohorts:
  - {name: north, participants: 10, dropout: {beta: [4, 16], assumption: a guess}}
outcomes:
  job: {of: enrolled, success_rate: {beta: [6, 4]}}
payments:
  - per_outcome: {outcome: job, price: 1000}
  - cap: {total: 5000}
financing:
  tranches: [{name: fund, commitment: 4000}]
"""


def said(*changes):
    text = DEAL
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return [str(one) for one in differences(read_text(DEAL)[0], read_text(text)[0])]


@pytest.mark.parametrize(
    ("changes", "lines"),
    [
        ((), []),
        ((("name: One", "name: Two"), ("a guess", "another reason")), []),
        ((("price: 1000", "price: 1250"),), ["payments[0].price: 1,000 becomes 1,250"]),
        ((("price: 1000", "price: {value: 1000, assumption: a round price}"),), []),
        (
            (("beta: [6, 4]", "beta: [60, 40]"),),
            ["outcomes[job].success_rate: beta [6, 4] becomes beta [60, 40]"],
        ),
        ((("12 months", "6 months"),), ["follow_up.every: 12 months becomes 6 months"]),
        ((("name: north", "name: south"),), ["cohorts[north]: is called south now, and is otherwise the same"]),
        (
            (("  - cap", "  - cap: {per_period: 900}\n  - cap"),),
            ["payments[1]: added, cap per_period 900"],
        ),
        ((("  - cap: {total: 5000}\n", ""),), ["payments[1]: removed, cap total 5,000"]),
        (
            (("participants: 10,", "participants: 10, duration: 6 months,"),),
            ["cohorts[north].duration: 0 months becomes 6 months"],
        ),
        (
            (("commitment: 4000}", "commitment: 4000}, {name: bank, commitment: 500}"),),
            ["financing.tranches[bank]: added, name bank, commitment 500"],
        ),
    ],
)
def test_what_is_said_otherwise(changes, lines):
    assert said(*changes) == lines

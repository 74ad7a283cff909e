"""A deal with one investor who gets all payments keeps its short way, and every bit of what it paid before.

The digests were taken from the edition before several tranches came: 2,000 paths of seed 1, every array of whole
numbers that a run keeps.
"""

import hashlib

import pytest

from risksim.engine.run import Settings, run
from tests.engine.deals import BROENDBY, SIMPLE, shipped_plan

BEFORE = {SIMPLE: "674cd1ecc75ec2a8", BROENDBY: "2991f982fe029787"}
KEPT = ("claim", "flow", "drawn", "received", "repayment", "irr_status")


@pytest.mark.parametrize("name", BEFORE)
def test_plain_deals_pay_what_they_paid_before(name):
    plan = shipped_plan(name)
    assert plan.waterfall is None
    assert plan.labels.groups == ()
    found, digest = run(plan, Settings(2_000, 1, threads=1)), hashlib.sha256()
    for kept in KEPT:
        digest.update(getattr(found, kept).tobytes())
    assert digest.hexdigest()[:16] == BEFORE[name]

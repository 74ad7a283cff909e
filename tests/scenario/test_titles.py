"""Titles in other languages: pages in that language use them, and nothing else hangs on them."""

from __future__ import annotations

import pytest

from risksim import api
from risksim.errors import ScenarioError
from risksim.language import speaking
from tests.engine.deals import SHIPPED

TUBA = (SHIPPED / "broendby-tuba.yaml").read_text(encoding="utf-8")


def test_titles_are_those_of_the_language_spoken():
    with speaking("da"):
        danish = api.read_text(TUBA).plan.labels
    english = api.read_text(TUBA).plan.labels
    assert danish.outcome_titles[0] == "bedre trivsel, målt med CORE-34 eller WHO-5"
    assert english.outcome_titles[0] == "Better well-being, by CORE-34 or WHO-5"
    assert danish.rule_titles[0] == "bedre trivsel, målt med CORE-34 eller WHO-5"
    assert english.rule_titles[0] == "Better well-being, by CORE-34 or WHO-5"
    assert danish.cohort_titles == ("unge på 14 til 35 år fra familier med misbrug",)
    assert danish.outcomes == english.outcomes  # keys stay


def test_no_digest_hangs_on_titles():
    without = TUBA[: TUBA.index("# What Danish pages call them.")]
    with speaking("da"):
        assert api.read_text(without).plan.digest == api.read_text(TUBA).plan.digest
    assert api.read_text(without).plan.labels.outcome_titles[0] == "Better well-being, by CORE-34 or WHO-5"


def test_a_title_of_nothing_is_refused_where_it_stands():
    with pytest.raises(ScenarioError, match=r"titles.da.welbeing") as error:
        api.read_text(TUBA.replace('    wellbeing: "bedre', '    welbeing: "bedre'))
    assert "which is no cohort, outcome or label of a payment" in str(error.value)
    assert "Did you mean wellbeing?" in str(error.value)


def test_only_languages_that_pages_speak_have_titles():
    with pytest.raises(ScenarioError, match="titles"):
        api.read_text(TUBA.replace("titles:\n  da:", "titles:\n  de:"))

"""The page on rules and dates: its worked numbers are what the program reckons, and its table is the register's."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

from risksim.scenario import register
from risksim.scenario.incidence import editions, rules

PAGE = (Path(__file__).parents[1] / "docs" / "reference" / "public-rules.md").read_text(encoding="utf-8")


def test_every_example_on_the_page_prints_what_the_page_shows():
    examples = "\n".join(re.findall(r"^```python\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE))
    flags = doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL
    page = doctest.DocTestParser().get_doctest(examples, {}, "public-rules.md", None, 0)
    assert len(page.examples) >= 10
    failed, _ = doctest.DocTestRunner(optionflags=flags).run(page)
    assert failed == 0


def test_the_page_names_every_rule_every_edition_and_its_status():
    table = PAGE.split("| `refund:` |")[1].split("\n\n")[0]
    for rule in rules():
        assert f"| `{rule}` |" in table
        for edition in editions(rule):
            assert edition.dates.removeprefix("from ") in table
    statuses = [one.status for one in register.constants().values() if one.rule]
    assert [line.rstrip("| ").rsplit(" ", 1)[-1] for line in table.splitlines()[2:]] == statuses


def test_the_page_says_what_is_left_out():
    for words in ("Block grant", "equalisation", "budget guarantee", "employment reform of 2025"):
        assert words in PAGE

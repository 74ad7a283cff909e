"""What is said of terms that would do: all prices, a guarantee, and what is attained."""

from __future__ import annotations

from risksim.analysis.memo import Facts, Promise, Together
from risksim.language import speaking
from risksim.metrics.precision import Estimate
from risksim.report.document import Bullets
from risksim.report.memo.terms import terms, terms_table
from tests.report.made_up import about, facts

NOW = (about(0.9, 0.002), about(2_100_000.0, 4_000.0))


def said(found: Facts) -> tuple[str, ...]:
    (block,) = terms(found)
    assert isinstance(block, Bullets)
    return tuple(item.replace("\N{NO-BREAK SPACE}", " ") for item in block.items)


def together(multiple: float | None, p_loss: Estimate) -> Together:
    return Together(0.1, 2, 0.6, 4.0, multiple, p_loss, about(3_520_000.0, 6_000.0), NOW)


def test_all_prices_and_a_guarantee_are_told_with_what_they_attain():
    promise = Promise(2_560_000.0, about(0.084, 0.004), about(1_110_000.0, 4_000.0))
    found = facts(together=together(1.63, about(0.096, 0.001)), promise=promise)
    asked, prices, guarantee = said(found)
    assert asked.startswith("Asked for: a risk of loss of at most 10 %; as the deal stands it is ")
    assert prices == (
        "All prices together: 1.63 times what is paid now is enough; the risk of loss is then 9.6 %, and payers pay "
        "DKK 3.52m on average."
    )
    assert guarantee == (
        "A guarantee of losses up to DKK 2.56m: the risk of loss is then 8.4 %, and the guarantor pays DKK 1.11m on "
        "average, a fee not counted."
    )
    with speaking("da"):
        _, prices, guarantee = said(found)
    assert prices == (
        "Alle priser under ét: 1,63 gange det nuværende er nok; risikoen for tab er da 9,6 pct., og betalerne betaler "
        "i gennemsnit 3,52 mio. kr."
    )
    assert "underskudsgaranti på op til 2,56 mio. kr." in guarantee
    (table,) = terms_table(found)
    assert [row[3].value for row in table.rows] == [1.63, 2_560_000.0]


def test_where_nothing_tried_is_enough_it_is_told_how_far_it_goes():
    _, prices = said(facts(together=together(None, about(0.109, 0.001))))
    assert prices.startswith("All prices together: not even 4 times what is paid now is enough; the risk of loss is ")
    assert "10.9 %" in prices


def test_where_the_least_tried_is_enough_it_says_even():
    _, prices = said(facts(together=together(0.6, about(0.01, 0.001))))
    assert prices.startswith("All prices together: even 0.60 times what is paid now is enough")

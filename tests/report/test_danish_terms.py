"""Terms, pilots, bounds, sites, batches, past deals and workbooks in Danish: no English, and columns aligned."""

import json
import re

import pytest
from typer.testing import CliRunner

from risksim.analysis.batch import UNFUNDED
from risksim.analysis.value import LEAVE, SIDES, TAKE
from risksim.cli.exchange import UNITS
from risksim.cli.main import app
from risksim.language import _, speaking
from risksim.metrics.precision import Estimate
from risksim.plan.frozen import GROUPS, OTHER
from risksim.report.batch import BadOf, Footing, batch, not_done
from risksim.report.price import (
    AgainOf,
    LimitOf,
    Page,
    ParetoOf,
    PointOf,
    RelaxationOf,
    TermOf,
    charts,
    page,
    sentences,
)
from risksim.report.reference import MeasureOf, band
from risksim.report.said_below import in_words
from risksim.scenario.starter import KINDS
from tests.report.test_danish_pages import SCENARIOS, STOP, english_on

QUESTIONS = SCENARIOS / "questions"
TERMS, PILOT, POOLED = (QUESTIONS / f"{name}.yaml" for name in ("terms", "pilot", "pooled"))
JUNIOR = SCENARIOS / "financing" / "senior-junior.yaml"
PORTFOLIO = SCENARIOS / "portfolio" / "four-danish-deals.yaml"
COSTS = SCENARIOS / "risks" / "development-cost.yaml"


def run(*words):
    done = CliRunner().invoke(app, [*map(str, words), "--lang", "da"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def is_aligned(text):
    """Whether in every table the gaps between columns are blank in all rows, and at least one table stands there."""
    lines, tables = text.split("\n"), 0
    for number, rule in enumerate(lines):
        if not re.fullmatch(r"-+(  -*)*", rule) or "  " not in rule:
            continue
        tables += 1
        gaps = [found.start() for found in re.finditer("  ", rule)]
        rows = [lines[number - 1]]
        for row in lines[number + 1 :]:
            if not row or ("  " not in row.strip() and len(row) > gaps[0]):  # a note below, or the end
                break
            rows.append(row)
        for row in rows:
            for gap in gaps:
                if row[gap : gap + 2].strip():
                    return False
    return tables > 0


PAGES = [
    (("price", TERMS, "--change", "payments[0].price", "--investor", "p_loss<=0.10"), TERMS, "er bindende"),
    (("value", PILOT, "--pilot", "25", "--cost", "20000"), PILOT, "Til en pris på 20.000 kan det betale sig"),
    (("value", COSTS, "--paths", "256"), COSTS, "Hvad det er værd at vide på forhånd"),
    (("robust", PILOT, "--between", "0.68", "0.7", "--people", "40", "--paths", "1024"), PILOT, "0,0376 er afstanden"),
    (("robust", JUNIOR, "--paths", "1024"), JUNIOR, "personer ved 0,65"),
    (("pool", POOLED, "--sites", "1,2", "--paths", "200"), POOLED, "Afregnet samlet er risikoen for tab"),
    (
        ("pool", POOLED, "--sites", "5", "--same-total", "--site-sd", "0.5", "--paths", "100"),
        POOLED,
        "er delt mellem stederne",
    ),
    (("batch", COSTS, "--stresses", "--paths", "200"), COSTS, "5 rækker fra 1 fil."),
    (("batch", COSTS, "--by", "p_loss", "--paths", "200"), COSTS, "1 række, efter p_loss, de bedste først."),
    (("reference", JUNIOR, "--paths", "200", "--usd", "0.15"), JUNIOR, "Blandt tidligere aftaler"),
]


@pytest.mark.parametrize(("asked", "file", "said"), PAGES, ids=[f"{k}-{asked[0][0]}" for k, asked in enumerate(PAGES)])
def test_pages_in_danish_hold_no_english_and_are_aligned(asked, file, said):
    quiet = () if asked[0] == "reference" else ("--quiet",)
    text = run(*asked, *quiet)
    left = re.sub(r"risksim \w+ [^\n]*|`[^`]*`|--\w+|\w+[<>]=?[\d.]+|p_loss", " ", text)
    assert english_on(left, file) == []
    assert said in " ".join(text.split())
    assert is_aligned(text)
    assert not re.search(r"\d\.\d+ %", text)  # per cent with a comma


@pytest.mark.slow
@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("robust", PORTFOLIO, "--paths", "200"), "Hvis ingen ved, hvordan aftalerne hænger sammen"),
        (("pool", PORTFOLIO, "--paths", "200"), "I den værste tyvendedel taber fonden i gennemsnit"),
    ],
)
def test_pages_of_a_fund_in_danish_hold_no_english(asked, said):
    text = run(*asked, "--quiet")
    assert english_on(re.sub(r"risksim \w+ [^\n]*", " ", text), PORTFOLIO) == []
    assert said in text
    assert is_aligned(text)


def test_json_is_english_and_its_chart_file_danish(tmp_path):
    asked = ("pool", POOLED, "--sites", "1,2", "--paths", "100", "--quiet", "--json")
    said = {}
    for language in ("en", "da"):
        drawn = tmp_path / f"{language}.json"
        done = CliRunner().invoke(app, [*map(str, asked), "--chart", str(drawn), "--lang", language])
        assert done.exit_code == 0, done.output
        said[language] = done.stdout, json.loads(drawn.read_text())
    assert said["en"][0] == said["da"][0]
    english, danish = (said[language][1]["payments_sd"] for language in ("en", "da"))
    assert json.loads(said["en"][0])["charts"]["payments_sd"] == english
    assert english["title"]["text"] == "How far payments for one municipality vary"
    assert danish["title"]["text"] == "Hvor meget betalingen for én kommune varierer"
    assert danish["layer"][0]["encoding"]["x"]["title"] == "antal kommuner"
    assert "locale" not in english["config"]
    assert danish["config"]["locale"]["number"]["decimal"] == ","


def test_a_batch_says_in_danish_what_has_no_row(tmp_path):
    bad = tmp_path / "bad.yaml"
    bad.write_text("schema: 1\n")
    unfunded = SCENARIOS / "public" / "overlapping-outcomes.yaml"
    words = ["batch", str(JUNIOR), str(bad), str(unfunded), "--paths", "64", "--quiet", "--fail-if", "npv>0"]
    done = CliRunner().invoke(app, [*words, "--lang", "da"])
    assert done.exit_code == 2
    said = " ".join(done.stderr.split())
    assert f"Ingen investerer i {unfunded}: ingen række." in said
    assert "1 af disse har ingen række:" in said
    assert f"{JUNIOR}: npv er " in said
    assert "hvilket bryder npv>0" in said
    with speaking("da"):
        assert not_done((BadOf("a.yaml", "late", "no"), BadOf("b.yaml", None, "no"))) == (
            "2 af disse har ingen række:\nstresstest 'late' i a.yaml: no\nb.yaml: no\n"
        )
        assert batch(Footing(64, 1, "1.0", True, 1), ()) == (
            "0 rækker fra 0 filer, ufuldstændigt: afbrudt før den sidste række.\n"
            "\n64 gennemløb for hver, seed 1, risksim 1.0. 1 række var der fra en tidligere kørsel.\n"
            "± er én standardfejl på simuleringen; cifre ud over den vises ikke.\n"
        )


def test_a_workbook_is_read_in_danish(tmp_path):
    book, scenario = tmp_path / "book.xlsx", tmp_path / "deal.yaml"
    assert run("import", "--template", "--out", book) == ""
    text = run("import", book, "--out", scenario)
    read = text.split("Mangler stadig")[0].replace(str(book), "")  # what is missing is told as faults are, in English
    assert "0 værdier læst." in read
    assert "currency: cellen er tom" in read
    assert not STOP & set(re.findall(r"[a-zæøå']+", re.sub(r": \w+:|refund-ladder", " ", read).lower()))


def test_kinds_of_deal_are_listed_in_danish():
    text = run("init", "--list")
    assert "en pris for hver person, der når et mål, op til et loft" in text
    assert not any(said in text for said in KINDS.values())


def test_what_the_rooms_below_say_has_its_danish():
    said = [
        *SIDES.values(),
        LEAVE,
        TAKE,
        "take it with 'a cheaper price'",
        *GROUPS,
        OTHER,
        "public budgets",
        UNFUNDED,
        "all payers",
        "Exact engine, no simulation error",
        "1,000 paths, seed 1, individual engine",
        "65,536 points, seed 1, conditional engine",
        "payments[0].price ends where the search ends; look further with --from and --to.",
        (
            "For each of many values of payments[0].price, 9,375.00 apart and in the end 146.49 around the best, "
            "payments[1].price was found by bisection: pairs between these values may be a little cheaper."
        ),
        (
            "npv>=0 holds on these paths, but by less than 2 standard errors; with more paths, or a larger --margin, "
            "it is safer."
        ),
        "npv>=0 does not hold with other people; take more --paths, or a larger --margin.",
        "npv>=0: the check with other people differs by more than 4 standard errors.",
        "a cohort has fewer than 75 % of the successes that it has on average",
        "less comes back than was paid in",
        "the deal may end early, and what ends several sites together is not in the file",
        "a rule 'amend' has no amounts that are known to grow with the number of sites",
        "the fewest measured people of 'threshold' are those of one site",
        "'jobs' is a result of the programme as a whole, which no number of sites multiplies",
        "no rate of DKK to US dollars was given (--usd)",
        "The book links to 2 other workbooks; links are not followed, values stand as they were last calculated.",
        "column F of Aftale is hidden and holds values that are read.",
        "Aftale!B7 holds '0.5' and is read in per cent: a very small share.",
    ]
    with speaking("da"):
        for english in said:
            danish = re.sub(r"--\w+|'[^']*'", " ", in_words(english))
            assert danish != re.sub(r"--\w+|'[^']*'", " ", english), english
            assert not STOP & set(re.findall(r"[a-zæøå']+", danish.lower())), danish
        assert "9.375,00 imellem" in in_words(next(one for one in said if "bisection" in one))
        assert in_words(said[-2]) == "kolonne F i Aftale er skjult og rummer værdier, der læses."
        assert {unit: _(unit) for unit in UNITS}["people"] == "personer"
    assert [in_words(english) for english in said] == said


def point(*values, holds=True):
    exact = [Estimate.exact(value) for value in values]
    return PointOf((100.0,), exact[0], exact[1], tuple(exact[2:]), (holds,) * len(exact[2:]))


def priced(**changes):
    found = Page(
        "Aftalen",
        "DKK",
        "municipality",
        "1,000 paths, seed 1, individual engine",
        "0" * 64,
        "1.0",
        0.0,
        2.0,
        (TermOf("payments[0].price", "factor", 90.0, 10.0, 200.0, 100),),
        (LimitOf("p_loss<=0.1", False), LimitOf("npv>=0", True)),
        point(1000.0, 0.5, 0.5, 0.0),
        point(1200.0, 0.1, 0.1, 5.0),
        ("p_loss<=0.1", "npv>=0"),
        True,
        (),
        (),
        None,
        None,
        10,
        (),
    )
    return found._replace(**changes)


def test_solved_terms_agree_in_number_and_name_the_payer():
    with speaking("da"):
        said = sentences(priced())
        assert said[0] == (
            "payments[0].price gange 100,00 overholder p_loss<=0.1 og npv>=0 billigst for kommunen: i gennemsnit "
            "1.200 DKK."
        )
        assert said[2] == "p_loss<=0.1 og npv>=0 er bindende: ét trin billigere, og grænserne brydes."
        assert sentences(priced(binding=("npv>=0",)))[2].endswith("ét trin billigere, og grænsen brydes.")
        one = RelaxationOf("p_loss<=0.1", 0.2, 0.1, False, (100.0,))
        gives = sentences(priced(solved=None, relaxations=(one,)))[1]
        assert gives.startswith("p_loss<=0.1 skulle lempes med 0,100000 til 0,200000, sammen med de andre nedenfor: ")
        checked = AgainOf("conditional", 2000, 2, point(1200.0, 0.1, 0.1, 5.0))
        text = page(priced(again=checked))
        assert "Andre personer: de fundne vilkår, betinget metode, 2.000 gennemløb, seed 2." in text
        assert is_aligned(text)


def test_a_danish_chart_finds_its_own_points():
    """The rows, the legend and the filters of a chart name kinds of terms alike."""
    of = tuple(
        ParetoOf((price,), Estimate.exact(cost), Estimate.exact(p), holds, chosen)
        for price, cost, p, holds, chosen in ((50.0, 9e2, 0.4, False, False), (90.0, 1.2e3, 0.1, True, True))
    )
    with speaking("da"):
        drawn = charts(priced(pareto=of))["pareto"]
    kinds = {row["is"] for row in drawn["data"]["values"]}
    line, points, text = drawn["layer"]
    assert set(points["encoding"]["color"]["scale"]["domain"]) == kinds
    assert {re.search("'(.*)'", layer["transform"][0]["filter"])[1] for layer in (line, text)} < kinds


def test_where_a_deal_lies_is_said_in_danish():
    levels, quantiles = (0.1, 0.25, 0.5, 0.75, 0.9), (1.0, 2.0, 3.0, 3.0, 5.0)

    def lies(value, below, above):
        return band(MeasureOf("places", value, "the file has no investors", levels, quantiles, 9, below, above, None))

    with speaking("da"):
        assert lies(Estimate.exact(2.0), 0.1, 0.5) == "på 25 %-punktet"
        assert lies(Estimate.exact(3.0), 0.25, 0.9) == "fra medianen til 75 %-punktet"
        assert lies(Estimate.exact(0.5), None, 0.1) == "under 10 %-punktet: lavere end ni af ti"
        assert lies(Estimate.exact(9.0), 0.9, None) == "over 90 %-punktet: højere end ni af ti"
        assert lies(Estimate.exact(4.0), 0.75, 0.9) == "mellem 75 %-punktet og 90 %-punktet"
        assert lies(None, None, None) == "udeladt: filen har ingen investorer"

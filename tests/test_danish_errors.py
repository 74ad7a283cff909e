"""Errors in the language spoken: what each room refuses, of the same kind and with the same names in both languages."""

import ast
import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from risksim import api
from risksim.analysis import batch, compare, grid, limits, pool, price_limits, ranking, reverse, robust, tail
from risksim.analysis.control import control_variates
from risksim.cli import memo, questions_output
from risksim.engine import fate_tables, purse, resettle
from risksim.engine import run as engine_run
from risksim.engine.engines import choose
from risksim.engine.obstacles import in_words
from risksim.engine.run import Settings
from risksim.engine.run import check as check_run
from risksim.errors import FaultyFileError, RisksimError
from risksim.exchange.importing import import_book
from risksim.jobs import cluster, stopping
from risksim.jobs.executors import Task, Threads
from risksim.language import _, by_form, speaking, spoken
from risksim.plan.compile import compile_plan
from risksim.plan.fits import fit_quantiles
from risksim.plan.observed import observe
from risksim.replies import asking, settle
from risksim.results.store import open_result
from risksim.scenario.sheet import sheet_of
from tests.english import left_in
from tests.exchange.test_import import BROKEN, NO_BOOKS, mistakes_of
from tests.exchange.workbooks import filled
from tests.payments.deals import deal as terms
from tests.settle.test_mistakes import COHORTS, GOAL, MISTAKES, PRICE, TABLE

PACKAGE = Path(__file__).parent.parent / "risksim"
SIMPLE = PACKAGE.parent / "scenarios" / "examples" / "simple-reference.yaml"


@pytest.fixture(scope="module")
def deal():
    return api.read(SIMPLE)


@pytest.fixture(scope="module")
def settled():
    return compile_plan(terms([GOAL, TABLE, PRICE], cohorts=COHORTS))


def refused(what):
    """What is raised in English and in Danish."""
    told = []
    for language in ("en", "da"):
        with speaking(language), pytest.raises(RisksimError) as caught:
            what()
        told.append(caught.value)
    assert type(told[0]) is type(told[1])
    return tuple(told)


def check_pair(english, danish):
    """Danish without English in it, about the same options, numbers and places."""
    assert english != danish
    assert not left_in(danish), danish
    assert left_in(english), english
    for names in (r"--[a-z][\w-]*", r"\d{3,}"):
        assert sorted(re.findall(names, english)) == sorted(re.findall(names, danish)), (english, danish)


REFUSED = {
    "seed": lambda deal: check_run(deal.plan, Settings(paths=10, seed=-1)),
    "paths": lambda deal: check_run(deal.plan, Settings(paths=0)),
    "threads": lambda deal: check_run(deal.plan, Settings(paths=10, threads=-1)),
    "engine": lambda deal: choose(deal.plan, "fastest"),
    "memory": lambda deal: check_run(deal.plan, Settings(paths=10**13)),
    "tolerance": lambda _deal: stopping.parse("p_loss"),
    "limit": lambda _deal: limits.read_limits("p_los>0.2"),
    "limit without sign": lambda _deal: limits.read_limits("p_loss 0.2"),
    "limit in per cent": lambda _deal: limits.read_limits("p_loss>20%"),
    "figure": lambda deal: price_limits.read_limits(deal, ["p_los<=0.1"]),
    "budget": lambda deal: price_limits.read_limits(deal, [], [], ["1999<=5"]),
    "axis": lambda deal: grid.read_axis(deal, "payments[0].price"),
    "range": lambda deal: grid.read_axis(deal, "payments[0].price=5:1:4"),
    "show": lambda _deal: grid.check([], "profit"),
    "several limits": lambda _deal: reverse.limit_of("npv<0,p_loss>0.3"),
    "break points": lambda _deal: reverse.check(3),
    "entropy": lambda _deal: robust.check(-1.0, 0.05),
    "rates": lambda _deal: robust.anchor_of(0.0, 0.5, 40),
    "level": lambda deal: tail.check(deal, 100_000, 0.2),
    "few paths": lambda deal: tail.check(deal, 10, 0.99),
    "one side": lambda deal: compare.check([deal]),
    "measure": lambda _deal: ranking.check_measure("profit"),
    "outcome": lambda deal: pool.outcome_with_rate(deal, "happiness"),
    "rows": lambda _deal: batch.check_folder(SIMPLE / "rows"),
    "stress": lambda deal: asking.with_stress(deal, "flood"),
    "until": lambda _deal: settle.day_of("summer"),
    "ending": lambda _deal: questions_output.check_files(Path("answer.doc")),
    "folder": lambda _deal: questions_output.check_files(Path("nowhere-at-all/answer.json")),
    "form": lambda _deal: memo.forms_of("pdf,odt"),
    "result": lambda _deal: open_result("nowhere-at-all.nc"),
    "fit": lambda _deal: fit_quantiles([0.1, 0.9], [0.2, 75.0]),
}


@pytest.mark.parametrize("case", REFUSED)
def test_error_is_said_in_the_language_spoken(case, deal):
    english, danish = refused(lambda: REFUSED[case](deal))
    check_pair(str(english), str(danish))


def said_by(faults):
    return [(fault.line, fault.column, fault.path) for fault in faults], [
        f"{fault.found}\n{fault.remedy}" for fault in faults
    ]


OF_THE_SHEET = {
    *("column twice", "no header", "text", "not available", "infinite", "per cent", "too many cells"),
    *("thousands or decimals", "quoted thousands", "empty file", "comments only"),
}
"""Mistakes that are told by the reader of sheets, as those of scenario files are."""


@pytest.mark.parametrize("case", sorted(set(MISTAKES) - OF_THE_SHEET))
def test_mistake_of_an_observed_file_is_told_in_the_language_spoken(case, settled):
    text = MISTAKES[case][0]
    english, danish = refused(lambda: observe(settled, settled.labels.dates[1:], sheet_of(text, "observed.csv")))
    assert isinstance(english, FaultyFileError)
    (places, _english), (places_in_danish, said) = said_by(english.faults), said_by(danish.faults)
    assert places == places_in_danish
    for each in said:
        assert not left_in(each), each


BOOKS = ("text for a number", "percent as number", "percent of hundreds", "merged")


@pytest.mark.parametrize("case", BOOKS)
def test_mistake_of_a_workbook_is_told_in_the_language_spoken(case):
    book = filled()
    BROKEN[case][0](book)
    with speaking("da"):
        places, said = said_by(mistakes_of(book))
    assert BROKEN[case][1] in {path for _line, _column, path in places}
    for each in said:
        assert not left_in(each), each


@pytest.mark.parametrize("case", sorted(set(NO_BOOKS) - {"cut off"}))  # of which a library says why, in English
def test_file_that_is_no_workbook_is_refused_in_the_language_spoken(case, tmp_path):
    file = tmp_path / "book.xlsx"
    file.write_bytes(NO_BOOKS[case][0])
    english, danish = refused(lambda: import_book(file))
    check_pair(str(english).replace(str(file), ""), str(danish).replace(str(file), ""))


def test_why_an_engine_cannot_run_a_deal_is_said_in_the_language_spoken():
    reason = "'job' takes its time, and its measurements do not come one after the other"
    assert in_words(reason) == reason
    with speaking("da"):
        assert in_words(reason).startswith("'job' ")
        assert not left_in(in_words(reason))
        assert in_words("a reason that nobody knows") == "a reason that nobody knows"


TOO_MANY = (
    "when people enrol, leave and move makes 1100 kinds of them, more than 1024",
    "too many measurements hang together to go through all that may happen",
    "'job' and 'home' can turn out in 70 ways for one person, more than 64",
)


@pytest.mark.parametrize("reason", [*(f"'job' {what}" for what in fate_tables.KINDS.values()), *TOO_MANY])
def test_why_fates_cannot_be_told_is_said_in_the_language_spoken(reason):
    with speaking("da"):
        said = in_words(reason)
    assert said != reason
    assert not left_in(said), said
    assert re.findall(r"'job'|'home'|\d+", said) == re.findall(r"'job'|'home'|\d+", reason)


def test_numbers_of_a_reason_are_danish_and_names_stay_as_they_are():
    with speaking("da"):
        assert "1.048.576 " in in_words("payments are driven by more than 1,048,576 combinations of counts")
        assert in_words("'1,000' is an amount").startswith("'1,000' ")


def test_why_means_cannot_be_put_right_is_said_in_the_language_spoken():
    english, danish = refused(lambda: control_variates(SimpleNamespace(engine="exact")))
    check_pair(str(english), str(danish))


def heard_by_threads(monkeypatch):
    """The language that each way to share work out speaks in its threads."""
    heard = {}
    list(Threads(2).map(lambda _task: heard.update(job=spoken()) or {}, (), [Task(0, 0, 256)]))
    resettle._each(lambda _here: heard.update(resettle=spoken()), [slice(0, 1), slice(1, 2)], 2)
    public = compile_plan(api.read(PACKAGE.parent / "scenarios" / "faxe" / "prevent-placements.yaml").scenario)
    for module, run, plan in ((engine_run, engine_run.run, public), (purse, purse.run_purse, public)):
        name = module.__name__.split(".")[-1]
        monkeypatch.setattr(module, "_run_block", lambda *_all, name=name: heard.update({name: spoken()}) or 256)
        run(plan, Settings(paths=256, threads=2))
    return heard


def test_threads_speak_the_language_of_whoever_asks(monkeypatch):
    with speaking("da"):
        assert heard_by_threads(monkeypatch) == dict.fromkeys(("job", "resettle", "run", "purse"), "da")


def test_workers_speak_the_language_of_whoever_asks(monkeypatch):
    monkeypatch.setattr(cluster, "_own_address", lambda: "tcp://127.0.0.1:1")
    sent = (lambda _task: {"spoken": spoken()}, (), cluster.identity())
    assert cluster._compute(sent, "da", Task(0, 0, 256)) == {"spoken": "da"}
    assert spoken() == "en"


def test_a_form_is_found_by_what_stands_between_its_brackets():
    with speaking("da"):
        assert by_form("there is a (b)\nc", ("there is none", "there is {names}")) == "der findes a (b)\nc"


def test_numbers_with_marks_between_thousands_are_danish_in_danish():
    phrase = "got {paths} paths; errors need at least {fewest_paths:,}. Try --paths 100000."
    assert "12,345." in _(phrase, paths=1, fewest_paths=12_345)
    with speaking("da"):
        assert "12.345." in _(phrase, paths=1, fewest_paths=12_345)


ROOMS = ("cli", "replies", "exchange", "plan", "engine", "jobs", "analysis", "results", "api")
PLAIN = {"ValueError", "TypeError", "KeyError", "IndexError", "AttributeError", "NotImplementedError"}
KEPT = {"analysis/standard.py", "engine/fate_tables.py"}
"""Why a stress has no sense and an engine no way: kept with results in English, and said in Danish by the page."""


def bare(node):
    """Sentences of an expression that are not looked up in the catalogue."""
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("_", "plural", "N_"):
        return
    if isinstance(node, ast.JoinedStr):
        text = "".join(part.value for part in node.values if isinstance(part, ast.Constant))
        if re.search(r"[a-z]{2,} [a-z]{2,}", text):
            yield text
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        if re.search(r"[a-z]{2,} [a-z]{2,}", node.value):
            yield node.value
    else:
        for child in ast.iter_child_nodes(node):
            yield from bare(child)


def test_no_error_is_said_in_english_alone():
    found = []
    for room in ROOMS:
        for path in [PACKAGE / room] if room.endswith(".py") else sorted((PACKAGE / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
                    file = path.relative_to(PACKAGE).as_posix()
                    if file not in KEPT and getattr(node.exc.func, "id", "") not in PLAIN:
                        found += [f"{file}:{node.lineno}: {text}" for text in bare(node.exc)]
    assert not found, "\n".join(found)

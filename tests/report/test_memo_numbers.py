"""Numbers of a memo are read back from its PDF, Word and Excel files and held against ``run --json``.

The rule of rounding, worked anew here and not taken from the program: a number is cut at the first uncertain digit of
its standard error, so that an error of 431 leaves hundreds and one of 0.03 two decimals; where there is no standard
error, a fourth of the width of the interval stands in. Amounts have no decimals and at most four digits in the tables
of the two pages; percentages one decimal there and two in the annex of statistics; people one decimal. An exact number
loses noughts that say nothing. Excel holds what was never rounded, to the 16 digits that its file keeps.
"""

from __future__ import annotations

import io
import json
import math
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from typer.testing import CliRunner

from risksim.analysis import facts as found
from risksim.cli.main import app
from risksim.language import _, speaking
from tests.engine.deals import SHIPPED

for package in ("jinja2", "vl_convert", "weasyprint", "docx", "xlsxwriter", "openpyxl", "pypdf"):
    pytest.importorskip(package)

DEALS = ("public/one-service.yaml", "financing/senior-junior.yaml")
PATHS = ("--paths", "512", "--seed", "7", "--quiet")
BESIDE = frozenset({"drivers", "stresses", "terms", "acceptability"})
"""Questions beside the run, which `run --json` does not answer."""
PARTS = ("tranches", "payers", "programme", "investors", "ends_early")
LINES = ("expected values only", "luck only", "evidence and luck")
DASH, MINUS = "\N{EN DASH}", "\N{MINUS SIGN}"
Number = dict[str, Any]


class Read(NamedTuple):
    """A memo read back, and what it must hold."""

    language: Any
    run: dict[str, Any]
    """``run --json``."""
    public: dict[str, Any]
    """Budgets of ``public --json``; empty where the deal says nothing of public budgets."""
    words: list[list[str]]
    """Rows of all tables of the Word file."""
    cells: list[list[Any]]
    """Rows of all sheets of the workbook."""
    pages: str
    """All text of the PDF without spaces."""
    told: str
    """All paragraphs of the Word file."""


# Making and reading


def called(*arguments: Any) -> str:
    done = CliRunner().invoke(app, [str(one) for one in arguments])
    assert done.exit_code == 0, (done.output, done.exception)
    return done.stdout


@pytest.fixture(scope="module")
def kept() -> Iterator[None]:
    """Facts are found once for both languages."""
    real, have = found.facts, {}

    def once(deal: Any, how: Any, report: Any = None) -> Any:
        name = deal.document.file
        if name not in have:
            have[name] = real(deal, how._replace(leave_out=BESIDE), report)
        return have[name]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(found, "facts", once)
        yield


@pytest.fixture(scope="module")
def runs() -> Any:
    """What the command line prints of a deal for programs."""

    @cache
    def made(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
        run = json.loads(called("run", SHIPPED / name, "--json", *PATHS))
        said = json.loads(called("public", SHIPPED / name, "--json", *PATHS))["statistics"] if "public" in run else {}
        public = said["budgets"] | {"total": said["total"]} if said else {}
        return run, public

    return made


ALWAYS = (DEALS[0], "da")
CASES = [
    pytest.param((deal, lang), id=f"{Path(deal).stem}-{lang}", marks=() if (deal, lang) == ALWAYS else pytest.mark.slow)
    for deal in DEALS
    for lang in ("da", "en")
]


@pytest.fixture(scope="module", params=CASES)
def read(request: Any, tmp_path_factory: Any, kept: None, runs: Any) -> Read:
    deal, language = request.param
    folder = tmp_path_factory.mktemp("memo")
    called("memo", SHIPPED / deal, "--lang", language, "--format", "pdf,docx,xlsx", "--out", folder, "--quick", *PATHS)
    stem = folder / f"{Path(deal).stem}-memo"
    word = word_of(stem.with_suffix(".docx"))
    run, public = runs(deal)
    told = "\n".join(paragraph.text for paragraph in word.paragraphs)
    return Read(language, run, public, rows_of(word), cells_of(stem), text_of(stem), told)


def word_of(file: Path) -> Any:
    import docx

    return docx.Document(io.BytesIO(file.read_bytes()))


def rows_of(place: Any) -> list[list[str]]:
    """Rows of all tables, of those inside cells too."""
    rows = []
    for table in place.tables:
        for row in table.rows:
            cells = row.cells
            rows.append([cell.text for cell in cells])
            if len(cells) < 4:  # blocks beside each other
                rows += [inner for cell in cells for inner in rows_of(cell)]
    return rows


def cells_of(stem: Path) -> list[list[Any]]:
    from openpyxl import load_workbook

    book = load_workbook(stem.with_suffix(".xlsx"))
    return [[cell.value for cell in row] for sheet in book for row in sheet.iter_rows()]


def text_of(stem: Path) -> str:
    from pypdf import PdfReader

    return squeezed("".join(page.extract_text() for page in PdfReader(stem.with_suffix(".pdf")).pages))


def squeezed(text: str) -> str:
    """A text without spaces, and without hyphens where words were broken."""
    return re.sub(r"[\s\N{NO-BREAK SPACE}\N{HYPHEN}\N{SOFT HYPHEN}-]", "", text)


# The rule of rounding


def marked(text: str, language: str) -> str:
    text = text.replace("-", MINUS)
    return text.translate(str.maketrans(",.", ".,")) if language == "da" else text


def cut(value: float, error: float, most: int, language: str) -> str:
    """A number to the first uncertain digit of its error."""
    places = min(most, -math.floor(math.log10(error))) if error > 0.0 else most
    shown = round(value, places) + 0.0
    return marked(f"{shown:,.{max(places, 0)}f}", language)


def error_of(number: Number) -> float:
    if number["standard_error"]:
        return float(number["standard_error"])
    if number["low"] is None or number["high"] is None:
        return 0.0
    return float(number["high"] - number["low"]) / 4.0


def amount(number: Number, language: str) -> str:
    if number["value"] is None:
        return DASH
    value = number["value"]
    most = 0 if value == 0.0 else min(0, 3 - math.floor(math.log10(abs(value))))
    return cut(value, error_of(number), most, language)


def per_cent(value: float, error: float, most: int, language: str) -> str:
    text = cut(100.0 * value, 100.0 * error, most, language)
    mark = "," if language == "da" else "."
    if not error and mark in text:
        text = text.rstrip("0").rstrip(mark)
    return f"{text}\N{NO-BREAK SPACE}%"


def rate(number: Number, language: str) -> str:
    if number["value"] is None:
        return str(_("none"))
    return per_cent(number["value"], error_of(number), 1, language)


def is_chance_shown(text: str, number: Number, language: str) -> bool:
    """Whether a probability is shown as its number, or as a bound that holds."""
    if text == (DASH if number["value"] is None else per_cent(number["value"], error_of(number), 1, language)):
        return text not in ("0\N{NO-BREAK SPACE}%", "100\N{NO-BREAK SPACE}%") or number["low"] == number["high"]
    shown = re.fullmatch(r"(under|over) ([\d.,]+)\s%", text)
    assert shown, (text, number)
    bound = float(shown[2].replace(",", ".")) / 100.0
    ends = (number["value"], number["high"]) if number["value"] == 0.0 else (number["value"], number["value"])
    ends = (number["low"], number["value"]) if number["value"] == 1.0 else ends
    slack = 0.5 * 10.0 ** -(2 + len(shown[2].partition("," if "," in shown[2] else ".")[2]))
    return max(ends) <= bound + slack if shown[1] == "under" else min(ends) >= bound - slack


# What is held against what


def row_of(rows: list[list[Any]], first: str, cells: int, at: int = 0) -> list[Any]:
    """The `at`-th row that begins so and has so many cells."""
    matching = [[*row[:cells]] for row in rows if row and row[0] == first and len(row) >= cells]
    assert len(matching) > at, (first, at)
    return matching[at]


def same(cell: Any, value: float | None) -> bool:
    """Whether a cell of the workbook is a number, to the 16 digits that a workbook keeps; words where there is none."""
    if value is None:
        return cell is None or isinstance(cell, str)
    return isinstance(cell, int | float) and bool(f"{cell:.15e}" == f"{value:.15e}" or cell == value)


def same_row(cells: list[Any], numbers: list[Number]) -> bool:
    return all(same(cell, number["value"]) for cell, number in zip(cells, numbers, strict=True))


def holds_row(read: Read, row: list[str]) -> None:
    """The PDF has the row of the Word file."""
    assert squeezed("".join(row)) in read.pages, row


def named(key: str, run: dict[str, Any]) -> Number:
    """The number of ``run --json`` under the key of a statistic."""
    node: Any = run["statistics"]
    for inside, outside in re.findall(r"\[([^\]]*)\]|([^.\[\]]+)", key):
        node = node[inside or outside]
    return dict(node)


def leaves(node: Any) -> int:
    """Numbers with their errors below a node."""
    if not isinstance(node, dict):
        return 0
    return 1 if "standard_error" in node else sum(map(leaves, node.values()))


def test_three_lines(read: Read) -> None:
    with speaking(read.language):
        for line, name in zip(read.run["three_lines"]["lines"], LINES, strict=True):
            first = _(name)
            row = row_of(read.words, first, 6)
            assert row[1] == rate(line["irr"], read.language)
            assert row[2] == amount(line["npv"], read.language)
            assert is_chance_shown(row[3], line["p_loss"], read.language)
            assert row[4] == amount(line["npv_p05"], read.language)
            lost = line["npv_es95"]
            assert row[5] == (_("no loss") if lost["value"] <= 0.0 else amount(lost, read.language))
            holds_row(read, row)
            raw = row_of(read.cells, first, 6)
            keys = ("irr", "npv", "p_loss", "npv_p05")
            for cell, key in zip(raw[1:], keys, strict=False):
                value = line[key]["value"]
                assert same(cell, value), (cell, value)
            assert same(raw[5], lost["value"])


def test_repayment_of_each_year(read: Read) -> None:
    for payer in read.run["statistics"]["payers"].values():
        for year, spread in payer["years"].items():
            if spread["mean"]["value"] == 0.0 and spread["p95"]["value"] == 0.0:
                continue
            three = [spread[key] for key in ("mean", "p05", "p95")]
            row = [year, *(amount(one, read.language) for one in three)]
            assert row in [given[:4] for given in read.words], row
            holds_row(read, row)
            assert any(same_row(given[1:4], three) for given in read.cells if given[0] == year)
        with speaking(read.language):
            whole = [payer["total"][key] for key in ("mean", "p05", "p95")]
            row = [_("all years"), *(amount(one, read.language) for one in whole)]
        assert row in [given[:4] for given in read.words], row
        assert any(same_row(given[1:4], whole) for given in read.cells if given[0] == row[0])


def test_who_pays_and_who_gains(read: Read) -> None:
    statistics = read.run["statistics"]
    for name, side in statistics["tranches"].items():
        with speaking(read.language):
            first = {"investor": _("investor")}.get(name, name)
        npv, loss = list(side["npv"].values())[-1]["mean"], side["loss"]["p_loss"]
        row = row_of(read.words, first, 5)
        assert row[3] == amount(npv, read.language)
        assert is_chance_shown(row[4], loss, read.language)
        holds_row(read, row)
        raw = row_of(read.cells, first, 5)
        paid_in = raw[1]
        assert same(raw[2], side["moic"]["mean"]["value"] * paid_in)
        error = side["moic"]["mean"]["standard_error"] * paid_in
        assert row[2] == cut(raw[2], error, 0, read.language)
        assert same_row(raw[3:], [npv, loss])
    if not read.public:
        return
    for name, budget in read.public.items():
        with speaking(read.language):
            first = {"municipality": _("municipality"), "total": _("all budgets together")}.get(name, _(name))
            mark = "†" if budget["is_gross_only"] else ""
        told = [budget["pocket"]["pays"], budget["pocket"]["gains"], budget["net_benefit"]["mean"]]
        chance = budget["net_benefit"]["p_negative"]
        row = row_of(read.words, f"{first}{mark}", 5)
        assert row[1:4] == [amount(one, read.language) for one in told]
        assert is_chance_shown(row[4], chance, read.language)
        holds_row(read, row)
        assert same_row(row_of(read.cells, f"{first}{mark}", 5)[1:], [*told, chance])


def test_public_budgets_of_both_commands_are_the_same(read: Read) -> None:
    """The memo tells of budgets what `public` prints; `run` prints less of them, and the same."""
    for name, budget in read.run.get("public", {}).get("budgets", {}).items():
        assert budget["net_benefit"] == read.public[name]["net_benefit"]


def test_every_statistic(read: Read) -> None:
    parts = {key: value for key, value in read.run["statistics"].items() if key in PARTS}
    keys = [row for row in read.cells if isinstance(row[0], str) and re.match(rf"({'|'.join(PARTS)})[\[.]", row[0])]
    assert len(keys) == leaves(parts)
    for raw in keys:
        number = named(raw[0], read.run)
        for cell, end in zip(raw[1:], ("value", "standard_error", "low", "high"), strict=False):
            assert same(cell, number[end]), (raw, number)
        if number["value"] is None:
            continue
        row = row_of(read.words, raw[0], 5)
        error = number["standard_error"] or 0.0
        for text, end in ((row[1], "value"), (row[3], "low"), (row[4], "high")):
            if number[end] is not None:
                assert text == statistic(raw[0], number[end], error, read.language), (row, number)
        holds_row(read, row)


def statistic(key: str, value: float, error: float, language: str) -> str:
    """A number of the annex: shares and rates in per cent, people, multiples, else amounts."""
    if re.search(r"\.(p_(loss|total_loss|negative|none|\w+)|share_anyway)$|\.status\.|^ends_early|\.irr\.", key):
        return per_cent(value, error, 2, language)
    if key.startswith("programme"):
        return cut(value, error, 1, language)
    return cut(value, error, 4 if ".moic." in key else 0, language)


def test_key_figures(read: Read) -> None:
    statistics = read.run["statistics"]
    side = statistics.get("investors") or next(iter(statistics["tranches"].values()))
    whole = round(100.0 * (1.0 - side["loss"]["p_loss"]["value"]))
    if 0 < whole < 100:
        with speaking(read.language):
            said = _("{whole} of 100", whole=whole)
        assert squeezed(said) in read.pages
        assert any(said in cell for row in read.words for cell in row)
    of_mean = side["irr"]["of_mean_flow"]
    if of_mean["value"] is not None:
        text = cut(100.0 * of_mean["value"], 100.0 * error_of(of_mean), 1, read.language)
        unit = "pct." if read.language == "da" else "%"
        assert squeezed(f"{text}{unit}") in read.pages


def test_provenance(read: Read) -> None:
    run, scenario = read.run["run"], read.run["scenario"]
    digest = scenario["digest"]
    assert squeezed(digest[:12]) in read.pages
    assert digest[:12] in read.told
    flat = [cell for row in [*read.words, *read.cells] for cell in row]
    assert digest in flat
    assert [row[1] for row in read.words if row[0] in ("seed", "frø", "tilfældighedsfrø", "startværdi")] == ["7"]
    for name in ("risksim", "numpy", "numba"):
        assert [name, run[name]] in [row[:2] for row in read.words]
        assert f"{name} {run[name]}" in read.told


def test_a_typical_and_a_bad_path(read: Read) -> None:
    numbers = read.run["run"].get("open")
    if numbers is None:
        pytest.skip("the exact engine has no paths to open")
    for path in (numbers["typical"], numbers["bad"]):
        with speaking(read.language):
            said = _("Future number {number} of seed {seed}.", number=marked(f"{path:,}", read.language), seed="7")
        assert said in read.told
        assert squeezed(said) in read.pages

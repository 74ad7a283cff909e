"""``risksim memo`` and ``risksim batch --memo`` as people call them; pages and forms are stood in for."""

from __future__ import annotations

import builtins
import datetime as dt
import importlib.machinery
import subprocess
import sys
import types
from pathlib import Path

import docx
import pytest
from typer.testing import CliRunner

from risksim.cli import memo as command
from risksim.cli.main import app
from risksim.cli.memo import WRITERS, read_template
from risksim.errors import RisksimError
from risksim.language import spoken
from risksim.metrics.precision import Estimate
from risksim.report import forms
from risksim.report.forms.word import TemplateError, check_template, default_template
from risksim.report.memo_index import FaultOf, MemoOf, index
from tests.engine.deals import SHIPPED

CAP = SHIPPED / "rules/cap.yaml"
FLOOR = SHIPPED / "rules/floor.yaml"
UNFUNDED = SHIPPED / "public/service-level.yaml"


@pytest.fixture
def heard(monkeypatch):
    """What writers were given; every form renders the same few bytes."""
    found = []
    pages = types.ModuleType("stand_in_pages")

    def write(facts, date=None):
        found.append((facts, date, spoken()))
        return f"{type(facts).__name__} {spoken()}"

    pages.write = write
    pages.render = lambda document: document.encode()
    monkeypatch.setitem(sys.modules, "stand_in_pages", pages)
    for kind in WRITERS:
        monkeypatch.setitem(command.WRITERS, kind, ("stand_in_pages", "write"))
    for form in forms.FORMS:
        monkeypatch.setitem(forms.MAKERS, form, forms.Maker("stand_in_pages", ()))
    monkeypatch.setattr(forms, "_without_pango", lambda: None)
    return found


def called(*args, code=0):
    done = CliRunner().invoke(app, [*map(str, args), "--quiet", "--paths", "128"])
    assert done.exit_code == code, (done.output, done.exception)
    return done


def refused(*args):
    with pytest.raises(RisksimError) as caught:
        CliRunner().invoke(app, [*map(str, args), "--quiet"], catch_exceptions=False)
    return str(caught.value)


# One memo


def test_a_memo_is_named_after_its_file_and_written_in_its_language(heard, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    called("memo", CAP, "--lang", "da", "--quick", "--date", "2026-11-22")
    assert (tmp_path / "cap-memo.pdf").read_bytes() == b"Facts da"
    ((facts, date, language),) = heard
    assert facts.deal.name == "A cap"
    assert (date, language) == (dt.date(2026, 11, 22), "da")
    assert spoken() == "en"


def test_several_forms_go_into_a_folder_and_one_into_a_file(heard, tmp_path):
    called("memo", CAP, "--quick", "--format", "docx, html,html", "--out", tmp_path)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["cap-memo.docx", "cap-memo.html"]
    called("memo", CAP, "--quick", "--out", tmp_path / "board.xlsx")
    assert (tmp_path / "board.xlsx").read_bytes() == b"Facts en"
    assert len(heard) == 2  # facts are found once for all forms


def test_a_folder_that_is_not_there_is_made(heard, tmp_path):
    called("memo", CAP, "--quick", "--format", "docx,html", "--out", tmp_path / "board" / "june")
    assert sorted(one.name for one in (tmp_path / "board" / "june").iterdir()) == ["cap-memo.docx", "cap-memo.html"]
    (tmp_path / "full").write_text("x", encoding="utf-8")
    assert "cannot be made" in refused("memo", CAP, "--out", tmp_path / "full")


def test_several_files_are_compared_and_a_portfolio_stands_alone(heard, tmp_path):
    called("memo", CAP, FLOOR, "--quick", "--out", tmp_path)
    assert (tmp_path / "comparison-memo.pdf").read_bytes() == b"Compared en"
    assert [one.deal.name for one in heard[0][0].facts] == ["A cap", "A floor"]
    fund = tmp_path / "fund.yaml"
    fund.write_text(
        "portfolio:\n  name: x\n  currency: DKK\n  deals:\n"
        f"    - {{file: {CAP}, name: cap}}\n    - {{file: {FLOOR}, name: floor}}\n",
        encoding="utf-8",
    )
    called("memo", fund, "--out", tmp_path)
    assert (tmp_path / "fund-memo.pdf").read_bytes() == b"PortfolioFacts en"
    assert "deals are put side by side" in refused("memo", fund, CAP, "--out", tmp_path)


def test_the_limit_is_what_terms_are_solved_for(heard, tmp_path):
    called("memo", SHIPPED / "questions/terms.yaml", "--quick", "--p-loss", "0.05", "--out", tmp_path)
    assert [term.asked for term in heard[0][0].terms] == ["p_loss<=0.05"]


def test_nothing_is_simulated_for_what_cannot_be_written(heard, tmp_path):
    assert "there is no folder" in refused("memo", CAP, "--out", tmp_path / "none" / "x.pdf")
    assert "got the ending '.pptx'" in refused("memo", CAP, "--out", tmp_path / "x.pptx")
    assert "Try --format pdf,docx" in refused("memo", CAP, "--format", "pptx")
    assert "one file has one form" in refused("memo", CAP, "--format", "html", "--out", tmp_path / "x.pdf")
    assert "Try --date" in refused("memo", CAP, "--date", "22/11")
    assert heard == []


def test_a_file_that_is_no_deal_is_refused(heard, tmp_path):
    (tmp_path / "bad.yaml").write_text("schema: 1\n", encoding="utf-8")
    assert "bad.yaml" in refused("memo", tmp_path / "bad.yaml", "--out", tmp_path)
    assert heard == []


# Word in the styles of a board


def test_the_template_is_written_and_made_use_of(heard, tmp_path, monkeypatch):
    used = []

    def render(_document, template=None):
        used.append(template)
        return b"x"

    for name, stand_in in (
        ("default_template", default_template),
        ("check_template", check_template),
        ("render", render),
    ):
        monkeypatch.setattr(sys.modules["stand_in_pages"], name, stand_in, raising=False)
    board = tmp_path / "board.docx"
    called("memo", "--write-template", board)
    assert board.read_bytes() == default_template()
    assert "is there already" in refused("memo", "--write-template", board)
    assert "ends in .docx" in refused("memo", "--write-template", tmp_path / "board.dotx")
    assert heard == []
    called("memo", CAP, "--quick", "--format", "docx,html", "--template", board, "--out", tmp_path / "out")
    assert used == [board.read_bytes(), None]
    called("batch", CAP, "--memo", "--quick", "--format", "docx", "--template", board, "--out", tmp_path / "out")
    assert used[2:] == [board.read_bytes()]


def test_a_template_that_cannot_be_used_is_refused_before_any_work(heard, tmp_path):
    assert "Add --format docx" in refused("memo", CAP, "--template", tmp_path / "x.docx", "--out", tmp_path)
    word = ("--format", "docx", "--out", tmp_path)
    assert "--write-template" in refused("memo", CAP, "--template", tmp_path / "x.docx", *word)
    assert "got no file" in refused("memo")
    assert heard == []


def test_a_template_without_its_styles_is_refused(tmp_path):
    docx.Document().save(tmp_path / "plain.docx")
    (tmp_path / "no.docx").write_text("no Word", encoding="utf-8")
    for name, said in (("plain", "lacks the styles Memo Lead"), ("no", "is no Word file")):
        with pytest.raises(TemplateError, match=said):
            read_template(tmp_path / f"{name}.docx", ("docx",))


# What a form needs


@pytest.fixture
def idle(monkeypatch):
    """Nothing may be read or simulated."""

    def refuse(*_given, **_named):
        raise AssertionError("work was done for a memo that cannot be written")

    monkeypatch.setattr(command.api, "read", refuse)
    monkeypatch.setattr("risksim.analysis.facts.facts", refuse)


NEEDED = [(form, *needed) for form, maker in forms.MAKERS.items() for needed in maker.packages]


@pytest.mark.parametrize(("form", "module", "package"), NEEDED)
def test_a_missing_package_is_named_with_what_to_install(monkeypatch, tmp_path, idle, form, module, package):
    for loaded in [name for name in sys.modules if name.split(".")[0] == module]:
        monkeypatch.delitem(sys.modules, loaded)

    real = importlib.machinery.PathFinder.find_spec
    monkeypatch.setattr(
        importlib.machinery.PathFinder,
        "find_spec",
        lambda name, *rest: None if name == module else real(name, *rest),
    )
    said = refused("memo", CAP, "--format", form, "--out", tmp_path)
    assert f"{form} needs {package}, which is not installed." in said
    assert 'pip install "risksim-dsi[report]"' in said
    assert list(tmp_path.iterdir()) == []


def test_missing_pango_is_named_with_what_to_install(monkeypatch, tmp_path, idle):
    pytest.importorskip("weasyprint")
    import cffi

    for loaded in [name for name in sys.modules if name.split(".")[0] == "weasyprint"]:
        monkeypatch.delitem(sys.modules, loaded)

    def without(_self, name, *_rest):
        raise OSError(f"cannot load library '{name}': no such file\nmany more lines")

    monkeypatch.setattr(cffi.FFI, "dlopen", without)
    said = refused("memo", CAP, "--out", tmp_path)
    assert "pdf needs Pango" in said
    assert "apt install libpango-1.0-0 libpangoft2-1.0-0" in said
    assert "brew install pango" in said
    assert "many more lines" not in said


def test_what_is_missing_is_said_in_danish_too(monkeypatch, tmp_path, idle):
    monkeypatch.setattr(forms, "find_spec", lambda name: None if name == "xlsxwriter" else object())
    said = refused("memo", CAP, "--lang", "da", "--format", "xlsx", "--out", tmp_path)
    assert 'pip install "risksim-dsi[report]"' in said
    assert "not installed" not in said


def test_missing_packages_end_with_code_2():
    hide = "import sys; sys.modules['vl_convert'] = None; sys.modules['docx'] = None; "
    call = f"sys.argv = ['risksim', 'memo', {str(CAP)!r}, '--format', 'docx']; "
    done = subprocess.run(
        [sys.executable, "-c", f"{hide}{call}from risksim.cli.main import main; main()"],
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == 2
    assert "docx needs python-docx, vl-convert-python, which are not installed." in done.stderr
    assert "Traceback" not in done.stderr


def test_the_front_loads_none_of_the_libraries_of_forms(monkeypatch):
    asked = []
    real = builtins.__import__

    def listening(name, *rest, **more):
        asked.append(name.split(".")[0])
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", listening)
    CliRunner().invoke(app, ["memo", "--help"])
    assert not {"weasyprint", "vl_convert", "docx", "xlsxwriter", "jinja2"} & set(asked)


# Many memos


def test_many_deals_have_a_memo_each_and_a_page_that_lists_them(heard, tmp_path):
    deals, out = tmp_path / "deals", tmp_path / "memos"
    deals.mkdir()
    for file in (CAP, FLOOR, UNFUNDED):
        (deals / file.name).write_bytes(file.read_bytes())
    (deals / "bad.yaml").write_text("schema: 1\n", encoding="utf-8")
    (deals / "sub").mkdir()
    (deals / "sub" / "cap.yaml").write_bytes(CAP.read_bytes())
    done = called("batch", deals, "--memo", "--quick", "--format", "html,docx", "--out", out, code=2)
    names = sorted(one.name for one in out.iterdir())
    stems = ["cap", "cap-2", "floor", "service-level"]
    assert names == sorted([f"{stem}-memo.{form}" for stem in stems for form in ("html", "docx")] + ["index.html"])
    page = (out / "index.html").read_text(encoding="utf-8")
    assert 'href="cap-memo.html"' in page
    assert 'href="service-level-memo.docx"' in page
    assert "4 memos." in page
    assert "bad.yaml" in page
    assert "bad.yaml" in done.stderr
    assert "http" not in page


def test_options_of_the_table_make_no_memo(heard, tmp_path):
    assert "--stresses" in refused("batch", CAP, "--memo", "--stresses")
    assert "into a folder" in refused("batch", CAP, "--memo", "--out", tmp_path / "x.csv")
    assert heard == []


def test_the_list_says_what_the_deals_are_together_and_who_loses_most():
    def row(name: str, capital: float | None, p_loss: float, shortfall: float) -> MemoOf:
        measures = (Estimate.exact(p_loss), *[Estimate.exact(0.1)] * 7)
        worst = Estimate.exact(shortfall)
        return MemoOf(name, f"{name}.yaml", (("pdf", f"{name}-memo.pdf"),), "DKK", capital, measures, worst)

    rows = [row("A & B", 1_000_000.0, 0.2, 50_000.0), row("C", 500_000.0, 0.1, 90_000.0), row("D", None, 0.05, 1.0)]
    page = index(rows, [FaultOf("x.yaml", "got <nothing>")], "Seed 1.")
    assert "3 memos." in page
    assert "The capital of 2 deals is 1,500,000 DKK in all." in page
    assert "A &amp; B loses most often" in page
    assert "C loses most in its worst twentieth: 90,000 DKK" in page
    assert "got &lt;nothing&gt;" in page
    assert page.index("A &amp; B.yaml") < page.index("C.yaml") < page.index("D.yaml")
    assert Path("A & B-memo.pdf").name in page.replace("&amp;", "&")

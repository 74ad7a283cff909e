"""`risksim public` as a user meets it, and the lines below the page of a run."""

import csv
import json
import math

import pytest
import typer.main
from typer.testing import CliRunner

from risksim import api
from risksim.analysis.purse_tornado import tornado
from risksim.cli.main import app
from risksim.cli.output import OutputError
from risksim.engine import purse_counts
from risksim.errors import RunError
from risksim.plan.layout import IS_COST
from risksim.replies.form import QuestionError
from risksim.replies.public import NoPurseError
from risksim.report.limits import LIMITS, LIMITS_DANISH
from tests.cli.purses import FILE, ROOT, made_up, with_purse

RISKS = ROOT / "scenarios" / "risks" / "development-cost.yaml"
FEW = ("--paths", "300", "--engine", "individual", "--quiet")


@pytest.fixture(autouse=True)
def purse(monkeypatch):
    made_up(monkeypatch)


def risksim(*words, code=0):
    done = CliRunner().invoke(app, [str(word) for word in words])
    assert done.exit_code == code, done.output
    return done


@pytest.fixture
def said():
    return json.loads(risksim("public", FILE, *FEW, "--json").stdout)


def test_page_opens_with_a_sentence_and_ends_with_what_it_cannot_say():
    page = risksim("public", FILE, *FEW).stdout
    assert page.splitlines()[1].startswith("On average the municipality is left with ")
    for title in (
        "What is left to each budget",
        "Break-even",
        "Year by year, municipality",
        "against what is set aside",
        "Who pays against who gains",
        "somebody else must bear",
        "Who is left with something",
        "Value for money",
        "Line by line",
        "Rules and tables used",
        "What this cannot say",
    ):
        assert title in page
    flat = " ".join(page.split())
    for limit in LIMITS:
        assert limit in flat
    assert "all together" in page
    assert "region" not in page.split("Who pays")[1].split("Which part")[0]  # nothing moves it


def test_json_has_every_part_and_the_limits_in_two_languages(said):
    assert said["schema"] == "risksim.public/1"
    assert set(said) == {"schema", "scenario", "run", "public", "statistics", "limits"}
    assert said["limits"] == {"en": list(LIMITS), "da": list(LIMITS_DANISH)}
    assert len(LIMITS) == len(LIMITS_DANISH)
    budgets = said["statistics"]["budgets"]
    assert list(budgets) == ["municipality", "region", "state"]
    parts = sum(budget["net_benefit"]["mean"]["value"] for budget in budgets.values())
    assert said["statistics"]["total"]["net_benefit"]["mean"]["value"] == pytest.approx(parts)


def test_table_has_one_row_a_path_and_adds_up_to_the_statistics(tmp_path, said):
    out = tmp_path / "paths.csv"
    risksim("public", FILE, *FEW, "--out", out)
    rows = list(csv.DictReader(out.read_text(encoding="utf-8").splitlines()))
    assert [row["path"] for row in rows] == [str(path) for path in range(300)]
    of = said["statistics"]["budgets"]["municipality"]
    mean = math.fsum(float(row["net_benefit[municipality]"]) for row in rows) / 300
    assert mean == pytest.approx(of["net_benefit"]["mean"]["value"])
    never = sum(row["break_even[municipality]"] == "" for row in rows) / 300
    assert never == pytest.approx(of["break_even"]["p_never"]["value"])
    cash_never = sum(row["break_even_cash[municipality]"] == "" for row in rows) / 300
    assert cash_never == pytest.approx(of["break_even_cash"]["p_never"]["value"])


def test_saved_json_is_the_printed_one(tmp_path, said):
    out = tmp_path / "public.json"
    risksim("public", FILE, *FEW, "--out", out)
    assert json.loads(out.read_text(encoding="utf-8")) == said


def test_stresses_stand_beside_the_deal_on_the_same_paths():
    name = next(iter(api.read(RISKS).scenario.stresses))
    page = risksim("public", RISKS, *FEW, "--stress", name).stdout
    assert "Stresses (present values" in page
    assert "as it stands" in page
    found = json.loads(risksim("public", RISKS, *FEW, "--stress", name, "--json").stdout)["stresses"]
    assert [one["name"] for one in found] == [name]
    total = found[0]["budgets"]["total"]
    assert {"net_benefit", "break_even", "repayments", "is_gross_only", "net_benefit_change"} == set(total)
    with pytest.raises(QuestionError, match="no such stress"):
        CliRunner().invoke(app, ["public", str(RISKS), *FEW, "--stress", "nothing"], catch_exceptions=False)


def test_limits_of_budgets_decide_the_exit_code():
    done = risksim("public", FILE, *FEW, "--fail-if", "region.p_negative>0.5,total.repayment>1", code=1)
    assert "total.repayment is" in done.stderr
    assert "region" not in done.stderr
    risksim("public", FILE, *FEW, "--fail-if", "total.repayment<1")
    done = CliRunner().invoke(app, ["public", str(FILE), *FEW, "--fail-if", "county.p_negative>0.3"])
    assert done.exit_code != 0
    assert "municipality.p_negative" in str(done.exception)


def test_a_break_even_that_never_comes_breaches_a_limit():
    done = risksim("public", FILE, *FEW, "--fail-if", "municipality.break_even>2040", code=1)
    assert "does not exist" in done.stderr or "is 20" in done.stderr


def test_a_file_without_a_purse_is_told_what_to_add(monkeypatch):
    monkeypatch.undo()
    with pytest.raises(NoPurseError, match=r"public:\s+consequences:"):
        CliRunner().invoke(app, ["public", str(FILE), *FEW], catch_exceptions=False)
    with pytest.raises(RunError, match="Add a `public:` block"):
        api.run_purse(api.read(FILE), 10)


def test_files_that_cannot_be_saved_are_refused_before_any_work(tmp_path):
    with pytest.raises(OutputError, match=r"saved as \.csv"):
        CliRunner().invoke(app, ["public", str(FILE), "--out", str(tmp_path / "a.nc")], catch_exceptions=False)


def test_engine_follows_what_can_count_people(monkeypatch):
    deal = api.read(FILE)
    monkeypatch.setattr(purse_counts, "purse_obstacle", lambda _plan: None, raising=False)
    assert api.engine_of_purse(deal) == "conditional"
    monkeypatch.setattr(purse_counts, "purse_obstacle", lambda _plan: "of a reason", raising=False)
    assert api.engine_of_purse(deal) == "individual"
    with pytest.raises(RunError, match="of a reason"):
        api.engine_of_purse(deal, "conditional")
    with pytest.raises(RunError, match="told by path"):
        api.engine_of_purse(deal, "exact")


def test_tornado_moves_one_number_at_a_time_the_most_important_first(monkeypatch):
    monkeypatch.undo()
    deal = api.read(ROOT / "scenarios" / "public" / "one-service.yaml")
    found = tornado(deal)
    assert found.quantity == "net benefit"
    swings = [bar.swing for bar in found.bars]
    assert swings == sorted(swings, reverse=True)
    own = next(bar for bar in found.bars if bar.of_purse and bar.name.endswith("[shelter].volume"))
    ten, ninety = own.points[:2]
    # Net savings grow with the volume in proportion: a straight line through its mean, but for rounding.
    slope = (ninety.output - ten.output) / (ninety.value - ten.value)
    assert ten.output == pytest.approx(found.base + slope * (ten.value - own.mean), abs=0.5)
    assert (own.points[0].place, own.points[1].place) == ("10 %", "90 %")
    assert found.base == pytest.approx(api.net_benefits(api.expected_purse(deal))["total"])


def test_tornado_of_costs_alone_looks_at_costs(monkeypatch):
    made_up(monkeypatch, kinds=(IS_COST, IS_COST))
    found = tornado(api.read(FILE))
    assert (found.quantity, found.base) == ("own costs", 1_000.0)
    assert found.bars == ()  # the made-up cost is certain


def test_tornado_is_printed_and_in_the_json():
    page = risksim("public", FILE, *FEW, "--tornado").stdout
    assert "What happens when two inputs move together is not in it." in page
    found = json.loads(risksim("public", FILE, *FEW, "--tornado", "--json").stdout)["tornado"]
    assert {"quantity", "base", "bars"} == set(found)


def test_inputs_of_bounded_laws_are_held_at_their_ends_too():
    plan = api.read(FILE).plan
    bounded = tuple(note._replace(family="Triangular(0.1, 0.5, 0.9)") for note in plan.purse.notes)
    for one in api.movable(plan._replace(purse=plan.purse._replace(notes=bounded))):
        places = ["10 %", "90 %", "lowest", "highest"] if one.of_purse else ["10 %", "90 %"]
        assert [place for place, _ in one.points] == places
        values = dict(one.points)
        assert values["10 %"] < one.mean < values["90 %"]


def test_a_run_tells_the_purse_in_a_few_lines_below_its_page():
    page = risksim("run", FILE, *FEW).stdout
    assert "What is left to public budgets" in page
    assert f"risksim public {FILE} tells the rest" in page
    assert "300 paths, seed 1, individual engine" in page
    assert "What this cannot say" in page
    said = json.loads(risksim("run", FILE, *FEW, "--json").stdout)["public"]
    assert (said["paths"], said["engine"]) == (300, "individual")
    assert set(said["budgets"]) == {"municipality", "region", "state", "total"}
    assert said["limits"]["en"] == list(LIMITS)


def test_the_purse_changes_no_number_of_a_run(monkeypatch):
    with_it = json.loads(risksim("run", FILE, *FEW, "--json").stdout)
    monkeypatch.undo()
    alone = json.loads(risksim("run", FILE, *FEW, "--json").stdout)
    with_it.pop("public")
    assert with_it == alone


PORTFOLIO = """
portfolio:
  name: Two deals
  currency: {currency}
  hurdles: [0.0]
  deals:
    - {{file: {file}, name: first}}
    - {{file: {file}, name: second}}
    - {{file: {file}, name: silent}}
"""


@pytest.fixture
def portfolio(monkeypatch, tmp_path):
    read = api.read_portfolio

    def with_purses(file, **also):
        found = read(file, **also)
        first, second, silent = found.holdings
        held = (part._replace(deal=with_purse(part.deal)) for part in (first, second))
        return found._replace(holdings=(*held, silent))

    monkeypatch.setattr(api, "read_portfolio", with_purses)
    file = tmp_path / "portfolio.yaml"
    file.write_text(PORTFOLIO.format(file=FILE, currency=api.read(FILE).plan.currency), encoding="utf-8")
    return file


def test_a_portfolio_has_a_row_for_each_deal_and_their_sum(portfolio):
    said = json.loads(risksim("public", portfolio, "--paths", "200", "--quiet", "--json").stdout)
    assert said["schema"] == "risksim.public-portfolio/1"
    first, second, silent = said["deals"]
    assert silent["budgets"] is None
    for budget, total in said["total"].items():
        parts = [one["budgets"][budget]["net_benefit"]["mean"]["value"] for one in (first, second)]
        assert total["net_benefit"]["mean"]["value"] == pytest.approx(sum(parts), abs=0.01)
    assert list(said["total"]) == ["municipality", "region", "state", "total"]
    page = risksim("public", portfolio, "--paths", "200", "--quiet").stdout
    assert "all deals" in page
    assert "nothing is said of public budgets by: silent" in page
    assert "What this cannot say" in page


def test_prices_of_different_years_are_brought_to_the_last_of_them(portfolio):
    found = api.read_portfolio(portfolio)
    first, second, silent = found.holdings
    plan = second.deal.plan
    same = api.portfolio_purse(found, 100)
    later = plan._replace(purse=plan.purse._replace(price_year=plan.purse.price_year + 1))
    mixed = found._replace(holdings=(first, second._replace(deal=second.deal._replace(plan=later)), silent))
    told = api.portfolio_purse(mixed, 100)
    assert told.price_year == same.price_year + 1
    # The made-up deflator takes 2 % a year: the first deal is dearer by that, the second is in those prices already.
    for (_, before), (_, after), factor in zip(same.deals[:2], told.deals[:2], (1.02, 1.0), strict=True):
        mean = before["state"].net_benefit.mean.value
        assert after["state"].net_benefit.mean.value == pytest.approx(factor * mean)
    with pytest.raises(RunError, match="no deal says"):
        api.portfolio_purse(found._replace(holdings=(silent,)), 10)


def test_one_deal_at_a_time_is_stressed(portfolio):
    with pytest.raises(OutputError, match="speak of one deal"):
        CliRunner().invoke(app, ["public", str(portfolio), "--tornado"], catch_exceptions=False)


def test_the_command_names_its_options():
    names = {option for one in typer.main.get_command(app).commands["public"].params for option in one.opts}
    asked = {
        "--paths",
        "--seed",
        "--threads",
        "--engine",
        "--json",
        "--out",
        "--stress",
        "--tornado",
        "--path",
        "--language",
    }
    assert asked | {"--quiet", "--fail-if"} <= names

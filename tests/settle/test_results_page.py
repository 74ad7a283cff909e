"""The page on result files names every key of a settlement and of a ledger, and no others."""

from __future__ import annotations

import json
from pathlib import Path

from risksim.replies.settle import INVOICE
from tests.test_results_page import ESTIMATE, documented, keys, risksim, section

SCENARIOS = Path(__file__).parents[2] / "scenarios"


def settlement(file: Path, *words: object) -> dict:
    return json.loads(risksim("settle", file, *words, "--json"))


def test_page_names_every_key_of_a_settlement_and_no_other(tmp_path):
    text = (SCENARIOS / "international" / "newpin-line-observed.csv").read_text(encoding="utf-8")
    per_cent = tmp_path / "observed.csv"
    per_cent.write_text(text.replace("0.6517", "65.17"), encoding="utf-8")
    newpin = SCENARIOS / "international" / "newpin-line.yaml"
    uncertain = tmp_path / "deal.yaml"
    certain, law = "commitment: {value: 7000000,", "commitment: {uniform: [6900000, 7100000],"
    uncertain.write_text(newpin.read_text(encoding="utf-8").replace(certain, law), "utf-8")
    made = [settlement(newpin, "--observed", per_cent), settlement(uncertain, "--observed", per_cent)]
    emitted = {key for told in made for key in keys(told)}
    assert emitted | {"not_checked[]"} == documented("JSON of a settlement")  # none in these deals


def test_page_names_every_column_of_an_invoice():
    text = section("CSV of a settlement")
    assert all(f"`{column}`" in text for column in INVOICE)


def test_page_names_every_key_of_a_ledger():
    command = ("run", SCENARIOS / "financing" / "fees.yaml", "--paths", 200, "--quiet", "--json")
    plain, more = json.loads(risksim(*command)), json.loads(risksim(*command, "--ledger"))
    ledger = more.pop("ledger")
    assert more == plain
    for move in ledger:
        assert {f"ledger[].{key}" for key in move} | {"ledger[].years[YEAR]"} == documented("Ledger of a run") | {
            "ledger[].years"
        }
        assert set(move["total"]) == ESTIMATE
        assert all(set(amount) == ESTIMATE for amount in move["years"].values())
    paid = {(move["from_party"], move["to_party"]): move["total"]["value"] for move in ledger}
    # two fifths of a fee of 50,000 for RSI; 600,000 + 700,000 for ten successes in each year, all of them certain
    assert paid[("RSI", "adviser")] == 20_000
    assert paid[("municipality", "outcome account")] == 1_300_000


def test_ledger_of_a_run_adds_up_and_prints_payers_and_tranches():
    command = ("run", SCENARIOS / "broendby-tuba.yaml", "--paths", 2_000, "--quiet", "--ledger")
    told, page = json.loads(risksim(*command, "--json")), risksim(*command)
    for move in told["ledger"]:
        years = sum(amount["value"] for amount in move["years"].values())
        assert abs(years - move["total"]["value"]) < 1e-6 * move["total"]["value"]
    payers = told["statistics"]["payers"]["municipality"]
    (repaid,) = (move for move in told["ledger"] if move["from_party"] == "municipality")
    assert abs(repaid["total"]["value"] - payers["total"]["mean"]["value"]) < 1e-6
    for heading in ("Who pays whom, on average", "Payer split, on average", "Tranches, on average"):
        assert heading in page


def test_labels_are_what_reports_show_and_names_what_json_says():
    tuba, label = SCENARIOS / "broendby-tuba.yaml", "Better well-being, by CORE-34 or WHO-5"
    assert f"{label}: verified" in risksim("run", tuba, "--paths", 500, "--quiet")
    assert label in risksim("explain", tuba, "--path", 1)
    assert label not in risksim("explain", tuba, "--path", 1, "--json")
    observed = SCENARIOS / "examples" / "observed-half-year.csv"
    assert label in risksim("settle", tuba, "--observed", observed)
    told = settlement(tuba, "--observed", observed)
    assert {line["rule"] for line in told["invoice"]} == {"wellbeing"}

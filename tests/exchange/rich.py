"""A template filled in with everything that it offers."""

import datetime as dt

from openpyxl.comments import Comment

from tests.exchange.workbooks import FILLED, cell_in, cell_of, filled

RICH = {
    key: value
    for key, value in FILLED.items()
    if key not in ("cohort", "participants", "enrolment_window", "duration", "dropout", "unmeasured")
} | {"inflation": 0.02, "index": "net-price-index", "calculation": "budget-economic", "price_year": 2023}
DANISH = {"first success": "første succes", "nine in ten": "ni ud af ti", "budget-economic": "budgetøkonomisk"}
RICH_ROWS = {
    "cohorts": [
        {
            "name": "north",
            "participants": 80,
            "enrolment_window": 12,
            "duration": 9,
            "dropout": 0.2,
            "dropout_lowest": 0.1,
            "dropout_highest": 0.4,
            "unmeasured": 0.1,
            "assumption": "made up for a test",
        },
        {"name": "south", "participants": 40, "opens": 6, "enrolment_window": 12, "duration": 9, "dropout": 0.25},
    ],
    "outcomes": [
        {
            "name": "home",
            "of": "completers",
            "measured": 12,
            "successes": 45,
            "observed": 60,
            "weight": 0.5,
            "anyway": 0.3,
        },
        {
            "name": "work",
            "of": "completers",
            "measured": 18,
            "success_rate": 0.3,
            "success_rate_lowest": 0.2,
            "success_rate_highest": 0.5,
            "range": "nine in ten",
            "anyway_successes": 10,
            "anyway_observed": 50,
        },
    ],
    "consequences": [
        {
            "name": "shelter",
            "outcome": "home; work",
            "counts": "first success",
            "saved": 120,
            "saved_lowest": 60,
            "saved_highest": 200,
            "unit": "nights",
            "price": 1_500,
            "price_lowest": 1_300,
            "price_highest": 1_700,
            "price_year": 2020,
            "range": "nine in ten",
            "municipality": 0.6,
            "state": 0.4,
            "lasts": 5,
            "evidence": 2,
            "committee": "social affairs",
            "volume": 1,
            "decay": 0.15,
            "unserved": 0.1,
        },
        {"name": "benefit", "outcome": "work", "saved": 30_000, "price": 1, "kind": "transfer",
         "refund": "own ladder", "weeks": 52},
    ],
    "during": [
        {"name": "guidance", "per": "participant", "saved": -40, "saved_lowest": -60, "saved_highest": -30,
         "unit": "hours", "price": 500, "municipality": 1, "committee": "employment"},
    ],
    "costs": [
        {"name": "caseworker", 2027: 400_000, 2028: 300_000, 2030: 100_000, "committee": "employment"},
        {"name": "usual help", "amount": 200_000, "amount_lowest": 150_000, "amount_highest": 300_000,
         "instead": "yes"},
    ],
    "payments": [{"outcome": "home", "price": 50_000, "payer": "municipality"}],
    "financing": [{"name": "DSI", "commitment": 3_000_000, "instalments": 6, "instalment_every": 6}],
    "appropriations": [{"payer": "municipality", 2028: 1_200_000, 2029: 800_000, "source": "the council"}],
    "refunds": [
        {"name": "own ladder", "valid_from": dt.date(2016, 1, 4), "valid_to": dt.date(2029, 12, 31), "share": 0.8,
         "from_week": 0, "assumption": "made up for a test"},
        {"name": "own ladder", "valid_from": dt.date(2016, 1, 4), "share": 0.2, "from_week": 52,
         "assumption": "made up for a test"},
        {"name": "own ladder", "valid_from": dt.date(2030, 1, 1), "share": 0.3,
         "assumption": "what if it were the same for all"},
    ],
}  # fmt: skip


def rich(language="en"):
    """Every sheet filled in, with comments."""
    rows = RICH_ROWS
    values = RICH
    if language == "da":
        values = {key: DANISH.get(value, value) if isinstance(value, str) else value for key, value in RICH.items()}
        rows = {
            table: [
                {key: DANISH.get(value, value) if isinstance(value, str) else value for key, value in row.items()}
                for row in entries
            ]
            for table, entries in RICH_ROWS.items()
        }
    book = filled(language, values, rows)
    cell_of(book, "cap").comment = Comment("agreed in June", "somebody")
    cell_of(book, "horizon").comment = Comment("Antagelse: as the council wishes", "somebody")
    cell_in(book, "consequences", "saved", 1, language).comment = Comment("from last year's accounts", "somebody")
    cell_in(book, "appropriations", "payer", 0, language).comment = Comment("budget 2027", "somebody")
    return book

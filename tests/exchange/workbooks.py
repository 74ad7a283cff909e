"""Workbooks for the tests of imports: filled templates, and a made-up one laid out like a SØM calculation."""

import datetime as dt
import functools
import io
from pathlib import Path

import openpyxl

from risksim.exchange.fields import VALUES
from risksim.exchange.template import HEADER_ROW, SHEETS, columns_of, template

FILLED = {
    "name": "Northtown",
    "currency": "DKK",
    "start": dt.date(2027, 1, 1),
    "end": dt.date(2031, 12, 31),
    "follow_up": 6,
    "cohort": "young adults",
    "participants": 120,
    "enrolment_window": 24,
    "duration": 9,
    "dropout": 0.2,
    "unmeasured": 0.1,
    "cap": 4_000_000,
    "horizon": 10,
    "price_year": 2026,
    "discount": 0.035,
}
ROWS = {
    "outcomes": [
        {"name": "home", "success_rate": 0.6, "of": "completers", "measured": 12, "counterfactual": 0.3},
    ],
    "consequences": [
        {
            "name": "shelter",
            "outcome": "home",
            "saved": 120,
            "unit": "nights",
            "price": 1_500,
            "price_year": 2026,
            "kind": "service",
            "municipality": 0.6,
            "state": 0.4,
            "lasts": 5,
            "cashable": 0.5,
            "assumption": "made up for a test",
        },
        {
            "name": "benefit",
            "outcome": "home",
            "saved": 12,
            "price": 11_000,
            "kind": "transfer",
            "refund": "refund-ladder",
            "weeks": 52,
            "source": "the ministry's rates",
        },
    ],
    "costs": [{"name": "caseworker", "amount": 400_000, "municipality": 1}],
    "payments": [{"outcome": "home", "price": 50_000, "payer": "municipality"}],
    "financing": [{"name": "DSI", "commitment": 3_000_000}],
}


blank = functools.cache(template)


def filled(language="en", values=FILLED, rows=ROWS):
    """A template, filled in."""
    book = openpyxl.load_workbook(io.BytesIO(blank(language)))
    for key, value in values.items():
        cell_of(book, key).value = value
    for table, entries in rows.items():
        columns = {name: place for place, name in enumerate(columns_of(table), 1)}
        for number, entry in enumerate(entries):
            for name, value in entry.items():
                sheet(book, table, language).cell(HEADER_ROW + 2 + number, columns[name]).value = value
    return book


def cell_of(book, key):
    title, _, address = book.defined_names[f"deal_{key}"].attr_text.rpartition("!")
    return book[title.strip("'")][address.replace("$", "")]


def sheet(book, table, language="en"):
    return book[SHEETS[table].in_(language)]


def cell_in(book, table, name, number=0, language="en"):
    """The cell of a row that was filled in, counted from 0."""
    column = list(columns_of(table)).index(name) + 1
    return sheet(book, table, language).cell(HEADER_ROW + 2 + number, column)


def empty_values():
    return sorted(VALUES.keys() - FILLED.keys())


# A made-up book laid out as calculations with SØM are: sheets of assumptions and consequences by year

SOEM = Path(__file__).parents[2] / "docs" / "examples" / "import"


def soem_book():
    book = openpyxl.Workbook()
    notes = book.active
    notes.title = "Læs mig"
    notes["A1"] = "Opdigtet eksempel. Tallene er ingens, og dette er ikke Socialstyrelsens projektmappe SØM."
    first = book.create_sheet("Forudsætninger")
    rows = [
        ("Projektets navn", "Bolig først, Nordby"),
        ("Antal deltagere", 80),
        ("Frafald (pct.)", 15),
        ("Succesrate, indsats (pct.)", 55),
        ("Succesrate, alternativ (pct.)", 25),
        ("Opfølgning efter (år)", 1),
        ("Prisniveau", 2026),
        ("Tidshorisont (år)", 5),
        ("Diskonteringsrente", 0.035),
        ("Forløb (måneder)", 9),
    ]
    first["A1"] = "Forudsætninger for beregningen"
    for row, (label, value) in enumerate(rows, 3):
        first.cell(row, 1, label)
        first.cell(row, 2, value)
    first["B11"].number_format = "0.0%"
    name = openpyxl.workbook.defined_name.DefinedName("Antal_deltagere", attr_text="Forudsætninger!$B$4")
    book.defined_names["Antal_deltagere"] = name
    target = book.create_sheet("Målgruppe")
    for column, label in enumerate(("Resultat", "Andel der lykkes", "Uden indsats", "Måles efter (måneder)"), 1):
        target.cell(2, column, label)
    for column, value in enumerate(("bolig", 0.55, 0.25, 12), 1):
        target.cell(3, column, value)
    target["B3"].number_format = target["C3"].number_format = "0 %"
    sheet_ = book.create_sheet("Konsekvenser")
    sheet_["A1"] = "Konsekvenser pr. succes (1.000 kr.)"
    head = ["Konsekvens", "Kommune", "Region", "Stat", "År 1", "År 2", "År 3", "År 4", "År 5"]
    lines = [
        ["Herberg", 0.5, None, 0.5, 180, 144, 108, 72, 36],
        ["Behandling i psykiatrien", None, 1, None, 25, 25, 20, 20, 15],
        ["Overførsler", 0.3, None, 0.7, -10, 12.5, 12.5, 12.5, 12.5],
    ]
    for row, cells in enumerate([head, *lines], 3):
        for column, value in enumerate(cells, 1):
            sheet_.cell(row, column, value)
            if row > 3 and column in (2, 3, 4):
                sheet_.cell(row, column).number_format = "0%"
    sheet_["A7"] = "I alt"
    sheet_["E7"] = 195
    costs = book.create_sheet("Omkostninger")
    for row, cells in enumerate([("Post", "Beløb (1.000 kr.)"), ("Sagsbehandler", 450)], 1):
        for column, value in enumerate(cells, 1):
            costs.cell(row, column, value)
    result = book.create_sheet("Resultat")
    result["A1"] = "Her står projektmappens egne resultater."
    result["A3"] = "Nettoresultat (kr., nutidsværdi)"
    result["B3"] = 11_949_493.47
    return book

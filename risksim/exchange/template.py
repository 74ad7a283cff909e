"""A workbook to fill in, in Danish or English, and the mapping that reads it."""

from __future__ import annotations

import datetime as dt
import functools
import io
import re
import zipfile
from typing import Any, Literal

from risksim.exchange.books import Book, Cell, letters, library
from risksim.exchange.fields import BY_YEAR, CHOICES, HIGHEST, LOWEST, NONE, OPTIONAL, TABLES, VALUES, Field, Words
from risksim.exchange.mapping import Mapping
from risksim.exchange.references import cell_of_name

Language = Literal["en", "da"]

MARK = "risksim_template"
"""The defined name of the cell that says which template, and in which language, a book was made from."""

VERSION = 1
"""Edition of the template."""

ROWS = 25
"""Rows of each table that are laid out to be filled in."""

FEW_ROWS = 8
"""Rows that are laid out in columns and on sheets that few books need; more may be filled in below."""

HEADER_ROW = 4
"""The row of headers on the sheets with tables; above it stand a title, what each column is, and its unit."""

SHEETS = {
    "deal": Words("Deal", "Aftale"),
    "outcomes": Words("Outcomes", "Resultatmål"),
    "consequences": Words("Consequences", "Konsekvenser"),
    "costs": Words("Costs", "Omkostninger"),
    "payments": Words("Payments", "Betalinger"),
    "financing": Words("Financing", "Finansiering"),
    "cohorts": Words("Groups", "Grupper"),
    "during": Words("While taking part", "Undervejs"),
    "appropriations": Words("Appropriations", "Bevillinger"),
    "refunds": Words("Refund rules", "Refusionsregler"),
    "notes": Words("Notes", "Noter"),
}
_MORE = Words("More columns: the + above, to the right", "Flere kolonner: klik på + ovenover til højre")
EXAMPLE = Words("Example:", "Eksempel:")

_HEADERS = {
    "field": Words("Field", "Felt"),
    "value": Words("Value", "Værdi"),
    "unit": Words("Unit", "Enhed"),
    "assumption": Words("Assumed because (if not published)", "Antaget, fordi (hvis ikke offentliggjort)"),
    "example": Words("Example", "Eksempel"),
    "told": Words("What it is", "Hvad det er"),
    "lowest": Words("Lowest, if it is uncertain", "Lavest, hvis det er usikkert"),
    "highest": Words("Highest, if it is uncertain", "Højest, hvis det er usikkert"),
}
_NOTES = (
    Words("How to fill this in", "Sådan udfyldes arket"),
    Words(
        "Fill in the yellow cells. Leave empty what nobody knows: nothing is taken in its place, and you are told.",
        "Udfyld de gule celler. Lad stå tomt, hvad ingen ved: intet sættes i stedet, og du får det at vide.",
    ),
    Words(
        "Rows that begin with 'Example:' are not read. They may be deleted.",
        "Rækker, der begynder med 'Eksempel:', læses ikke. De kan slettes.",
    ),
    Words(
        "One row for each outcome, consequence and so on, without empty rows between them and without merged cells.",
        "Én række for hvert resultatmål, hver konsekvens osv., uden tomme rækker imellem og uden flettede celler.",
    ),
    Words(
        "Shares are cells in per cent: write 75 %, which the cell holds as 0.75.",
        "Andele er celler i procent: skriv 75 %, som cellen gemmer som 0,75.",
    ),
    Words(
        "Each number is published (write who, under Source) or assumed (write why, under Assumption). Where neither "
        "is said, this workbook is its source.",
        "Hvert tal er offentliggjort (skriv af hvem under Kilde) eller antaget (skriv hvorfor under Antagelse). Hvis "
        "intet er sagt, er denne projektmappe kilden.",
    ),
    Words(
        "Formulas are read as they were last calculated: save the book in Excel or LibreOffice first.",
        "Formler læses, som de sidst blev beregnet: gem først projektmappen i Excel eller LibreOffice.",
    ),
    Words(
        "Sheets with a grey tab may stay empty. Payments and Financing can be added to the scenario afterwards.",
        "Ark med grå fane kan stå tomme. Betalinger og Finansiering kan tilføjes i scenariet bagefter.",
    ),
    Words(
        "More columns stand to the right, behind the + above them: ranges (lowest and highest beside the value, which "
        "is the most likely), so many of so many people, price years, refunds, amounts by calendar year.",
        "Flere kolonner står til højre bag et + ovenover: spænd (lavest og højest ved siden af værdien, som er den "
        "mest sandsynlige), så mange ud af så mange, prisår, refusion, beløb pr. kalenderår.",
    ),
    Words(
        "Several groups of people: leave the people on the first sheet empty, and write a row for each under Groups.",
        "Flere grupper: lad personerne på første ark stå tomme, og skriv en række for hver under Grupper.",
    ),
    Words(
        "A comment on a cell becomes a note of its number where no source stands in the row; one that begins with "
        "'Assumption:' says why the number was assumed.",
        "En kommentar på en celle bliver en note til tallet, hvis rækken ingen kilde har; begynder den med "
        "'Antagelse:', siger den, hvorfor tallet er antaget.",
    ),
    Words(
        "Then:  risksim import THIS-BOOK.xlsx --out scenario.yaml  and  risksim check scenario.yaml",
        "Derefter:  risksim import DENNE-BOG.xlsx --out scenario.yaml  og  risksim check scenario.yaml",
    ),
)
_NOT_OFFERED = frozenset({"bears"})
"""Columns that a mapping may name and the template does without: it has one for each sector."""


_CALENDAR = tuple(table for table, which in BY_YEAR.items() if which == "calendar years")
"""Tables with a column for each calendar year in the template."""

YEARS = range(2027, 2033)
"""The calendar years that stand above columns of the template, to be changed where a deal has others."""

_YEAR = TABLES["costs"]["amount"]._replace(
    label=NONE,
    told=Words("The amount in this year; the year above may be changed.", "Beløbet i dette år; årstallet kan ændres."),
    example=NONE,
    needed=False,
    extra=True,
)
_RANGED = tuple(key for key in VALUES if key.endswith((LOWEST, HIGHEST)))
"""Values that stand in the row of another one."""


def offered(table: str) -> dict[str, Field]:
    """The columns of a table of the template."""
    fields = {name: field for name, field in TABLES[table].items() if name not in _NOT_OFFERED}
    plain = {name: field for name, field in fields.items() if not field.extra}
    return plain | {name: field for name, field in fields.items() if field.extra}


def columns_of(table: str) -> dict[str | int, Field]:
    """The columns of a table of the template in their order; calendar years by their number."""
    fields: dict[str | int, Field] = {}
    fields.update(offered(table))
    if table not in _CALENDAR:
        return fields
    if table != "appropriations":
        return fields | dict.fromkeys(YEARS, _YEAR)
    years: dict[str | int, Field] = dict.fromkeys(YEARS, _YEAR._replace(extra=False))
    first, *rest = fields
    in_order: dict[str | int, Field] = {first: fields[first]}
    in_order |= years
    return in_order | {name: fields[name] for name in rest}


# Reading


@functools.cache
def template_mapping(language: Language) -> Mapping:
    """Where everything stands in a template."""
    tables = {}
    for table in TABLES:
        fields = offered(table)
        labels = {name: field.label.in_(language) for name, field in fields.items()}
        tables[table] = {
            "name": f"table_{table}",
            "header_row_with": list(labels.values())[:3],
            "columns": labels,
            "skip": [EXAMPLE.in_(language)],
            "optional": table in OPTIONAL,
        }
        if table in _CALENDAR:
            tables[table]["years"] = {}
    values = {key: {"name": f"deal_{key}"} | ({} if key in _RANGED else {"assumption": 2}) for key in VALUES}
    return Mapping.model_validate({"mapping": 1, "book": "the template", "values": values, "tables": tables})


def language_of(book: Book) -> Language | None:
    """The language of the template that a book was made from; None where it was not made from one."""
    if not any(name.casefold() == MARK for name in book.names):
        return None
    cell = cell_of_name(book, MARK)
    said = str(cell.value).split()[-1:] if isinstance(cell, Cell) else []
    return "da" if said == ["da"] else "en" if said == ["en"] else None


# Writing


def template(language: Language) -> bytes:
    """The workbook to fill in; the same bytes every time.

    Parameters
    ----------
    language : {"en", "da"}
        The language of its labels and explanations; its defined names are the same in both.

    Returns
    -------
    bytes
        An .xlsx file.
    """
    openpyxl = library()
    book = openpyxl.Workbook()
    book.remove(book.active)
    _deal(openpyxl, book, language)
    for table in TABLES:
        _table(openpyxl, book, table, language)
    _notes(openpyxl, book, language)
    stream = io.BytesIO()
    book.save(stream)
    return _timeless(stream.getvalue())


_EPOCH = dt.datetime(2000, 1, 1)


def _timeless(data: bytes) -> bytes:
    """A workbook without the time at which it was written."""
    stamp = _EPOCH.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "docProps/core.xml":
                part = re.sub(rb"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z", stamp, part)
            entry = zipfile.ZipInfo(name, date_time=_EPOCH.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 0
            new.writestr(entry, part)
    return stream.getvalue()


_FORMATS = {"share": "0.0%", "date": "yyyy-mm-dd", "whole": "0", "year": "0", "months": "0", "amount": "#,##0.00"}


class _Look:
    """The styles of the book."""

    def __init__(self, openpyxl: Any) -> None:
        styles = openpyxl.styles
        thin = styles.Side(style="thin", color="BFBFBF")
        self.border = styles.Border(left=thin, right=thin, top=thin, bottom=thin)
        self.title = styles.Font(bold=True, size=14)
        self.head = styles.Font(bold=True, color="FFFFFF")
        self.grey = styles.Font(italic=True, color="595959")
        self.dark = styles.PatternFill("solid", fgColor="1F4E78")
        self.few = styles.PatternFill("solid", fgColor="7F7F7F")
        self.input = styles.PatternFill("solid", fgColor="FFF9E5")
        self.wrap = styles.Alignment(wrap_text=True, vertical="top")


def _name(openpyxl: Any, book: Any, name: str, sheet: Any, area: str) -> None:
    refers = f"'{sheet.title}'!{area}"
    book.defined_names[name] = openpyxl.workbook.defined_name.DefinedName(name, attr_text=refers)


def _deal(openpyxl: Any, book: Any, language: Language) -> None:
    look, sheet = _Look(openpyxl), book.create_sheet(SHEETS["deal"].in_(language))
    sheet["A1"] = SHEETS["deal"].in_(language)
    sheet["A1"].font = look.title
    for column, (words, width) in enumerate(zip(_HEADERS.values(), (28, 24, 16, 36, 18, 62, 14, 14), strict=True), 1):
        cell = sheet.cell(3, column, words.in_(language))
        cell.font, cell.fill, cell.alignment = look.head, look.dark, look.wrap
        sheet.column_dimensions[letters(column)].width = width
    once = {key: field for key, field in VALUES.items() if key not in _RANGED}
    for row, (key, field) in enumerate(once.items(), 4):
        texts: tuple[Words | None, ...] = (field.label, None, field.unit, None, None, field.told)
        for column, said in enumerate(texts, 1):
            cell = sheet.cell(row, column, None if said is None else said.in_(language))
            cell.border, cell.alignment = look.border, look.wrap
        for column in (2, 4):
            sheet.cell(row, column).fill = look.input
        _example(sheet.cell(row, 5), field, language, look)
        for column, end in ((2, ""), (7, LOWEST), (8, HIGHEST)):
            if f"{key}{end}" not in VALUES:
                continue
            value = sheet.cell(row, column)
            value.number_format = _FORMATS.get(field.kind, "General")
            value.fill, value.border = look.input, look.border
            _validate(openpyxl, sheet, value.coordinate, field, language)
            _name(openpyxl, book, f"deal_{key}{end}", sheet, f"${letters(column)}${row}")
    sheet.freeze_panes = "B4"


def _example(cell: Any, field: Field, language: Language, look: _Look, before: str = "") -> None:
    """An example in grey."""
    shown: Any = field.example.in_(language) if isinstance(field.example, Words) else field.example
    if field.kind == "date" and shown:
        shown = dt.date.fromisoformat(shown)
    cell.value = f"{before}{shown}" if before else shown or None
    cell.number_format = _FORMATS.get(field.kind, "General")
    cell.font = look.grey


def _table(openpyxl: Any, book: Any, table: str, language: Language) -> None:
    look, sheet, fields = _Look(openpyxl), book.create_sheet(SHEETS[table].in_(language)), columns_of(table)
    sheet["A1"] = SHEETS[table].in_(language)
    sheet["A1"].font = look.title
    last = HEADER_ROW + 1 + ROWS
    rules: dict[str, Any] = {}
    for column, (name, field) in enumerate(fields.items(), 1):
        sheet.cell(2, column, field.told.in_(language)).alignment = look.wrap
        sheet.cell(3, column, field.unit.in_(language) or None).font = look.grey
        head = sheet.cell(HEADER_ROW, column, name if isinstance(name, int) else field.label.in_(language))
        head.font, head.fill, head.alignment = look.head, look.few if field.extra else look.dark, look.wrap
        before = f"{EXAMPLE.in_(language)} " if column == 1 else ""
        _example(sheet.cell(HEADER_ROW + 1, column), field, language, look, before)
        rows = FEW_ROWS if field.extra or table in OPTIONAL else ROWS
        for row in range(HEADER_ROW + 2, HEADER_ROW + 2 + rows):
            cell = sheet.cell(row, column)
            cell.fill, cell.border = look.input, look.border
            cell.number_format = _FORMATS.get(field.kind, "General")
        wide = name in ("name", "source", "assumption") or column == 1
        sheet.column_dimensions[letters(column)].width = 30 if wide else 17
        sheet.column_dimensions[letters(column)].number_format = _FORMATS.get(field.kind, "General")
        area = f"{letters(column)}{HEADER_ROW + 2}:{letters(column)}{last}"
        _validate(openpyxl, sheet, area, field, language, rules)
    sheet.row_dimensions[2].height = 62
    sheet.freeze_panes = f"B{HEADER_ROW + 1}"
    _group_extras(sheet, fields, language, look)
    if table in OPTIONAL:
        sheet.sheet_properties.tabColor = "BFBFBF"
    _name(openpyxl, book, f"table_{table}", sheet, f"$A${HEADER_ROW}:${letters(len(fields))}${HEADER_ROW}")


def _group_extras(sheet: Any, fields: dict[str | int, Field], language: Language, look: _Look) -> None:
    """Columns that few books need behind a button, which stands above the last of the others."""
    extras = [column for column, field in enumerate(fields.values(), 1) if field.extra]
    if not extras:
        return
    for column in extras:
        dimension = sheet.column_dimensions[letters(column)]
        dimension.outlineLevel, dimension.hidden = 1, True
    sheet.sheet_properties.outlinePr.summaryRight = False
    note = sheet.cell(1, max(1, extras[0] - 2), _MORE.in_(language))
    note.font = look.grey


def _validate(
    openpyxl: Any, sheet: Any, area: str, field: Field, language: Language, rules: dict[str, Any] | None = None
) -> None:
    """What Excel lets people write into a cell; fields that say the same share a rule."""
    terms = _terms(field.kind, language)
    if terms is None:
        return
    key = f"{field.label.en}/{field.told.en}/{field.kind}"
    if rules is not None and key in rules:
        rules[key].add(area)
        return
    rule = openpyxl.worksheet.datavalidation.DataValidation(allow_blank=True, showErrorMessage=True, **terms)
    rule.promptTitle, rule.prompt, rule.showInputMessage = (
        field.label.in_(language)[:32],
        field.told.in_(language)[:255],
        True,
    )
    sheet.add_data_validation(rule)
    rule.add(area)
    if rules is not None:
        rules[key] = rule


def _terms(kind: str, language: Language) -> dict[str, Any] | None:
    if kind == "share":
        return {"type": "decimal", "operator": "between", "formula1": "0", "formula2": "1"}
    if kind in ("whole", "months"):
        return {"type": "whole", "operator": "between", "formula1": "0", "formula2": "10000000"}
    if kind == "year":
        return {"type": "whole", "operator": "between", "formula1": "1900", "formula2": "2199"}
    if kind in ("amount", "number"):
        return {"type": "decimal", "operator": "between", "formula1": "-90000000000000", "formula2": "90000000000000"}
    if kind == "date":
        return {"type": "date", "operator": "greaterThan", "formula1": "1"}
    if kind in CHOICES and kind != "moment":
        return {"type": "list", "formula1": f'"{",".join(_choices(kind, language))}"'}
    return None


def _choices(kind: str, language: Language) -> list[str]:
    """The words of one language, one for each meaning: the first is English, the last Danish."""
    words: dict[str, list[str]] = {}
    for word, meaning in CHOICES[kind].items():
        words.setdefault(meaning, []).append(word)
    return [each[-1 if language == "da" else 0] for each in words.values()]


def _notes(openpyxl: Any, book: Any, language: Language) -> None:
    look, sheet = _Look(openpyxl), book.create_sheet(SHEETS["notes"].in_(language))
    for row, words in enumerate(_NOTES, 1):
        sheet.cell(row, 1, words.in_(language)).alignment = look.wrap
    sheet["A1"].font = look.title
    mark = sheet.cell(len(_NOTES) + 2, 1, f"risksim template {VERSION} {language}")
    mark.font = look.grey
    sheet.column_dimensions["A"].width = 110
    _name(openpyxl, book, MARK, sheet, f"$A${len(_NOTES) + 2}")

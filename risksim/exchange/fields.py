"""What can be imported: every field of a scenario that a workbook may hold, its kind and its words."""

from __future__ import annotations

from typing import NamedTuple

from risksim.language import spoken


class Words(NamedTuple):
    """The same thing in English and Danish."""

    en: str
    da: str

    def in_(self, language: str) -> str:
        """In one of the two."""
        return self.da if language == "da" else self.en


class Field(NamedTuple):
    """One field."""

    kind: str
    """text, name, currency, date, whole, year, share, number, amount, months, moment, sector, yes or a choice."""
    path: str
    """Where it stands in the scenario; of a row, below the entry of that row."""
    label: Words
    unit: Words
    example: object
    """What the template shows as an example: a value, or the two words of one."""
    told: Words
    """What it is, in a sentence."""
    needed: bool = False
    """In a row: an empty cell is a mistake, because nothing may be taken instead."""
    extra: bool = False
    """Stands to the right of the others in the template, grouped: few books need it."""


def told_below(field: Field) -> str:
    """What a field holds, as the second half of a sentence in the language spoken."""
    told = field.told.da if spoken() == "da" else field.told.en
    return told[0].lower() + told[1:]


def _extra(kind: str, path: str, label: tuple[str, str], unit: Words, told: tuple[str, str]) -> Field:
    """A field that few books need."""
    return Field(kind, path, Words(*label), unit, NONE, Words(*told), extra=True)


PEOPLE, MONTHS_UNIT, NONE = Words("people", "personer"), Words("months", "måneder"), Words("", "")
SHARE, MONEY = Words("share, 0-100 %", "andel, 0-100 %"), Words("currency", "valuta")
DATE, YEARS = Words("date", "dato"), Words("years", "år")
UNITS_OF, DAYS, FACTOR = Words("units", "enheder"), Words("days", "dage"), Words("factor", "faktor")

LOWEST, HIGHEST = "_lowest", "_highest"
"""How the fields of a range end: those of `saved` are `saved_lowest` and `saved_highest`."""


def _ranges(fields: dict[str, Field], names: tuple[str, ...]) -> dict[str, Field]:
    """The lowest and highest values of numbers that may be uncertain."""
    ends = {
        LOWEST: ("{}, lowest", "{}, lavest", "The lowest that it can be; the value itself is the most likely."),
        HIGHEST: ("{}, highest", "{}, højest", "The highest that it can be."),
    }
    danish = {LOWEST: "Det laveste, det kan være; selve værdien er den mest sandsynlige.", HIGHEST: "Det højeste."}
    return {
        f"{name}{end}": _extra(
            fields[name].kind,
            fields[name].path,
            (en.format(fields[name].label.en), da.format(fields[name].label.da)),
            fields[name].unit,
            (told, danish[end]),
        )
        for name in names
        for end, (en, da, told) in ends.items()
    }


VALUES: dict[str, Field] = {
    "name": Field(
        "name",
        "name",
        Words("Name of the deal", "Aftalens navn"),
        NONE,
        "Northtown",
        Words("What the deal is called.", "Hvad aftalen hedder."),
    ),
    "description": Field(
        "text",
        "description",
        Words("Description", "Beskrivelse"),
        NONE,
        NONE,
        Words(
            "A few sentences for a reader who has never heard of it.", "Et par sætninger til en, der ikke kender den."
        ),
    ),
    "authority": Field(
        "name",
        "authority",
        Words("Public authority", "Offentlig myndighed"),
        NONE,
        NONE,
        Words("Who commissions the programme.", "Hvem der bestiller indsatsen."),
    ),
    "provider": Field(
        "name",
        "provider",
        Words("Provider", "Leverandør"),
        NONE,
        NONE,
        Words("Who runs the programme.", "Hvem der driver indsatsen."),
    ),
    "currency": Field(
        "currency",
        "currency",
        Words("Currency", "Valuta"),
        Words("code", "kode"),
        "DKK",
        Words("Three letters, as DKK or EUR.", "Tre bogstaver, som DKK eller EUR."),
    ),
    "start": Field(
        "date",
        "start",
        Words("First day", "Første dag"),
        DATE,
        "2027-01-01",
        Words("The first day of the contract.", "Kontraktens første dag."),
    ),
    "end": Field(
        "date",
        "end",
        Words("Last day", "Sidste dag"),
        DATE,
        "2031-12-31",
        Words(
            "The last day of the contract; nothing is paid after it.",
            "Kontraktens sidste dag; intet betales efter den.",
        ),
    ),
    "follow_up": Field(
        "months",
        "follow_up.every",
        Words("Time between follow-ups", "Tid mellem opfølgninger"),
        MONTHS_UNIT,
        6,
        Words("How often the parties settle.", "Hvor ofte parterne gør op."),
    ),
    "cohort": Field(
        "name",
        "cohorts[0].name",
        Words("Name of the group", "Gruppens navn"),
        NONE,
        Words("young adults", "unge voksne"),
        Words("Who takes part.", "Hvem der deltager."),
    ),
    "participants": Field(
        "whole",
        "cohorts[0].participants",
        Words("Participants", "Deltagere"),
        PEOPLE,
        120,
        Words("The places: the most who can enrol.", "Pladserne: så mange kan højst begynde."),
    ),
    "enrolment_window": Field(
        "months",
        "cohorts[0].enrolment.window",
        Words("Enrolment window", "Optagelsesperiode"),
        MONTHS_UNIT,
        24,
        Words("How long people can enrol.", "Hvor længe deltagere kan begynde."),
    ),
    "duration": Field(
        "months",
        "cohorts[0].duration",
        Words("Length of the course", "Forløbets længde"),
        MONTHS_UNIT,
        9,
        Words("From enrolment to the end of the course.", "Fra start til afslutning for den enkelte."),
    ),
    "dropout": Field(
        "share",
        "cohorts[0].dropout",
        Words("Dropout", "Frafald"),
        SHARE,
        0.2,
        Words("The share of those enrolled who leave before the end.", "Andelen af de optagne, der stopper før tid."),
    ),
    "unmeasured": Field(
        "share",
        "cohorts[0].unmeasured",
        Words("Cannot be measured", "Kan ikke måles"),
        SHARE,
        0.1,
        Words(
            "The share of those enrolled whose result is never known.",
            "Andelen af de optagne, hvis resultat ikke kendes.",
        ),
    ),
    "cap": Field(
        "amount",
        "payments[-1].cap.total",
        Words("Most that is paid", "Betalingsloft"),
        MONEY,
        4_000_000,
        Words("The most that all payments reach together.", "Det højeste, alle betalinger tilsammen kan nå."),
    ),
    "horizon": Field(
        "whole",
        "public.horizon",
        Words("Years of savings", "År med besparelser"),
        YEARS,
        10,
        Words(
            "The years after a success over which savings are counted.",
            "Årene efter en succes, hvor besparelser tælles med.",
        ),
    ),
    "price_year": Field(
        "year",
        "public.price_year",
        Words("Price year", "Prisår"),
        Words("year", "årstal"),
        2026,
        Words("The price level of everything that is added up.", "Prisniveauet for alt, der lægges sammen."),
    ),
    "discount": Field(
        "share",
        "public.discount",
        Words("Discount rate", "Diskonteringsrente"),
        Words("share a year", "andel om året"),
        0.035,
        Words(
            "The real yearly rate of present values; the official schedule where it is left empty.",
            "Den reale årlige rente for nutidsværdier; de officielle satser, hvis feltet er tomt.",
        ),
    ),
    "index": _extra(
        "name",
        "public.index",
        ("Price index", "Prisindeks"),
        NONE,
        (
            "Where prices are of several years: a table of the register, as net-price-index.",
            "Hvis priserne er fra flere år: en tabel i registret, som net-price-index.",
        ),
    ),
    "inflation": _extra(
        "share",
        "public.inflation",
        ("Inflation", "Inflation"),
        Words("share a year", "andel om året"),
        (
            "By which repayments come to prices of the price year; the register's where it is left empty.",
            "Hvormed tilbagebetalinger føres til prisåret; registrets, hvis feltet er tomt.",
        ),
    ),
    "calculation": _extra(
        "calculation",
        "public.calculation",
        ("Calculation", "Beregning"),
        NONE,
        (
            "What public budgets pay and get, or what society gains.",
            "Hvad de offentlige kasser betaler og får, eller hvad samfundet vinder.",
        ),
    ),
}
"""Fields that stand once in a scenario."""

VALUES |= _ranges(VALUES, ("dropout", "unmeasured"))

SOURCE = Field(
    "text",
    "source",
    Words("Source", "Kilde"),
    NONE,
    NONE,
    Words("Who published the numbers of this row.", "Hvem der har offentliggjort rækkens tal."),
)
EXAMPLE_REASON = Words("made up, to show the form", "opdigtet, for at vise formen")
ASSUMPTION = Field(
    "text",
    "assumption",
    Words("Assumption", "Antagelse"),
    NONE,
    EXAMPLE_REASON,
    Words("Why a number was chosen that nobody published.", "Hvorfor et tal er valgt, som ingen har offentliggjort."),
)
PRICE_YEAR = Field(
    "year",
    "price_year",
    Words("Price year", "Prisår"),
    Words("year", "årstal"),
    2026,
    Words("The price level of the price.", "Prisens prisniveau."),
)
SECTORS_OF = {
    "municipality": Field(
        "share",
        "bears.municipality",
        Words("Municipality", "Kommune"),
        SHARE,
        1.0,
        Words("The part that the municipality bears.", "Den del, kommunen bærer."),
    ),
    "region": Field(
        "share",
        "bears.region",
        Words("Region", "Region"),
        SHARE,
        NONE,
        Words("The part that the region bears.", "Den del, regionen bærer."),
    ),
    "state": Field(
        "share",
        "bears.state",
        Words("State", "Stat"),
        SHARE,
        NONE,
        Words("The part that the state bears.", "Den del, staten bærer."),
    ),
}

TABLES: dict[str, dict[str, Field]] = {
    "outcomes": {
        "name": Field(
            "name",
            "",
            Words("Outcome", "Resultatmål"),
            NONE,
            Words("home", "bolig"),
            Words("A short name.", "Et kort navn."),
            needed=True,
        ),
        "success_rate": Field(
            "share",
            "success_rate",
            Words("Success rate", "Succesrate"),
            SHARE,
            0.6,
            Words("The chance that one of them succeeds.", "Chancen for, at det lykkes for en af dem."),
        ),
        "of": Field(
            "of",
            "of",
            Words("Of whom", "Af hvem"),
            NONE,
            Words("completers", "gennemførende"),
            Words("Of everybody enrolled, or of those who complete.", "Af alle optagne eller af de gennemførende."),
        ),
        "measured": Field(
            "moment",
            "measured",
            Words("Measured after enrolment", "Måles efter start"),
            Words("months, or completion", "måneder, eller afslutning"),
            12,
            Words("Months after enrolment, or at the end of the course.", "Måneder efter start, eller ved afslutning."),
        ),
        "counterfactual": Field(
            "share",
            "counterfactual",
            Words("Would succeed anyway", "Ville lykkes alligevel"),
            SHARE,
            0.3,
            Words(
                "The share who would succeed without the programme.",
                "Andelen, for hvem det ville lykkes uden indsatsen.",
            ),
        ),
        "source": SOURCE,
        "assumption": ASSUMPTION,
    },
    "consequences": {
        "name": Field(
            "name",
            "",
            Words("Consequence", "Konsekvens"),
            NONE,
            Words("shelter", "herberg"),
            Words("A short name.", "Et kort navn."),
            needed=True,
        ),
        "outcome": Field(
            "name",
            "outcome",
            Words("Follows from outcome", "Følger af resultatmål"),
            NONE,
            Words("home", "bolig"),
            Words("The outcome whose successes save.", "Det resultatmål, hvis succeser sparer."),
        ),
        "saved": Field(
            "number",
            "saved",
            Words("Saved a year", "Sparet om året"),
            Words("units", "enheder"),
            120,
            Words(
                "Units that a success saves a year; negative where it uses more.",
                "Enheder, en succes sparer om året; negativ, hvis der bruges flere.",
            ),
            needed=True,
        ),
        "unit": Field(
            "text",
            "unit",
            Words("Unit", "Enhed"),
            NONE,
            Words("nights", "nætter"),
            Words("What is counted.", "Hvad der tælles."),
        ),
        "price": Field(
            "amount",
            "price",
            Words("Price of a unit", "Pris pr. enhed"),
            MONEY,
            1_500,
            Words("What one unit costs.", "Hvad en enhed koster."),
            needed=True,
        ),
        "price_year": PRICE_YEAR,
        "kind": Field(
            "consequence kind",
            "kind",
            Words("Kind", "Art"),
            NONE,
            Words("service", "ydelse"),
            Words("A service, or income support (transfer).", "En ydelse (service) eller en overførsel."),
        ),
        **SECTORS_OF,
        "bears": Field(
            "sector",
            "bears",
            Words("Borne by", "Bæres af"),
            NONE,
            NONE,
            Words("One sector that bears all of it.", "En sektor, der bærer det hele."),
        ),
        "refund": Field(
            "name",
            "bears.refund",
            Words("Refund rule", "Refusionsregel"),
            NONE,
            NONE,
            Words(
                "In place of shares: a rule of the register, as refund-ladder.",
                "I stedet for andele: en regel i registret, som refund-ladder.",
            ),
        ),
        "weeks": Field(
            "number",
            "bears.weeks",
            Words("Weeks on support", "Uger på ydelse"),
            Words("weeks", "uger"),
            NONE,
            Words(
                "For refunds by weeks: how long people had been on support.",
                "Til refusion efter uger: hvor længe de havde fået ydelsen.",
            ),
        ),
        "lasts": Field(
            "whole",
            "lasts",
            Words("Years", "Antal år"),
            YEARS,
            5,
            Words("For how many years a success saves.", "I hvor mange år en succes sparer."),
        ),
        "evidence": Field(
            "whole",
            "evidence",
            Words("Years of evidence", "År med belæg"),
            YEARS,
            NONE,
            Words("For how many of these years there is evidence.", "For hvor mange af årene der er belæg."),
        ),
        "cashable": Field(
            "share",
            "cashable",
            Words("Cashable", "Kan realiseres"),
            SHARE,
            0.5,
            Words("The share that becomes cash.", "Andelen, der bliver til penge i kassen."),
        ),
        "committee": Field(
            "name",
            "committee",
            Words("Committee", "Udvalg"),
            NONE,
            NONE,
            Words("The municipal committee in whose budget it falls.", "Udvalget, hvis budget det falder i."),
        ),
        "source": SOURCE,
        "assumption": ASSUMPTION,
    },
    "costs": {
        "name": Field(
            "name",
            "",
            Words("Cost", "Omkostning"),
            NONE,
            Words("caseworker", "sagsbehandler"),
            Words("A short name.", "Et kort navn."),
            needed=True,
        ),
        "amount": Field(
            "amount",
            "amount",
            Words("Amount", "Beløb"),
            MONEY,
            400_000,
            Words("In all, or for each person.", "I alt eller pr. person."),
            needed=True,
        ),
        "per": Field(
            "per",
            "per",
            Words("For each", "Pr."),
            NONE,
            NONE,
            Words(
                "Participant or completer; in all where it is empty.", "Deltager eller gennemførende; i alt, hvis tomt."
            ),
        ),
        "year": Field(
            "year",
            "by_year",
            Words("Year", "År"),
            Words("year", "årstal"),
            2027,
            Words(
                "The year in which it falls; the first where it is empty.", "Året det falder i; det første, hvis tomt."
            ),
        ),
        "price_year": PRICE_YEAR,
        **SECTORS_OF,
        "bears": Field(
            "sector",
            "bears",
            Words("Borne by", "Bæres af"),
            NONE,
            NONE,
            Words("One sector that bears all of it.", "En sektor, der bærer det hele."),
        ),
        "source": SOURCE,
        "assumption": ASSUMPTION,
    },
    "payments": {
        "outcome": Field(
            "name",
            "per_outcome.outcome",
            Words("Outcome", "Resultatmål"),
            NONE,
            Words("home", "bolig"),
            Words("The outcome that is paid for.", "Det resultatmål, der betales for."),
            needed=True,
        ),
        "price": Field(
            "amount",
            "per_outcome.price",
            Words("Price of a success", "Pris pr. succes"),
            MONEY,
            50_000,
            Words("What each verified success pays.", "Hvad hver dokumenteret succes udløser."),
            needed=True,
        ),
        "payer": Field(
            "payer",
            "per_outcome.payer",
            Words("Payer", "Betaler"),
            NONE,
            Words("municipality", "kommune"),
            Words("Who pays.", "Hvem der betaler."),
        ),
        "source": SOURCE,
        "assumption": ASSUMPTION,
    },
    "financing": {
        "name": Field(
            "name",
            "name",
            Words("Investor", "Investor"),
            NONE,
            Words("DSI", "DSI"),
            Words("Who invests.", "Hvem der investerer."),
            needed=True,
        ),
        "commitment": Field(
            "amount",
            "commitment",
            Words("Commitment", "Tilsagn"),
            MONEY,
            3_000_000,
            Words("What the investor pays in.", "Hvad investoren indbetaler."),
            needed=True,
        ),
        "rank": Field(
            "whole",
            "rank",
            Words("Rank", "Rang"),
            NONE,
            NONE,
            Words("1 is paid back first.", "1 tilbagebetales først."),
        ),
        "rate": Field(
            "share",
            "rate",
            Words("Interest", "Rente"),
            Words("share a year", "andel om året"),
            NONE,
            Words("The yearly interest on what is owed.", "Den årlige rente af det skyldige."),
        ),
        "source": SOURCE,
        "assumption": ASSUMPTION,
    },
}
"""Fields of the rows of each table. A row of outcomes, consequences or costs is an entry of that name."""

RANGE = _extra(
    "range",
    "",
    ("Ranges are", "Spænd er"),
    NONE,
    (
        "limits: never below the lowest or above the highest. nine in ten: one in twenty below, one in twenty above.",
        "yderpunkter: aldrig under eller over. ni ud af ti: én ud af tyve under, én ud af tyve over.",
    ),
)
_REFUND = {
    "refund": TABLES["consequences"]["refund"],
    "weeks": TABLES["consequences"]["weeks"],
    "yearly_cost": _extra(
        "amount",
        "bears.yearly_cost",
        ("Yearly cost of one", "Årlig udgift til én"),
        MONEY,
        ("For refunds by cost: what one person costs in a year.", "Til refusion efter udgift: hvad én koster om året."),
    ),
    "days": _extra(
        "number",
        "bears.days",
        ("Days of a year", "Dage om året"),
        DAYS,
        ("For refunds by days: how many one person uses.", "Til refusion efter dage: hvor mange én bruger."),
    ),
}
_FEW = ("price_year", "kind", "refund", "weeks", "evidence", "committee")
"""Columns of consequences that few books need."""


def _counted(stem: str, en: str, da: str) -> dict[str, Field]:
    """A share as so many of so many people."""
    return {
        f"{stem}successes": _extra(
            "whole",
            "",
            (f"{en}: people", f"{da}: personer"),
            PEOPLE,
            ("Instead of the share: the people for whom it went so.", "I stedet for andelen: for så mange gik det så."),
        ),
        f"{stem}observed": _extra(
            "whole",
            "",
            (f"{en}: of people", f"{da}: ud af"),
            PEOPLE,
            ("The people who were observed.", "De personer, man så på."),
        ),
    }


def _with_extras(table: str, *extras: dict[str, Field]) -> dict[str, Field]:
    """A table with the columns that few books need behind all others."""
    fields = TABLES[table]
    few = _FEW if table == "consequences" else ()
    plain = {name: field for name, field in fields.items() if name not in few}
    behind = {name: fields[name]._replace(extra=True) for name in few if name in fields}
    for more in extras:
        behind |= more
    return plain | behind


TABLES["outcomes"] = _with_extras(
    "outcomes",
    _ranges(TABLES["outcomes"], ("success_rate", "counterfactual")),
    {"range": RANGE},
    _counted("", "Succeeded", "Lykkedes"),
    {
        "weight": _extra(
            "share",
            "",
            ("Weight of the people", "Vægt af personerne"),
            SHARE,
            (
                "How much the people observed count: 100 % for the same provider and target group.",
                "Hvor meget personerne tæller: 100 % ved samme leverandør og målgruppe.",
            ),
        )
    },
    _counted("anyway_", "Anyway", "Alligevel"),
    {
        "anyway": _extra(
            "share",
            "public.anyway",
            ("Anyway, for the public only", "Alligevel, kun for det offentlige"),
            SHARE,
            (
                "In place of the column Would succeed anyway, where no payment depends on it.",
                "I stedet for kolonnen Ville lykkes alligevel, hvis ingen betaling afhænger af det.",
            ),
        )
    },
)
TABLES["consequences"] = _with_extras(
    "consequences",
    {name: _REFUND[name] for name in ("yearly_cost", "days")},
    _ranges(TABLES["consequences"], ("saved", "price", "cashable")),
    {
        "range": RANGE,
        "counts": _extra(
            "counts",
            "counts",
            ("Counts", "Tæller"),
            NONE,
            (
                "first success: each person once, then for some years. while met: as long as the outcome is met.",
                "første succes: hver person én gang, så i nogle år. så længe opfyldt: så længe målet er nået.",
            ),
        ),
        "volume": _extra(
            "number",
            "volume",
            ("Volume", "Mængde"),
            FACTOR,
            (
                "1 where what is saved is as certain as it stands; the register's uncertainty where it is empty.",
                "1, hvis det sparede er så sikkert, som det står; registrets usikkerhed, hvis tomt.",
            ),
        ),
        "decay": _extra(
            "share",
            "decay",
            ("Lost each further year", "Tabes hvert år derefter"),
            Words("share a year", "andel om året"),
            (
                "The share of the saving that is lost with each further year; the register's where it is empty.",
                "Andelen af besparelsen, der tabes for hvert år; registrets, hvis tomt.",
            ),
        ),
        "unserved": _extra(
            "share",
            "unserved",
            ("Would have got nothing", "Ville intet have fået"),
            SHARE,
            (
                "The share of the successes on which nothing is saved, as they would have got no service.",
                "Andelen af succeserne, hvor intet spares, fordi de ingen ydelse ville have fået.",
            ),
        ),
    },
)
TABLES["costs"] = _with_extras(
    "costs",
    _ranges(TABLES["costs"], ("amount",)),
    {
        "range": RANGE,
        "committee": TABLES["consequences"]["committee"],
        "instead": _extra(
            "yes",
            "instead",
            ("Of the alternative", "Ved alternativet"),
            NONE,
            (
                "yes: what is spent where there is no programme, so that it is saved.",
                "ja: det, der bruges uden indsatsen, så det spares.",
            ),
        ),
    },
)
TABLES["financing"] = _with_extras(
    "financing",
    {
        "drawdown": _extra(
            "drawdown",
            "drawdown",
            ("Paid in", "Indbetales"),
            NONE,
            ("At the start, or as needed.", "Ved start eller efter behov."),
        ),
        "instalments": _extra(
            "whole",
            "drawdown.times",
            ("Instalments", "Rater"),
            NONE,
            ("In how many equal instalments it is paid in.", "I hvor mange lige store rater der indbetales."),
        ),
        "instalment_every": _extra(
            "months",
            "drawdown.every",
            ("Time between instalments", "Tid mellem rater"),
            MONTHS_UNIT,
            ("The first is paid in at the start.", "Den første indbetales ved start."),
        ),
    },
)
_GROUP = {
    "name": VALUES["cohort"]._replace(path="name", needed=True),
    "participants": VALUES["participants"]._replace(needed=True),
    "opens": _extra(
        "months",
        "enrolment.opens",
        ("Opens after", "Åbner efter"),
        MONTHS_UNIT,
        ("From the first day to when the group opens.", "Fra første dag, til gruppen åbner."),
    )._replace(extra=False),
    **{name: VALUES[name] for name in ("enrolment_window", "duration", "dropout", "unmeasured")},
    "source": SOURCE,
    "assumption": ASSUMPTION,
}
TABLES["cohorts"] = _GROUP | _ranges(_GROUP, ("dropout", "unmeasured")) | {"range": RANGE}
TABLES["during"] = {
    "name": TABLES["consequences"]["name"]._replace(
        label=Words("Change", "Ændring"), example=Words("guidance", "vejledning")
    ),
    "per": TABLES["costs"]["per"]._replace(
        told=Words("Participant or completer; participant where it is empty.", "Deltager eller gennemførende.")
    ),
    "saved": TABLES["consequences"]["saved"]._replace(
        label=Words("Saved by each", "Sparet pr. person"),
        example=-40,
        told=Words("Units that each saves; negative where each uses more.", "Enheder, hver sparer; negativ ved mere."),
    ),
    **{name: TABLES["consequences"][name] for name in ("unit", "price")},
    **SECTORS_OF,
    **{name: TABLES["consequences"][name] for name in ("bears", "cashable", "source", "assumption")},
    **{name: TABLES["consequences"][name] for name in ("price_year", "kind")},
    **_REFUND,
    "committee": TABLES["consequences"]["committee"],
    **_ranges(TABLES["consequences"], ("saved", "price")),
    "range": RANGE,
}
TABLES["during"] |= _ranges(TABLES["during"], ("saved",))
TABLES["appropriations"] = {
    "payer": TABLES["payments"]["payer"]._replace(path="", needed=True),
    "source": SOURCE,
    "assumption": ASSUMPTION,
}
TABLES["refunds"] = {
    "name": Field(
        "name",
        "",
        Words("Refund rule", "Refusionsregel"),
        NONE,
        Words("refund-ladder", "refund-ladder"),
        Words("Its name; one row for each step of an edition.", "Dens navn; én række for hvert trin i en udgave."),
        needed=True,
    ),
    "valid_from": Field(
        "date",
        "valid_from",
        Words("Holds from", "Gælder fra"),
        DATE,
        "2028-01-01",
        Words("The first day of the edition.", "Udgavens første dag."),
        needed=True,
    ),
    "valid_to": Field(
        "date",
        "valid_to",
        Words("Holds to", "Gælder til"),
        DATE,
        NONE,
        Words("The last day; empty where it still holds.", "Den sidste dag; tomt, hvis den stadig gælder."),
    ),
    "share": Field(
        "share",
        "share",
        Words("State refunds", "Staten refunderer"),
        SHARE,
        0.5,
        Words("The share that the state refunds.", "Den andel, staten refunderer."),
        needed=True,
    ),
    "from_week": Field(
        "number",
        "by_week",
        Words("From week", "Fra uge"),
        Words("weeks", "uger"),
        NONE,
        Words("By weeks: from how many weeks on support on.", "Efter uger: fra hvor mange uger på ydelsen."),
    ),
    "above": Field(
        "amount",
        "by_cost",
        Words("Above a yearly cost of", "Over en årlig udgift på"),
        MONEY,
        NONE,
        Words("By cost: of the part above this.", "Efter udgift: af den del, der ligger over."),
    ),
    "most_days": Field(
        "number",
        "most_days",
        Words("Most days", "Højst dage"),
        DAYS,
        NONE,
        Words("By days: the days of a year for which it is refunded.", "Efter dage: så mange dage om året."),
    ),
    "price_year": PRICE_YEAR._replace(
        example=NONE, told=Words("The price level of the yearly cost.", "Prisniveauet for den årlige udgift.")
    ),
    "source": SOURCE,
    "assumption": ASSUMPTION,
}

BY_YEAR = {"consequences": "years after a success", "costs": "calendar years", "appropriations": "calendar years"}
"""Tables with a column for each year, and which years these are."""

OPTIONAL = ("payments", "financing", "cohorts", "during", "appropriations", "refunds")
"""Tables that most books do without."""


CHOICES: dict[str, dict[str, str]] = {
    "of": {
        "enrolled": "enrolled",
        "optagne": "enrolled",
        "completers": "completers",
        "gennemførende": "completers",
        "measured": "measured",
        "målte": "measured",
    },
    "consequence kind": {"service": "service", "ydelse": "service", "transfer": "transfer", "overførsel": "transfer"},
    "sector": {
        "municipality": "municipality",
        "kommune": "municipality",
        "region": "region",
        "state": "state",
        "stat": "state",
    },
    "payer": {
        "municipality": "municipality",
        "kommune": "municipality",
        "region": "region",
        "state": "state",
        "stat": "state",
        "outcome fund": "outcome fund",
        "effektfond": "outcome fund",
    },
    "per": {
        "participant": "participant",
        "deltager": "participant",
        "completer": "completer",
        "gennemførende": "completer",
    },
    "moment": {"completion": "completion", "afslutning": "completion"},
    "range": {
        "limits": "limits",
        "yderpunkter": "limits",
        "nine in ten": "nine in ten",
        "ni ud af ti": "nine in ten",
    },
    "counts": {
        "first success": "first success",
        "første succes": "first success",
        "while met": "while met",
        "så længe opfyldt": "while met",
    },
    "drawdown": {"start": "start", "ved start": "start", "as needed": "as needed", "efter behov": "as needed"},
    "calculation": {
        "budget-economic": "budget-economic",
        "budgetøkonomisk": "budget-economic",
        "socio-economic": "socio-economic",
        "samfundsøkonomisk": "socio-economic",
    },
    "yes": {"yes": "yes", "ja": "yes", "no": "no", "nej": "no"},
}
"""Words that a cell may hold, and what they are in a scenario."""

UNITS: dict[str, tuple[frozenset[str], int, int]] = {
    "kr": (frozenset({"amount", "number"}), 1, 1),
    "1.000 kr": (frozenset({"amount", "number"}), 1_000, 1),
    "mio. kr": (frozenset({"amount", "number"}), 1_000_000, 1),
    "share": (frozenset({"share"}), 1, 1),
    "pct": (frozenset({"share"}), 1, 100),
    "months": (frozenset({"months", "moment"}), 1, 1),
    "years": (frozenset({"months", "moment"}), 12, 1),
}
"""Units that a mapping may name: the kinds of fields they fit, and what a number is multiplied and divided by."""

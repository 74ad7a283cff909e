"""What can be imported: every field of a scenario that a workbook may hold, its kind and its words."""

from __future__ import annotations

from typing import NamedTuple


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


PEOPLE, MONTHS_UNIT, NONE = Words("people", "personer"), Words("months", "måneder"), Words("", "")
SHARE, MONEY = Words("share, 0-100 %", "andel, 0-100 %"), Words("currency", "valuta")
DATE, YEARS = Words("date", "dato"), Words("years", "år")

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
}
"""Fields that stand once in a scenario."""

SOURCE = Field(
    "text",
    "source",
    Words("Source", "Kilde"),
    NONE,
    NONE,
    Words("Who published the numbers of this row.", "Hvem der har offentliggjort rækkens tal."),
)
ASSUMPTION = Field(
    "text",
    "assumption",
    Words("Assumption", "Antagelse"),
    NONE,
    Words("made up, to show the form", "opdigtet, for at vise formen"),
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

"""What the workbench sends and gets: the contract between the page and the service."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from risksim.service.bases import Letters, Shown, Strict, few

Part = Literal["returns", "answer", "lines", "parties", "drivers", "stresses"]
"""Parts of an answer: ``returns``, asked alone, is the histogram as soon as it is there, of an answer that is being
reckoned and asked for next; ``answer`` is all that moves with the slider; the others follow when it rests."""
Group = Literal[
    "success",
    "enrolment",
    "dropout",
    "price",
    "cap",
    "guarantee",
    "time",
    "money",
    "terms",
    "financing",
    "dates",
    "other",
]
"""What an input is about, in the order of the page; from ``terms`` on they are folded until somebody looks for them."""
Kind = Literal["share", "money", "count", "months", "number", "date"]
"""How an input is written: a share is 0 to 1 in JSON and percent on the page."""
MOST_PATHS = 100_000
MOST_TEXT = 1_000_000
"""Letters at most of a deal's text."""
MOST_MOVES = 100
"""Inputs at most that are moved."""
Moves = Annotated[dict[Annotated[str, Letters], float | int | Annotated[str, Letters]], few(MOST_MOVES)]


class DealAsked(Strict):
    """Which deal is meant: a saved one, one that ships with the program, or a text."""

    deal: str | None = Field(default=None, max_length=24)
    """Identifier of a saved deal."""
    revision: int | None = Field(default=None, ge=1)
    """Which of its revisions; the last where left out."""
    shipped: str | None = Field(default=None, max_length=200)
    """Name of a deal that ships with the program, as ``broendby-tuba``."""
    text: str | None = Field(default=None, max_length=MOST_TEXT)
    """A scenario file."""

    @model_validator(mode="after")
    def _one(self) -> DealAsked:
        if sum(one is not None for one in (self.deal, self.shipped, self.text)) != 1:
            raise ValueError("name one of `deal`, `shipped` and `text`")
        if self.revision is not None and self.deal is None:
            raise ValueError("`revision` stands beside `deal`")
        return self


class InputsAsked(Strict):
    """Ask which inputs of a deal can be moved."""

    of: DealAsked
    language: Literal["en", "da"] = "en"


class LiveAsked(Strict):
    """Ask a deal with some inputs moved."""

    of: DealAsked
    set: Moves = Field(default_factory=dict, max_length=MOST_MOVES)
    """Inputs that were moved, by their `InputShown.id`, and what they were moved to."""
    paths: int = Field(default=10_000, ge=256, le=MOST_PATHS)
    seed: int = Field(default=1, ge=0, le=2**64 - 1)
    parts: list[Part] = Field(default=["answer"], min_length=1, max_length=5)
    language: Literal["en", "da"] = "en"

    @model_validator(mode="after")
    def _returns_alone(self) -> LiveAsked:
        if "returns" in self.parts and len(self.parts) > 1:
            raise ValueError("`returns` is asked alone: `answer` holds it")
        return self


class VariantAsked(Strict):
    """One of several variants of a deal."""

    name: str = Field(min_length=1, max_length=80)
    set: Moves = Field(default_factory=dict, max_length=MOST_MOVES)
    """As in `LiveAsked`."""


class CompareAsked(Strict):
    """Ask how variants of a deal differ from the first of them."""

    of: DealAsked
    variants: list[VariantAsked] = Field(min_length=2, max_length=4)
    paths: int = Field(default=10_000, ge=256, le=MOST_PATHS)
    seed: int = Field(default=1, ge=0, le=2**64 - 1)
    language: Literal["en", "da"] = "en"


class InputShown(Shown):
    """An input that can be moved by a slider or a field."""

    id: str
    """Its place in the file, as ``cohorts[0].participants``: a key that does not change."""
    group: Group
    title: str
    """In the language asked for, with the name of the outcome, payer or cohort that it belongs to."""
    kind: Kind
    value: float | str
    """As the file has it; of an uncertain input its mean. Money in the deal's currency, shares 0 to 1, a date as
    ``2027-01-01``."""
    text: str
    """As a reader reads it: ``75 %, nine times in ten between 63 and 85 %``."""
    low: float | None
    """Ends and step of its slider; of a date the months by which it goes back and forth from what the file says. None
    where there is no room for one."""
    high: float | None
    step: float | None
    uncertain: bool
    """Whether moving it moves a distribution, which keeps its width."""
    origin: Literal["source", "assumption", ""]
    origin_text: str
    line: int | None


class Assumed(Shown):
    """A number that the file states without a published source."""

    place: str
    title: str
    text: str
    """The number."""
    why: str
    line: int


class InputsShown(Shown):
    """What can be moved, and what is assumed."""

    name: str
    digest: str
    currency: str
    inputs: list[InputShown]
    assumed: list[Assumed]
    sourced: int
    """How many numbers have a published source."""
    stresses: list[str]
    language: Literal["en", "da"] | None = None
    """Language in which the file gives its reasons, where its titles tell it."""
    funded: bool
    """Whether investors finance it: without, there is no return to show."""
    obstacle: str | None = None
    """Why nothing can be moved here (a portfolio, a loan without people), in words; None if it can."""


class CellShown(Shown):
    """A cell: what is read, and the number behind it."""

    text: str
    value: float | str | None = None


class TableShown(Shown):
    """A table whose first column names the row."""

    name: str
    caption: str
    head: list[str]
    rows: list[list[CellShown]]
    notes: list[str] = Field(default_factory=list)
    emphasised: list[int] = Field(default_factory=list)


class ChartShown(Shown):
    """A chart: its Vega-Lite specification apart from its data, so that new data need no new chart."""

    name: str
    spec: dict[str, Any]
    """Vega-Lite without values: its data sources are named."""
    datasets: dict[str, list[dict[str, Any]]]
    """The rows of each data source."""
    alt: str
    caption: str
    table: TableShown
    label: str = ""
    """What it is called among charts to choose from; empty where it stands by itself."""


class FigureShown(Shown):
    """One number of the answer, as a tile."""

    key: str
    """As in the JSON of `risksim run`, with dots."""
    label: str
    text: str
    """To the digit that its error supports, with its unit."""
    value: float | None
    standard_error: float | None
    hint: str = ""
    """What it means, in a sentence."""


class Ends(Shown):
    """What all investors together are left with, from worst to best: for the draggable bound."""

    values: list[float]
    """In the deal's currency, rising, each once; the first and the last are the worst and the best."""
    weights: list[float]
    """Probability of each; they sum to 1."""
    joined: float
    """By how much the probability of ending below any other bound may be off, as neighbours were joined: what the
    heaviest of them weigh together, less than 0.001. 0 where none were."""
    at: float
    """Where the bound stands at first: 0, no loss."""


class LiveAnswer(Shown):
    """The answer to a deal with some inputs moved."""

    parts: list[Part]
    """What of it is here. Who asks for ``returns`` gets ``answer`` where that is there already."""
    name: str
    digest: str
    currency: str
    paths: int
    seed: int
    engine: str
    how: str
    """How it was reckoned, as `risksim run` says it."""
    command: str
    """The command line that prints the same numbers."""
    sentences: list[str] = Field(default_factory=list)
    """The answer in a few sentences; the first is the one to read out."""
    figures: list[FigureShown] = Field(default_factory=list)
    statistics: dict[str, Any] = Field(default_factory=dict)
    """The same keys and numbers as ``statistics`` in ``risksim run --json``."""
    ends: Ends | None = None
    charts: dict[str, ChartShown] = Field(default_factory=dict)
    """By name: ``returns``, ``exceedance``, ``repayment``, ``waterfall``, ``tranches``, ``drivers``, ``stresses``; with
    several payers the fans ``repayment-all``, ``repayment-1``, ..."""
    tables: dict[str, TableShown] = Field(default_factory=dict)
    """By name: ``lines``, ``payers``, ``tranches``, ``drivers``, ``stresses``."""
    notes: list[str] = Field(default_factory=list)
    """Remarks that must stand beside the answer (limits of public figures, constants not checked)."""
    milliseconds: float = 0.0


class CompareShown(Shown):
    """How variants differ from the first of them, met by the same people and luck."""

    names: list[str]
    digests: list[str]
    currency: str
    paths: int
    seed: int
    engine: str
    table: TableShown
    """A row for each quantity; for each variant but the first its mean difference and the standard error of it."""
    notes: list[str] = Field(default_factory=list)

"""What programs send and get under ``/api/v1``: strict, without unknown keys."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, FiniteFloat, model_validator

from risksim.language import N_
from risksim.replies import QUESTIONS
from risksim.replies.wishes import MOST_KEPT
from risksim.service.bases import Letters, Shown, Strict, few, letters
from risksim.service.live.shapes import MOST_TEXT, DealAsked
from risksim.service.problems import ProblemDetails
from risksim.service.work.making import day

MOST_COMPARED = 4
"""Deals at most that are put side by side."""
MOST_DEEP = 50
"""Objects and lists at most within each other in what is wished for."""


def _one_line(text: str) -> str:
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in letters(text)):
        raise ValueError(N_("a name is one line without control characters"))
    if not text.strip():
        raise ValueError(N_("a name is more than spaces"))
    return text.strip()


def _all_letters(wishes: dict[str, Any]) -> dict[str, Any]:
    """Wishes not too deep to be kept, without a text that cannot be written; each question looks at the rest itself."""
    level: list[Any] = [wishes]
    for _depth in range(MOST_DEEP):
        for one in level:
            if isinstance(one, str):
                letters(one)
        level = [inner for one in level for inner in _within(one)]
    if level:
        raise ValueError(N_("it is nested too deeply"))
    return wishes


def _within(one: Any) -> Iterable[Any]:
    if isinstance(one, dict):
        return (*one, *one.values())
    return one if isinstance(one, list) else ()


OneLine = AfterValidator(_one_line)
Language = Literal["en", "da"]
Question = Annotated[str, Field(max_length=20, json_schema_extra={"enum": list(QUESTIONS)})]
MemoForm = Literal["pdf", "docx", "html", "xlsx"]
DataForm = Literal["csv", "nc"]
EngineName = Literal["auto", "exact", "conditional", "individual"]
State = Literal["queued", "running", "done", "failed", "cancelled"]
RoleName = Literal["owner", "editor", "viewer"]
Name = Annotated[str, Field(min_length=1, max_length=200), OneLine]
ScenarioText = Annotated[str, Field(max_length=MOST_TEXT), Letters]


# Deals


class DealMade(Strict):
    """A new deal."""

    name: Name
    """What lists call it."""
    text: ScenarioText
    """The scenario file."""
    note: Annotated[str, Field(max_length=500), Letters] = ""
    """What the first revision says of itself."""
    draft: bool = False
    """Keep it though it has mistakes; without, a text with mistakes is refused."""


class DealRenamed(Strict):
    """A new name of a deal."""

    name: Name


class DealShown(Shown):
    """A deal."""

    id: str
    name: str
    role: RoleName | None
    """What the one who asks is to it; nothing for who holds a link."""
    latest: int
    """Number of its last revision."""
    created_at: dt.datetime
    changed_at: dt.datetime
    address: str
    """Where it is."""


class DealPage(Shown):
    """Some of the deals, those changed last first."""

    deals: list[DealShown]
    next: str | None
    """Address of the next page; nothing on the last one."""


class RevisionMade(Strict):
    """A new state of a deal's file."""

    text: ScenarioText
    based_on: int = Field(ge=0, le=2**31 - 1)
    """Number of the revision that was changed. If somebody added another since, the answer is 409 with what differs."""
    note: Annotated[str, Field(max_length=500), Letters] = ""
    """Why, in a few words."""
    draft: bool = False
    """Keep it though it has mistakes; without, a text with mistakes is refused."""


class RevisionShown(Shown):
    """A revision, without its text."""

    deal: str
    number: int
    digest: str | None
    """Of the deal as a run names it; nothing where the text is no deal yet."""
    note: str
    by: str | None
    """Account of who wrote it."""
    created_at: dt.datetime
    address: str


class RevisionText(RevisionShown):
    """A revision with its text."""

    text: str


class RevisionPage(Shown):
    """The revisions of a deal, the last one first."""

    revisions: list[RevisionShown]
    next: str | None


class DiffShown(Shown):
    """What differs between two revisions."""

    first: int
    second: int
    unified: str
    """Line by line, as ``diff -u`` writes it."""
    words: list[str] | None
    """As a reader says it, a sentence each; null where one of the texts is no deal."""


class MemberPut(Strict):
    """What somebody is to be to a deal."""

    email: Annotated[str, Field(min_length=3, max_length=254), OneLine]
    """With which they sign in here."""
    role: RoleName


class MemberShown(Shown):
    """Who may do what with a deal."""

    account: str
    """Identifier of their account."""
    email: str
    name: str
    role: RoleName
    since: dt.datetime


class MemberPage(Shown):
    """All members of a deal."""

    members: list[MemberShown]


# Texts


class TextAsked(Strict):
    """A text to look over."""

    text: ScenarioText
    """A scenario file."""
    name: Annotated[str, Field(max_length=200), OneLine] = "deal.yaml"
    """What messages call it."""
    language: Language | None = None


class FaultShown(Shown):
    """One mistake in a text, with its place."""

    line: int | None
    column: int | None
    path: str
    found: str
    remedy: str
    message: str
    """All of it, as ``risksim check`` prints it."""


class Validated(Shown):
    """What a text is: a deal, with what it says and assumes, or a text with mistakes."""

    valid: bool
    faults: list[FaultShown]
    review: dict[str, Any] | None
    """The JSON of ``risksim check --json``; nothing where there are mistakes."""


class TextShown(Shown):
    """A deal that ships with the program."""

    name: str
    title: str
    text: str


# Questions

Moved = FiniteFloat | int | Annotated[str, Field(max_length=200), Letters]


class Asking(Strict):
    """What is asked, of which deal."""

    of: DealAsked
    """The deal."""
    changes: Annotated[dict[Annotated[str, Field(max_length=200), Letters], Moved], few(100)] = Field(
        default_factory=dict, max_length=100
    )
    """Inputs that are moved, by the `id` that ``/api/v1/live/inputs`` lists, and what they are moved to."""
    language: Language | None = None
    """Of what is to be read; left out, that of `Accept-Language`. JSON keys and numbers are the same in both."""

    @model_validator(mode="after")
    def _letters(self) -> Asking:
        for text in (self.of.deal, self.of.shipped, self.of.text):
            letters(text or "")
        return self


class RunAsked(Asking):
    """A question."""

    question: Question = "run"
    wishes: Annotated[dict[str, Any], AfterValidator(_all_letters)] = Field(default_factory=dict, max_length=50)
    """How it is asked: the options of the command of the same name. ``/api/v1/questions`` lists them."""
    against: list[DealAsked] = Field(default_factory=list, max_length=MOST_COMPARED - 1)
    """Only for ``compare``: the deals that `of` is put beside."""
    wait: bool | None = None
    """True asks for the answer at once, false for a job; left out, small questions are answered at once."""


class MemoAsked(Asking):
    """A memo."""

    form: MemoForm = "pdf"
    paths: int | None = Field(default=None, ge=1, le=MOST_KEPT)
    """Of the run; left out, as many as ``risksim memo`` takes."""
    seed: int = Field(default=1, ge=0, le=2**64 - 1)
    engine: EngineName = "auto"
    p_loss: float = Field(default=0.10, ge=0.0, le=1.0)
    """The probability of a loss that terms are solved for."""
    quick: bool = False
    """Fewer futures behind all but the run itself, and no job: the file is the answer."""
    date: Annotated[str | None, AfterValidator(day)] = Field(default=None, pattern=r"^\d{4}-\d{2}-\d{2}$")
    """Printed on the memo, as ``2027-01-31``; left out, none."""


class DataAsked(Asking):
    """Every path of a run."""

    form: DataForm = "csv"
    """``nc`` labelled with all that is known of each path, ``csv`` one row a path."""
    paths: int | None = Field(default=None, ge=1, le=MOST_KEPT)
    """Left out, as many as ``risksim run`` takes."""
    seed: int = Field(default=1, ge=0, le=2**64 - 1)
    engine: EngineName = "auto"


class DataOfRun(Strict):
    """Every path of a run that was asked before."""

    form: DataForm = "csv"


class ScenarioAsked(Asking):
    """A scenario file with inputs moved."""


class RunShown(Shown):
    """A question that was asked, and how far its answer is."""

    id: str
    question: str
    deal: str | None
    """Identifier of the saved deal."""
    revision: int | None
    shipped: str | None
    """Name of the deal that ships with the program."""
    digest: str
    """Of the deal with its changes."""
    wishes: dict[str, Any]
    language: Language
    state: State
    done: int
    """How much is done of `total`."""
    total: int | None
    cancelling: bool
    """Whether somebody asked to stop it."""
    attempts_in_vain: int
    """How often the work broke off since it last got further; too often, and the run is given up."""
    created_at: dt.datetime
    started_at: dt.datetime | None
    finished_at: dt.datetime | None
    problem: ProblemDetails | None
    """What went wrong, as problem details."""
    etag: str | None
    """SHA-256 of the answer."""
    media_type: str | None
    address: str
    result: str | None
    """Address of the answer, once it is there."""
    table: str | None
    """Address of its table as CSV, once the answer is there and if it has one."""
    events: str
    """Address of the events that tell how far it is."""


class RunPage(Shown):
    """Some of the runs, the youngest first."""

    runs: list[RunShown]
    next: str | None


class RunAnswered(Shown):
    """A question that was answered at once."""

    run: RunShown
    result: dict[str, Any]
    """The JSON of the command of the same name."""


class QuestionShown(Shown):
    """A question that may be asked."""

    question: str
    """As the command of that name."""
    least: int
    """Deals of which it is asked, at least and at most."""
    most: int
    summary: str
    table: bool
    """Whether its answer has a table, which may be taken as CSV."""
    wishes: dict[str, Any]
    """JSON Schema of how it is asked."""


class QuestionPage(Shown):
    """All questions."""

    questions: list[QuestionShown]

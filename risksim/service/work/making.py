"""A claimed run in, its answer as bytes out: JSON of a question, a memo, or the data of every path."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, TypeVar

from pydantic import AfterValidator, Field, ValidationError

from risksim import api
from risksim.language import N_, Language, _, speaking
from risksim.replies import QUESTIONS, Means, ask, work
from risksim.replies.asking import MADE_HERE, with_stress
from risksim.replies.wishes import MOST_KEPT, Drawn, Engine, Wishes
from risksim.service.problems import Problem, not_found
from risksim.service.store import shipped
from risksim.service.store.compiled import FILE, compiled
from risksim.service.store.tables import Revision, Run

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from risksim.analysis.answer import Asked
    from risksim.service.context import Service

Progress = Callable[[int], None]
"""Called with how much is done, in units of the question; what it raises ends the work."""
MEMO_STEPS = 9
"""Steps of a memo: the run, seven questions beside it, and writing it down."""
MEMO_WORK = 100
"""A memo is told in percent. [%]"""
MEDIA_TYPES: Mapping[str, str] = {
    "json": "application/json",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "html": "text/html; charset=utf-8",
    "nc": "application/x-netcdf",
    "csv": "text/csv; charset=utf-8",
}
"""What an answer is, by the ending of its file."""


def day(text: str | None) -> str | None:
    """A date that stands in the calendar, or none."""
    if text is not None:
        try:
            dt.date.fromisoformat(text)
        except ValueError:
            raise ValueError(N_("there is no such day; write one as 2027-01-31")) from None
    return text


class Memo(Drawn):
    """What may be wished for of a memo."""

    form: Literal["pdf", "docx", "html", "xlsx"] = "pdf"
    """How it leaves."""
    paths: int | None = Field(default=None, ge=1, le=MOST_KEPT)
    """Futures of the run; left out as many as `risksim run` takes."""
    engine: Engine = "auto"
    """The most exact engine that can run the deal, or one by its name."""
    p_loss: float = Field(default=0.1, ge=0.0, le=1.0)
    """Probability of a loss for which the memo solves for terms."""
    quick: bool = False
    """Fewer futures behind all but the run itself."""
    date: Annotated[str | None, AfterValidator(day)] = Field(default=None, pattern=r"^\d{4}-\d{2}-\d{2}$")
    """Printed on the memo, as ``2026-11-22``; left out none, so that bytes repeat."""


class Data(Drawn):
    """What may be wished for of the data of every path."""

    form: Literal["nc", "csv"] = "nc"
    """Labelled with all that is known of each path, or one row a path."""
    paths: int | None = Field(default=None, ge=1, le=MOST_KEPT)
    """Futures to simulate; left out as many as `risksim run` takes."""
    engine: Engine = "auto"
    """Conditional or individual; auto takes the conditional one where it can."""


FILES: Mapping[str, type[Memo | Data]] = {"memo": Memo, "data": Data}
"""Questions whose answer is a file, and what may be wished for."""
COMPARED = "deals"
"""Under which name the wishes of a run keep the deals that are asked together, where there are several."""
_NAMED = ("revision", "shipped", "text")
W = TypeVar("W", bound=Wishes)


class Answer(NamedTuple):
    """An answer."""

    content: bytes
    media_type: str


def make(service: Service, run: Run, progress: Progress, means: Means = Means()) -> Answer:  # noqa: B008 - never changed
    """Answer a run.

    Parameters
    ----------
    service : Service
        Where its deal is kept.
    run : Run
        What is asked.
    progress : callable
        Called with how much is done; what it raises ends the work.
    means : Means
        How it is computed.

    Returns
    -------
    Answer

    Raises
    ------
    RisksimError
        If the deal or the wishes make no sense, as the command line says it.
    """
    with speaking(spoken_by(run)):
        if COMPARED in run.wishes:
            wishes = {name: wish for name, wish in run.wishes.items() if name != COMPARED}
            several = [_compared(service, one) for one in run.wishes[COMPARED]]
            return _json(ask(run.question, several, wishes, progress, **means._asdict()))
        deal = deal_of(service, run)
        if run.question == "memo":
            return memo(deal, checked(Memo, run.wishes), progress, means)
        if run.question == "data":
            return data(deal, checked(Data, run.wishes), progress, means)
        return _json(ask(run.question, [deal], run.wishes, progress, **means._asdict()))


def deal_of(service: Service, run: Run) -> api.Deal:
    """The compiled deal of a run; whether its asker may see it was decided when it was asked."""
    if run.shipped is not None:
        return compiled(shipped.text_of(run.shipped), f"{run.shipped}.yaml")
    if run.deal_id is None:
        return compiled(run.text or "", FILE)
    with service.database.reading() as session:
        found = session.get(Revision, (run.deal_id, run.revision))
        if found is None:
            raise not_found(_("deal"))
        return compiled(found.text, FILE)


def _compared(service: Service, named: Mapping[str, Any]) -> api.Deal:
    """One of several deals that a run names in its wishes."""
    return deal_of(service, Run(deal_id=named.get("deal"), **{key: named.get(key) for key in _NAMED}))


def work_of(question: str, deal: api.Deal, wishes: Mapping[str, Any]) -> int | None:
    """How much there is to do, in units of the question; None where nobody can tell.

    Parameters
    ----------
    question : str
        A key of `risksim.replies.QUESTIONS` or of `FILES`.
    deal : Deal
        Of which it is asked.
    wishes : mapping
        How.

    Returns
    -------
    int or None
    """
    if question == "memo":
        checked(Memo, wishes)
        return MEMO_WORK
    if question == "data":
        wished = checked(Data, wishes)
        return _asked_of_data(_as_wished(deal, wished), wished, Means()).job.paths
    return work(question, [deal], wishes)


def changed(deal: api.Deal, wishes: Mapping[str, Any]) -> api.Deal:
    """A deal with the stress and the changes that checked wishes name."""
    stress, changes = wishes.get("stress"), wishes.get("changes")
    deal = with_stress(deal, stress)
    return api.changed(deal, MADE_HERE, dict(changes)) if changes else deal


def is_known(question: str) -> bool:
    """Whether there is such a question."""
    return question in QUESTIONS or question in FILES


def checked(model: type[W], wishes: Mapping[str, Any]) -> W:
    """Wishes of a file that make sense.

    Raises
    ------
    Problem
        With each that makes none.
    """
    try:
        return model.model_validate(dict(wishes))
    except ValidationError as error:
        told = [f"`{'.'.join(map(str, one['loc']))}`: {_why(one)}" for one in error.errors(include_url=False)]
        raise Problem("faulty-wishes", 422, _("The wishes have mistakes"), "\n".join(told)) from None


def _why(fault: ErrorDetails) -> str:
    """What is wrong with a wish: in our own words where they are ours."""
    ours = fault.get("ctx", {}).get("error")
    return fault["msg"] if ours is None else _(str(ours))


def _as_wished(deal: api.Deal, wishes: Wishes) -> api.Deal:
    deal = with_stress(deal, wishes.stress)
    return api.changed(deal, MADE_HERE, dict(wishes.changes)) if wishes.changes else deal


def _json(said: Mapping[str, Any]) -> Answer:
    text = json.dumps(said, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    return Answer(text.encode(), MEDIA_TYPES["json"])


# A memo


def memo(deal: api.Deal, wishes: Memo, progress: Progress, means: Means = Means()) -> Answer:  # noqa: B008
    """A memo of a deal in the language spoken, as `risksim memo` writes it."""
    from risksim.analysis.facts import How, facts
    from risksim.report.forms import render
    from risksim.report.memo.write import memo as write

    date = dt.date.fromisoformat(wishes.date) if wishes.date is not None else None
    how = How(wishes.paths, wishes.seed, means.threads, wishes.engine, wishes.p_loss, wishes.quick)
    steps = _Steps(progress)
    document = write(facts(_as_wished(deal, wishes), how, steps), date)
    steps(0, 1, "writing")
    return Answer(render(document, wishes.form), MEDIA_TYPES[wishes.form])


class _Steps:
    """How much of a memo is done, in percent, from what is being done."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._begun: list[str] = []

    def __call__(self, done: int, of: int, what: str) -> None:
        if what not in self._begun:
            self._begun.append(what)
        before = min(len(self._begun), MEMO_STEPS) - 1
        share = min(done / of, 1.0) if of else 0.0
        self._progress(round(MEMO_WORK * (before + share) / MEMO_STEPS))


# The data of every path


def data(deal: api.Deal, wishes: Data, progress: Progress, means: Means = Means()) -> Answer:  # noqa: B008
    """Every path of a run, as ``risksim run --out`` saves it."""
    from risksim.analysis.answer import answer

    found = answer(_asked_of_data(_as_wished(deal, wishes), wishes, means), progress=progress)
    assert found.made is not None
    if wishes.form == "csv":
        return Answer(api.path_table(found.made).encode(), MEDIA_TYPES["csv"])
    if means.checkpoint is not None:
        means.checkpoint.mkdir(parents=True, exist_ok=True)
    # Beside the finished blocks of its run: it goes with them where this process is ended before it is whole.
    with tempfile.TemporaryDirectory(dir=means.checkpoint) as folder:
        file = Path(folder) / "data.nc"
        api.save(found.made, file)
        return Answer(file.read_bytes(), MEDIA_TYPES["nc"])


def _asked_of_data(deal: api.Deal, wishes: Data, means: Means) -> Asked:
    from risksim.analysis.answer import Wishes as How
    from risksim.analysis.answer import ask as asked

    how, labelled = How(engine=wishes.engine), wishes.form == "nc"
    return asked(deal, wishes.paths, wishes.seed, means.threads, how, every_path=True, keep_claims=labelled)


def spoken_by(run: Run) -> Language:
    """The language that a run is answered in."""
    return "da" if run.language == "da" else "en"

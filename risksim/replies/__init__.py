"""The answers under documented keys: what ``--json`` prints and what the service sends, written in one place.

Each file answers one question: it asks `risksim.analysis`, and puts what it found under the keys of
``docs/reference/results.md``. The command line adds its page and its files; the service adds nothing. A question has
wishes: what may be asked for beside it, checked before any work is done (`risksim.replies.wishes`). Its file is loaded
when it is asked.
"""

from __future__ import annotations

from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from risksim.api import Deal, Executor
    from risksim.replies.wishes import Wishes


class Means(NamedTuple):
    """How an answer is computed; never what it is."""

    threads: int = 0
    """0 takes every core."""
    checkpoint: Path | None = None
    """Folder in which finished blocks of a run are kept, to go on from after an interruption."""
    executor: Executor | None = None
    """Who computes the blocks of a run; left out, the threads of this process."""


class Question(NamedTuple):
    """A question that may be asked of deals."""

    name: str
    """As the command, and as its file in this room."""
    deals: tuple[int, int] = (1, 1)
    """Of how many deals it is asked: at least, at most."""
    counts: bool = True
    """Whether it tells how much is done, and so can be interrupted in between."""
    funded: bool = False
    """Whether it is asked of deals only that investors finance."""
    has_table: bool = False
    """Whether its answer has a table: see `as_csv`."""

    @property
    def wishes(self) -> type[Wishes]:
        """What may be wished for: a strict model with the defaults of the command line."""
        return cast("type[Wishes]", getattr(import_module("risksim.replies.wishes"), self.name.capitalize()))

    def work(self, deals: Sequence[Deal], wishes: Wishes) -> int | None:
        """What there is to do: paths to be simulated in all. None where nobody can tell beforehand.

        Progress counts up to it, except for `price`, which counts the terms that were tried, and `reverse`, which
        counts the numbers that were moved.
        """
        return cast("int | None", self._room.work(deals, wishes))

    def reply(
        self,
        deals: Sequence[Deal],
        wishes: Wishes,
        progress: Callable[[int], None] | None = None,
        means: Means = Means(),  # noqa: B008 - never changed
    ) -> dict[str, Any]:
        """Ask it.

        Parameters
        ----------
        deals : sequence of Deal
            Of which it is asked.
        wishes : Wishes
            What is wished for.
        progress : callable, optional
            Called with how much is done. What it raises ends the work, and is raised: take an exception of your own,
            neither a RisksimError nor a KeyboardInterrupt, which some questions take for a row that failed, or for the
            wish to see what is there so far.
        means : Means
            How it is computed.

        Returns
        -------
        dict
            Ready for ``json.dumps``: what `risksim --json` prints.
        """
        return cast("dict[str, Any]", self._room.reply(deals, wishes, progress, means))

    @property
    def _room(self) -> Any:
        return import_module(f"risksim.replies.{self.name}")


_ALL = (
    Question("check", counts=False),
    Question("describe", counts=False),
    Question("run", funded=True),
    Question("explain", counts=False),
    Question("stress", funded=True, has_table=True),
    Question("compare", deals=(1, 4), has_table=True),
    Question("decompose", has_table=True),
    Question("sensitivity", funded=True, has_table=True),
    Question("reverse", funded=True),
    Question("tail", funded=True, has_table=True),
    Question("price", funded=True, has_table=True),
    Question("value"),
    Question("robust", funded=True),
    Question("public"),
    Question("pool"),
    Question("reference"),
    Question("batch", deals=(1, 20), has_table=True),
    Question("settle", counts=False, funded=True, has_table=True),
)
QUESTIONS: Mapping[str, Question] = MappingProxyType({one.name: one for one in _ALL})
"""Every question by its name."""
TABLES: Mapping[str, str] = MappingProxyType(
    {
        "risksim.stress/1": "stress",
        "risksim.stress-standard/1": "standard",
        "risksim.stress-grid/1": "grid",
        "risksim.tipping/1": "tipping",
        "risksim.compare/1": "compare",
        "risksim.decompose/1": "decompose",
        "risksim.sensitivity/1": "sensitivity",
        "risksim.tail/1": "tail",
        "risksim.price/1": "price",
        "risksim.batch/1": "batch",
        "risksim.settle/1": "settle",
    }
)
"""Which file writes the table of an answer, by its schema."""


def ask(
    question: str,
    deals: Sequence[Deal],
    wishes: Mapping[str, Any],
    progress: Callable[[int], None] | None = None,
    *,
    threads: int = 0,
    checkpoint: Path | None = None,
    executor: Executor | None = None,
) -> dict[str, Any]:
    """Ask a question of deals.

    Parameters
    ----------
    question : str
        A key of `QUESTIONS`.
    deals : sequence of Deal
        Of which it is asked; ``stress`` and ``changes`` of the wishes are made to the first of them.
    wishes : mapping
        What is wished for, as JSON: see `Question.wishes`.
    progress : callable, optional
        As in `Question.reply`.
    threads : int
        Threads; 0 takes every core. Never changes a result.
    checkpoint : Path, optional
        Folder in which finished blocks of a run are kept.
    executor : Executor, optional
        Who computes the blocks of a run.

    Returns
    -------
    dict
        What `risksim --json` prints.

    Raises
    ------
    RisksimError
        If there is no such question, its wishes make no sense, or it cannot be asked of these deals.
    """
    from risksim.replies.asking import asked_of, check_work, checked, in_its_words, marked, question_of

    one = question_of(question)
    wished = checked(one, wishes)
    with in_its_words(wished):
        asked = asked_of(one, deals, wished)
        check_work(one.work(asked, wished))
        return marked(one.reply(asked, wished, progress, Means(threads, checkpoint, executor)), wished)


def work(question: str, deals: Sequence[Deal], wishes: Mapping[str, Any]) -> int | None:
    """What there is to do to answer a question: see `Question.work`. Refuses what `ask` refuses before any work."""
    from risksim.replies.asking import asked_of, check_work, checked, in_its_words, question_of

    one = question_of(question)
    wished = checked(one, wishes)
    with in_its_words(wished):
        found = one.work(asked_of(one, deals, wished), wished)
        check_work(found)
        return found


def as_csv(said: Mapping[str, Any]) -> str:
    """The table of an answer, as the command saves it.

    Parameters
    ----------
    said : mapping
        A reply to a question that `has_table`, fresh or read from JSON.

    Returns
    -------
    str

    Raises
    ------
    RisksimError
        If its answer has no table.
    """
    from risksim.language import _
    from risksim.replies.form import QuestionError

    schema = str(said.get("schema", ""))
    if schema not in TABLES:
        raise QuestionError(_("got an answer of the form '{form}', which has no table; take its JSON.", form=schema))
    return cast("str", import_module(f"risksim.replies.{TABLES[schema]}").as_csv(said))

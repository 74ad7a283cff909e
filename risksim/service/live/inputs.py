"""Which numbers of a deal can be moved on the page, and which are assumed.

An input is a place of the file, so moving it is a stress like any other (`risksim.service.live.changes`). What the
checks of the language refuse to have moved is not offered.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from risksim import api
from risksim.errors import RisksimError
from risksim.language import LANGUAGES, N_, Language, _, spoken
from risksim.report.memo.titles import KEYS
from risksim.report.memo.words import date as date_words
from risksim.report.memo.words import money, number, share
from risksim.report.numbers import number as plain_number
from risksim.service.live import further, shapes
from risksim.service.live.changes import NAME, changes_of_moves, moved_deal

Path = tuple[str | int, ...]
Origin = Literal["source", "assumption", ""]

GROUPS: tuple[shapes.Group, ...] = (
    "success",
    "enrolment",
    "dropout",
    "price",
    "cap",
    "guarantee",
    "time",
    "money",
    *further.GROUPS,
    "other",
)
"""What inputs are about, in the order of the page."""

RULE = r"payments\.\*\.\w+"
MOVABLE: tuple[tuple[str, shapes.Group], ...] = (
    (r"outcomes\.\*\.(success_rate|monthly|rate|counterfactual|true_effect)", "success"),
    (r"outcomes\.\*\.success_rate\.composition\.groups\.\*\.rate", "success"),
    (r"outcomes\.\*\.success_rate\.effect\.(usual|odds_ratio)", "success"),
    (r"outcomes\.\*\.success_rate\.sites\.mean", "success"),
    (r"outcomes\.\*\.against\.rate", "success"),
    (r"outcomes\.\*\.(use|amount)\.(each|effect|shift)", "success"),
    (r"outcomes\.\*\.spells\.(starts|ends)", "success"),
    (r"outcomes\.\*\.result(\.\*\.value)?", "success"),
    (r"outcomes\.\*\.score\.(mean|growth)", "success"),
    (r"cohorts\.\*\.participants", "enrolment"),
    (r"cohorts\.\*\.enrolment\.(ratio|per_month|arrivals\.speed)", "enrolment"),
    (r"cohorts\.\*\.(dropout|unmeasured)(\.share|\.monthly)?", "dropout"),
    (RULE + r"\.(price|pays|amount|prices\..+)", "price"),
    (r"payments\.\*\.share_of_savings\.share", "price"),
    (r"payments\.\*\.deemed\.price", "price"),
    (r"payments\.\*\.(cap|floor)\.(total|per_period)", "cap"),
    (r"payments\.\*\.fund\.limit", "cap"),
    (r"financing\.guarantees\.\*\.(limit|share)", "guarantee"),
    (r"cohorts\.\*\.(duration|enrolment\.(opens|window|late_start\.months))", "time"),
    (r"financing\.(tranches|grants)\.\*\.(commitment|amount|rate)", "money"),
    (r"financing\.costs\.\*\.amount", "money"),
    (r"financing\.return_cap\.rate", "money"),
    (r"cohorts\.\*\.unlike_assumed\.share", "other"),
    (r"financing\.tranches\.\*\.loan\.default\.(yearly_chance|lost)", "other"),
    (r"public\.consequences\.\*\.(price|saved|volume|decay)", "other"),
    (r"public\.consequences\.\*", "other"),
    (r"public\.anyway\.\*", "other"),
    (r"public\.costs\.\*\.amount", "other"),
)
"""Places that may be moved, keys of names and positions as ``*``, and what they are about."""
NAMED = ("outcomes", "public")
"""Blocks whose keys are names that people give: the second step, and the third below `public`."""
NOT_OF_THE_DEAL = ("schema", "sources", "stresses", "register", "titles")
ORIGINS = ("source", "assumption")

WORDS = KEYS | {
    "participants": N_("places"),
    "ratio": N_("enrolment as a share of places"),
    "enrolment.ratio": N_("enrolment as a share of places"),
    "enrolment.per_month": N_("starts a month at most"),
    "enrolment.opens": N_("late start"),
    "enrolment.window": N_("months of enrolment"),
    "enrolment.ramp": N_("months until recruitment runs at full speed"),
    "duration": N_("length of the course"),
    "pays": N_("payment"),
    "total": N_("cap on payments"),
    "per_period": N_("cap on payments on each date"),
    "limit": N_("guarantee"),
    "share": N_("share"),
    "commitment": N_("capital committed"),
    "rate": N_("rate of interest"),
    "drawdown": N_("instalments"),
    "measured": N_("when it is measured"),
    "of": N_("who counts"),
    "starts": N_("chance a month of starting"),
    "ends": N_("chance a month of ending"),
    "default.yearly_chance": N_("yearly chance of default"),
    "default.lost": N_("share lost on default"),
    "score.mean": N_("mean score at the start"),
    "score.growth": N_("growth of the score"),
    "spells.starts": N_("chance a month of starting"),
    "spells.ends": N_("chance a month of ending"),
    "start": N_("start"),
    "end": N_("end"),
    "follow_up": N_("dates of settlement"),
    "enrolment": N_("enrolment"),
    "settlement": N_("settlement"),
    "price_year": N_("year of prices"),
    "weeks": N_("weeks"),
    "saved": N_("amount saved"),
    "costs": N_("costs"),
    "bears": N_("who bears it"),
    "cap": N_("cap on payments"),
    "public": N_("public budgets"),
    "financing": N_("financing"),
    "payments": N_("payments"),
    "consequences": N_("consequences"),
    "dependence": N_("what people share"),
    "horizon": N_("years that count"),
    "lasts": N_("years that it lasts"),
    "discount": N_("rate of discount"),
    "hurdles": N_("rates of present values"),
}
"""What keys mean, where the words of the memo don't say it."""
AT_PLACE = {
    r"payments\.\*\.fund\.limit": N_("limit of the fund"),
    r"payments\.\*\.floor\.(total|per_period)": N_("least payment"),
    r"payments\.\*\.standing\.amount": N_("standing payment"),
    r"payments\.\*\.share_of_savings\.share": N_("share of savings paid"),
    r"financing\.guarantees\.\*\.share": N_("share guaranteed"),
    r"financing\.costs\.\*\.amount": N_("cost"),
    r"financing\.grants\.\*\.amount": N_("grant"),
    r"financing\.return_cap\.rate": N_("highest return"),
    r"outcomes\.\*\.against\.rate": N_("rate of the comparison group"),
    r"public\.anyway\.\*": N_("success without the programme"),
}
"""The same where the key alone would mislead."""

FROM_NOUGHT = ("opens", "lag", "buffer", "notice", "run_off", "waiting_list_after_window", "wait_at_most")
"""Times that may be nought."""
PLACES_OF_A_SHARE = 4
"""Decimals of a percentage that a file states for certain at most, as the page's own fields."""
STEPS = 200
"""Steps of a slider, about."""
MOST_TRIED = 60
"""Inputs that are each tried by themselves at most, where not all of them can be moved at once."""
ALONE: tuple[shapes.Kind, ...] = ("date", "months")
"""Further inputs that are always tried by themselves: dates hang together; all moved is no proof for one."""
DATED = frozenset(("after", "appropriations", "dependence", "ends_early", "levels", "unless"))
"""Keys of what a plan refuses because of when it comes. Every other date the language itself refuses, but for the start
of the deal, from which years and prices are counted; and that takes a quarter of the time."""


class Input(NamedTuple):
    """A number or a date of the file that can be moved."""

    path: Path
    id: str
    group: shapes.Group
    kind: shapes.Kind
    value: float
    """Of a date its day, counted as Python counts days."""
    law: api.LawAt | None
    """Where the number is uncertain."""
    said: bool
    """Whether the file says it; else it is what the language takes for granted."""
    between: tuple[float | None, float | None] = (None, None)
    """Steps of a table before and after it; of a date by how many months it goes back and forth."""

    @property
    def written(self) -> float | str:
        """Its value as the page and the file write it: a day as ``2027-01-01``."""
        return dt.date.fromordinal(int(self.value)).isoformat() if self.kind == "date" else self.value


# Places


def plain(path: Path) -> str:
    """A place without names and positions, as ``outcomes.*.success_rate``."""
    steps = ["*" if isinstance(step, int) else step for step in path]
    if steps[0] == "outcomes" and len(steps) > 1:
        steps[1] = "*"
    if steps[0] == "public" and len(steps) > 2:
        steps[2] = "*"
    return ".".join(steps)


def place(path: Path) -> str:
    """A place as stresses write it: the keys of payment rules are left out."""
    through = path[:1] == ("payments",) and len(path) > 3
    return api.place_text((*path[:2], *path[3:]) if through else path)


def _places(value: Any, path: Path = ()) -> Iterator[tuple[Path, shapes.Group]]:
    if path:
        name = plain(path)
        group = _group_of(name)
        if group is not None and not _holds_more(value, path):
            yield path, group
            return
    if isinstance(value, dict):
        for key, inside in value.items():
            if isinstance(key, str) and (path or key not in NOT_OF_THE_DEAL):
                yield from _places(inside, (*path, key))
    elif isinstance(value, list):
        for position, inside in enumerate(value):
            yield from _places(inside, (*path, position))


@lru_cache(maxsize=4096)
def _group_of(name: str) -> shapes.Group | None:
    known = (*MOVABLE, *further.FURTHER)
    return next((group for pattern, group in known if re.fullmatch(pattern, name)), None)


def _holds_more(value: Any, path: Path) -> bool:
    """Whether a place is a block of further places rather than a number."""
    return isinstance(value, dict | list) and _number(value, path) is None


def _number(value: Any, path: Path) -> tuple[shapes.Kind, float, api.LawAt | None] | None:
    """Kind and mean of what stands at a place; None where it is no number."""
    law = api.law_of_block(value, path)
    if law is not None:
        kind: shapes.Kind = "money" if law.unit == "currency" else "share" if law.unit == "1" else "number"
        kind = "months" if law.unit == "month" else "count" if law.unit == "people" else kind
        if kind == "share" and law.most > 1.0 and path[-1] != "ratio":
            kind = "number"
        return kind, law.mean, None if law.is_certain else law
    inner = value.get("value") if isinstance(value, dict) else value
    if isinstance(inner, str):
        day = further.day_of(inner)
        if day is not None:
            return "date", float(day.toordinal()), None
        try:
            return "months", float(api.months_in(inner)), None
        except ValueError:
            return None
    if isinstance(inner, bool) or not isinstance(inner, int | float) or not math.isfinite(inner):
        return None
    return _plain_kind(path), float(inner), None


def _plain_kind(path: Path) -> shapes.Kind:
    kind = api.kind_of_place(path)
    return kind if kind in ("money", "share", "count") else "number"  # type: ignore[return-value]


# Inputs


@lru_cache(maxsize=64)
def _kept(digest: str, text: str) -> dict[str, tuple[Input, ...]]:  # noqa: ARG001 - its key
    return {}


def inputs_of(deal: api.Deal) -> tuple[Input, ...]:
    """The numbers of a deal that can be moved, in the order of the page.

    Parameters
    ----------
    deal : Deal
        A deal that was read.

    Returns
    -------
    tuple of Input
    """
    kept = _kept(deal.plan.digest, deal.document.text)
    if "inputs" not in kept:
        kept["inputs"] = tuple(_sound(deal, candidates(deal)))
    return kept["inputs"]


def candidates(deal: api.Deal) -> tuple[Input, ...]:
    """Those and the ones that the checks of the language will not let be moved by themselves: what may be asked for.

    Parameters
    ----------
    deal : Deal
        A deal that was read.

    Returns
    -------
    tuple of Input
    """
    kept = _kept(deal.plan.digest, deal.document.text)
    if "candidates" not in kept:
        kept["candidates"] = tuple(_found(deal))
    return kept["candidates"]


def _found(deal: api.Deal) -> Iterator[Input]:
    root = deal.document.root
    found = [one for path, group in _places(root) if (one := _input_at(deal, path, group)) is not None]
    known = {one.id for one in found}
    found += _late_starts(root, known)
    found += [Input(path, place(path), "dates", "months", 0.0, None, said=False) for path in further.lags(root)]
    order = {group: rank for rank, group in enumerate(GROUPS)}
    yield from sorted(found, key=lambda one: order[one.group])


def _input_at(deal: api.Deal, path: Path, group: shapes.Group) -> Input | None:
    root = deal.document.root
    read = _number(api.block_at(deal, path), path)
    if read is None:
        return None
    kind, mean, law = read
    if kind == "date":
        back, forth = further.months_around(path, root, dt.date.fromordinal(int(mean)))
        return Input(path, place(path), group, kind, mean, law, said=True, between=(float(back), float(forth)))
    if law is None and kind != "months":
        kind = further.kind_of(path, root) or kind
        kind = "number" if kind == "count" and not mean.is_integer() else kind
    return Input(path, place(path), group, kind, mean, law, said=True, between=further.between(path, root))


def _late_starts(root: Any, known: set[str]) -> Iterator[Input]:
    """A late start of each cohort, which every file may say."""
    for position, cohort in enumerate(root.get("cohorts") or []):
        path: Path = ("cohorts", position, "enrolment", "opens")
        said = cohort.get("enrolment") if isinstance(cohort, dict) else None
        if place(path) not in known and (said is None or isinstance(said, dict)):
            yield Input(path, place(path), "time", "months", 0.0, None, said=False)


def _sound(deal: api.Deal, found: tuple[Input, ...]) -> Iterator[Input]:
    """Those that the checks of the language let be moved, in their order."""
    found = tuple(one for one in found if one.law is None or not _is_entered(deal, one.path))
    alone = [one for one in found if not one.said or (one.group in further.GROUPS and one.kind in ALONE)]
    main = [one for one in found if one.group not in further.GROUPS and one not in alone]
    rest = [one for one in found if one.group in further.GROUPS and one not in alone]
    if _bears(deal, [*main, *rest]):
        kept = {*main, *rest}
    else:
        kept = set(main if _bears(deal, main) else [one for one in main[:MOST_TRIED] if _bears(deal, [one])])
        kept |= set(_halved(deal, rest))
    whole = _hangs_on_dates(deal.document.root)
    kept |= {one for one in alone[:MOST_TRIED] if _bears(deal, [one], whole=whole or one.path == ("start",))}
    yield from (one for one in found if one in kept)


def _is_entered(deal: api.Deal, path: Path) -> bool:
    """Whether a stress of the file changes something within a number, which is elsewhere once the number is moved."""
    steps = [
        {"*", str(step), str(further.name_at(deal.document.root, path[: place + 1]))} for place, step in enumerate(path)
    ]
    steps = steps[:2] + steps[3:] if path[0] == "payments" and len(path) > 3 else steps
    for stress in (deal.document.root.get("stresses") or {}).values():
        for said in stress:
            named = [name for name in re.split(r"[.\[\]]+", said) if name]
            if len(named) > len(steps) and all(name in step for name, step in zip(named, steps, strict=False)):
                return True
    return False


def _halved(deal: api.Deal, found: list[Input]) -> Iterator[Input]:
    """The same of inputs that are tried together, and in halves where they can't all be moved."""
    if found and _bears(deal, found):
        yield from found
    elif len(found) > 1:
        yield from _halved(deal, found[: len(found) // 2])
        yield from _halved(deal, found[len(found) // 2 :])


def _hangs_on_dates(value: Any) -> bool:
    """Whether a file says something of which only a plan shows that a date leaves it nothing to do."""
    if isinstance(value, dict):
        return any(key in DATED or (key not in NOT_OF_THE_DEAL and _hangs_on_dates(value[key])) for key in value)
    return isinstance(value, list) and any(map(_hangs_on_dates, value))


def _bears(deal: api.Deal, found: list[Input], *, whole: bool = True) -> bool:
    """Whether a deal can be read with some inputs moved a little, and, where it is to be whole, compiled."""
    for nudge in (_up, _down):
        moves = {one.id: nudge(one) for one in found}
        if found and all(one.written == moves[one.id] for one in found):
            continue
        try:
            changes = changes_of_moves(deal, found, moves)
            if whole:
                moved_deal(deal, changes, draft=True)
            else:
                api.check_changed(deal, NAME, changes)
        except RisksimError:
            continue
        return True
    return False


def _up(one: Input) -> float | str:
    if one.kind == "date":
        return _months_later(one, 1)
    _low, high = one.between
    if high is not None:
        return _whole(one, one.value + 0.25 * (high - one.value), 1.0)
    if one.kind in ("count", "months"):
        return one.value + (1.0 if one.kind == "count" or not one.said else 3.0)
    if one.kind == "share" and one.value <= 1.0:
        return one.value + 0.1 * (1.0 - one.value)
    return one.value + 0.1 * abs(one.value) if one.value else 1.0


def _down(one: Input) -> float | str:
    if one.kind == "date":
        return _months_later(one, -1)
    low, _high = one.between
    if low is not None:
        return _whole(one, one.value - 0.25 * (one.value - low), -1.0)
    if one.kind in ("count", "months"):
        return max(one.value - 1.0, 1.0 if one.kind == "count" else 0.0)
    return one.value - 0.1 * abs(one.value)


def _whole(one: Input, value: float, step: float) -> float:
    """A value, or for people the next whole number in its direction."""
    return one.value + step if one.kind == "count" else value


def _months_later(one: Input, months: int) -> str:
    return further.months_later(dt.date.fromordinal(int(one.value)), months).isoformat()


# As the page shows them


def shown(deal: api.Deal) -> shapes.InputsShown:
    """What can be moved and what is assumed, in the language spoken."""
    published, _assumed = api.origins_of(deal)
    found = inputs_of(deal)
    return shapes.InputsShown(
        name=deal.plan.name,
        digest=deal.plan.digest,
        currency=deal.plan.currency,
        inputs=_told_apart([_shown(deal, one) for one in found], found),
        assumed=list(assumed(deal)),
        sourced=len(published),
        stresses=list(deal.scenario.stresses),
        language=language_of(deal),
        funded=deal.scenario.is_funded,
        obstacle=None if found else _("The file has no number that can be moved by itself."),
    )


def _told_apart(shown_inputs: list[shapes.InputShown], found: tuple[Input, ...]) -> list[shapes.InputShown]:
    """Titles of which no two are alike: two rules may pay for one outcome."""
    often = Counter(one.title for one in shown_inputs)
    for one, of in zip(shown_inputs, found, strict=True):
        position = next((step for step in of.path if isinstance(step, int)), None)
        if often[one.title] > 1 and position is not None:
            told = _("rule {number}", number=position + 1) if of.path[0] == "payments" else str(position + 1)
            one.title = f"{one.title} ({told})"
    return shown_inputs


def language_of(deal: api.Deal) -> Language | None:
    """The language of a file that says how pages in the only other language call things; None where it doesn't."""
    others = set(LANGUAGES) - set(deal.document.root.get("titles") or {})
    return others.pop() if len(others) == 1 else None


def _shown(deal: api.Deal, one: Input) -> shapes.InputShown:
    origin, said = origin_of(deal, one.path) if one.said else ("", "")
    low, high, step = ends(one)
    goes = low < high
    position = deal.document.position(one.path) if one.said else None
    return shapes.InputShown(
        id=one.id,
        group=one.group,
        title=title(deal, one.path),
        kind=one.kind,
        value=one.written,
        text=text_of(one.kind, one.value, deal.plan.currency, one.law),
        low=low if goes else None,
        high=high if goes else None,
        step=step if goes else None,
        uncertain=one.law is not None,
        origin=origin,
        origin_text=said,
        line=None if position is None else position[0],
    )


def ends(one: Input) -> tuple[float, float, float]:
    """Ends and step of a slider: shares from nought to one, whatever else to about twice what it is.

    A step of a table goes from the one before it to the one after it; a date by months from what the file says.
    """
    if one.kind == "date":
        back, forth = one.between
        return back or 0.0, forth or 0.0, 1.0
    if any(end is not None for end in one.between):
        return _between(one)
    small = one.group in ("money", "other", *further.GROUPS)
    if one.kind == "share" and 0.0 <= one.value <= 0.1 and small:
        return (0.001 if one.law is not None else 0.0), 0.3, 0.001
    if one.kind == "share" and 0.0 <= one.value <= 1.0 and not (one.law and one.law.most > 1.0):
        return (0.01, 0.99, 0.01) if one.law is not None else (0.0, 1.0, 0.01)
    if one.kind == "share" and one.value > 0.0:
        return 0.05, max(1.5, math.ceil(2.0 * one.value)), 0.01
    if one.kind == "months":
        return (0.0 if one.path[-1] in FROM_NOUGHT else 1.0), max(2.0 * math.ceil(one.value), 24.0), 1.0
    if one.kind == "count":
        return min(1.0, one.value), max(2.0 * math.ceil(one.value), 10.0), 1.0
    reach = abs(one.value) if one.value else 1.0
    step = _round(2.0 * reach / STEPS)
    high = step * math.ceil(2.0 * reach / step - 1e-9)
    low = 0.0 if one.value >= 0.0 else -high
    if one.law is not None and one.law.least == 0.0:
        low = step  # a mean of nought has no width to keep
    return low, high, step


def _between(one: Input) -> tuple[float, float, float]:
    """The ends of a step of a table: it stays above the one before and below the one after."""
    low, high = one.between
    gap = min(abs(one.value - end) for end in (low, high) if end is not None)
    low = one.value - gap if low is None else low
    high = one.value + gap if high is None else high
    low = max(low, 0.0) if one.value >= 0.0 and one.between[0] is None else low
    if one.kind == "count":
        return low if one.between[0] is None else low + 1.0, high if one.between[1] is None else high - 1.0, 1.0
    step = _round((high - low) / STEPS)
    first = low if one.between[0] is None else step * math.ceil(low / step + 1e-6)
    last = high if one.between[1] is None else step * math.floor(high / step - 1e-6)
    return _tidy(first), _tidy(last), step


def _tidy(value: float) -> float:
    """A number without the dust of a multiplication."""
    return float(f"{value:.12g}")


def _round(step: float) -> float:
    """The nearest round number below: 1, 2, 5, 10, ..."""
    power = 10.0 ** math.floor(math.log10(step))
    return max(each * power for each in (1.0, 2.0, 5.0) if each * power <= step * (1.0 + 1e-9))


def text_of(kind: shapes.Kind, value: float, currency: str, law: api.LawAt | None = None) -> str:
    """A number as a reader reads it, with how sure it is."""
    if law is None:
        return share(value, places=PLACES_OF_A_SHARE) if kind == "share" else _worth(kind, value, currency)
    middle = _worth(kind, value, currency)
    low, high = _worth(kind, law.low, currency), _worth(kind, law.high, currency)
    return _("{middle}, nine times in ten between {low} and {high}", middle=middle, low=low, high=high)


def _worth(kind: shapes.Kind, value: float, currency: str) -> str:
    if kind == "share":
        return share(value)
    if kind == "money":
        return money(value, currency)
    if kind == "count":
        return number(value)
    if kind == "months":
        return _("{number} months", number=number(value))
    if kind == "date":
        return date_words(dt.date.fromordinal(int(value)))
    said = number(value, places=0 if abs(value) >= 1000 else 2 if abs(value) >= 1 else 4)
    mark = "," if spoken() == "da" else "."
    whole, point, places = said.rpartition(mark)
    return f"{whole}{mark}{places.rstrip('0')}".removesuffix(mark) if point and abs(value) < 1000 else said


# Titles


def title(deal: api.Deal, path: Path) -> str:
    """A place of the file in words, with the name of the outcome, cohort, payment or party that it belongs to."""
    block, rest = str(path[0]), path[2:]
    if block == "cohorts" and len(path) > 1:
        words = _words(deal, path, rest)
        cohorts = deal.plan.labels.cohorts
        whose = "" if len(cohorts) == 1 else _cohort(deal, path[1])
        return _joined(words, whose)
    if block == "outcomes" and len(path) > 1:
        name = str(path[1])
        outcome = deal.scenario.outcomes.get(name)
        said = _joined(_words(deal, path, rest), deal.scenario.title(name, getattr(outcome, "label", None), spoken()))
        return said if _further(deal, path) else said + _when(deal, path)
    if block == "payments" and len(path) > 2:
        return _joined(_words(deal, path, path[3:]), _payment(deal, path))
    if block == "financing" and len(path) > 2 and isinstance(path[2], int):
        entry = api.block_at(deal, path[:3])
        named = entry.get("name") if isinstance(entry, dict) else None
        return _joined(_words(deal, path, path[3:]), str(named or ""))
    if block == "public" and len(path) > 2:
        words = (
            _words(deal, path, path[3:])
            if path[3:] or path[1] in ("anyway", "costs")
            else _words(deal, path, path[1:2])
        )
        name = str(path[2])
        outcome = deal.scenario.outcomes.get(name)
        if path[1] == "anyway" and outcome is not None:
            return _joined(words, deal.scenario.title(name, getattr(outcome, "label", None), spoken()))
        return _joined(words, "" if isinstance(path[2], int) else name.replace("_", " "))
    if block == "ends_early" and len(path) > 2:
        entry = api.block_at(deal, path[:2])
        return _joined(_words(deal, path, path[2:]), str(entry.get("name", "")) if isinstance(entry, dict) else "")
    return _joined(_words(deal, path, path), "")


def _further(deal: api.Deal, path: Path) -> str | None:
    return further.words_of(plain(path), path, deal.document.root)


def _when(deal: api.Deal, path: Path) -> str:
    """The day of one of several results, where the file has it."""
    entry = api.block_at(deal, path[:4]) if len(path) > 4 and isinstance(path[3], int) else None
    on = entry.get("on") if isinstance(entry, dict) else None
    on = on.get("value") if isinstance(on, dict) else on
    return f" ({on})" if on is not None else f" ({int(path[3]) + 1})" if entry is not None else ""


def _joined(words: str, whose: str) -> str:
    said = _("{what}: {whose}", what=words, whose=whose) if whose and words else words or whose
    return said[:1].upper() + said[1:]


def _words(deal: api.Deal, path: Path, keys: Path) -> str:
    name = plain(path)
    special = next((words for pattern, words in AT_PLACE.items() if re.fullmatch(pattern, name)), None)
    said = _(special) if special is not None else _further(deal, path)
    if said is not None:
        return said
    found = re.sub(r"\.\*", "[]", ".".join("*" if isinstance(key, int) else str(key) for key in keys))
    first = found
    while found:
        if found in WORDS:
            return _(WORDS[found])
        found = found.partition(".")[2]
    for key in reversed(keys):
        if key in WORDS:
            return _(WORDS[str(key)])
    return re.sub(r"[._\[\]]+", " ", first).strip()


def _cohort(deal: api.Deal, position: str | int) -> str:
    entries = deal.document.root.get("cohorts") or []
    entry = entries[position] if isinstance(position, int) and position < len(entries) else {}
    name = entry.get("name") if isinstance(entry, dict) else None
    if name is None:
        return str(position)
    return deal.scenario.title(str(name), entry.get("label"), spoken())


def _payment(deal: api.Deal, path: Path) -> str:
    terms = api.block_at(deal, path[:3])
    kind = str(path[2])
    if not isinstance(terms, dict):
        return ""
    label, outcome = terms.get("label"), terms.get("outcome")
    if outcome is not None and str(outcome) in deal.scenario.outcomes and label is None:
        of = deal.scenario.outcomes[str(outcome)]
        label = deal.scenario.title(str(outcome), getattr(of, "label", None), spoken())
    elif label is not None:
        label = deal.scenario.title(str(label), str(label), spoken())
    if len(path) > 4 and path[3] == "prices":
        return str(path[4]).replace("_", " ")
    return str(label) if label is not None else "" if kind in ("cap", "floor", "fund") else kind.replace("_", " ")


# Origins


def origin_of(deal: api.Deal, path: Path) -> tuple[Origin, str]:
    """Where a number comes from: ``source``, ``assumption`` or nothing, and what is cited or why it was assumed."""
    found: tuple[Origin, str] = ("", "")
    around: Any = deal.document.root
    for step in (*path, None):
        if isinstance(around, dict) and around is not deal.document.root:
            said: Origin = "source" if "source" in around else "assumption" if "assumption" in around else ""
            if said:
                cited = around[said]
                found = said, " ".join((", ".join(map(str, cited)) if isinstance(cited, list) else str(cited)).split())
        if isinstance(around, dict):
            around = around.get(step)
        elif isinstance(around, list) and isinstance(step, int) and step < len(around):
            around = around[step]
        else:
            break
    return found


def assumed(deal: api.Deal) -> Iterator[shapes.Assumed]:
    """What the file states without a published source, in its order."""
    yield from _assumed(deal, deal.document.root, ())


def _assumed(deal: api.Deal, value: Any, path: Path) -> Iterator[shapes.Assumed]:
    if isinstance(value, dict):
        if path and isinstance(value.get("assumption"), str):
            position = deal.document.position(path, key=True) or (1, 1)
            yield shapes.Assumed(
                place=place(path),
                title=title(deal, path),
                text=_said(deal, value, path),
                why=" ".join(value["assumption"].split()),
                line=position[0],
            )
        for key, inside in value.items():
            if isinstance(key, str) and (path or key not in NOT_OF_THE_DEAL):
                yield from _assumed(deal, inside, (*path, key))
    elif isinstance(value, list):
        for place_in_list, inside in enumerate(value):
            yield from _assumed(deal, inside, (*path, place_in_list))


def _said(deal: api.Deal, value: dict[str, Any], path: Path) -> str:
    """What is assumed: a number in words, else the block in short."""
    read = _number(value, path)
    if read is not None:
        kind, mean, law = read
        return text_of(kind, mean, deal.plan.currency, law)
    rest = {key: inside for key, inside in value.items() if key not in (*ORIGINS, "note")}
    plainly = [_plainly(key, inside) for key, inside in rest.items() if not isinstance(inside, dict | list)]
    return ", ".join(plainly)[:120]


TIMES = {
    "every": N_("every {number} months"),
    "after_enrolment": N_("{number} months after enrolment"),
    "after_completion": N_("{number} months after completion"),
}
"""How a line of a block says a time, by its key."""
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SPAN = re.compile(r"(\d+) months")


def _plainly(key: str, value: Any) -> str:
    """One line of a block: times in words, everything else as the file has it, in the marks of the language."""
    span = _SPAN.fullmatch(value) if isinstance(value, str) else None
    if span is not None and key in TIMES:
        return _(TIMES[key], number=span[1])
    if (key, value) == ("at", "completion"):
        return _("at completion")
    if key == "on" and _ISO.fullmatch(str(value)):
        return date_words(dt.date.fromisoformat(str(value)))
    if isinstance(value, float):
        return f"{key}: {plain_number(value, '.12g')}"
    return f"{key}: {value}"

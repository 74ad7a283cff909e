"""Terms, financing and dates that can be moved beside the main inputs: where they stand and how far they go.

The main inputs are what people ask about first; these are folded on the page until somebody looks for one.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from typing import Any

from risksim.language import N_, _
from risksim.report.memo.words import date as date_words
from risksim.service.live import shapes

Path = tuple[str | int, ...]

TABLE = r"payments\.\*\.(steps|ladder)"
GOAL = r"payments\.\*\.\w+"
LOAN = r"financing\.tranches\.\*\.loan"

GROUPS: tuple[shapes.Group, ...] = ("terms", "financing", "dates")
"""What these inputs are about, in the order of the page."""
FURTHER: tuple[tuple[str, shapes.Group], ...] = (
    (r"payments\.\*\.threshold\.(at_least|above)", "terms"),
    (TABLE + r"\.(table|nodes)\.\*\.(from|at|gives)", "terms"),
    (TABLE + r"\.(below|most|floors\.\*\.gives)", "terms"),
    (GOAL + r"\.(minimum_sample\.people|assumed_rate|indexed\.rate)", "terms"),
    (r"payments\.\*\.per_person\.most", "terms"),
    (r"payments\.\*\.deemed\.(chance|rate)", "terms"),
    (r"payments\.\*\.fixed\.amounts\.\*\.amount", "terms"),
    (r"payments\.\*\.rebase\.(assumed|strength|least|most|tolerance)", "terms"),
    (r"payments\.\*\.amend\.(below|at_least|times|shift)", "terms"),
    (r"outcomes\.\*\.(at_least|above|minimum)", "terms"),
    (r"ends_early\.\*\.(chance|yearly_chance)", "terms"),
    (r"ends_early\.\*\.when\.(below|enrolled_below)", "terms"),
    (r"ends_early\.\*\.pays\.(amount|share_of_drawn|share_of_undrawn)", "terms"),
    (r"financing\.guarantees\.\*\.attaches_after", "financing"),
    (r"financing\.tranches\.\*\.(commitment_fee|return_cap\.rate|return_floor\.share)", "financing"),
    (r"financing\.(tranches|grants)\.\*\.drawdown\.(times|\*\.amount)", "financing"),
    (LOAN + r"\.(repaid\.(share|times)|lowered\.(at_least|to)|forgiven\.(at_least|share))", "financing"),
    (LOAN + r"\.accelerated\.at_least", "financing"),
    (r"financing\.costs\.\*\.(share_of_commitment|due\.times)", "financing"),
    (r"financing\.(return_floor\.share|termination\.amount|buffer)", "financing"),
    (r"start|end|follow_up\.(\*|every)", "dates"),
    (r"payments\.\*\.\w+\.lag", "dates"),
    (r"payments\.\*\.fixed\.amounts\.\*\.on", "dates"),
    (r"payments\.\*\.standing\.(first|until|every)", "dates"),
    (TABLE + r"\.floors\.\*\.until", "dates"),
    (r"outcomes\.\*\.measured\.(on|after_enrolment|after_completion)(\.\*)?", "dates"),
    (r"outcomes\.\*\.(result\.\*\.on|lasts|against\.(measured|enrolled_by))", "dates"),
    (r"cohorts\.\*\.enrolment\.(ramp|decay\.over|wait_at_most|waiting_list_after_window)", "dates"),
    (r"cohorts\.\*\.enrolment\.(late_start\.most|replace\.(until|who_leave_within))", "dates"),
    (r"financing\.(tranches|grants)\.\*\.drawdown\.(every|\*\.on)", "dates"),
    (r"financing\.costs\.\*\.due\.(every|\*)", "dates"),
    (LOAN + r"\.(maturity|repaid\.(every|first))", "dates"),
    (r"financing\.termination\.on", "dates"),
    (r"ends_early\.\*\.(on|notice|run_off)", "dates"),
    (r"dependence\.recession\.(on|lasts)", "dates"),
)
"""Places, keys of names and positions as ``*``, and what they are about."""

WORDS: tuple[tuple[str, str], ...] = (
    (r"payments\.\*\.threshold\.(at_least|above)", N_("threshold")),
    (TABLE + r"\.(table|nodes)\.\*\.(from|at)", N_("step {number}, reached from")),
    (TABLE + r"\.(table|nodes)\.\*\.gives", N_("step {number}, what it gives")),
    (TABLE + r"\.below", N_("what is given below the first step")),
    (TABLE + r"\.most", N_("the most that the table gives")),
    (TABLE + r"\.floors\.\*\.gives", N_("the least that the table gives, until {day}")),
    (TABLE + r"\.floors\.\*\.until", N_("last day of the least, number {number}")),
    (GOAL + r"\.minimum_sample\.people", N_("fewest measured people")),
    (GOAL + r"\.assumed_rate", N_("rate that stands in for what was not measured")),
    (GOAL + r"\.indexed\.rate", N_("growth of the price")),
    (r"payments\.\*\.per_person\.most", N_("the most for one participant")),
    (r"payments\.\*\.deemed\.chance", N_("chance that no method is agreed")),
    (r"payments\.\*\.deemed\.rate", N_("rate that is then assumed")),
    (r"payments\.\*\.fixed\.amounts\.\*\.amount", N_("fixed payment on {day}")),
    (r"payments\.\*\.fixed\.amounts\.\*\.on", N_("day of fixed payment {number}")),
    (r"payments\.\*\.standing\.first", N_("day of the first standing payment")),
    (r"payments\.\*\.standing\.until", N_("last day of standing payments")),
    (r"payments\.\*\.standing\.every", N_("time between standing payments")),
    (r"payments\.\*\.\w+\.lag", N_("months from settlement to payment")),
    (r"payments\.\*\.rebase\.assumed", N_("baseline that was agreed")),
    (r"payments\.\*\.rebase\.strength", N_("how much of a changed baseline counts")),
    (r"payments\.\*\.rebase\.least", N_("the least that terms become")),
    (r"payments\.\*\.rebase\.most", N_("the most that terms become")),
    (r"payments\.\*\.rebase\.tolerance", N_("difference up to which nothing changes")),
    (r"payments\.\*\.amend\.below", N_("terms change below")),
    (r"payments\.\*\.amend\.at_least", N_("terms change from")),
    (r"payments\.\*\.amend\.times", N_("what prices are then multiplied by")),
    (r"payments\.\*\.amend\.shift", N_("what is then added to goals")),
    (r"outcomes\.\*\.(at_least|above)", N_("threshold of success")),
    (r"outcomes\.\*\.minimum", N_("fewest measured people")),
    (r"outcomes\.\*\.measured\.on", N_("day of measurement")),
    (r"outcomes\.\*\.measured\.on\.\*", N_("day of measurement {number}")),
    (r"outcomes\.\*\.measured\.after_enrolment", N_("measured so long after enrolment")),
    (r"outcomes\.\*\.measured\.after_enrolment\.\*", N_("measurement {number}, after enrolment")),
    (r"outcomes\.\*\.measured\.after_completion", N_("measured so long after completion")),
    (r"outcomes\.\*\.measured\.after_completion\.\*", N_("measurement {number}, after completion")),
    (r"outcomes\.\*\.result\.\*\.on", N_("day on which result {number} is known")),
    (r"outcomes\.\*\.lasts", N_("how long it must last")),
    (r"outcomes\.\*\.against\.measured", N_("day on which the comparison is made")),
    (r"outcomes\.\*\.against\.enrolled_by", N_("those who enrol within are compared")),
    (r"cohorts\.\*\.enrolment\.decay\.over", N_("months in which recruitment dries up")),
    (r"cohorts\.\*\.enrolment\.wait_at_most", N_("longest wait for a place")),
    (r"cohorts\.\*\.enrolment\.waiting_list_after_window", N_("months in which those who wait may still start")),
    (r"cohorts\.\*\.enrolment\.late_start\.most", N_("latest start")),
    (r"cohorts\.\*\.enrolment\.replace\.until", N_("months in which places are filled again")),
    (r"cohorts\.\*\.enrolment\.replace\.who_leave_within", N_("who leaves within is replaced")),
    (r"ends_early\.\*\.chance", N_("chance that the deal ends early")),
    (r"ends_early\.\*\.yearly_chance", N_("yearly chance that the deal ends early")),
    (r"ends_early\.\*\.when\.below", N_("the deal ends early below")),
    (r"ends_early\.\*\.when\.enrolled_below", N_("the deal ends early if fewer have enrolled")),
    (r"ends_early\.\*\.pays\.amount", N_("payment when the deal ends early")),
    (r"ends_early\.\*\.pays\.share_of_drawn", N_("part of the capital paid back when the deal ends early")),
    (r"ends_early\.\*\.pays\.share_of_undrawn", N_("payment for undrawn capital when the deal ends early")),
    (r"ends_early\.\*\.on", N_("day on which it is decided whether the deal ends early")),
    (r"ends_early\.\*\.notice", N_("notice before the deal ends early")),
    (r"ends_early\.\*\.run_off", N_("months until the last payment after an early end")),
    (r"financing\.guarantees\.\*\.attaches_after", N_("loss borne before the guarantee pays")),
    (r"financing\.tranches\.\*\.commitment_fee", N_("fee on undrawn capital")),
    (r"financing\.tranches\.\*\.return_cap\.rate", N_("highest return")),
    (r"financing\.(tranches\.\*\.)?return_floor\.share", N_("share of the capital that comes back at least")),
    (r"financing\.(tranches|grants)\.\*\.drawdown\.\*\.amount", N_("capital drawn on {day}")),
    (r"financing\.(tranches|grants)\.\*\.drawdown\.\*\.on", N_("day on which instalment {number} is drawn")),
    (r"financing\.(tranches|grants)\.\*\.drawdown\.times", N_("instalments in which it is drawn")),
    (r"financing\.(tranches|grants)\.\*\.drawdown\.every", N_("time between instalments")),
    (LOAN + r"\.maturity", N_("day on which the loan falls due")),
    (LOAN + r"\.repaid\.share", N_("share of revenue that repays the loan")),
    (LOAN + r"\.repaid\.times", N_("repayments of the loan")),
    (LOAN + r"\.repaid\.every", N_("time between repayments of the loan")),
    (LOAN + r"\.repaid\.first", N_("day of the first repayment of the loan")),
    (LOAN + r"\.lowered\.at_least", N_("goal that lowers the rate of interest")),
    (LOAN + r"\.lowered\.to", N_("rate of interest once the goal is reached")),
    (LOAN + r"\.forgiven\.at_least", N_("goal at which a part of the loan is forgiven")),
    (LOAN + r"\.forgiven\.share", N_("share of the loan that is forgiven")),
    (LOAN + r"\.accelerated\.at_least", N_("goal at which the whole loan falls due")),
    (r"financing\.costs\.\*\.share_of_commitment", N_("cost as a share of the capital")),
    (r"financing\.costs\.\*\.due\.times", N_("times the cost falls due")),
    (r"financing\.costs\.\*\.due\.every", N_("time between the days on which the cost falls due")),
    (r"financing\.costs\.\*\.due\.\*", N_("day {number} on which the cost falls due")),
    (r"financing\.termination\.amount", N_("payment when the deal is terminated")),
    (r"financing\.termination\.on", N_("day on which the deal is terminated")),
    (r"financing\.buffer", N_("months of costs that are drawn ahead")),
    (r"start", N_("first day of the deal")),
    (r"end", N_("last day of the deal")),
    (r"follow_up\.every", N_("time between settlements")),
    (r"follow_up\.\*", N_("day of settlement {number}")),
    (r"dependence\.recession\.on", N_("day on which a recession begins")),
    (r"dependence\.recession\.lasts", N_("how long a recession lasts")),
)
"""What the places are called, where their keys alone don't say it."""

GOALS = ("at_least", "above", "from", "at")
YEARLY = re.compile(r".*\.(indexed\.rate|return_cap\.rate|share_of_commitment|enrolled_below)")
"""Rates and shares that may pass 1, so that the language does not say that they are shares."""
RULES_WITHOUT_LAG = ("cap", "fund", "rebase", "amend")
MOST_MONTHS = 24
"""Months by which the slider of a date goes from what the file says."""


def words_of(name: str, path: Path, root: Mapping[str, Any]) -> str | None:
    """What a place is called; None where its keys say it.

    Parameters
    ----------
    name : str
        The place, keys of names and positions as ``*``.
    path : tuple
        The place.
    root : mapping
        The file.

    Returns
    -------
    str or None
    """
    found = next((words for pattern, words in WORDS if re.fullmatch(pattern, name)), None)
    if found is None:
        return None
    position = next((step for step in reversed(path) if isinstance(step, int)), 0)
    numbered = sum(isinstance(step, int) for step in path) > (path[0] in ("payments", "financing", "cohorts"))
    entry = at(root, path[:-1])
    day = (
        day_of(next((entry[key] for key in ("on", "until") if key in entry), None)) if isinstance(entry, dict) else None
    )
    return _(found, number=position + 1 if numbered else 1, day=f"{position + 1}" if day is None else date_words(day))


def at(root: Any, path: Path) -> Any:
    """What a file says at a place; None where it says nothing there."""
    for step in path:
        if isinstance(root, dict):
            root = root.get(step)
        elif isinstance(root, list) and isinstance(step, int) and step < len(root):
            root = root[step]
        else:
            return None
    return root


def name_at(root: Any, path: Path) -> Any:
    """What an entry of a list is called; nothing for anything else."""
    entry = at(root, path) if isinstance(path[-1], int) else None
    return entry.get("name", "") if isinstance(entry, dict) else ""


def day_of(value: Any) -> dt.date | None:
    """The day that a file says; None where it says none."""
    said = value.get("value") if isinstance(value, dict) else value
    try:
        return dt.date.fromisoformat(said) if isinstance(said, str) else None
    except ValueError:
        return None


def kind_of(path: Path, root: Mapping[str, Any]) -> shapes.Kind | None:
    """How a number is written that is what its rule counts or gives; None where its place says it."""
    if path[-1] == "amount" and "drawdown" in path:
        return "money"
    if YEARLY.fullmatch(".".join(map(str, path))):
        return "share"
    rule = at(root, path[:3]) if path[0] == "payments" else at(root, path[:-1])
    if not isinstance(rule, dict):
        return None
    if path[0] == "payments" and path[-1] in ("gives", "below", "most") and "pays" in rule:
        return "money" if rule["pays"] == "amount" else "share"
    goal = path[-1] in GOALS or path[-2:] in (("amend", "below"), ("when", "below"))
    counted: dict[Any, shapes.Kind] = {"count": "count", "people": "count", "share": "share"}
    return counted.get(rule.get("counts"), "number") if goal and "counts" in rule else None


def between(path: Path, root: Mapping[str, Any]) -> tuple[float | None, float | None]:
    """The places of the steps before and after one of a table, between which it stays."""
    table, key = at(root, path[:-2]), path[-1]
    if key not in ("from", "at") or not isinstance(table, list) or not isinstance(path[-2], int):
        return None, None
    here = path[-2]
    ends = [table[place].get(key) if 0 <= place < len(table) else None for place in (here - 1, here + 1)]
    low, high = (float(end) if isinstance(end, int | float) else None for end in ends)
    return low, high


def months_around(path: Path, root: Mapping[str, Any], day: dt.date) -> tuple[int, int]:
    """By how many months the slider of a date goes back and forth, between its neighbours in a list."""
    inner = isinstance(path[-1], str) and len(path) > 1 and isinstance(path[-2], int)
    entries, here, rest = (path[:-2], path[-2], path[-1:]) if inner else (path[:-1], path[-1], ())
    row = at(root, entries)
    near: list[dt.date | None] = [None, None]
    if isinstance(row, list) and isinstance(here, int):
        near = [day_of(at(row, (place, *rest))) if 0 <= place < len(row) else None for place in (here - 1, here + 1)]
    back, forth = (None if other is None else abs(_months(day, other)) - 1 for other in near)
    begin = day_of(root.get("start"))
    if back is None:
        back = MOST_MONTHS if path == ("start",) or begin is None else max(0, _months(begin, day))
    return -max(0, min(back, MOST_MONTHS)), max(0, MOST_MONTHS if forth is None else min(forth, MOST_MONTHS))


def _months(first: dt.date, second: dt.date) -> int:
    return 12 * (second.year - first.year) + second.month - first.month


def months_later(day: dt.date, months: int) -> dt.date:
    """The same day so many months later; the last of the month where there is none."""
    place = 12 * day.year + day.month - 1 + months
    first = dt.date(place // 12, place % 12 + 1, 1)
    following = dt.date((place + 1) // 12, (place + 1) % 12 + 1, 1)
    return first.replace(day=min(day.day, (following - first).days))


def lags(root: Mapping[str, Any]) -> Iterator[Path]:
    """Where each rule may say how long after a settlement it is paid, and does not."""
    for position, rule in enumerate(root.get("payments") or []):
        if not isinstance(rule, dict) or len(rule) != 1:
            continue
        ((kind, terms),) = rule.items()
        plain = isinstance(terms, dict) and "lag" not in terms and kind not in RULES_WITHOUT_LAG
        if plain and terms.get("pays") != "annual return":
            yield ("payments", position, kind, "lag")

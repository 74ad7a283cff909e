"""The contract clock: whole months from the start, as dates."""

from __future__ import annotations

import calendar
import datetime as dt
import functools


@functools.lru_cache(maxsize=4_096)  # a contract asks for the same few hundred dates again and again
def add_months(start: dt.date, months: int) -> dt.date:
    """The same day of a later month, clipped to the month's end.

    Parameters
    ----------
    start : date
        First day of the contract.
    months : int
        Whole months after it. [month]

    Returns
    -------
    date

    Examples
    --------
    >>> add_months(dt.date(2024, 1, 31), 1)
    datetime.date(2024, 2, 29)
    """
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return dt.date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))


def months_between(start: dt.date, date: dt.date) -> float:
    """Contract months from the start to a date; whole where the date is a month day, else in parts of its month.

    Parameters
    ----------
    start, date : date
        First day of the contract, and a day on or after it.

    Returns
    -------
    float
        Months. [month]
    """
    whole = (date.year - start.year) * 12 + date.month - start.month
    if add_months(start, whole) > date:
        whole -= 1
    before, after = add_months(start, whole), add_months(start, whole + 1)
    return whole + (date - before).days / (after - before).days

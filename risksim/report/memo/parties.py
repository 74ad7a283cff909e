"""Who is an investor, what is guaranteed, and what nobody wants back."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from risksim.analysis.memo import DealOf, InvestorOf


def investors(deal: DealOf) -> tuple[InvestorOf, ...]:
    """Those who pay in to get it back."""
    return tuple(one for one in deal.investors if one.kind == "investor")


def grants(deal: DealOf) -> float:
    """What is given and nobody pays back. [currency]"""
    return sum(one.amount or 0.0 for one in deal.investors if one.kind == "grant")


def guarantors(deal: DealOf) -> tuple[InvestorOf, ...]:
    """Those who make good a loss."""
    return tuple(one for one in deal.investors if one.kind == "guarantor")

"""What a run takes unless said otherwise, and the words for where its quantiles come from."""

from __future__ import annotations

PATHS = 100_000
"""Paths of a run unless said otherwise."""
POINTS = 65_536
"""Quasi-random points of a run unless said otherwise: 4,096 in each of 32 replicates, balanced in every dimension."""
SEED = 1
"""Seed of a run unless said otherwise."""
CHECKED_BY = 16_384
"""Paths of the conditional engine that a run of the individual one is held against. [paths]"""
EVERY_VALUE = "from the values of every path"
"""Where quantiles come from if nothing had to be left out."""
BY_LAW = "from the law of the counts"
"""Where quantiles come from if people were not drawn but integrated."""

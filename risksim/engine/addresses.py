"""Where every random draw lives: seed, stream, purpose, cohort, person, outcome and occasion, as key and counter.

Purposes are numbered once and never renumbered: a number given to a purpose is part of every published result.
The layout is a page of the documentation (``docs/reference/randomness.md``).
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
import numpy.typing as npt

from risksim.kernels.words import philox


class Purpose(IntEnum):
    """What a draw decides."""

    STREAM = 0
    """The key of a stream itself."""
    INPUT = 1
    """An uncertain input: one 52-bit uniform per path and input."""
    ENROLMENT = 2
    """The month in which a person enrols."""
    DROPOUT = 3
    """Whether and when a person leaves."""
    MEASUREMENT = 4
    """Whether a person's outcomes can be measured."""
    SUCCESS = 5
    """Whether a person meets an outcome; the occasion is the measurement."""
    WORTH = 6
    """A person's own amount, score or use; the occasion is the measurement."""
    SPELL = 7
    """How long a person's next spell in or out of a state lasts; the occasion counts the spells."""
    ERROR = 8
    """The error with which a person's score is measured; the occasion is the measurement, 0 at enrolment."""
    COMPARISON = 9
    """Whether a person of a comparison group succeeds."""
    COMPARISON_MEASUREMENT = 10
    """Whether a person of a comparison group can be measured."""
    FRAILTY = 11
    """How well a person is placed for everything that comes."""
    COHORT = 12
    """What all people of a cohort share; of an outcome whose rate differs between sites, by its address."""
    MACRO = 13
    """What is new in the economy of a calendar year, shared by all deals; drawn like an input, by the year."""
    RECESSION = 14
    """Whether a recession begins in a calendar month, shared by all deals; drawn like an input, by the month."""
    GROUP = 15
    """Whether a person belongs to a harder group than the one assumed."""
    MOVE = 16
    """When a person moves away."""
    ONSET = 17
    """When somebody who meets an outcome meets it."""
    TAIL = 18
    """How far out everything of a path lies together, shared by all deals; drawn like an input."""
    WAITING = 19
    """How long a person waits for their place."""
    POINTS = 20
    """The scramble of a quasi-random point set."""
    COUNT = 21
    """How many people of a cohort meet a fate."""
    FATE = 22
    """Which fate a person meets, where people are counted by fate; the occasion is the group of outcomes."""
    ATTRIBUTION = 23
    """Whether somebody who meets an outcome would have met it anyway; for the public purse alone."""


SHARED = frozenset({Purpose.COHORT, Purpose.MACRO, Purpose.RECESSION, Purpose.TAIL})
"""What all people of a cohort or of a deal share: neither evidence nor the luck of one person."""

KeyArray = npt.NDArray[np.uint64]


def key_of(seed: int, stream: int = 0, luck: int = 0, site: int = 0) -> tuple[int, int]:
    """The key of a stream: the first two words of Philox at counter ``(stream, luck, site, STREAM)`` keyed by the seed.

    Parameters
    ----------
    seed : int
        64-bit seed of the run.
    stream : int
        0 for a lone deal and for every side of a comparison.
    luck : int
        Another number draws everything of this key anew; 0 unless a variance is split.
    site : int
        Which copy of a deal at several sites; 0 for the deal itself.

    Returns
    -------
    tuple of int
        Two 32-bit words.
    """
    words = philox(
        stream & 0xFFFFFFFF,
        luck & 0xFFFFFFFF,
        site & 0xFFFFFFFF,
        int(Purpose.STREAM),
        seed & 0xFFFFFFFF,
        (seed >> 32) & 0xFFFFFFFF,
    )
    return int(words[0]), int(words[1])


def keys_of(seed: int, stream: int = 0, luck: int = 0, shared: int = 0, site: int = 0) -> KeyArray:
    """The keys of people, of what they share, of evidence, and of what all deals share, end to end: uint64[8].

    Whoever takes a key of a stream, uint64[2], may be handed these eight words: the first two are those of people.

    Parameters
    ----------
    seed, stream
        As in `key_of`.
    luck : int
        Another number draws people, and all else that is chance and no evidence, anew.
    shared : int
        Another number draws anew what people share.
    site : int
        Another number draws another site of the same deal: its people and what they share, on the same evidence and in
        the same world.
    """
    keys = (
        key_of(seed, stream, luck, site),
        key_of(seed, stream, shared, site),
        key_of(seed, stream),
        key_of(seed, 0, shared),
    )
    return np.array(keys, dtype=np.uint64).ravel()


def shared_key(key: KeyArray) -> KeyArray:
    """The key of what people share: uint64[2]."""
    return key[2:4] if key.size > 2 else key


def evidence_key(key: KeyArray) -> KeyArray:
    """The key of evidence: uint64[2]."""
    return key[4:6] if key.size > 2 else key


def world_key(key: KeyArray) -> KeyArray:
    """The key of what all deals of a run share: uint64[2]."""
    return key[6:8] if key.size > 2 else key


def pointed(key: KeyArray) -> KeyArray:
    """The same keys, for a run whose inputs and cohorts come from quasi-random points: uint64[9].

    Whoever draws inputs, or what the people of a cohort share, looks at the ninth word; for all else nothing changes.
    """
    return np.append(key[:8], np.uint64(1))


def is_pointed(key: KeyArray) -> bool:
    """Whether inputs and what the people of a cohort share come from quasi-random points."""
    return key.size > 8

"""Philox4x32-10 and the address of every draw, in plain Python integers.

Written from `docs/reference/randomness.md` alone; compare with nothing in `risksim`.

References
----------
.. [1] J. Salmon, M. Moraes, R. Dror and D. Shaw, "Parallel random numbers: as easy as 1, 2, 3," SC11, 2011.
"""

from __future__ import annotations

import functools
import hashlib
import math
from fractions import Fraction

Words = tuple[int, int, int, int]
Key = tuple[int, int]

MASK = 0xFFFFFFFF
MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
WEYL = (0x9E3779B9, 0xBB67AE85)
ROUNDS = 10

# randomness.md, table of purposes
INPUT, ENROLMENT, DROPOUT, MEASUREMENT, SUCCESS, WORTH, SPELL, ERROR = 1, 2, 3, 4, 5, 6, 7, 8
COMPARISON, COMPARISON_MEASUREMENT = 9, 10
FRAILTY, COHORT, MACRO, RECESSION, GROUP = 11, 12, 13, 14, 15
MOVE, ONSET, TAIL = 16, 17, 18


def philox(counter: Words, key: Key) -> Words:
    """Four words of 32 bits from a counter of four words and a key of two."""
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(ROUNDS):
        product0 = MULTIPLIERS[0] * c0
        product1 = MULTIPLIERS[1] * c2
        c0, c1, c2, c3 = (
            (product1 >> 32) ^ c1 ^ k0,
            product1 & MASK,
            (product0 >> 32) ^ c3 ^ k1,
            product0 & MASK,
        )
        k0 = (k0 + WEYL[0]) & MASK
        k1 = (k1 + WEYL[1]) & MASK
    return c0, c1, c2, c3


def key_of(seed: int, stream: int = 0) -> Key:
    """The key of a run (randomness.md, Key)."""
    words = philox((stream, 0, 0, 0), (seed % 2**32, seed // 2**32))
    return words[0], words[1]


def name_hash(name: str, size: int) -> int:
    """The first `size` bytes of the SHA-256 of a name, big end first (randomness.md, below the counter table)."""
    return int.from_bytes(hashlib.sha256(name.encode("utf-8")).digest()[:size], "big")


def person_counter(path: int, purpose: int, cohort: int, quad: int, outcome: str | None, occasion: int = 0) -> Words:
    """The counter of four neighbouring persons (randomness.md, Counter)."""
    outcome_hash = 0 if outcome is None else name_hash(outcome, 2)
    return (
        path & MASK,
        (path >> 32) << 16 | purpose,
        cohort << 16 | quad,
        outcome_hash << 16 | occasion,
    )


def input_counter(path: int, name: str) -> Words:
    """The counter of an uncertain input (randomness.md, below the counter table)."""
    return path & MASK, (path >> 32) << 16 | INPUT, name_hash(name, 4), 0


def input_place(key: Key, path: int, name: str) -> float:
    """The u in (0, 1) of an uncertain input (randomness.md, From words to decisions)."""
    w0, w1, _, _ = philox(input_counter(path, name), key)
    return (((w0 << 32 | w1) >> 12) + 0.5) * 2.0**-52


def shared_place(key: Key, path: int, purpose: int, number: int) -> float:
    """The u in (0, 1) of what all deals share; a year, a month or 0 stands in the place of an input's name."""
    w0, w1, _, _ = philox((path & MASK, (path >> 32) << 16 | purpose, number, 0), key)
    return (((w0 << 32 | w1) >> 12) + 0.5) * 2.0**-52


def person_words(
    key: Key, path: int, purpose: int, cohort: int, people: int, outcome: str | None = None, occasion: int = 0
) -> list[int]:
    """One word for each of the persons 0 to people - 1, at most 2^32 - 2 (randomness.md, Person-level decisions)."""
    words: list[int] = []
    for quad in range((people + 3) // 4):
        words.extend(philox(person_counter(path, purpose, cohort, quad, outcome, occasion), key))
    return [min(word, 2**32 - 2) for word in words[:people]]


@functools.lru_cache(maxsize=2**16)
def limit(chance: float | Fraction) -> int:
    """The smallest word for which something of this chance does not happen: ``w < limit(p)`` as ``u < p``.

    Worked in fractions, so no rounding enters.
    """
    bound = math.ceil(Fraction(chance) * 2**32 - Fraction(1, 2))
    return max(0, min(bound, 2**32 - 1))

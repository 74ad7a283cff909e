"""Names as addresses: short hashes by which outcomes and inputs find their draws (``docs/reference/randomness.md``)."""

from __future__ import annotations

import hashlib


def hash16(name: str) -> int:
    """16-bit address of an outcome's name: the first two bytes of its SHA-256, big end first."""
    return int.from_bytes(hashlib.sha256(name.encode("utf-8")).digest()[:2], "big")


def hash32(name: str) -> int:
    """32-bit address of an input's name: the first four bytes of its SHA-256, big end first."""
    return int.from_bytes(hashlib.sha256(name.encode("utf-8")).digest()[:4], "big")

"""Secrets that stand for somebody: random, shown once, kept as hashes only."""

from __future__ import annotations

import hashlib
import secrets

BYTES = 32
"""Random bytes of a secret: so many that nobody guesses one, so a quick hash is enough."""
TOKEN, LINK = "rsk_", "rsl_"
"""How the secret of a token and of a link begins, so that a scanner finds one that leaked."""


def made(begins: str = "") -> str:
    """A new secret."""
    return begins + secrets.token_urlsafe(BYTES)


def hashed(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()

"""Secrets that are handed out once and kept only as their hash."""

import hashlib
import secrets


def make_secret() -> str:
    """Return a secret of 256 random bits, fit for an address."""
    return secrets.token_urlsafe(32)


def hash_of_secret(secret: str) -> str:
    """Return the hash under which a secret is kept; it is long and random, so no salt is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()

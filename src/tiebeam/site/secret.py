"""The secret that signs sessions: made once, kept beside the database, readable by its owner alone."""

import secrets
from pathlib import Path


def read_or_make_secret(home: Path) -> str:
    """Return the secret kept below *home*; make it at the first start."""
    place = home / "keys" / "secret.txt"
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        place.touch(mode=0o600)
        place.write_text(secrets.token_urlsafe(64), encoding="ascii")
    return place.read_text(encoding="ascii")

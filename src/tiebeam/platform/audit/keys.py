"""
The keys that sign heads: Ed25519, kept in files outside the database.

The private key is one PEM file that its owner alone may read. The public keys, old
ones too, lie beside the anchors, named by their ids, and leave the house with them.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from tiebeam.errors import Refused
from tiebeam.platform.audit.verifier import key_id_of

PUBLIC_FOLDER = "keys"
"""Folder of the public keys below that of the anchors."""


class NoKey(Refused):
    """There is no key to sign with, or the file holds none."""

    code = "audit.no_key"


class KeyExists(Refused):
    """A key is there already; only a rotation replaces it."""

    code = "audit.key_exists"


class KeyIsExposed(Refused):
    """Others than its owner may read the private key."""

    code = "audit.key_is_exposed"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key and its id, the hash of the public key."""

    key_id: str
    private: Ed25519PrivateKey

    @property
    def public_bytes(self) -> bytes:
        """The 32 bytes of the public key."""
        return self.private.public_key().public_bytes_raw()

    def sign(self, text: str) -> bytes:
        """Return the signature of *text*."""
        return self.private.sign(text.encode())


def make_key(place: Path, anchors: Path, *, replaces: bool = False) -> SigningKey:
    """
    Make a key at *place* and publish its public half beside the anchors.

    Args:
        place: File of the private key.
        anchors: Folder of the anchors.
        replaces: Whether an older key goes: its private half is then gone for good.

    Raises:
        KeyExists: A key is at *place*, and *replaces* was not said.
    """
    if place.exists() and not replaces:
        raise KeyExists(path=place)
    key = _name(Ed25519PrivateKey.generate())
    # Published first: a head signed by a key that nobody has could not be checked.
    publish_key(key, anchors)
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    text = key.private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    fresh = place.with_name(place.name + ".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(place)
    return key


def ensure_key(place: Path, anchors: Path) -> SigningKey:
    """Return the key at *place*; made, and its public half published, where none is there yet."""
    return load_key(place) if place.exists() else make_key(place, anchors)


def load_key(place: Path) -> SigningKey:
    """
    Return the key at *place*.

    Raises:
        NoKey: No file is there, or it holds no Ed25519 key.
        KeyIsExposed: The group or others may read it.
    """
    if not place.is_file():
        raise NoKey(path=place)
    if os.name == "posix" and place.stat().st_mode & 0o077:
        raise KeyIsExposed(path=place)
    try:
        private = serialization.load_pem_private_key(place.read_bytes(), password=None)
    except ValueError as error:
        raise NoKey(path=place) from error
    if not isinstance(private, Ed25519PrivateKey):
        raise NoKey(path=place)
    return _name(private)


def publish_key(key: SigningKey, anchors: Path) -> Path:
    """Write the public half of *key* beside the anchors, unless it is there; return where."""
    place = anchors / PUBLIC_FOLDER / f"{key.key_id}.pem"
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        text = key.private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        place.write_bytes(text)
    return place


def load_public_keys(anchors: Path) -> dict[str, bytes]:
    """Return the public keys beside the anchors by their ids, which are computed, not believed."""
    keys: dict[str, bytes] = {}
    for place in sorted((anchors / PUBLIC_FOLDER).glob("*.pem")):
        try:
            public = serialization.load_pem_public_key(place.read_bytes())
        except ValueError:
            # What is no key signs nothing: heads that name it are told as signed by one unknown.
            continue
        if isinstance(public, Ed25519PublicKey):
            data = public.public_bytes_raw()
            keys[key_id_of(data)] = data
    return keys


def holds(keys: Mapping[str, bytes], key_id: str, text: str, signature: bytes) -> bool:
    """Return whether *signature* is that of *text* by the key of *key_id*, which must be known."""
    try:
        Ed25519PublicKey.from_public_bytes(keys[key_id]).verify(signature, text.encode())
    except InvalidSignature:
        return False
    return True


def _name(private: Ed25519PrivateKey) -> SigningKey:
    return SigningKey(key_id_of(private.public_key().public_bytes_raw()), private)

"""Names of documents, made safe to store, to show and to send."""

import re
import unicodedata
from pathlib import PurePosixPath

NAME_LENGTH_MOST = 120
FALLBACK = "document"

# Not allowed in the file names of some system; a quote would also end a header early.
_UNSAFE = re.compile(r'[<>:"|?*\x00-\x1f\x7f]')
# Control and format characters: among them those that turn the direction of a name.
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn"}


def clean_name(name: str) -> str:
    """
    Return *name* without folders, hidden characters and what file systems refuse, cut to length.

    The extension is kept, in small letters: it says what the content must be.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    shown = "".join(sign for sign in last if unicodedata.category(sign) not in _HIDDEN)
    plain = " ".join(_UNSAFE.sub(" ", shown).split()).lstrip(". ").rstrip(". ")
    path = PurePosixPath(plain or FALLBACK)
    suffix = path.suffix.lower()
    stem = path.stem.strip(". ") or FALLBACK
    return stem[: NAME_LENGTH_MOST - len(suffix)].rstrip() + suffix[:NAME_LENGTH_MOST]


def extension_of(name: str) -> str:
    """Return the extension of a clean *name* without its dot, empty where it has none."""
    return PurePosixPath(name).suffix.removeprefix(".")

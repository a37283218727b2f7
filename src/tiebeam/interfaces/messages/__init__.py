"""
The message catalogue: a code and facts become a sentence in the reader's language.

Each ``*.toml`` beside this file maps codes to an English and a Chinese text with
fields as in ``str.format``; what may stand behind the colon of a field is in
``tiebeam.interfaces.messages.figures``.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Literal, get_args

from tiebeam.interfaces.messages import emergency_words, ledger_words
from tiebeam.interfaces.messages.figures import SentenceFormatter, plain_text

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

Entry = Mapping[str, str]


def say(code: str, facts: Mapping[str, object], language: Language) -> str:
    """
    Return the sentence of *code* filled with *facts*.

    Where the catalogue lacks the code, or the text asks for a fact that is not there,
    the code and the facts themselves are returned: a reader must not lose a
    finding because a sentence is missing. Tests use :func:`say_strictly`.
    """
    try:
        return say_strictly(code, facts, language)
    except (LookupError, ValueError, TypeError, AttributeError):
        told = ", ".join(f"{name}={plain_text(value, language)}" for name, value in facts.items())
        return f"[{code}] {told}" if told else f"[{code}]"


def say_strictly(code: str, facts: Mapping[str, object], language: Language) -> str:
    """
    Return the sentence of *code* filled with *facts*.

    Raises:
        KeyError: The catalogue has no such code, or the text asks for a fact not given.
    """
    text = _entry(code)[language]
    # Most texts are plain words, and a page says hundreds of them.
    if "{" not in text and "}" not in text:
        return text
    told = {name: _in_language(fact, language) for name, fact in facts.items()}
    if code.startswith(ledger_words.FAMILIES):
        told = ledger_words.in_words(told, language, lambda word: _find_word(word, language))
    if code.startswith(emergency_words.FAMILY):
        told = emergency_words.in_words(told, lambda word: _find_word(word, language))
    return SentenceFormatter(language).vformat(text, (), told)


def _find_word(code: str, language: Language) -> str | None:
    return _entry(code)[language] if has_message(code) else None


def _in_language(fact: object, language: Language) -> object:
    """Return a fact that is told in both languages, such as a name, in that of the reader."""
    if isinstance(fact, Mapping) and fact.keys() == {"en", "zh"}:
        return fact[language] or fact["en"] or fact["zh"]
    return fact


def has_message(code: str) -> bool:
    """Return whether the catalogue knows *code*."""
    try:
        _entry(code)
    except KeyError:
        return False
    return True


def list_messages() -> dict[str, Entry]:
    """Return the whole catalogue: code to language to text."""
    return {code: entry for name in _file_names() for code, entry in _read(name).items()}


@cache
def _entry(code: str) -> Entry:
    # The file named like the first word of the code is tried alone: help of the command
    # line then costs one small file and not the whole catalogue.
    names = _file_names()
    own = code.partition(".")[0] + ".toml"
    for name in sorted(names, key=lambda name: name != own):
        entry = _read(name).get(code)
        if entry is not None:
            return entry
    raise KeyError(code)


@cache
def _file_names() -> tuple[str, ...]:
    folder = resources.files(__name__)
    return tuple(sorted(item.name for item in folder.iterdir() if item.name.endswith(".toml")))


@cache
def _read(name: str) -> Mapping[str, Entry]:
    text = resources.files(__name__).joinpath(name).read_text(encoding="utf-8")
    return dict(_flatten(tomllib.loads(text)))


def _flatten(table: Mapping[str, object], path: str = "") -> list[tuple[str, Entry]]:
    """Return (code, entry) of each nested table that holds texts: ``[a.b]`` is the code ``a.b``."""
    entries: list[tuple[str, Entry]] = []
    texts = {key: value for key, value in table.items() if isinstance(value, str)}
    if texts:
        entries.append((path, texts))
    for key, value in table.items():
        if isinstance(value, Mapping):
            entries += _flatten(value, f"{path}.{key}" if path else key)
    return entries

"""
Text cut so that an index of words finds Chinese: each pair of neighbouring characters is a word.

SQLite's own text index does not split Chinese, and its trigrams need three
characters where most names of places have two.
"""

import re
import unicodedata

from django.db.models import Q

_RUNS = re.compile(r"[㐀-鿿豈-﫿]+|[^\W_]+", re.UNICODE)


def grams_of(*texts: str) -> str:
    """Return the words of *texts*, each between spaces: `` 福建 建省 fujian ``."""
    words = dict.fromkeys(word for text in texts for word in _words(text))
    return f" {' '.join(words)} " if words else ""


def matching(question: str, field: str = "grams") -> Q:
    """
    Return the condition that *field* holds every word of *question*.

    English words match from their beginning; Chinese text matches anywhere.
    """
    condition = Q()
    for word in _words(question):
        is_chinese = _is_chinese(word[0])
        condition &= Q(**{f"{field}__contains": word if is_chinese else f" {word}"})
    return condition


def holding(question: str, *fields: str) -> Q:
    """Return the condition that each word of *question* stands in one of *fields*, anywhere in it."""
    condition = Q()
    for word in question.split():
        anywhere = Q()
        for field in fields:
            anywhere |= Q(**{f"{field}__icontains": word})
        condition &= anywhere
    return condition


def matches(question: str, grams: str) -> bool:
    """Return whether *grams* holds every word of *question*, as :func:`matching` asks the database."""
    return all((word if _is_chinese(word[0]) else f" {word}") in grams for word in _words(question))


def _words(text: str) -> list[str]:
    words: list[str] = []
    for run in _RUNS.findall(unicodedata.normalize("NFKC", text).casefold()):
        if not _is_chinese(run[0]) or len(run) == 1:
            words.append(run)
        else:
            words.extend(run[at : at + 2] for at in range(len(run) - 1))
    return words


def _is_chinese(character: str) -> bool:
    return unicodedata.name(character, "").startswith("CJK")

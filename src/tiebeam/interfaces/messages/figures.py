"""
How figures and lists look inside a sentence, in each language.

Behind the colon of a field: ``percent``, ``count``, ``number``, ``signed``,
``seconds``, ``money`` (of fen, shortened), ``exact`` (of fen), ``list``, or ``plural:one|many`` (which writes only the word, by the count).
"""

import math
import string
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction

from tiebeam.units import show_amount, yuan

THIN = "\u202f"
"""Narrow no-break space: parts thousands, and in English a figure from its sign."""

_MOST_DECIMALS = 6


class SentenceFormatter(string.Formatter):
    """``str.format`` that also knows the formats of this module."""

    def __init__(self, language: str) -> None:
        self.language = language

    def format_field(self, value: object, format_spec: str) -> str:
        """Write *value* as *format_spec* asks; an unknown one is Python's own."""
        kind, _, rest = format_spec.partition(":")
        if kind == "plural":
            one, _, many = rest.partition("|")
            return one if _as_float(value) == 1 else many
        if kind == "percent":
            return percent(_as_float(value), self.language)
        if kind in ("count", "number"):
            return number(_as_float(value))
        if kind == "signed":
            return signed(_as_float(value))
        if kind == "seconds":
            return seconds(_as_float(value), self.language)
        if kind in ("money", "exact") and isinstance(value, int):
            return (money if kind == "money" else exact_money)(value, self.language)
        if kind in ("list", ""):
            return plain_text(value, self.language)
        return str(super().format_field(value, format_spec))


def percent(share: float, language: str, *, decimals: int = 1) -> str:
    """
    Write a share of 1 as per cent, with at most *decimals* places.

    A share short of 1 never shows as 100, nor one above 0 as 0: more places are
    written until it differs, since "fully covered" and "almost" are not the same claim.
    """
    shown = f"{share * 100:.{decimals}f}"
    while decimals < _MOST_DECIMALS and _hides_a_difference(share, float(shown) / 100):
        decimals += 1
        shown = f"{share * 100:.{decimals}f}"
    return _trim(shown) + ("%" if language == "zh" else f"{THIN}%")


def percents_apart(shares: Iterable[float], language: str) -> tuple[str, ...]:
    """Write shares of 1 as per cent with as many places as it takes to tell them apart."""
    values = tuple(shares)
    differing = len({round(value, 9) for value in values})
    texts: tuple[str, ...] = ()
    for decimals in range(1, _MOST_DECIMALS + 1):
        texts = tuple(percent(value, language, decimals=decimals) for value in values)
        if len(set(texts)) >= differing:
            break
    return texts


def number(value: float) -> str:
    """Write a number with thin separators and no needless places."""
    if not math.isfinite(value):
        return str(value)
    if abs(value) < 1e-9:
        return "0"
    places = 0 if abs(value - round(value)) < 1e-9 else 2 if abs(value) >= 1 else 4
    if abs(value) < 1e-3:
        return f"{value:.3g}"
    return _trim(f"{value:,.{places}f}").replace(",", THIN).replace("-", "−")


def signed(value: float) -> str:
    """Write a change: a number with its sign, to two places, and 0 without one."""
    shown = number(round(value, 2))
    return f"+{shown}" if round(value, 2) > 0 else shown


def seconds(value: float, language: str) -> str:
    """Write a span of time of *value* seconds."""
    shown = f"{value:.1f}" if value < 10 else f"{value:.0f}"
    return f"{shown}{THIN}s" if language == "en" else f"{shown}秒"


def money(fen: int, language: str) -> str:
    """
    Write an amount for reading: 元 to the fen, shortened from 10,000 元 (in English a million) on.

    Where it is shortened, :func:`exact_money` belongs beside it: on hover, and in files.
    """
    shown = show_amount(fen, language)
    if language == "zh":
        return _figure(shown.figure) + {"yuan": "元", "wan": "万元", "yi": "亿元"}[shown.unit]
    unit = "" if shown.unit == "yuan" else f" {shown.unit}"
    return f"RMB {_figure(shown.figure)}{unit}"


def exact_money(fen: int, language: str) -> str:
    """Write an amount to the fen."""
    figure = _figure(yuan(fen))
    return f"{figure}元" if language == "zh" else f"RMB {figure}"


def _figure(figure: Decimal) -> str:
    """Write *figure* with thin separators, and with two places or none."""
    places = 0 if figure == int(figure) else 2
    return f"{figure:,.{places}f}".replace(",", THIN).replace("-", "−")


_NONE = {"en": "nothing", "zh": "无"}


def plain_text(value: object, language: str) -> str:
    """Write any fact readably: numbers with separators, several joined by the language's comma."""
    if isinstance(value, bool) or value is None:
        return str(value)
    if isinstance(value, float | Fraction):
        return number(float(value))
    if isinstance(value, int):
        return number(float(value)) if abs(value) < 2**53 else str(value)
    if isinstance(value, Mapping):
        pairs = (f"{key}={plain_text(item, language)}" for key, item in value.items())
        return _comma(language).join(pairs)
    if isinstance(value, list | tuple | set | frozenset):
        items = sorted(value, key=str) if isinstance(value, set | frozenset) else value
        told = _comma(language).join(plain_text(item, language) for item in items)
        return told or _NONE[language]
    return str(value)


def _comma(language: str) -> str:
    return "、" if language == "zh" else ", "


def _as_float(value: object) -> float:
    if isinstance(value, int | float | Fraction | str):
        return float(value)
    raise TypeError(value)


def _hides_a_difference(share: float, shown: float) -> bool:
    return any(
        abs(shown - landmark) < 1e-12 and abs(share - landmark) > 1e-9 for landmark in (0.0, 1.0)
    )


def _trim(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text

"""
Money between people and books: 元, 万元 and 亿元 outside, whole fen inside (§L).

Read is what means one amount only; refused, each with its own code, is what means two, or
would lose something. Nothing is rounded unless the caller asks, and then the residue is told.
"""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from statistics import median
from typing import Literal

from tiebeam.errors import Fault, InvalidInput

MOST_FEN = 10**15
"""The largest amount of one row."""

Unit = Literal["fen", "yuan", "wan", "yi"]
FEN: Mapping[Unit, int] = {"fen": 1, "yuan": 10**2, "wan": 10**6, "yi": 10**10}
"""What each unit holds: 分, 元, 万元, 亿元."""

_LONGEST = 80
_ALIKE = str.maketrans(
    {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}
    | dict.fromkeys(map(ord, "\u00a0\u2007\u2009\u202f\u3000\t"), " ")
    | {ord("−"): "-", ord("￥"): "¥"}
)
_CURRENCY = r"(?:rmb|cny|人民币|¥)"
_FIGURE = r"(?:[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d{0,2}(?:[ ]\d{3})+|\d+)"
_AMOUNT = re.compile(
    rf"""(?P<open>\()?\s*
    (?P<lead>[+-]?\s*{_CURRENCY}?|{_CURRENCY}\s*[+-])\s*
    (?P<figure>{_FIGURE})
    (?:\.(?P<places>\d*))?\s*
    (?P<scale>[十百千]?[万萬]?[亿億]|[十百千]?[万萬]|[百千]|thousand|million|mn|billion|bn)?\s*
    (?P<unit>元|圆|yuan|rmb|cny|renminbi|分|fen)?\s*[整正]?\s*
    (?(open)\))\Z""",
    re.ASCII | re.VERBOSE,
)
_SCALES = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
_WORDS = {"thousand": 10**3, "million": 10**6, "mn": 10**6, "billion": 10**9, "bn": 10**9}
_UNITS: Mapping[str, Unit] = {
    **dict.fromkeys(("分", "fen"), "fen"),
    **dict.fromkeys(("元", "yuan", "rmb", "cny", "人民币"), "yuan"),
    **dict.fromkeys(("万元", "万", "wan"), "wan"),
    **dict.fromkeys(("亿元", "亿", "yi"), "yi"),
}
_FOREIGN = re.compile(r"(?:[$€£₩]|usd|hkd|eur\b|euro|gbp|jpy|dollar|美元|港元|港币|日元|欧元|英镑)")
_REFUSALS = (
    ("units.missing", re.compile(r"\Z")),
    ("units.not_finite", re.compile(r"[+-]?(?:nan|inf|infinity|∞)\Z")),
    ("units.formula", re.compile(r"[=@]|[+-]\s*[a-z(]")),
    ("units.exponent", re.compile(r"[+-]?[\d.,]+e[+-]?\d+\Z")),
    ("units.other_currency", re.compile(rf".*{_FOREIGN.pattern}")),
    (
        "units.unknown_unit",
        re.compile(rf"[(+-]*{_CURRENCY}?\s*{_FIGURE}(?:\.\d*)?\s*[^\d\s.,:'’/-]+\Z", re.ASCII),
    ),
    ("units.ambiguous_number", re.compile(rf"[(+-]*{_CURRENCY}?\s*\d[\d., '’]*\D*\Z", re.ASCII)),
)
_LADDERS: Mapping[str, tuple[tuple[str, int], ...]] = {
    "zh": (("yi", 10**10), ("wan", 10**6)),
    "en": (("billion", 10**11), ("million", 10**8)),
}
_SLIPS = (1, 2, 4, 8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """
    An amount as it was read.

    Attributes:
        fen: Whole fen.
        residue: What was given less *fen*, in fen; 0 unless rounding was asked for.
        margin: Half of the last place that was written, in fen: a published "19亿元" may be
            half a 亿 off. 0 where fen were written, and for a number of a spreadsheet.
    """

    fen: int
    residue: Fraction = Fraction(0)
    margin: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """*figure* of *unit*, rounded half to even to two places; *residue* fen are left out."""

    figure: Decimal
    unit: str
    residue: int


class _Unfit(Exception):
    """Why something is no amount; becomes a fault."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


def parse_amount(
    given: object,
    *,
    unit: Unit = "yuan",
    is_rounded: bool = False,
    is_signed: bool = False,
    place: str = "",
    row: int | None = None,
    column: str = "",
) -> Amount:
    """
    Return the amount that *given* means: a text, or a number of a spreadsheet.

    Args:
        given: As typed or imported.
        unit: What a figure counts that names no unit of its own.
        is_rounded: Round half to even to the fen instead of refusing what is finer.
        is_signed: Take amounts below zero too.
        place: Where it stood, for the fault; so *row* and *column*.
        row: As the spreadsheet counts them.
        column: Head of the column.

    Raises:
        InvalidInput: It means no amount, or could mean two; one fault, ``units.*``.
    """
    try:
        exact, step = _read(given, unit)
        fen = _settle(exact, is_rounded=is_rounded, is_signed=is_signed)
    except _Unfit as unfit:
        fault = Fault(
            code=unfit.code,
            place=place,
            row=row,
            column=column,
            value=_quote(given),
            facts=unfit.facts,
        )
        raise InvalidInput([fault]) from None
    return Amount(fen=fen, residue=exact - fen, margin=int(step / 2))


def find_unit(word: str) -> Unit | None:
    """Return the unit that *word* names, such as 万元 in the head of a column; None where it names none."""
    return _UNITS.get(_fold(word))


def parse_unit(word: str) -> Unit:
    """
    Return the unit that *word* names.

    Raises:
        InvalidInput: ``units.unknown_unit``.
    """
    if unit := find_unit(word):
        return unit
    raise InvalidInput([Fault(code="units.unknown_unit", value=_quote(word))])


def names_other_currency(text: str) -> bool:
    """Return whether *text* names a currency that the books are not kept in."""
    return _FOREIGN.search(_fold(text[:_LONGEST])) is not None


def show_amount(fen: int, language: str) -> Shown:
    """
    Return how people are shown *fen*: shortened from 10,000 元 on, in English from a million.

    Below that it is exact. Half to even, so that many figures shown do not lean one way.
    """
    ladder = (*_LADDERS[language], ("yuan", FEN["yuan"]))
    unit, each = next((step for step in ladder if abs(fen) >= step[1]), ladder[-1])
    hundredths = round(Fraction(fen * 100, each))
    residue = fen - hundredths * each // 100
    return Shown(figure=yuan(hundredths), unit=unit, residue=residue)


def yuan(fen: int) -> Decimal:
    """Return *fen* in 元, exactly: what files and hovering hold."""
    return Decimal(fen).scaleb(-2, Context(prec=60))


def question_magnitude(amount: int, peers: Iterable[int]) -> Fault | None:
    """
    Return a question to a person where *amount* looks like a slipped unit or digit.

    It must lie more than three times outside all *peers*, of which it takes three, and about a
    factor of 10, 100 (分 for 元), 10,000 (万元) or 100,000,000 (亿元) from their median. The
    facts are ``fen``, ``typical`` (that median), ``times`` and ``meant``, what it would be else.
    """
    size, sizes = abs(amount), sorted(abs(peer) for peer in peers if peer)
    if len(sizes) < 3 or not size or sizes[0] / 3 <= size <= 3 * sizes[-1]:
        return None
    typical = round(median(sizes))
    distance = math.log10(size / typical)
    power = min(_SLIPS, key=lambda slip: abs(abs(distance) - slip))
    if abs(abs(distance) - power) > 0.5:
        return None
    times = 10**power
    meant = round(Fraction(amount, times)) if distance > 0 else amount * times
    return Fault(
        code="units.seems_too_large" if distance > 0 else "units.seems_too_small",
        value=str(yuan(amount)),
        facts={"fen": amount, "typical": typical, "times": times, "meant": meant},
    )


def allocate(total: int, weights: Mapping[str, int | Fraction]) -> dict[str, int]:
    """
    Return whole shares of *total* in proportion to *weights* that add up to it exactly.

    Each first gets its share rounded down; what is left goes, one each, to the largest
    remainders, and between equal remainders to the lower key.

    Source: the method of Hamilton, as used for seats.

    Raises:
        InvalidInput: A weight below zero, or none above: ``units.bad_weights``.
    """
    whole = sum(weights.values())
    if whole <= 0 or min(weights.values()) < 0:
        raise InvalidInput([Fault(code="units.bad_weights")])
    exact = {key: Fraction(total) * weight / whole for key, weight in weights.items()}
    shares = {key: math.floor(share) for key, share in exact.items()}
    left = total - sum(shares.values())
    for key in sorted(exact, key=lambda key: (shares[key] - exact[key], key))[:left]:
        shares[key] += 1
    return shares


def _read(given: object, unit: Unit) -> tuple[Fraction, Fraction]:
    """Return (exact fen, fen of the last place written)."""
    if given is None:
        raise _Unfit("units.missing")
    if isinstance(given, str):
        return _read_text(_fold(given), unit)
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise _Unfit("units.not_an_amount")
    if isinstance(given, float) and not math.isfinite(given):
        raise _Unfit("units.not_finite")
    # A spreadsheet keeps 15 digits; what a float holds beyond them nobody wrote.
    exact = Fraction(f"{given:.15g}") if isinstance(given, float) else Fraction(given)
    return exact * FEN[unit], Fraction(0)


def _read_text(text: str, unit: Unit) -> tuple[Fraction, Fraction]:
    if len(text) > _LONGEST:
        raise _Unfit("units.not_an_amount")
    match = _AMOUNT.match(text)
    if match is None:
        tried = (code for code, pattern in _REFUSALS if pattern.match(text))
        raise _Unfit(next(tried, "units.not_an_amount"))
    places = match["places"] or ""
    figure = Fraction(re.sub("[, ]", "", match["figure"]) + f".{places or 0}")
    is_negative = bool(match["open"]) or "-" in match["lead"]
    each = _value_of_one(match, unit)
    return (-figure if is_negative else figure) * each, Fraction(each, 10 ** len(places))


def _value_of_one(match: re.Match[str], unit: Unit) -> int:
    """Return the fen of 1 as written; a scale or sign alone beside a column in 万元 could mean two."""
    scale, own = match["scale"] or "", match["unit"]
    has_currency = bool(match["lead"].strip("+- "))
    if not (scale or own or has_currency):
        return FEN[unit]
    if unit != "yuan" and not own and not (scale and has_currency):
        raise _Unfit("units.ambiguous_scale", unit=unit)
    factor = _WORDS.get(scale) or math.prod(_SCALES[sign] for sign in scale)
    return factor * FEN["fen" if own in {"分", "fen"} else "yuan"]


def _settle(exact: Fraction, *, is_rounded: bool, is_signed: bool) -> int:
    """Return *exact* in whole fen, within what a row may hold."""
    if exact < 0 and not is_signed:
        raise _Unfit("units.negative")
    if abs(exact) > MOST_FEN:
        raise _Unfit("units.too_large", limit=MOST_FEN)
    fen = round(exact)
    if fen != exact and not is_rounded:
        raise _Unfit("units.finer_than_fen", nearest=fen)
    return fen


def _fold(text: str) -> str:
    """Return *text* without differences of width, case and spaces; no sign becomes a digit."""
    return text.translate(_ALIKE).strip().casefold()


def _quote(given: object) -> str:
    if isinstance(given, int) and abs(given) > MOST_FEN**2:
        return "> 10^30"  # Python itself refuses to write far longer ones.
    text = "" if given is None else str(given)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"

"""Texts and amounts as the files of other programs hold them."""

import re

from tiebeam.core.ledger.chart import MONEY
from tiebeam.units import yuan

_BREAKS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")


def one_line(text: str) -> str:
    """Return *text* without line breaks and control signs: nothing in it begins a line of its own."""
    return _BREAKS.sub(" ", text).strip()


def amount_text(amount: int, unit: str) -> str:
    """Return an amount as these files write it: yuan with two places, counted things whole."""
    return f"{yuan(amount):.2f}" if unit == MONEY else str(amount)

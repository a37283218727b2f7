"""How a number is written as text, the same in files, in hashes and in findings."""

import math

LARGEST_PLAIN = 10**15
"""Whole numbers up to here are written without an exponent or fraction; floats hold them exactly."""


def number_text(number: float) -> str:
    """
    Return the shortest text that reads back as the same *number*.

    Whole numbers lose their fraction ("120", not "120.0") and minus zero is zero,
    so that 120 in a CSV file and 120.0 from a workbook are one text (§M9).
    """
    if isinstance(number, int):
        return str(int(number))
    number = float(number)
    if math.isfinite(number) and number == int(number) and abs(number) <= LARGEST_PLAIN:
        return str(int(number))
    return repr(number)

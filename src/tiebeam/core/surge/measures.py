"""What a policy came to, and how much of the way from the list to hindsight it goes (§S4)."""

from fractions import Fraction


def share_closed(static: Fraction, value: Fraction, bound: Fraction) -> Fraction | None:
    """Return the share of the way from *static* to *bound* that *value* goes; None for a tie."""
    return None if static == bound else (static - value) / (static - bound)

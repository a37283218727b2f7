"""Tiebeam: partner assistance, paired optimally, explained and accounted for."""

__version__ = "0.1.0"

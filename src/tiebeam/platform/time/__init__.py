"""Periods and the two dates of a question: when it was true, and when it was known."""

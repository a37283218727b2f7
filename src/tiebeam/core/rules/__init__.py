"""Obligation rules (docs/law/policy.md): what a donor owes for a year, and the whole way to the sum."""

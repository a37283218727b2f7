"""Pair lists, pairings, responsibilities and agreements."""

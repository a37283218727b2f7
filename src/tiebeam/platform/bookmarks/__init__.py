"""Saved filters: lists as a person likes to see them, under a name."""

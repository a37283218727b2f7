"""Statements that are asked too often, or of too many rows, to be put together anew each time."""

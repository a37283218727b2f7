"""Measured work: the solver beside a plain HiGHS and a PuLP/CBC model of the same law."""

"""Agreements of a pairing: drafted, reviewed, signed by both sides, amended, terminated."""

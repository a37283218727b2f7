"""The money of pairs, where both sides work on it: what stands, what waits, one form for each event."""

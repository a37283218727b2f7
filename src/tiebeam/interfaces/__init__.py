"""Request in, one operation or a few queries, answer out, in the reader's language (floor 5)."""

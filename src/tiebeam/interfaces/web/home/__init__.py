"""The first page: what waits for me, what is due, what changed."""

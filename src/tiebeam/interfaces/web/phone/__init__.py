"""The phone of a front team: what it enters is kept without a connection, and sent in order and once."""

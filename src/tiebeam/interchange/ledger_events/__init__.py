"""Events of the ledger as files that an official can read and write: a text of one pair, or a table of many."""

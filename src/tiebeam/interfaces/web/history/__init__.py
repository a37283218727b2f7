"""The history of a record: who changed what, for whom, and why."""

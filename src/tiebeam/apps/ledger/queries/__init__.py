"""What is asked of the ledger: a module per question."""

"""The ledger for other programs: Beancount, hledger, CSV, and which official accounts it means."""

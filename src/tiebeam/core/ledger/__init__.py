"""The rules of the transfer ledger: accounts, what each event posts, bounds and the year's end (§L)."""

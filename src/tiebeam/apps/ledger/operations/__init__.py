"""What people do in the ledger: propose, post, send back, close: a module per verb."""

"""The audit log: what was done, by whom, for whom and why; how far it is sealed; proofs."""

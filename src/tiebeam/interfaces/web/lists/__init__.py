"""Lists: the versions of a round, one version, and what is done with it."""

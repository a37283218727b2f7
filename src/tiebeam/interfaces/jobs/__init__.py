"""Background work: what a worker does for a page or a command."""

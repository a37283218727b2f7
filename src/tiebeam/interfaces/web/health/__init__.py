"""Whether the workspace lives, and whether it is ready to answer."""

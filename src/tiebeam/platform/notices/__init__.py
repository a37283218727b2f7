"""Notices: what happened that somebody wants to know, in the workspace and by mail."""

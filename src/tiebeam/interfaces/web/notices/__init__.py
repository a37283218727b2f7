"""Notices: what happened that one wants to know, and how one wants to be told."""

"""Saved filters: buttons on every list."""

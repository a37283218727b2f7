"""Owners and readers: every record has an owning organisation, and readers by grant."""

"""Sheets that go out to be edited and come back: one form both ways."""

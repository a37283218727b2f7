"""Obligation rules as dated parameters with their sources, read from the files beside."""

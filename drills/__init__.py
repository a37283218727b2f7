"""Drills: what the workspace must survive, tried at length; each writes a dated report."""

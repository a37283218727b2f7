"""Emergencies: incidents, needs, and teams that are sent, step by step, by those whom it concerns."""

"""Emergencies: how an incident stands, its needs, and the deployments that answer them."""

"""Regions, organisations and their statistics."""

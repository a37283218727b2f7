"""Programmes, their legal basis, rounds and returns."""

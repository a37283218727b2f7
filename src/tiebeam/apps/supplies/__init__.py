"""Supplies: what is in stock, on its way, received, and what shall not be sent now."""

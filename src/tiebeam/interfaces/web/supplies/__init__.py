"""Supplies: stock of the own places, shipments, what shall not be sent now, the catalogue."""

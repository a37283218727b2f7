"""Pairs: their list, who answers for a place, and the dossiers of pairs, donors and recipients."""

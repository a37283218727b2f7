"""Programmes: their list, the page of each, and the forms by which they are steered."""

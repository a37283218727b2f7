"""Documents attached to records."""

"""Returns of a round: what recipients need and donors can give, entered, handed in and answered."""

"""What a distribution comes to: per head, and how unequal it is."""

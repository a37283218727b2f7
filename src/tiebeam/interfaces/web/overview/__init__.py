"""Money across pairs: for those who coordinate, oversee and audit, and for each side its own part."""

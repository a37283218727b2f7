"""The pairing desk: scenarios, variants, plans, the reasons for them, and what would change them."""

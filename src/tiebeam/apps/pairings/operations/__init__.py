"""What people do to scenarios, variants, lists, opinions, pairings and agreements: a module per noun."""

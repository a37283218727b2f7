"""What is asked of scenarios, variants, lists, opinions, pairings and agreements: a module per noun."""

"""The nouns that the rooms of the core share: a scenario and a plan, as plain values."""

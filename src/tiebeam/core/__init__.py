"""Pure computation (floor 2): values in, values out; no clock, file, log or network."""

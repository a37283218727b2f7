"""What every room of the core asks of the solver of linear and whole-number programs."""

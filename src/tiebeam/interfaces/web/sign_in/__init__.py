"""Sign in, join by invitation, choose a seat."""

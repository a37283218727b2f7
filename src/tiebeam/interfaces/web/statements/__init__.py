"""Pages of bank statements: take one in, and say what each of its lines is."""

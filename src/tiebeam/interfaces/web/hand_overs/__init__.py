"""Hand-overs: what an ended pairing leaves open, line by line, until somebody signs for it."""

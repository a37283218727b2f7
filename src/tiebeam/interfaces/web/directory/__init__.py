"""The directory: regions, organisations, statistics; and the search across records."""

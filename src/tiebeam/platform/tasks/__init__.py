"""Background work that shows progress, stops when asked, and survives a killed worker."""

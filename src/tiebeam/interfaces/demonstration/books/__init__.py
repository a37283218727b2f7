"""The books of the demonstration, as files of events."""

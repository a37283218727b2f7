"""Many events at once: the form, what a sheet would do, the second person, how far it is."""

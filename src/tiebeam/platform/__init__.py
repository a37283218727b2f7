"""What every record needs, whatever it is a record of: owners, readers, rights, history, files, time (floor 3)."""

"""The records of the workspace: one Django application for each noun (floor 4)."""

"""Questions about packages, teams and their members."""

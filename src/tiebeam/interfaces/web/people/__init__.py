"""People of the workspace: who is in it, who is invited, who may do what."""

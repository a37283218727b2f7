"""Who may do what: roles, the operations they may call, and roles that nobody may hold together."""

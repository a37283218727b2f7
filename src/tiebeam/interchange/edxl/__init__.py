"""Threads of deployments as messages of EDXL-RM 1.0 in an envelope of EDXL-DE 1.0 (OASIS)."""

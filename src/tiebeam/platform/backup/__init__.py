"""Backups: one file with the database, the documents and the anchors, and the way back."""

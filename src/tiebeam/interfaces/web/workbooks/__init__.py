"""Sheets of what one's own organisation keeps: download, edit, upload, look, confirm."""

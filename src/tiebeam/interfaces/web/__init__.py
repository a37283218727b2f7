"""The pages of the workspace: rooms by audience and page, not by record."""

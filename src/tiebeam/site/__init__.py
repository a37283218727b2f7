"""The workspace put together: settings, addresses, server entry (floor 6)."""

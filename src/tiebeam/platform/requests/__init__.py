"""Requests that may be sent twice and are done once: answers kept by the caller's key."""

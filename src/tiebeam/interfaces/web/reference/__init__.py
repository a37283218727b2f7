"""The reference of the programming interface, as a page of ours."""

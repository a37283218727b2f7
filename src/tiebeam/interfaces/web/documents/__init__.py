"""Documents attached to records: listed on the pages of these, attached, and sent back as they came."""

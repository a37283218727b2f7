"""Who can be sent: packages held ready before any emergency, and the teams made of them."""

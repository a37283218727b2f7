"""Files in, values of the core out, and back: scenarios and plans as people keep them."""

"""Search that finds Chinese names of two characters and English words on both databases."""

"""What each side owes, holds and has paid, by double entry: two books for a pairing."""

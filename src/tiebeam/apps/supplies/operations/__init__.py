"""What people do with supplies: enter, move, ship, confirm, settle, hold: a module per verb."""

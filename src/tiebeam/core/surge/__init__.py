"""Emergency mode: who sends which team where, day by day (§S)."""

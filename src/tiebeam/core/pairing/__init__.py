"""Pairing: who helps whom, with how much (§M1-§M10); made by the solver, judged by the checker."""

"""Who answers for what in a pairing: areas of work by parties, with gaps and double owners."""

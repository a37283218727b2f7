"""Operations on packages, teams and their members."""

"""Operations of an emergency."""

"""Questions of an emergency."""

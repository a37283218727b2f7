"""What is asked of supplies: a module per question."""

"""The hasher of the workspace at its lowest cost: tests try passwords by the dozen, and guess none."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class QuickHasher(Argon2PasswordHasher):
    """Argon2 in one pass over little memory."""

    time_cost = 1
    memory_cost = 8
    parallelism = 1

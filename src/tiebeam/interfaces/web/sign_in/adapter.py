"""How people come in: by invitation, never by signing up."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter


class InvitedOnlyAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # the library has no types
    """Closes the open sign-up of the sign-in library."""

    def is_open_for_signup(self, request: Any) -> bool:
        """Return False: whoever joins has an invitation."""
        del request
        return False

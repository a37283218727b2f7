"""How people come in: by invitation, never by signing up."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.core.exceptions import ValidationError

from tiebeam.interfaces.messages import has_message, say
from tiebeam.interfaces.web.sign_in.forms import current_language


def _fault(code: str) -> ValidationError | None:
    ours = f"sign_in.fault.{code}"
    if not has_message(ours):
        return None
    return ValidationError(say(ours, {}, current_language()), code=code)


class InvitedOnlyAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # the library has no types
    """Closes the open sign-up of the sign-in library, and speaks our words."""

    def is_open_for_signup(self, request: Any) -> bool:
        """Return False: whoever joins has an invitation."""
        del request
        return False

    def validation_error(self, code: str, *args: Any) -> ValidationError:
        """Return the sentence of the catalogue, or the library's own."""
        return _fault(code) or super().validation_error(code, *args)


class CodesAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # the library has no types
    """Speaks our words where a second factor is wrong."""

    def validation_error(self, code: str, *args: Any) -> ValidationError:
        """Return the sentence of the catalogue, or the library's own."""
        return _fault(code) or super().validation_error(code, *args)

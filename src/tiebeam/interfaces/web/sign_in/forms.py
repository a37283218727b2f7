"""The forms of signing in and joining, in the words of the catalogue."""

from typing import Any, ClassVar, cast

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import get_language

from tiebeam.interfaces.messages import Language, say
from tiebeam.interfaces.web.forms import PageForm, SpokenFaults, name_fields
from tiebeam.platform.identity.models import Person


def current_language() -> Language:
    """Return the language that the answer under way is written in."""
    return "en" if (get_language() or "").startswith("en") else "zh"


def _worded(form: Any) -> Any:
    """Return the library's *form* with our labels, hints and sentences, and without its placeholders."""

    class Worded(SpokenFaults, form):  # type: ignore[misc]  # a class given at run time
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            kwargs.setdefault("label_suffix", "")
            super().__init__(*args, **kwargs)
            for field in self.fields.values():
                field.help_text = ""
                field.widget.attrs.pop("placeholder", None)
            self.spoken = current_language()
            name_fields(cast("forms.Form", self), "sign_in.field", self.spoken)

        def add_error(self, field: str | None, error: Any) -> None:
            """Note a fault; the library tells that the second password differs by a sentence alone."""
            if field == "password2" and not isinstance(error, ValidationError):
                error = say("sign_in.fault.password_differs", {}, self.spoken)
            super().add_error(field, error)

    return Worded


LoginForm = _worded(account.LoginForm)
ChangePasswordForm = _worded(account.ChangePasswordForm)
SetPasswordForm = _worded(account.SetPasswordForm)
ResetPasswordForm = _worded(account.ResetPasswordForm)
ResetPasswordKeyForm = _worded(account.ResetPasswordKeyForm)
ReauthenticateForm = _worded(account.ReauthenticateForm)
AuthenticateForm = _worded(mfa.AuthenticateForm)
ReauthenticateByCodeForm = _worded(mfa.ReauthenticateForm)
ActivateTOTPForm = _worded(totp.ActivateTOTPForm)


class JoinForm(PageForm):
    """What somebody who was invited says of himself."""

    words: ClassVar[str] = "sign_in.join"

    name = forms.CharField(max_length=120, widget=forms.TextInput({"autocomplete": "name"}))
    language = forms.ChoiceField(choices=[("zh", "简体中文"), ("en", "English")])
    password = forms.CharField(
        strip=False, widget=forms.PasswordInput({"autocomplete": "new-password"})
    )

    email = ""

    def clean_password(self) -> str:
        """Refuse a password that is short, common, or like the name or address."""
        password = str(self.cleaned_data["password"])
        validate_password(password, Person(email=self.email, name=self.data.get("name", "")))
        return password

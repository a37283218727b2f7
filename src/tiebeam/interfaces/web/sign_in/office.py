"""
Signing in through the office's own OpenID Connect provider.

The library fetches and keeps the state of the exchange. What it leaves open is
decided here: every token is checked by its signature and against the nonce that
was sent, who it speaks of must be a person of the workspace, and nobody is made,
linked or changed by it.
"""

import secrets
from typing import Any

import jwt
from allauth.account.utils import get_next_redirect_url
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, get_adapter
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from requests import RequestException

from tiebeam.interfaces.web.page import say_to, show_page
from tiebeam.interfaces.web.sign_in.noting import note
from tiebeam.platform.identity.access import Access
from tiebeam.platform.identity.people import find_person_by_address

PROVIDER = "office"
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
"""Signatures by a key pair; never "none", and never the client's secret as a key."""
CLOCKS_DIFFER_S = 60
FAULTS = (OAuth2Error, RequestException, ValueError, LookupError, TypeError)
"""What a provider that is away, or answers nonsense, brings about."""


class OfficeTokens(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]  # the library has no types
    """Reads what the provider answers, and believes nothing that it has not signed."""

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> Any:
        """
        Return the sign-in that the provider vouches for.

        Raises:
            OAuth2Error: The token is missing, not sound, or of somebody else than what is told besides.
        """
        claims = self._decode_id_token(app, kwargs["response"].get("id_token", ""))
        told = self._fetch_user_info(token.token)
        if told.get("sub") != claims["sub"]:
            raise OAuth2Error("what is told is not of the person of the token")
        person = {**claims, **told}
        person["email_verified"] = _is_verified(person, app.settings["domains"])
        data = {"userinfo": person, "id_token": claims}
        return self.get_provider().sociallogin_from_response(request, data)

    def _decode_id_token(self, app: Any, id_token: str) -> dict[str, Any]:
        with get_adapter().get_requests_session() as session:
            answer = session.get(self.openid_config["jwks_uri"])
            answer.raise_for_status()
        try:
            known = jwt.PyJWKSet.from_dict(answer.json()).keys
            named = jwt.get_unverified_header(id_token).get("kid")
            fitting = [key for key in known if named in {None, key.key_id}]
            if not fitting:
                raise OAuth2Error("signed by a key that the provider does not publish")
            claims: dict[str, Any] = jwt.decode(
                id_token,
                key=fitting[0],
                algorithms=ALGORITHMS,
                audience=app.client_id,
                issuer=self.openid_config["issuer"],
                leeway=CLOCKS_DIFFER_S,
                options={"require": ["exp", "iat", "iss", "aud", "sub"]},
            )
        except jwt.PyJWTError as error:
            raise OAuth2Error(type(error).__name__) from error
        return claims


class KnownPeopleOnly(DefaultSocialAccountAdapter):  # type: ignore[misc]  # the library has no types
    """Lets in whom the workspace knows by the address that the provider has verified."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Return False: whoever joins has an invitation."""
        del request, sociallogin
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """
        Say who it is that signs in.

        Raises:
            ImmediateHttpResponse: A page that says why not.
        """
        sent = sociallogin.state.get("nonce")
        if not sent or sociallogin.account.extra_data["id_token"].get("nonce") != sent:
            raise ImmediateHttpResponse(_refuse(request, "failed", 401))
        address = next((row.email for row in sociallogin.email_addresses if row.verified), "")
        if not address:
            raise ImmediateHttpResponse(_refuse(request, "not_verified", 403))
        person = find_person_by_address(address)
        if person is None:
            raise ImmediateHttpResponse(_refuse(request, "unknown", 403, email=address))
        if not person.is_active:
            note(person, Access.FAILED)
            raise ImmediateHttpResponse(_refuse(request, "left", 403))
        sociallogin.user = person


@require_POST
@never_cache
def go_to_office(request: HttpRequest) -> HttpResponse:
    """
    Lead to the provider's own sign-in, by a page that goes on by itself.

    A redirect would not do: the policy of the page that holds the button lets no form lead elsewhere.
    """
    try:
        provider = get_adapter().get_provider(request, PROVIDER)
    except SocialApp.DoesNotExist:
        raise Http404 from None
    nonce = secrets.token_urlsafe(32)
    try:
        answer = provider.redirect(
            request,
            "login",
            next_url=get_next_redirect_url(request),
            auth_params={"nonce": nonce},
            nonce=nonce,
        )
    except FAULTS:
        return _refuse(request, "away", 503, name=provider.name)
    assert isinstance(answer, HttpResponseRedirect)
    title = say_to(request, "sign_in.outside.going", name=provider.name)
    return show_page(request, "web/sign_in/going.html", title=title, address=answer.url)


@require_safe
@never_cache
def come_back(request: HttpRequest) -> HttpResponse:
    """Take what the provider sent back, and sign in whom it vouches for."""
    view = OAuth2CallbackView.adapter_view(OfficeTokens(request, PROVIDER))
    try:
        answer: HttpResponse = view(request)
    except SocialApp.DoesNotExist:
        raise Http404 from None
    except FAULTS:
        return _refuse(request, "failed", 401)
    return answer


def _is_verified(person: dict[str, Any], domains: list[str]) -> bool:
    said = person.get("email_verified")
    if said is None:
        # Silence is taken for yes where the office says so.
        domain = str(person.get("email", "")).rpartition("@")[2].lower()
        return domain in domains
    # Some providers write it as text, and any text would pass for yes.
    return said is True or said == "true"


def _refuse(request: HttpRequest, why: str, status: int, **facts: object) -> HttpResponse:
    return show_page(
        request,
        "socialaccount/authentication_error.html",
        title=say_to(request, "sign_in.outside.failed"),
        text=say_to(request, f"sign_in.outside.{why}_text", **facts),
        status=status,
    )

"""My page: language, roles, deputies for a period, tokens for programs."""

from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from tiebeam.apps.regions.queries.names import list_organisations_by_id
from tiebeam.interfaces.web.forming import FORM, succeeds
from tiebeam.interfaces.web.forms import PageForm, choices_of, date_field
from tiebeam.interfaces.web.page import Fact, Link, name_of, say_to, show_page
from tiebeam.interfaces.web.seated import actor_of, seated
from tiebeam.platform.identity import operations, people
from tiebeam.platform.identity.models import Assignment, Person


class LanguageForm(PageForm):
    """Which language pages and mail are written in."""

    words: ClassVar[str] = "sign_in.mine"

    language = forms.ChoiceField(
        choices=[("zh", "简体中文"), ("en", "English")], widget=forms.RadioSelect
    )


class DeputyForm(PageForm):
    """Who stands for me, in which role, from when until when."""

    words: ClassVar[str] = "sign_in.deputy"

    role = forms.ChoiceField()
    deputy = forms.ChoiceField()
    valid_from = date_field()
    last_day = date_field()

    def __init__(
        self, request: HttpRequest, roles: list[Assignment], members: list[Person], **kwargs: Any
    ) -> None:
        """Offer the roles held, and the people of the same organisation."""
        super().__init__(request, **kwargs)
        words = dict(choices_of(request, "web.role", {row.role for row in roles}))
        self._roles = {str(row.pk): row for row in roles}
        self._members = {str(person.pk): person for person in members}
        self.fields["role"].choices = [  # type: ignore[attr-defined]  # a field of choices
            (key, words[row.role]) for key, row in self._roles.items()
        ]
        self.fields["deputy"].choices = [  # type: ignore[attr-defined]  # a field of choices
            (key, person.name) for key, person in self._members.items()
        ]

    def clean(self) -> dict[str, Any]:
        """Return records instead of keys; refuse a period that ends before it begins."""
        given = self.cleaned_data
        first, last = given.get("valid_from"), given.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", say_to(self.request, "sign_in.deputy.ends_first"))
        return {
            **given,
            "assignment": self._roles.get(given.get("role", "")),
            "deputy": self._members.get(given.get("deputy", "")),
        }


class TokenForm(PageForm):
    """What a program may do in my name, and for how long."""

    words: ClassVar[str] = "sign_in.token"

    name = forms.CharField(max_length=80)
    days = forms.IntegerField(min_value=1, max_value=operations.TOKEN_DAYS_MOST, initial=90)
    may_write = forms.BooleanField(required=False)


@FORM
@seated
def show_my_page(request: HttpRequest) -> HttpResponse:
    """Show who one is here; take the language."""
    person: Person = request.user  # type: ignore[assignment]  # nobody else is seated
    form = LanguageForm(request, initial={"language": person.language})
    if request.method == "POST" and form.is_valid():
        language = form.cleaned_data["language"]
        operations.choose_language(language=language, actor=actor_of(request), now=timezone.now())
        response = redirect("my_page")
        response.set_cookie(
            "language", language, max_age=365 * 86400, samesite="Lax", httponly=True
        )
        return response
    held = people.list_assignments(person.pk)
    known = list_organisations_by_id(row.organisation_id for row in held)
    roles = [
        {
            "organisation": name_of(request, known[row.organisation_id]),
            "role": say_to(request, f"web.role.{row.role}"),
            "from": row.valid_from,
            "last": row.valid_until and row.valid_until - timedelta(days=1),
            "deputy_for": row.deputy_for.person.name if row.deputy_for else "",
        }
        for row in held
        if row.valid_until is None or row.valid_until > timezone.localdate()
    ]
    return show_page(
        request,
        "web/sign_in/mine.html",
        title=person.name,
        tabs=_tabs(request, "my_page"),
        form=form,
        roles=roles,
        facts=[
            Fact(say_to(request, "people.column.email"), person.email),
            Fact(
                say_to(request, "people.column.joined"),
                f"{timezone.localtime(person.joined_at):%Y-%m-%d}",
            ),
        ],
        status=form.status,
    )


@FORM
@seated
def show_deputies(request: HttpRequest) -> HttpResponse:
    """Show who stands for one; let another do it for a period."""
    actor, today = actor_of(request), timezone.localdate()
    roles = people.list_own_roles(actor.person_id, actor.organisation_id, today)
    members = [
        person
        for person in people.list_members(actor.organisation_id, today)
        if person.pk != actor.person_id
    ]
    form = DeputyForm(request, roles, members, initial={"valid_from": today})
    if succeeds(
        form,
        lambda given: operations.delegate(
            assignment=given["assignment"],
            deputy=given["deputy"],
            valid_from=given["valid_from"],
            valid_until=given["last_day"] + timedelta(days=1),
            actor=actor,
            now=timezone.now(),
        ),
    ):
        return redirect("my_deputies")
    deputies = [
        {
            "id": row.pk,
            "name": row.person.name,
            "role": say_to(request, f"web.role.{row.role}"),
            "from": row.valid_from,
            "last": row.valid_until and row.valid_until - timedelta(days=1),
        }
        for row in people.list_deputies(actor.person_id, today)
    ]
    return show_page(
        request,
        "web/sign_in/deputies.html",
        title=say_to(request, "sign_in.deputy.title", count=len(deputies)),
        tabs=_tabs(request, "my_deputies"),
        form=form,
        deputies=deputies,
        can_delegate=bool(roles and members),
        status=form.status,
    )


@require_POST
@seated
def end_deputy(request: HttpRequest, assignment_id: UUID) -> HttpResponse:
    """End what a deputy holds for one."""
    row = people.find_assignment(assignment_id)
    actor = actor_of(request)
    if row is None or row.deputy_for is None or row.deputy_for.person_id != actor.person_id:
        raise Http404
    operations.end_delegation(assignment=row, actor=actor, now=timezone.now())
    messages.success(request, say_to(request, "sign_in.deputy.ended"))
    return redirect("my_deputies")


@FORM
@never_cache
@seated
def show_tokens(request: HttpRequest) -> HttpResponse:
    """Show one's tokens; make one, whose secret is shown this once."""
    actor, now = actor_of(request), timezone.now()
    form = TokenForm(request)
    made: list[str] = []
    if succeeds(
        form, lambda given: made.append(operations.make_token(actor=actor, now=now, **given)[1])
    ):
        form = TokenForm(request, data=None)
    tokens = people.list_tokens(actor.person_id, now)
    return show_page(
        request,
        "web/sign_in/tokens.html",
        title=say_to(request, "sign_in.token.title", count=len(tokens)),
        tabs=_tabs(request, "my_tokens"),
        form=form,
        tokens=tokens,
        secret="".join(made),
        status=form.status,
    )


@require_POST
@seated
def revoke_token(request: HttpRequest, token_id: UUID) -> HttpResponse:
    """End a token of one's own."""
    actor = actor_of(request)
    token = people.find_own_token(token_id, actor.person_id)
    if token is None:
        raise Http404
    operations.revoke_token(token=token, actor=actor, now=timezone.now())
    messages.success(request, say_to(request, "sign_in.token.revoked", name=token.name))
    return redirect("my_tokens")


@require_safe
def show_nothing(request: HttpRequest) -> HttpResponse:
    """Close a page of the sign-in library that would change a person without the log."""
    del request
    raise Http404


def _tabs(request: HttpRequest, current: str) -> list[Link]:
    return [
        Link(say_to(request, f"sign_in.tab.{name}"), address, is_current=name == current)
        for name, address in (
            ("my_page", "/me/"),
            ("my_deputies", "/me/deputies/"),
            ("my_tokens", "/me/tokens/"),
            ("my_codes", "/accounts/2fa/"),
            ("my_password", "/accounts/password/change/"),
        )
    ]

"""Join by an invitation, and choose the organisation acted for."""

from uuid import UUID

from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from tiebeam.apps.regions.queries.names import find_organisation, list_organisations_by_id
from tiebeam.interfaces.web.forming import FORM, succeeds
from tiebeam.interfaces.web.page import language_of, name_of, say_to, show_page
from tiebeam.interfaces.web.seat import SESSION_KEY
from tiebeam.interfaces.web.sign_in.forms import JoinForm
from tiebeam.platform.identity.models import Person
from tiebeam.platform.identity.operations import accept_invitation, find_invitation
from tiebeam.platform.identity.queries import find_actor_for, list_seats
from tiebeam.platform.tenancy.acting import Actor, acting

BACKEND = "django.contrib.auth.backends.ModelBackend"


@FORM
@never_cache
@sensitive_post_parameters("password")
def join(request: HttpRequest, secret: str) -> HttpResponse:
    """Let somebody join by the link of an invitation."""
    now = timezone.now()
    invitation = find_invitation(secret, now)
    if invitation is None:
        return show_page(
            request,
            "web/error.html",
            title=say_to(request, "sign_in.join.closed"),
            text=say_to(request, "identity.link_not_valid"),
            status=404,
        )
    # The workspace knows nobody else yet: the one who invited acts.
    inviter = Actor(person_id=invitation.invited_by_id, organisation_id=invitation.organisation_id)
    form = JoinForm(request, initial={"language": language_of(request)})
    form.email = invitation.email
    joined: list[Person] = []
    if succeeds(
        form,
        lambda given: joined.append(
            accept_invitation(secret=secret, actor=inviter, now=now, **given)
        ),
    ):
        [person] = joined
        login(request, person, backend=BACKEND)
        response = redirect("home")
        response.set_cookie(
            "language", person.language, max_age=365 * 86400, samesite="Lax", httponly=True
        )
        return response
    with acting(inviter):
        organisation = name_of(request, find_organisation(invitation.organisation_id))
    return show_page(
        request,
        "web/sign_in/join.html",
        title=say_to(request, "sign_in.join.title", organisation=organisation),
        form=form,
        email=invitation.email,
        role=f"web.role.{invitation.role}",
        organisation=organisation,
        status=form.status,
    )


@FORM
@login_required
def choose_seat(request: HttpRequest) -> HttpResponse:
    """Choose for which organisation one acts, among those where one holds a role."""
    person: Person = request.user  # type: ignore[assignment]  # a stranger was sent to sign in
    person_id = person.pk
    today = timezone.localdate()
    if request.method == "POST":
        chosen = _read_id(request.POST.get("organisation", ""))
        if find_actor_for(person_id, chosen, today) is None:
            raise Http404
        request.session[SESSION_KEY] = str(chosen)
        return redirect("home")
    seats = list_seats(person_id, today)
    actor: Actor | None = getattr(request, "actor", None)
    known = list_organisations_by_id(seat.organisation_id for seat in seats)
    lines = [
        {
            "id": seat.organisation_id,
            "name": name_of(request, known[seat.organisation_id]),
            "roles": [say_to(request, f"web.role.{role}") for role in seat.roles],
            "is_current": actor is not None and actor.organisation_id == seat.organisation_id,
        }
        for seat in seats
        if seat.organisation_id in known
    ]
    title = say_to(request, "sign_in.seat.title", count=len(lines))
    return show_page(request, "web/sign_in/seat.html", title=title, seats=lines)


def _read_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None

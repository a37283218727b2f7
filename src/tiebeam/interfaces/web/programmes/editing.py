"""Set up, change and publish programmes; their documents and participants."""

from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from tiebeam.apps.programmes import operations
from tiebeam.apps.programmes.queries import get_document, get_participant
from tiebeam.interfaces.web import forming
from tiebeam.interfaces.web.errors import show_forbidden
from tiebeam.interfaces.web.forming import FORM, answer_form
from tiebeam.interfaces.web.page import name_of, say_to
from tiebeam.interfaces.web.periods import end_after
from tiebeam.interfaces.web.programmes import forms
from tiebeam.interfaces.web.programmes.rights import may
from tiebeam.interfaces.web.programmes.tables import title_of
from tiebeam.interfaces.web.programmes.views import find_or_404, trail_of
from tiebeam.interfaces.web.seated import actor_of, seated
from tiebeam.platform.permissions.operations import is_allowed


@FORM
@seated
def create_programme(request: HttpRequest) -> HttpResponse:
    """Set up a programme."""
    actor = actor_of(request)
    if not is_allowed(actor, "programmes.create_programme"):
        return show_forbidden(request)
    form = forms.CreateProgrammeForm(request)
    return answer_form(
        request,
        form,
        lambda _: operations.create_programme(**form.values(), actor=actor, now=timezone.now()),
        done=say_to(request, "programmes.done.created"),
        onto=lambda made: reverse("programme", args=[made.pk]),
        title=say_to(request, "programmes.create_title"),
        verb=say_to(request, "programmes.create"),
        back=reverse("programmes"),
        trail=trail_of(request),
    )


@FORM
@seated
def change_programme(request: HttpRequest, programme_id: UUID) -> HttpResponse:
    """Change what is said of a programme."""
    programme = find_or_404(programme_id)
    if not may(request, "programmes.change_programme", programme):
        return show_forbidden(request)
    form = forms.ChangeProgrammeForm(request, initial=forms.initial_of_programme(programme))
    return answer_form(
        request,
        form,
        lambda given: operations.change_programme(
            programme=programme,
            values=form.values(),
            reason=given["reason"],
            actor=actor_of(request),
            now=timezone.now(),
        ),
        done=say_to(request, "programmes.done.changed"),
        title=say_to(request, "programmes.change_title", name=name_of(request, programme)),
        verb=say_to(request, "programmes.change_programme_verb"),
        back=reverse("programme", args=[programme.pk]),
        trail=trail_of(request, programme),
    )


@FORM
@seated
def publish_programme(request: HttpRequest, programme_id: UUID) -> HttpResponse:
    """Show a programme in the public portal, or take it back."""
    programme = find_or_404(programme_id)
    if not may(request, "programmes.publish_programme", programme):
        return show_forbidden(request)
    form = (
        forms.ReasonForm(request) if programme.is_published else forms.OptionalReasonForm(request)
    )
    back = reverse("programme", args=[programme.pk])
    what = "take_back" if programme.is_published else "publish"
    text = say_to(request, f"programmes.{what}_text")
    is_closed = what == "publish" and not settings.TIEBEAM_IS_PORTAL_OPEN
    return answer_form(
        request,
        form,
        lambda given: operations.publish_programme(
            programme=programme,
            is_published=not programme.is_published,
            reason=given["reason"],
            actor=actor_of(request),
            now=timezone.now(),
        ),
        done=say_to(
            request, f"programmes.done.{what}_closed" if is_closed else f"programmes.done.{what}"
        ),
        title=say_to(request, f"programmes.{what}_title", name=name_of(request, programme)),
        verb=say_to(request, f"programmes.{what}"),
        text=say_to(request, "programmes.publish_closed_text", text=text) if is_closed else text,
        back=back,
        trail=trail_of(request, programme),
        is_dangerous=True,
    )


@FORM
@seated
def add_document(request: HttpRequest, programme_id: UUID) -> HttpResponse:
    """Add a document on which a programme rests."""
    programme = find_or_404(programme_id)
    if not may(request, "programmes.add_document", programme):
        return show_forbidden(request)
    form = forms.DocumentForm(request)
    return answer_form(
        request,
        form,
        lambda given: operations.add_document(
            programme=programme, **given, actor=actor_of(request), now=timezone.now()
        ),
        done=say_to(request, "programmes.done.document"),
        title=say_to(request, "programmes.document_title", name=name_of(request, programme)),
        verb=say_to(request, "programmes.add_document_verb"),
        back=reverse("programme", args=[programme.pk]),
        trail=trail_of(request, programme),
    )


@FORM
@seated
def correct_document(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Correct or complete what is known of a document."""
    document = forming.find_or_404(get_document, document_id)
    programme = document.programme
    if not may(request, "programmes.correct_document", programme):
        return show_forbidden(request)
    form = forms.CorrectDocumentForm(request, initial=forms.initial_of_document(document))
    return answer_form(
        request,
        form,
        lambda given: operations.correct_document(
            document=document,
            values={key: value for key, value in given.items() if key != "reason"},
            reason=given["reason"],
            actor=actor_of(request),
            now=timezone.now(),
        ),
        done=say_to(request, "programmes.done.document_corrected"),
        title=say_to(request, "programmes.correct_title", title=title_of(request, document)),
        verb=say_to(request, "programmes.correct"),
        back=reverse("programme", args=[programme.pk]),
        trail=trail_of(request, programme),
    )


@FORM
@seated
def add_participant(request: HttpRequest, programme_id: UUID) -> HttpResponse:
    """Let an organisation take part."""
    programme = find_or_404(programme_id)
    if not may(request, "programmes.add_participant", programme):
        return show_forbidden(request)
    form = forms.ParticipantForm(request)
    return answer_form(
        request,
        form,
        lambda given: operations.add_participant(
            programme=programme,
            organisation=form.organisations[given["organisation"]],
            side=given["side"],
            valid_from=given["valid_from"],
            valid_until=end_after(given["last_day"]),
            actor=actor_of(request),
            now=timezone.now(),
        ),
        done=say_to(request, "programmes.done.participant"),
        title=say_to(request, "programmes.participant_title", name=name_of(request, programme)),
        verb=say_to(request, "programmes.add_participant_verb"),
        back=reverse("participants", args=[programme.pk]),
        trail=trail_of(request, programme),
    )


@FORM
@seated
def end_participation(request: HttpRequest, participant_id: UUID) -> HttpResponse:
    """End the part of an organisation, with the reading that came with it."""
    participant = forming.find_or_404(get_participant, participant_id)
    programme = participant.programme
    if not may(request, "programmes.end_participation", programme):
        return show_forbidden(request)
    form = forms.LastDayForm(request)
    name = name_of(request, participant.organisation)
    return answer_form(
        request,
        form,
        lambda given: operations.end_participation(
            participant=participant,
            until=form.until(),
            reason=given["reason"],
            actor=actor_of(request),
            now=timezone.now(),
        ),
        done=say_to(request, "programmes.done.participation_ended"),
        title=say_to(request, "programmes.end_title", name=name),
        verb=say_to(request, "programmes.end"),
        text=say_to(request, "programmes.end_text", name=name),
        back=reverse("participants", args=[programme.pk]),
        trail=trail_of(request, programme),
        is_dangerous=True,
    )

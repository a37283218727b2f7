"""Adopt the plan of a variant: the pairs that would be drafted, what they change, and the signature under it."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from tiebeam.apps.pairings.models import Variant
from tiebeam.apps.pairings.operations.lines import lines_of_plan, preview_lines
from tiebeam.apps.pairings.operations.signing import adopt_plan, find_list_to_adopt
from tiebeam.apps.pairings.queries.lists import (
    compare_couples,
    find_list_in_force,
    list_couples,
)
from tiebeam.apps.programmes.queries import list_documents
from tiebeam.apps.regions.queries.names import list_organisations_by_id
from tiebeam.interfaces.web.desk.finding import (
    address_of,
    find_own_variant,
    seat_of,
    trail_below_variant,
)
from tiebeam.interfaces.web.desk.forms import AdoptForm
from tiebeam.interfaces.web.desk.plan_view import Ground, read_ground
from tiebeam.interfaces.web.forming import FORM, answer_form
from tiebeam.interfaces.web.lists.tables import whole_table
from tiebeam.interfaces.web.lists.views import draw_changes
from tiebeam.interfaces.web.page import language_of, say_to
from tiebeam.interfaces.web.seated import seated
from tiebeam.platform.time.periods import AsOf


@FORM
@seated
def adopt(request: HttpRequest, variant_id: UUID) -> HttpResponse:
    """Adopt the plan of a variant, by two people: the first signs, the second signs and issues."""
    variant = find_own_variant(request, variant_id)
    form = AdoptForm(request, list_documents(variant.scenario.round.programme))
    ground = read_ground(variant, language_of(request))
    form.voice = ground.voice
    return answer_form(
        request,
        form,
        lambda given: adopt_plan(
            variant=variant,
            in_force_from=given["in_force_from"],
            document=form.documents.get(given["document"]),
            without_opinions_because=given["without_opinions_because"],
            reason=given["backdated_because"],
            **seat_of(request),
        ),
        done=lambda made: say_to(request, f"desk.adopted.{made.state}"),
        onto=lambda made: reverse("list_version", args=[made.pk]),
        template="web/desk/adopt.html",
        title=say_to(request, "desk.adopt_form", name=variant.name),
        text=_text_of(request, variant),
        verb=say_to(request, "desk.adopt"),
        trail=trail_below_variant(request, variant),
        back=address_of(variant),
        is_dangerous=True,
        **_preview(request, variant, ground),
    )


def _text_of(request: HttpRequest, variant: Variant) -> str:
    """Return what adopting is, and for the second person why both sides were not heard."""
    text = say_to(request, "desk.adopt_text")
    drafted = find_list_to_adopt(variant)
    if drafted is None or not drafted.without_opinions_because:
        return text
    reason = drafted.without_opinions_because
    return say_to(request, "lists.sign_second_unheard", text=text, reason=reason)


def _preview(request: HttpRequest, variant: Variant, ground: Ground) -> dict[str, Any]:
    """Return the pairs that would be drafted, and how they differ from those in force today."""
    plan, voice = ground.plan, ground.voice
    lines = lines_of_plan(plan, variant.scenario.organisations) if plan is not None else []
    resources = {
        row.id: voice.say("pairs.resource", name=voice.resource(row.id), unit=voice.unit(row))
        for row in ground.scenario.resources
    }
    known = list_organisations_by_id(pk for line in lines for pk in (line.donor, line.recipient))
    programme = variant.scenario.round.programme
    standing = find_list_in_force(programme, AsOf(true_on=timezone.localdate()))
    before = set() if standing is None else list_couples(standing)
    comparison = compare_couples(before, {(line.donor, line.recipient) for line in lines})
    return {
        "standing": standing,
        "comparison": comparison,
        "changes": draw_changes(request, comparison),
        "count": len(lines),
        "table": whole_table(request, preview_lines(lines, known), resources, name="pairs"),
    }

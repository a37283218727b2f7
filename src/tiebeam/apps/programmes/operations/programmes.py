"""Create, change and publish programmes."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from tiebeam.apps.programmes.models import FORMS, Programme, Round
from tiebeam.apps.programmes.operations.rights import (
    STEERING,
    list_length_faults,
    list_name_faults,
    own_programme,
    refuse_faults,
    refuse_without_reason,
)
from tiebeam.apps.regions.operations.filling import fill
from tiebeam.errors import Fault, Refused, both_names
from tiebeam.platform.audit.writing import record_creation, save_change, state_of
from tiebeam.platform.permissions.operations import operation, require
from tiebeam.platform.search.grams import grams_of
from tiebeam.platform.tenancy.acting import Actor
from tiebeam.platform.time.periods import fits_within

CHANGEABLE = {
    "name_en",
    "name_zh",
    "purpose_en",
    "purpose_zh",
    "starts_on",
    "ends_on",
    "forms",
    "is_demo",
}
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class SlugTaken(Refused):
    """Another programme of this organisation has the address already."""

    code = "programmes.slug_taken"


class RoundOutsideTerm(Refused):
    """A round would lie outside the term of its programme."""

    code = "programmes.round_outside_term"


class AlreadySo(Refused):
    """The programme is published, or not published, already."""

    code = "programmes.already_so"


@operation("programmes.create_programme", roles=STEERING)
def create_programme(
    *,
    slug: str,
    actor: Actor,
    now: datetime,
    name_en: str = "",
    name_zh: str = "",
    purpose_en: str = "",
    purpose_zh: str = "",
    starts_on: date | None = None,
    ends_on: date | None = None,
    forms: Sequence[str] = (),
    is_demo: bool = False,
) -> Programme:
    """
    Set up a programme; whoever does so steers it.

    Raises:
        NotAllowed: The role is held in other programmes alone.
        InvalidInput: A name, the slug, the term or a form of assistance makes no sense.
        SlugTaken: The organisation has a programme of this slug.
    """
    programme = Programme(
        tenant_id=actor.organisation_id,
        slug=slug,
        name_en=name_en,
        name_zh=name_zh,
        purpose_en=purpose_en,
        purpose_zh=purpose_zh,
        starts_on=starts_on,
        ends_on=ends_on,
        forms=list(forms),
        is_demo=is_demo,
        grams=grams_of(name_zh, name_en),
    )
    # A role held in one programme alone does not reach one that is not there yet.
    require(actor, "programmes.create_programme", programme.pk)
    refuse_faults(_list_faults(programme))
    if Programme.objects.owned().filter(slug=slug).exists():
        raise SlugTaken(slug=slug)
    programme.save(force_insert=True)
    record_creation(actor=actor, now=now, action="programmes.create_programme", record=programme)
    return programme


@operation("programmes.change_programme", roles=STEERING)
def change_programme(
    *, programme: Programme, values: Mapping[str, Any], reason: str, actor: Actor, now: datetime
) -> Programme:
    """
    Change what is said of a programme; the log keeps what was said before.

    Raises:
        InvalidInput: A name, the term or a form of assistance makes no sense.
        RoundOutsideTerm: A round would lie outside the new term.
        ReasonMissing: No reason is given.
    """
    programme = own_programme(programme, actor=actor, name="programmes.change_programme")
    refuse_without_reason(reason)
    before = state_of(programme)
    fill(programme, values, CHANGEABLE)
    refuse_faults(_list_faults(programme))
    for of_round in Round.objects.filter(programme=programme).order_by("starts_on"):
        refuse_round_outside_term(of_round, programme)
    programme.grams = grams_of(programme.name_zh, programme.name_en)
    return save_change(programme, before, "programmes.change_programme", actor, now, reason=reason)


@operation("programmes.publish_programme", roles=STEERING)
def publish_programme(
    *,
    programme: Programme,
    actor: Actor,
    now: datetime,
    is_published: bool = True,
    reason: str = "",
) -> Programme:
    """
    Show a programme in the public portal, or take it back.

    Raises:
        AlreadySo: It is as asked for already.
        ReasonMissing: It is taken back without a reason.
    """
    programme = own_programme(programme, actor=actor, name="programmes.publish_programme")
    if programme.is_published == is_published:
        raise AlreadySo
    if not is_published:
        refuse_without_reason(reason)
    before = state_of(programme)
    programme.is_published = is_published
    return save_change(programme, before, "programmes.publish_programme", actor, now, reason=reason)


def refuse_round_outside_term(of_round: Round, programme: Programme) -> None:
    """Raise RoundOutsideTerm where what is known of the round's period lies outside the term."""
    period, term = (of_round.starts_on, of_round.ends_on), (programme.starts_on, programme.ends_on)
    if not fits_within(period, term):
        raise RoundOutsideTerm(name=both_names(of_round))


def end_before_start(place: str, starts_on: date, ends_on: date) -> Fault:
    """Return the fault that the last day, the day before *ends_on*, lies before the first."""
    facts: dict[str, object] = {"first": starts_on, "last": ends_on - timedelta(days=1)}
    return Fault(
        code="programmes.ends_before_it_starts",
        place=place,
        column="ends_on",
        value=ends_on.isoformat(),
        facts=facts,
    )


def _list_faults(programme: Programme) -> list[Fault]:
    place = "programme"
    faults = list_name_faults(place, programme)
    if not _SLUG.fullmatch(programme.slug) or len(programme.slug) > 60:
        faults.append(
            Fault(
                code="programmes.slug_not_valid", place=place, column="slug", value=programme.slug
            )
        )
    starts_on, ends_on = programme.starts_on, programme.ends_on
    if starts_on is not None and ends_on is not None and ends_on <= starts_on:
        faults.append(end_before_start(place, starts_on, ends_on))
    faults += list_length_faults(place, programme, "purpose_en", "purpose_zh")
    faults += [
        Fault(
            code="programmes.form_unknown",
            place=place,
            column="forms",
            value=str(form),
            facts={"known": tuple(FORMS)},
        )
        for form in programme.forms
        if form not in FORMS
    ]
    return faults

"""
Tell people what happened, in the transaction in which it happens.

A rule names the action of the log and the kind of record that it is about, and says
whom it concerns. Whoever did it is not told of it.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils import timezone

from tiebeam.platform.audit.models import Entry
from tiebeam.platform.identity.models import Assignment
from tiebeam.platform.notices.models import KINDS, Notice, Subscription
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import Actor
from tiebeam.platform.time.periods import valid_on

NOT_CONCERNED = frozenset({Role.ADMINISTRATOR, Role.READER})
"""Roles that have nothing to do in a programme."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """
    What is told, and to whom.

    Attributes:
        kind: One of the kinds that people subscribe to.
        variant: Which of several sentences of the kind.
        organisations: Whose people are told: who holds a role there in the programme.
        people: Told instead, at the seat of the actor.
        programme_id: The programme it is about.
        facts: Plain, for the sentence; see :class:`Notice`.
        about: The record that a click opens, where it is not the one that changed.
    """

    kind: str
    variant: str = ""
    organisations: Collection[UUID] = ()
    people: Collection[UUID] = ()
    programme_id: UUID | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    about: models.Model | None = None


Rule = Callable[[Any, Actor, datetime], Told | None]
_rules: dict[tuple[str, str], Rule] = {}


def told_of(action: str, kind: str) -> Callable[[Rule], Rule]:
    """Register who is told when *action* changes a record whose model is called *kind*."""

    def register(rule: Rule) -> Rule:
        assert (action, kind) not in _rules, action
        _rules[action, kind] = rule
        return rule

    return register


def hear(entry: Entry, record: models.Model, actor: Actor, now: datetime) -> None:
    """Tell whom the entry of the log concerns, where a rule says so."""
    rule = _rules.get((entry.action, record._meta.model_name or ""))
    told = rule(record, actor, now) if rule else None
    if told is not None:
        tell(told, record, actor, now)


def tell(told: Told, record: models.Model, actor: Actor, now: datetime) -> None:
    """Write a notice for each person concerned."""
    seats = {(pk, actor.organisation_id) for pk in told.people} | _find_seats(told, actor, now)
    ways = dict(
        Subscription.objects.filter(
            kind=told.kind, person_id__in={person for person, _ in seats}
        ).values_list("person_id", "way")
    )
    about = told.about or record
    Notice.objects.bulk_create(
        [
            Notice(
                person_id=person,
                organisation_id=organisation,
                kind=told.kind,
                variant=told.variant,
                facts=dict(told.facts),
                record_type=about._meta.label_lower,
                record_id=about.pk,
                way=ways.get(person, KINDS[told.kind]),
                told_at=now,
            )
            for person, organisation in sorted(seats, key=str)
        ]
    )


def both_names(record: Any) -> dict[str, str]:
    """Return the names of a record as a fact."""
    return {"zh": record.name_zh, "en": record.name_en}


def _find_seats(told: Told, actor: Actor, now: datetime) -> set[tuple[UUID, UUID]]:
    if not told.organisations:
        return set()
    held = Assignment.objects.filter(
        valid_on(timezone.localdate(now)),
        organisation_id__in=set(told.organisations),
        person__is_active=True,
    ).exclude(role__in=NOT_CONCERNED)
    if told.programme_id is not None:
        held = held.filter(Q(programme_id=None) | Q(programme_id=told.programme_id))
    seats = set(held.values_list("person_id", "organisation_id"))
    return {seat for seat in seats if seat[0] != actor.person_id}

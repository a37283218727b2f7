"""
Tell people what happened, in the transaction in which it happens.

A rule names the action of the log and the kind of record that it is about, and says
whom it concerns. Whoever did it is not told of it.
"""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models
from django.utils import timezone

from tiebeam.platform.notices.models import KINDS
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.statements.running import among, new_id, send
from tiebeam.platform.tenancy.acting import Actor

NOT_CONCERNED = frozenset({Role.ADMINISTRATOR, Role.READER})
"""Roles that have nothing to do in a programme."""
_NOT_CONCERNED = ", ".join(f"'{role}'" for role in sorted(NOT_CONCERNED))


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


def hear(action: str, record: models.Model, actor: Actor, now: datetime) -> None:
    """Tell whom an entry of the log concerns, where a rule says so."""
    rule = _rules.get((action, record._meta.model_name or ""))
    told = rule(record, actor, now) if rule else None
    if told is not None:
        tell(told, record, actor, now)


def tell(told: Told, record: models.Model, actor: Actor, now: datetime) -> None:
    """Write a notice for each person concerned: found, asked for the way and told in one statement."""
    seats, found = _seats(told, actor, now)
    about = told.about or record
    said = {
        "kind": told.kind,
        "variant": told.variant,
        "facts": json.dumps(dict(told.facts)),
        "record_type": about._meta.label_lower,
        "record_id": about.pk,
        "once": "",
        "told_at": now,
    }
    send(
        "INSERT INTO notices_notice (id, person_id, organisation_id, way,"  # noqa: S608  # our own names
        f" {', '.join(said)}) SELECT {new_id()}, s.person_id, s.organisation_id,"
        f" coalesce(w.way, %s), {', '.join(['%s'] * len(said))} FROM ({seats}) s"
        " LEFT JOIN notices_subscription w ON w.person_id = s.person_id AND w.kind = %s",
        [KINDS[told.kind], *said.values(), *found, told.kind],
    )


def both_names(record: Any) -> dict[str, str]:
    """Return the names of a record as a fact."""
    return {"zh": record.name_zh, "en": record.name_en}


def _seats(told: Told, actor: Actor, now: datetime) -> tuple[str, list[Any]]:
    """Return the query of the seats of those concerned, with its parameters."""
    named, people = among("id", set(told.people))
    held, organisations = among("a.organisation_id", set(told.organisations))
    today = timezone.localdate(now)
    seats = (
        "SELECT id AS person_id, %s AS organisation_id FROM identity_person"  # noqa: S608  # our own names
        f" WHERE {named} UNION SELECT a.person_id, a.organisation_id FROM identity_assignment a"
        f" JOIN identity_person p ON p.id = a.person_id WHERE {held} AND p.is_active"
        f" AND a.person_id <> %s AND a.role NOT IN ({_NOT_CONCERNED}) AND a.valid_from <= %s"
        " AND (a.valid_until IS NULL OR a.valid_until > %s)"
        f" AND ({told.programme_id is None} OR a.programme_id IS NULL OR a.programme_id = %s)"
    )
    return seats, [
        actor.organisation_id, *people, *organisations, actor.person_id, today, today,
        told.programme_id,
    ]  # fmt: skip

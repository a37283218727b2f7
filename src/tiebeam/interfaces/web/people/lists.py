"""The list of people as a table."""

from datetime import date
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from tiebeam.apps.regions.models import Organisation
from tiebeam.apps.regions.queries.names import list_organisations_by_id
from tiebeam.interfaces.web.listing import read_asked
from tiebeam.interfaces.web.page import Link, name_of, say_to
from tiebeam.interfaces.web.tables import Cell, Choice, Column, Row, Table, day
from tiebeam.platform.identity.people import PEOPLE_ORDERS, PersonEntry, list_people


def people_table(request: HttpRequest, today: date) -> Table:
    """Return the table of those people whom the reader asks for."""
    asked = read_asked(request, sorts=PEOPLE_ORDERS, filters=("state",), name="people")
    state = asked.filters.get("state", "")
    entries, count = list_people(
        today=today,
        words=asked.words,
        is_active={"active": True, "left": False}.get(state),
        order=asked.sort or "name",
        is_descending=asked.is_descending,
        start=asked.start,
        stop=asked.stop,
    )
    known = list_organisations_by_id(
        row.organisation_id for entry in entries for row in entry.assignments
    )
    return Table(
        name="people",
        columns=_columns(request),
        rows=tuple(_row(request, entry, known) for entry in entries),
        count=count,
        asked=asked,
        choices=(
            Choice(
                "state",
                say_to(request, "people.column.state"),
                tuple(
                    (word, say_to(request, f"people.state.{word}")) for word in ("active", "left")
                ),
            ),
        ),
        is_searchable=True,
        empty=say_to(request, "people.empty"),
        step=Link(say_to(request, "people.invite"), reverse("invite_person")),
    )


def _columns(request: HttpRequest) -> tuple[Column, ...]:
    def head(key: str) -> str:
        return say_to(request, f"people.column.{key}")

    return (
        Column("name", head("name"), is_sortable=True),
        Column("email", head("email"), is_sortable=True),
        Column("roles", head("roles")),
        Column("state", head("state")),
        Column("joined", head("joined"), is_sortable=True),
    )


def _row(request: HttpRequest, entry: PersonEntry, known: dict[UUID, Organisation]) -> Row:
    person = entry.person
    held = say_to(request, "people.between_roles").join(
        say_to(
            request,
            "people.role_for",
            role=say_to(request, f"web.role.{row.role}"),
            organisation=name_of(request, known[row.organisation_id]),
        )
        for row in entry.assignments
    )
    state = "active" if person.is_active else "left"
    return Row(
        (
            Cell(person.name, note=say_to(request, "web.demo") if person.is_demo else ""),
            Cell(person.email),
            Cell(held or say_to(request, "web.none")),
            Cell(
                say_to(request, f"people.state.{state}"),
                status="good" if person.is_active else "none",
            ),
            day(timezone.localdate(person.joined_at)),
        ),
        address=reverse("person", args=[person.pk]),
    )

"""A programme with two donors, two recipients and a round, for the tests of programmes and returns."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.small_workspace import Workspace

from tiebeam.apps.programmes.models import Participant, Programme, Return, Round
from tiebeam.apps.programmes.operations import (
    EnteredLine,
    add_participant,
    create_programme,
    decide_return,
    enter_lines,
    open_round,
    start_return,
    submit_return,
)
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import Actor

SIDES = {"fujian": "donor", "hunan": "donor", "nyingchi": "recipient", "huanggang": "recipient"}
RESOURCES = [
    {"id": "doctors", "name_en": "Doctors", "name_zh": "医生", "unit": "person", "lot": 5},
    {"id": "nurses", "name_en": "Nurses", "name_zh": "护士", "unit": "person", "weight": "0.5"},
]


@dataclass
class AtWork:
    """The programme, its round, who takes part, and what they do."""

    workspace: Workspace
    coordinator: Actor
    now: datetime
    programme: Programme
    of_round: Round
    participants: dict[str, Participant] = field(default_factory=dict)

    def office(self, key: str) -> Actor:
        """Return somebody of the office that returns for *key*."""
        role = Role.DONOR_OFFICE if SIDES[key] == "donor" else Role.RECIPIENT_OFFICE
        return self.workspace.actor(key, role)

    def start(self, key: str) -> Return:
        """Start the return of *key*."""
        return start_return(
            of_round=self.of_round, side=SIDES[key], actor=self.office(key), now=self.now
        )

    def enter(self, key: str, of_return: Return, figures: Iterable[tuple[str, Any]]) -> Return:
        """Enter the lines of a return."""
        lines = [EnteredLine(resource=name, quantity=quantity) for name, quantity in figures]
        return enter_lines(of_return=of_return, lines=lines, actor=self.office(key), now=self.now)

    def hand_in(self, key: str, doctors: object = 10, nurses: object = 3) -> Return:
        """Start, fill and hand in the return of *key*."""
        of_return = self.start(key)
        self.enter(key, of_return, [("doctors", Decimal(str(doctors))), ("nurses", nurses)])
        self.pass_time()
        return submit_return(of_return=of_return, actor=self.office(key), now=self.now)

    def decide(self, of_return: Return, *, is_accepted: bool, reason: str = "") -> None:
        """Answer a return as the coordinator."""
        self.pass_time()
        decide_return(
            of_return=of_return,
            is_accepted=is_accepted,
            reason=reason,
            actor=self.coordinator,
            now=self.now,
        )

    def pass_time(self) -> None:
        """Let an hour pass: nothing is handed in twice at one moment."""
        self.now += timedelta(hours=1)


def set_to_work(workspace: Workspace, coordinator: Actor, now: datetime) -> AtWork:
    """Make the programme with its participants and its round."""
    programme = create_programme(
        slug="hubei-2020",
        name_en="Medical assistance to Hubei",
        name_zh="支援湖北",
        starts_on=date(2020, 2, 1),
        actor=coordinator,
        now=now,
    )
    of_round = open_round(
        programme=programme,
        name_en="First round",
        name_zh="第一轮",
        starts_on=date(2020, 2, 10),
        returns_due_on=date(2020, 2, 12),
        resources=RESOURCES,
        actor=coordinator,
        now=now,
    )
    participants = {
        key: add_participant(
            programme=programme,
            organisation=workspace.organisations[key],
            side=side,
            actor=coordinator,
            now=now,
        )
        for key, side in SIDES.items()
    }
    return AtWork(workspace, coordinator, now, programme, of_round, participants)

"""A programme with lists, for the tests of its pages: two versions in force one after the other, and a draft."""

from dataclasses import dataclass
from datetime import date

from tests.records.desk import Desk, open_desk

from tiebeam.apps.pairings.models import Pairing, PairList
from tiebeam.apps.pairings.operations.history import record_list
from tiebeam.apps.pairings.operations.lines import Line
from tiebeam.apps.pairings.operations.lists import draft_list_by_hand
from tiebeam.platform.tenancy.acting import acting


@dataclass
class Scene:
    """The records that the pages show."""

    desk: Desk
    first: PairList
    second: PairList
    draft: PairList

    @property
    def programme(self):
        return self.desk.programme

    @property
    def round(self):
        return self.desk.round

    def pairing(self, donor, recipient):
        """Return the pairing of two organisations by their short names."""
        with acting(self.desk.coordinator):
            return Pairing.objects.get(
                donor_id=self.desk.organisations[donor],
                recipient_id=self.desk.organisations[recipient],
            )


def set_scene(workspace, coordinator, now) -> Scene:
    """Record two versions, in which Fujian moves from Huanggang to Nyingchi, and draft a third."""
    desk = open_desk(workspace, coordinator, now)
    ids = desk.organisations

    def line(donor, recipient, **given):
        return Line(donor=ids[donor], recipient=ids[recipient], **given)

    def record(day, *lines):
        return record_list(
            round=desk.round,
            document=desk.document,
            in_force_from=day,
            lines=lines,
            actor=coordinator,
            now=now,
        )

    hunan = line("hunan", "huanggang", is_lead=True, is_doubtful=True, amounts={"staff": 6.0})
    first = record(date(2020, 2, 7), hunan, line("fujian", "huanggang"))
    second = record(date(2020, 2, 10), hunan, line("fujian", "nyingchi", note="=1+1"))
    draft = draft_list_by_hand(
        round=desk.round, lines=[hunan, line("fujian", "nyingchi")], actor=coordinator, now=now
    )
    with acting(coordinator):
        return Scene(desk, *(PairList.objects.get(pk=row.pk) for row in (first, second, draft)))

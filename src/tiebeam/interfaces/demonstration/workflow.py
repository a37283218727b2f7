"""
Steps of work in the demonstration, so that no page opens empty.

All of them are made up and carry the mark DEMO. They invent no number of a
document, no date of law and no amount of money; figures in returns are round
ones for trying out.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from tiebeam.apps.pairings.models import Pairing, PairList
from tiebeam.apps.pairings.operations.agreements import ask_for_review, draft_agreement
from tiebeam.apps.pairings.operations.hand_overs import open_hand_over
from tiebeam.apps.pairings.operations.lines import Line
from tiebeam.apps.pairings.operations.lists import draft_list_by_hand, send_for_opinion
from tiebeam.apps.pairings.operations.opinions import give_opinion
from tiebeam.apps.pairings.operations.responsibilities import set_responsibility
from tiebeam.apps.pairings.operations.signatures import sign_agreement
from tiebeam.apps.pairings.queries.agreements import hash_of_agreement
from tiebeam.apps.programmes.models import Round
from tiebeam.apps.programmes.operations import (
    EnteredLine,
    change_round,
    decide_return,
    enter_lines,
    start_return,
    submit_return,
)
from tiebeam.platform.tenancy.acting import Actor, acting

WHY = "DEMO"
AT_WORK, ENDING = "tibet", "hubei-2020"
"""The programmes in which the steps are taken: one under way, and one whose first list was replaced."""
RESOURCES = [
    {"id": "doctors", "name_en": "Doctors (DEMO)", "name_zh": "医生（DEMO）", "unit": "person"},
    {"id": "teachers", "name_en": "Teachers (DEMO)", "name_zh": "教师（DEMO）", "unit": "person"},
]
AREAS = ("funds", "projects", "people", "medicine")
"""Those with an owner; education is left as the gap that the matrix is to find."""
OBJECTION = (
    "DEMO：请先明确与湖北省、安徽省在山南市的分工。"
    " / DEMO: please settle first who does what beside Hubei and Anhui."
)


@dataclass(frozen=True, slots=True)
class Cast:
    """Who takes the steps."""

    coordinator: Actor
    fujian: Actor
    hunan: Actor
    nyingchi: Actor
    shannan: Actor


def take_steps(cast: Cast, now: datetime) -> None:
    """Take a step of each kind: returns, opinions, agreements, responsibilities, a hand-over."""
    with acting(cast.coordinator):
        of_round = Round.objects.get(programme__slug=AT_WORK)
        pairing = Pairing.objects.select_related("donor", "recipient").get(
            programme__slug=AT_WORK,
            donor_id=cast.fujian.organisation_id,
            recipient_id=cast.nyingchi.organisation_id,
        )
    _return_figures(cast, of_round, now)
    _ask_opinions(cast, of_round, now)
    _agree(cast, pairing, now)
    for area in AREAS:
        set_responsibility(
            pairing=pairing,
            area=area,
            party=pairing.donor,
            share="accountable",
            valid_from=timezone.localdate(now),
            reason=WHY,
            actor=cast.coordinator,
            now=now,
        )
    _hand_over(cast, now)


def _return_figures(cast: Cast, of_round: Round, now: datetime) -> None:
    """Leave a return in each state: a draft, one handed in, one sent back, one accepted."""
    of_round = change_round(
        of_round=of_round,
        values={
            "resources": RESOURCES,
            "returns_due_on": timezone.localdate(now) + timedelta(days=14),
        },
        reason=WHY,
        actor=cast.coordinator,
        now=now,
    )
    made = {}
    for actor, side in (
        (cast.fujian, "donor"),
        (cast.hunan, "donor"),
        (cast.nyingchi, "recipient"),
        (cast.shannan, "recipient"),
    ):
        started = start_return(of_round=of_round, side=side, actor=actor, now=now)
        lines = [
            EnteredLine(resource=str(row["id"]), quantity=Decimal(10), evidence=WHY)
            for row in RESOURCES
        ]
        made[actor] = enter_lines(of_return=started, lines=lines, note=WHY, actor=actor, now=now)
    for actor in (cast.fujian, cast.hunan, cast.nyingchi):
        made[actor] = submit_return(of_return=made[actor], actor=actor, now=now)
    for actor, is_accepted, reason in (
        (cast.fujian, True, WHY),
        (
            cast.nyingchi,
            False,
            "DEMO：请说明教师需求的依据。 / DEMO: on what do the teachers rest?",
        ),
    ):
        decide_return(
            of_return=made[actor],
            is_accepted=is_accepted,
            reason=reason,
            actor=cast.coordinator,
            now=now,
        )


def _ask_opinions(cast: Cast, of_round: Round, now: datetime) -> None:
    """Send the pairs in force out again as a draft; one side agrees, another objects."""
    with acting(cast.coordinator):
        known = PairList.objects.get(round=of_round)
        lines = [Line(donor=row.donor_id, recipient=row.recipient_id) for row in known.lines.all()]
    draft = draft_list_by_hand(
        round=of_round, lines=lines, note=WHY, actor=cast.coordinator, now=now
    )
    due_on = timezone.localdate(now) + timedelta(days=30)
    sent = send_for_opinion(pair_list=draft, due_on=due_on, actor=cast.coordinator, now=now)
    give_opinion(pair_list=sent, reply="agree", text=WHY, actor=cast.fujian, now=now)
    give_opinion(pair_list=sent, reply="object", text=OBJECTION, actor=cast.hunan, now=now)


def _agree(cast: Cast, pairing: Pairing, now: datetime) -> None:
    """Draft two agreements: one signed by both sides, one by the donor alone."""
    for title, signers in (
        (
            "示范协议，双方已签（DEMO） · Agreement signed by both (DEMO)",
            (cast.fujian, cast.nyingchi),
        ),
        ("示范协议，一方已签（DEMO） · Agreement signed by one (DEMO)", (cast.fujian,)),
    ):
        drafted = draft_agreement(
            pairing=pairing,
            kind="letter",
            title=title,
            text="本文仅供演示，不产生任何义务。\n\nThis text is for demonstration; nobody owes anything by it.",
            starts_on=timezone.localdate(now),
            ends_on=None,
            actor=cast.fujian,
            now=now,
        )
        ask_for_review(agreement=drafted, actor=cast.fujian, now=now)
        for actor in signers:
            sign_agreement(
                agreement=drafted, text_sha256=hash_of_agreement(drafted), actor=actor, now=now
            )


def _hand_over(cast: Cast, now: datetime) -> None:
    """Begin the hand-over of a pair that the second list of February 2020 ended."""
    with acting(cast.coordinator):
        rows = Pairing.objects.filter(programme__slug=ENDING).select_related("donor", "recipient")
        found = sorted(rows, key=lambda row: (row.recipient.name_en, row.donor.name_en))
    for ending in (row for row in found if row.valid_until is not None):
        for successor in found:
            if (
                successor.recipient_id == ending.recipient_id
                and successor.valid_from == ending.valid_until
            ):
                open_hand_over(ending=ending, successor=successor, actor=cast.coordinator, now=now)
                return

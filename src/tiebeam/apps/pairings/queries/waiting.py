"""What lists wait for: opinions not given, answers not given, signatures, the date of force."""

from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef

from tiebeam.apps.pairings.models import ListLine, Opinion, PairList, Variant
from tiebeam.apps.programmes.models import Participant, Round
from tiebeam.platform.tenancy.acting import Actor
from tiebeam.platform.time.periods import valid_on


def list_lists_to_reply_to(actor: Actor, today: date) -> list[PairList]:
    """List the drafts out for opinion of which the organisation of *actor* has said nothing yet."""
    own = actor.organisation_id
    taking_part = Participant.objects.filter(
        valid_on(today),
        programme_id=OuterRef("round__programme_id"),
        organisation_id=own,
        side__in=["donor", "recipient"],
    )
    lines = ListLine.objects.filter(of_list_id=OuterRef("pk"))
    said = Opinion.objects.owned().filter(of_list_id=OuterRef("pk"))
    asked = PairList.objects.filter(
        Exists(taking_part)
        | Exists(lines.filter(donor_id=own))
        | Exists(lines.filter(recipient_id=own)),
        ~Exists(said),
        state="consulted",
        opinions_due_on__gte=today,
    )
    return list(asked.select_related("round__programme").order_by("opinions_due_on", "pk"))


def list_opinions_to_answer(actor: Actor) -> list[Opinion]:
    """List the opinions on lists of the organisation of *actor* that wait for an answer, oldest first."""
    found = Opinion.objects.filter(of_list__tenant_id=actor.organisation_id, answer=None)
    return list(found.select_related("tenant", "of_list__round__programme").order_by("given_at"))


def list_lists_at_work(actor: Actor) -> list[PairList]:
    """
    List the own lists that are under way: drafted, out for opinion, or signed and not issued.

    A list that waits for the second signature does not wait for whoever gave the first.
    """
    found = PairList.objects.owned().filter(
        state__in=["draft", "consulted", "signed_by_one", "signed_by_both"]
    )
    return [
        row
        for row in found.select_related("round__programme").order_by("round_id", "version")
        if row.state != "signed_by_one"
        or actor.person_id not in {row.first_signed_by_id, row.first_signed_for_id}
    ]


def list_issued_since(day: date) -> list[PairList]:
    """List the versions that were issued on *day* or later, the latest first."""
    found = PairList.objects.filter(issued_on__gte=day)
    return list(found.select_related("round__programme").order_by("-issued_on", "pk"))


def list_planned_variants(round: Round) -> list[Variant]:
    """List the variants of the scenarios of *round* that have a plan, by scenario and name."""
    found = Variant.objects.filter(scenario__round=round).exclude(plan_sha256="")
    return list(
        found.select_related("scenario")
        .defer("plan", "scenario__content")
        .order_by("scenario__built_at", "name")
    )


def find_own_opinion(pair_list: PairList) -> Opinion | None:
    """Return what the acting organisation said of *pair_list*, or None."""
    found: Opinion | None = Opinion.objects.owned().filter(of_list=pair_list).first()
    return found


def get_opinion(opinion_id: UUID) -> Opinion:
    """
    Return one opinion, with its list and who gave it.

    Raises:
        Opinion.DoesNotExist: There is none, or it may not be read.
    """
    rows = Opinion.objects.select_related("of_list__round__programme", "tenant", "answer")
    found: Opinion = rows.get(pk=opinion_id)
    return found

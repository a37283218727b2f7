"""Read opinions: what was said of a list, what waits for an answer, and who has not replied."""

from datetime import date

from tiebeam.apps.pairings.models import ListLine, Opinion, PairList
from tiebeam.apps.programmes.models import Participant, Round
from tiebeam.apps.regions.models import Organisation
from tiebeam.platform.time.periods import valid_on


def list_opinions(pair_list: PairList) -> list[Opinion]:
    """List the opinions on a version that may be read, in the order in which they were given."""
    found = Opinion.objects.filter(of_list=pair_list).select_related("tenant", "answer")
    return list(found.order_by("given_at", "pk"))


def list_unanswered_opinions(round: Round) -> list[Opinion]:
    """List the opinions on any version of the list of *round* that wait for an answer."""
    found = Opinion.objects.filter(of_list__round=round, answer=None).select_related("tenant")
    return list(found.order_by("given_at", "pk"))


def list_silent(pair_list: PairList, today: date) -> list[Organisation]:
    """List the organisations that are asked for their opinion on a version and gave none."""
    sides = Participant.objects.filter(
        valid_on(today),
        programme_id=pair_list.round.programme_id,
        side__in=["donor", "recipient"],
    )
    lines = ListLine.objects.filter(of_list=pair_list)
    asked = {
        *sides.values_list("organisation_id", flat=True),
        *lines.values_list("donor_id", flat=True),
        *lines.values_list("recipient_id", flat=True),
    }
    replied = Opinion.objects.filter(of_list=pair_list).values_list("tenant_id", flat=True)
    silent = Organisation.objects.filter(pk__in=asked - set(replied))
    return list(silent.order_by("name_en", "pk"))

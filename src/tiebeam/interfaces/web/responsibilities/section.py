"""The responsibility matrix in the dossier of a pair."""

from django.http import HttpRequest
from django.urls import reverse

from tiebeam.apps.pairings.models import Pairing
from tiebeam.apps.pairings.operations.sides import find_side
from tiebeam.interfaces.web.dossier import Section, dossier_section
from tiebeam.interfaces.web.page import Link, say_to
from tiebeam.interfaces.web.responsibilities.matrix import show_matrix
from tiebeam.interfaces.web.seated import actor_of
from tiebeam.platform.time.periods import AsOf


@dossier_section("responsibilities", order=30)
def make_section(request: HttpRequest, pairing: Pairing, as_of: AsOf) -> Section:
    """Return the matrix of the pair on the day."""
    matrix = show_matrix(request, pairing, as_of, None)
    may_set = find_side(actor_of(request), pairing) is not None
    word = say_to(request, "responsibilities.set" if may_set else "responsibilities.open")
    return Section(
        key="responsibilities",
        title=say_to(
            request,
            "responsibilities.section",
            whole=matrix.whole_count,
            count=len(matrix.rows),
        ),
        template="web/responsibilities/section.html",
        values={"matrix": matrix},
        step=Link(word, reverse("responsibilities", args=[pairing.pk])),
    )

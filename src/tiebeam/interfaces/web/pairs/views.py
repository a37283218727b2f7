"""The pairs of all programmes, and who answers for a place."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from tiebeam.apps.pairings.queries.answerable import find_answerable
from tiebeam.apps.regions.models import Organisation
from tiebeam.apps.regions.queries import get_organisation
from tiebeam.apps.regions.queries.names import list_organisation_names
from tiebeam.interfaces.web.as_of import read_as_of
from tiebeam.interfaces.web.listing import read_asked
from tiebeam.interfaces.web.page import Link, by_name, name_of, say_to, show_page
from tiebeam.interfaces.web.pairs.tables import answers_table, pairs_table
from tiebeam.interfaces.web.seated import seated
from tiebeam.interfaces.web.tables import table_as_file


@require_safe
@seated
def list_all(request: HttpRequest) -> HttpResponse:
    """Show the pairs of the day in all programmes that may be read."""
    table = pairs_table(request, read_as_of(request))
    return table_as_file(table) or show_page(
        request,
        "web/pairs/list.html",
        title=say_to(request, "pairs.title", count=table.row_count),
        action=Link(say_to(request, "pairs.who_answers"), reverse("answers")),
        takes_dates=True,
        table=table,
    )


@require_safe
@seated
def show_answers(request: HttpRequest) -> HttpResponse:
    """Show who answers for a place on a day, as known on a day."""
    as_of = read_as_of(request)
    known = by_name(request, list_organisation_names())
    place = _find_place(request.GET.get("place", ""), known)
    table = None
    title = say_to(request, "pairs.who_answers_title")
    if place is not None:
        found = find_answerable(place, as_of)
        # A donor may answer in two programmes.
        names = list(dict.fromkeys(name_of(request, row.pairing.donor) for row in found))
        table = answers_table(request, found, read_asked(request))
        file = table_as_file(table)
        if file is not None:
            return file
        title = say_to(
            request,
            "pairs.answers_title" if found else "pairs.answers_title_none",
            place=name_of(request, place),
            names=names,
            count=len(names),
            day=as_of.true_on.isoformat(),
        )
    return show_page(
        request,
        "web/pairs/answers.html",
        title=title,
        trail=[Link(say_to(request, "web.rail.pairs"), reverse("pairs"))],
        takes_dates=True,
        places=[(str(row.pk), name_of(request, row)) for row in known],
        place=place,
        table=table,
    )


def find_organisation_or_404(organisation_id: UUID) -> Organisation:
    """Return an organisation of the directory."""
    try:
        return get_organisation(organisation_id)
    except Organisation.DoesNotExist:
        raise Http404 from None


def _find_place(wanted: str, known: list[Organisation]) -> Organisation | None:
    if not wanted:
        return None
    found = [row for row in known if str(row.pk) == wanted]
    if not found:
        raise Http404
    return found[0]

"""The figures of a region: add one, and see what every source said of it, and when."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from tiebeam.apps.regions import operations
from tiebeam.apps.regions.queries import get_region, list_vintages
from tiebeam.apps.regions.queries.statistics import get_statistic
from tiebeam.interfaces.web.as_of import read_as_of
from tiebeam.interfaces.web.directory.forms import FigureForm
from tiebeam.interfaces.web.directory.tables import statistics_table, word_of
from tiebeam.interfaces.web.errors import show_forbidden
from tiebeam.interfaces.web.forming import FORM, answer_form, find_or_404
from tiebeam.interfaces.web.listing import read_asked
from tiebeam.interfaces.web.page import Link, name_of, say_to, show_page
from tiebeam.interfaces.web.seated import actor_of, seated
from tiebeam.interfaces.web.tables import table_as_file
from tiebeam.platform.permissions.operations import is_allowed


@require_safe
@seated
def show_figure(request: HttpRequest, statistic_id: UUID) -> HttpResponse:
    """Show what every source gave for one indicator of one year, the newest first."""
    as_of = read_as_of(request)
    statistic = find_or_404(get_statistic, statistic_id)
    region = find_or_404(get_region, statistic.region_id, as_of)
    found = list_vintages(region, statistic.indicator, statistic.year, as_of)
    if not found:
        # On that day, or as known then, nobody had said anything of it.
        raise Http404
    table = statistics_table(request, found, asked=read_asked(request))
    facts = {
        "name": name_of(request, region),
        "indicator": word_of(request, "indicator", statistic.indicator),
        "year": str(statistic.year),
    }
    steps = []
    if is_allowed(actor_of(request), "regions.add_statistic"):
        address = reverse("add_figure", args=[region.pk])
        steps = [
            Link(say_to(request, "directory.verb.revise"), f"{address}?like={statistic.pk}"),
        ]
    return table_as_file(table) or show_page(
        request,
        "web/directory/figure.html",
        title=say_to(request, "directory.figure_title", count=len(found), **facts),
        trail=[
            Link(say_to(request, "directory.regions"), reverse("regions")),
            Link(name_of(request, region), reverse("region", args=[region.pk])),
        ],
        tabs=[
            Link(say_to(request, "directory.tab"), reverse("figure", args=[statistic.pk]), True),
            Link(
                say_to(request, "history.tab"), reverse("history", args=["statistic", statistic.pk])
            ),
        ],
        takes_dates=True,
        table=table,
        steps=steps,
    )


@FORM
@seated
def add_figure(request: HttpRequest, region_id: UUID) -> HttpResponse:
    """Add a figure of a region; a revised one is added beside the earlier."""
    region = find_or_404(get_region, region_id)
    if not is_allowed(actor_of(request), "regions.add_statistic"):
        return show_forbidden(request)
    return answer_form(
        request,
        FigureForm(request, _like(request, region_id)),
        lambda given: operations.add_statistic(
            region=region, **given, actor=actor_of(request), now=timezone.now()
        ),
        done=say_to(request, "directory.done.figure_added"),
        onto=lambda made: reverse("figure", args=[made.pk]),
        title=say_to(request, "directory.add_figure_title", name=name_of(request, region)),
        text=say_to(request, "directory.add_figure_text"),
        verb=say_to(request, "directory.verb.add_figure"),
        back=reverse("region", args=[region.pk]),
        trail=[
            Link(say_to(request, "directory.regions"), reverse("regions")),
            Link(name_of(request, region), reverse("region", args=[region.pk])),
        ],
    )


def _like(request: HttpRequest, region_id: UUID) -> dict[str, Any]:
    """Return what the form begins with where a figure is revised: what it is of, never what it says."""
    given = request.GET.get("like", "")
    if not given:
        return {}
    try:
        earlier = find_or_404(get_statistic, UUID(given))
    except ValueError:
        raise Http404 from None
    if earlier.region_id != region_id:
        raise Http404
    return {name: getattr(earlier, name) for name in ("indicator", "year", "unit", "source")}

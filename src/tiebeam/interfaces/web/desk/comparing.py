"""Two variants side by side: levels, coverage of each recipient, burden of each donor, pairs that differ."""

from collections.abc import Callable, Sequence
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from tiebeam.apps.pairings.models import Variant
from tiebeam.apps.pairings.queries.variants import list_variants
from tiebeam.core.pairing.compare import PartyPair, compare_plans
from tiebeam.interfaces.report.words import Voice
from tiebeam.interfaces.web.desk.answers import comparison_tables
from tiebeam.interfaces.web.desk.finding import find_variant, trail_to_variant
from tiebeam.interfaces.web.desk.plan_view import Ground, read_ground, view_plan
from tiebeam.interfaces.web.page import language_of, say_to, show_page
from tiebeam.interfaces.web.seated import seated
from tiebeam.interfaces.web.tables import Cell, Column, Row, Table

UNCHANGED = 0.005
"""Fewer percentage points than this are no change."""


@require_safe
@seated
def compare(request: HttpRequest) -> HttpResponse:
    """Set two variants of one scenario side by side."""
    first, second = _find(request, "a"), _find(request, "b")
    if first.scenario_id != second.scenario_id:
        raise Http404
    language = language_of(request)
    grounds = read_ground(first, language), read_ground(second, language)
    tables: tuple[Table, ...] = ()
    if grounds[0].plan is not None and grounds[1].plan is not None:
        tables = _list_tables(grounds, (first.name, second.name))
    return show_page(
        request,
        "web/desk/compare.html",
        title=say_to(request, "desk.compare_title", first=first.name, second=second.name),
        trail=trail_to_variant(request, first.scenario),
        sides=[
            {
                "key": key,
                "variant": variant,
                "view": view_plan(variant, ground) if ground.plan is not None else None,
            }
            for key, variant, ground in (("a", first, grounds[0]), ("b", second, grounds[1]))
        ],
        variants=list_variants(first.scenario),
        tables=tables,
    )


def _find(request: HttpRequest, key: str) -> Variant:
    try:
        return find_variant(UUID(request.GET.get(key, "")))
    except ValueError:
        raise Http404 from None


def _list_tables(grounds: tuple[Ground, Ground], names: tuple[str, str]) -> tuple[Table, ...]:
    before, after = grounds
    assert before.plan is not None
    assert after.plan is not None
    voice = after.voice
    compared = compare_plans(
        before.scenario, before.plan, after.plan, after_scenario=after.scenario
    )
    levels, *pairs = comparison_tables(
        before, after.scenario, after.plan, (names[1], names[0]), moves_only=True
    )
    sides = (
        ("recipient", compared.recipients, voice.recipient),
        ("donor", compared.donors, voice.donor),
    )
    parties = [_party_table(side, rows, tell, voice, names) for side, rows, tell in sides if rows]
    return (levels, *pairs, *parties)


def _party_table(
    side: str,
    parties: Sequence[PartyPair],
    tell: Callable[[str], str],
    voice: Voice,
    names: tuple[str, str],
) -> Table:
    """Return the coverage of each recipient, or the burden of each donor, in both plans."""
    rows = []
    for party in sorted(parties, key=lambda row: (row.before is None, row.before or 0, row.id)):
        known = [share for share in (party.before, party.after) if share is not None]
        texts = iter(voice.percents(*known))
        cells = [
            Cell("–") if share is None else Cell(next(texts), exact=float(share) * 100)
            for share in (party.before, party.after)
        ]
        change = Cell("")
        if len(known) == 2:
            points = float(known[1] - known[0]) * 100
            if abs(points) >= UNCHANGED:
                change = Cell(voice.say("plan.points", points=points), exact=points)
        rows.append(Row((Cell(tell(party.id)), *cells, change)))
    return Table(
        name=f"{side}s",
        caption=voice.say(f"desk.compared_{side}s"),
        columns=(
            Column("name", voice.say(f"desk.column.{side}")),
            Column("before", names[0], is_number=True),
            Column("after", names[1], is_number=True),
            Column("change", voice.say("desk.column.change"), is_number=True),
        ),
        rows=tuple(rows),
    )

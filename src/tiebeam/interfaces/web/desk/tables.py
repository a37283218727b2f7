"""The lists of the desk: rounds, scenarios, variants, locks."""

from collections.abc import Sequence
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from tiebeam.apps.pairings.models import BuiltScenario, Lock, Opinion, PairList, Variant
from tiebeam.apps.pairings.queries.desk import RoundAtDesk
from tiebeam.interfaces.report.words import Voice
from tiebeam.interfaces.web.lists.tables import state_text
from tiebeam.interfaces.web.page import name_of, say_to
from tiebeam.interfaces.web.tables import Cell, Column, Row, Status, Table, day, figure


def rounds_table(request: HttpRequest, rows: Sequence[RoundAtDesk]) -> Table:
    """Return the rounds with what lies on the desk of each."""
    return Table(
        name="desk-rounds",
        columns=(
            Column("round", say_to(request, "desk.column.round")),
            Column("programme", say_to(request, "desk.column.programme")),
            Column("starts", say_to(request, "desk.column.starts")),
            Column("scenarios", say_to(request, "desk.column.scenarios"), is_number=True),
            Column("variants", say_to(request, "desk.column.variants"), is_number=True),
            Column("plans", say_to(request, "desk.column.plans"), is_number=True),
        ),
        rows=tuple(
            Row(
                (
                    Cell(name_of(request, row.round)),
                    Cell(name_of(request, row.round.programme)),
                    day(row.round.starts_on),
                    figure(row.scenarios),
                    figure(row.variants),
                    figure(row.plans),
                ),
                address=reverse("desk_round", args=[row.round.pk]),
            )
            for row in rows
        ),
        empty=say_to(request, "desk.empty"),
    )


def scenarios_table(
    request: HttpRequest, rows: Sequence[BuiltScenario], variants: Sequence[Variant]
) -> Table:
    """Return the frozen scenarios of a round."""
    counts = {row.pk: sum(1 for v in variants if v.scenario_id == row.pk) for row in rows}
    return Table(
        name="desk-scenarios",
        caption=say_to(request, "desk.scenarios", count=len(rows)),
        columns=(
            Column("scenario", say_to(request, "desk.column.scenario")),
            Column("built", say_to(request, "desk.column.built")),
            Column("variants", say_to(request, "desk.column.variants"), is_number=True),
            Column("hash", say_to(request, "desk.column.hash")),
        ),
        rows=tuple(
            Row(
                (
                    Cell(row.name, note=row.note),
                    Cell(f"{timezone.localtime(row.built_at):%Y-%m-%d %H:%M}"),
                    figure(counts[row.pk]),
                    Cell(row.sha256[:12], exact=row.sha256),
                ),
                address=reverse("desk_scenario", args=[row.pk]),
            )
            for row in rows
        ),
        empty=say_to(request, "desk.no_scenario"),
    )


def variants_table(
    request: HttpRequest, rows: Sequence[Variant], scenarios: dict[object, str] | None = None
) -> Table:
    """Return variants, each with what its plan is known to be; with their scenario where several are shown."""
    columns = [
        Column("variant", say_to(request, "desk.column.variant")),
        Column("plan", say_to(request, "desk.column.plan")),
        Column("solved", say_to(request, "desk.column.solved")),
    ]
    if scenarios is not None:
        columns.insert(1, Column("scenario", say_to(request, "desk.column.scenario")))
    return Table(
        name="desk-variants",
        caption=say_to(request, "desk.variants", count=len(rows)),
        columns=tuple(columns),
        rows=tuple(_variant_row(request, row, scenarios) for row in rows),
        empty=say_to(request, "desk.no_variant"),
    )


def plan_word(variant: Variant) -> tuple[str, Status]:
    """Return the code of what a variant has, and its sign."""
    if not variant.plan_status:
        return "desk.state.none", "none"
    if variant.plan_status == "optimal":
        return "desk.state.optimal", "good"
    return "desk.state.feasible", "risk"


def locks_table(locks: Sequence[Lock], voice: Voice, address: str) -> Table:
    """Return the locks of a variant with their reasons."""
    return Table(
        name="locks",
        caption=voice.say("desk.locks", count=len(locks)),
        columns=(
            Column("donor", voice.say("desk.column.donor")),
            Column("recipient", voice.say("desk.column.recipient")),
            Column("lock", voice.say("desk.column.lock")),
            Column("reason", voice.say("desk.column.reason")),
        ),
        rows=tuple(
            Row(
                (
                    Cell(voice.donor(lock.donor)),
                    Cell(voice.recipient(lock.recipient)),
                    Cell(voice.say(f"desk.matrix.lock_{'in' if lock.must_be else 'out'}")),
                    Cell(lock.reason),
                ),
                address=f"{address}?{pair_query(lock.donor, lock.recipient)}#cell",
            )
            for lock in locks
        ),
        empty=voice.say("desk.no_lock"),
    )


def lists_table(request: HttpRequest, rows: Sequence[PairList]) -> Table:
    """Return the versions of lists that were drafted from a variant."""
    heads = ("version", "state", "in_force_from")
    return Table(
        name="lists",
        caption=say_to(request, "desk.lists", count=len(rows)),
        columns=tuple(Column(head, say_to(request, f"desk.column.{head}")) for head in heads),
        rows=tuple(
            Row(
                (
                    Cell(say_to(request, "desk.version", version=row.version)),
                    Cell(state_text(request, row, timezone.localdate())),
                    day(row.in_force_from),
                ),
                address=reverse("list_version", args=[row.pk]),
            )
            for row in rows
        ),
    )


def replies_table(request: HttpRequest, rows: Sequence[Opinion]) -> Table:
    """Return what both sides said of the lists drafted from a variant, and what was answered."""
    heads = ("organisation", "version", "reply", "reason", "answer")
    signs: dict[str, Status] = {"agree": "good", "object": "bad", "propose": "risk"}
    return Table(
        name="replies",
        caption=say_to(request, "desk.replies", count=len(rows)),
        columns=tuple(Column(head, say_to(request, f"desk.column.{head}")) for head in heads),
        rows=tuple(
            Row(
                (
                    Cell(name_of(request, row.tenant)),
                    Cell(say_to(request, "desk.version", version=row.of_list.version)),
                    Cell(say_to(request, f"lists.reply.{row.reply}"), status=signs[row.reply]),
                    Cell(row.text),
                    Cell(row.answer.text if hasattr(row, "answer") else ""),
                ),
                address=reverse("list_version", args=[row.of_list_id]),
            )
            for row in rows
        ),
    )


def pair_query(donor: str, recipient: str) -> str:
    """Return the part of an address that names a pair."""
    return urlencode({"donor": donor, "recipient": recipient})


def _variant_row(request: HttpRequest, row: Variant, scenarios: dict[object, str] | None) -> Row:
    code, sign = plan_word(row)
    solved = f"{timezone.localtime(row.solved_at):%Y-%m-%d %H:%M}" if row.solved_at else ""
    cells = [Cell(row.name), Cell(say_to(request, code), status=sign), Cell(solved)]
    if scenarios is not None:
        cells.insert(1, Cell(scenarios.get(row.scenario_id, "")))
    return Row(tuple(cells), address=reverse("desk_variant", args=[row.pk]))

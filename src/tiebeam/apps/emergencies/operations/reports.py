"""Say which places report, report a day, and correct what was reported (§D1–§D3)."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from tiebeam.apps.emergencies.models import Incident
from tiebeam.apps.emergencies.operations.readers import show_to_coordinator
from tiebeam.apps.emergencies.operations.rights import STEERING, demand_open, demand_steering
from tiebeam.apps.emergencies.report_models import (
    FIGURES,
    LARGEST_COUNT,
    DailyReport,
    ReportingPlace,
    ReportLine,
)
from tiebeam.apps.pairings.operations.readers import let_read
from tiebeam.apps.regions.models import Organisation
from tiebeam.apps.regions.operations.checks import refuse_faults, refuse_without_reason
from tiebeam.apps.supplies.models import Item
from tiebeam.apps.supplies.operations.telling import (
    body_of,
    find_told,
    list_day_faults,
    list_quantity_faults,
    list_text_faults,
    mark_told,
    save_told,
)
from tiebeam.apps.supplies.queries.places import is_below
from tiebeam.errors import Fault, Refused, both_names
from tiebeam.platform.audit.writing import (
    record_changes,
    record_creation,
    save_change,
    state_of,
)
from tiebeam.platform.permissions.operations import Given, operation, require
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import Actor
from tiebeam.platform.tenancy.holding import hold

EARLIEST = timedelta(days=366)
"""Since when a place may report, before its incident was activated: each day is held against the one before."""
REPORTERS = STEERING | {Role.RECIPIENT_OFFICE, Role.FRONT_HEADQUARTERS}


class PlaceReports(Refused):
    """This place reports in the incident already; facts: ``place``."""

    code = "reports.place_reports"


class UnknownPlace(Refused):
    """No such place reports in the incident on that day; facts: ``place``, ``day``."""

    code = "reports.unknown_place"


class NotReporter(Refused):
    """A place is reported by itself, from above, or by who coordinates; facts: ``place``."""

    code = "reports.not_reporter"


class ReportStands(Refused):
    """The day is reported; what stands is corrected, with a reason. Facts: ``place``, ``day``, ``version``."""

    code = "reports.stands"


class Superseded(Refused):
    """Somebody corrected it meanwhile; facts: ``version``."""

    code = "reports.superseded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures(Given):
    """
    What a place had at the end of a day; None where it is not known, which is never zero.

    Attributes:
        severe, critical: Among *patients*.
        admitted_total, discharged_total, died_total: Since the beginning of the incident.
    """

    beds: int | None = None
    staff: int | None = None
    patients: int | None = None
    severe: int | None = None
    critical: int | None = None
    admitted_total: int | None = None
    discharged_total: int | None = None
    died_total: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted(Given):
    """How much of an item was there."""

    item_id: UUID
    quantity: int


@operation("emergencies.add_reporting_place", roles=STEERING)
def add_reporting_place(
    *, incident: Incident, place: Organisation, since: date, actor: Actor, now: datetime
) -> ReportingPlace:
    """
    Have a place report in an incident, every day from *since* on.

    Raises:
        NotOwner: Another organisation coordinates the incident.
        StoodDown: It was stood down.
        PlaceReports: It does already.
        InvalidInput: It would have reported for more than a year before the incident was activated.
    """
    action = "emergencies.add_reporting_place"
    demand_steering(actor, action, incident)
    demand_open(incident)
    earliest = incident.activated_on - EARLIEST
    if since < earliest:
        facts: dict[str, object] = {"day": earliest}
        code = "reports.since_too_early"
        refuse_faults([Fault(code=code, column="since", value=str(since), facts=facts)])
    hold(incident.pk)
    if ReportingPlace.objects.filter(incident=incident, place=place).exists():
        raise PlaceReports(place=both_names(place))
    row = ReportingPlace(
        tenant_id=actor.organisation_id, scope_id=incident.scope_id, incident=incident, place=place,
        since=since,
    )  # fmt: skip
    row.save(force_insert=True)
    let_read(
        actor=actor,
        scope_id=incident.scope_id,
        organisation_ids=[place.pk],
        role="incident",
        now=now,
    )
    record_creation(actor=actor, now=now, action=action, record=row)
    return row


@operation("emergencies.end_reporting_place", roles=STEERING)
def end_reporting_place(
    *, place: ReportingPlace, until: date, reason: str, actor: Actor, now: datetime
) -> ReportingPlace:
    """
    Have a place report no more from *until* on.

    Raises:
        NotOwner: Another organisation coordinates the incident.
        ReasonMissing: No reason is given.
        InvalidInput: It ends before it begins.
    """
    action = "emergencies.end_reporting_place"
    refuse_without_reason(reason)
    kept: ReportingPlace = ReportingPlace.objects.lock(place.pk)
    demand_steering(actor, action, kept.incident)
    before = state_of(kept)
    if until <= kept.since:
        code = "regions.ends_before_it_begins"
        refuse_faults([Fault(code=code, column="until", value=str(until))])
    kept.until = until
    return save_change(kept, before, action, actor, now, reason)


@operation("emergencies.report_day", roles=REPORTERS)
def report_day(
    *,
    incident: Incident,
    place: Organisation,
    day: date,
    figures: Figures,
    key: UUID,
    actor: Actor,
    now: datetime,
    stock: Sequence[Counted] = (),
    note: str = "",
    sent_at: datetime | None = None,
) -> DailyReport:
    """
    Report what a place had at the end of a day; told again under the same key, what stands is returned.

    Args:
        sent_at: By the clock of the device that sends it; ours where it does not say.

    Raises:
        UnknownPlace: It does not report in this incident on that day.
        NotReporter: The organisation reports for another place.
        ReportStands: The day is reported; it is corrected instead.
        KeyReused: The key was used for something else.
        InvalidInput: A figure is negative or makes no sense, or the day is to come.
    """
    require(actor, "emergencies.report_day", incident.programme_id)
    said = hash_of(incident.pk, place.pk, day, figures, stock, note)
    known = find_told(DailyReport, key, said)
    if known is not None:
        return known
    report = DailyReport(
        id=key, incident=incident, place=place, day=day, version=1, note=note.strip()
    )
    refuse_faults(list_report_faults(report, figures, stock, now))
    refuse_unknown(incident, place, day, actor)
    hold(place.pk)
    standing = find_standing(incident.pk, place.pk, day)
    if standing is not None:
        raise ReportStands(place=both_names(place), day=day, version=standing.version)
    return write_report(report, stock, said, sent_at or now, actor, now, "emergencies.report_day")


@operation("emergencies.correct_report", roles=REPORTERS)
def correct_report(
    *,
    report: DailyReport,
    figures: Figures,
    reason: str,
    key: UUID,
    actor: Actor,
    now: datetime,
    stock: Sequence[Counted] = (),
    note: str = "",
    sent_at: datetime | None = None,
) -> DailyReport:
    """
    Correct the report of a day by a further version; what stood before stays on record.

    Raises:
        Superseded: It is not the version that holds.
        NotReporter: The organisation reports for another place.
        ReasonMissing: No reason is given.
        KeyReused: The key was used for something else.
        InvalidInput: A figure is negative or makes no sense.
    """
    refuse_without_reason(reason)
    kept = DailyReport.objects.select_related("incident", "place").get(pk=report.pk)
    require(actor, "emergencies.correct_report", kept.incident.programme_id)
    said = hash_of(kept.pk, reason, figures, stock, note)
    known = find_told(DailyReport, key, said)
    if known is not None:
        return known
    refuse_unknown(kept.incident, kept.place, kept.day, actor)
    hold(kept.place_id)
    standing = find_standing(kept.incident_id, kept.place_id, kept.day)
    if standing is None or standing.pk != kept.pk:
        raise Superseded(version=standing.version if standing else 0)
    corrected = DailyReport(
        id=key, incident=kept.incident, place=kept.place, day=kept.day, version=kept.version + 1,
        note=note.strip(), reason=reason.strip(),
    )  # fmt: skip
    refuse_faults(list_report_faults(corrected, figures, stock, now))
    action = "emergencies.correct_report"
    return write_report(corrected, stock, said, sent_at or now, actor, now, action)


def hash_of(*said: Any) -> str:
    """Return the hash of what a report says."""
    return body_of(
        said=[asdict(each) if isinstance(each, Figures) else _plain(each) for each in said]
    )


def _plain(said: Any) -> Any:
    if isinstance(said, str) or not isinstance(said, Sequence):
        return said
    return sorted((str(each.item_id), each.quantity) for each in said)


def find_standing(incident_id: UUID, place_id: UUID, day: date) -> DailyReport | None:
    """Return the version that holds of the report of a day."""
    rows = DailyReport.objects.filter(incident_id=incident_id, place_id=place_id, day=day)
    found: DailyReport | None = rows.order_by("-version").first()
    return found


def refuse_unknown(incident: Incident, place: Organisation, day: date, actor: Actor) -> None:
    """
    Refuse a day of a place that does not report then, or that this organisation does not report.

    Raises:
        UnknownPlace, NotReporter: As their names say.
    """
    found = ReportingPlace.objects.filter(incident=incident, place=place).first()
    if found is None or day < found.since or (found.until is not None and day >= found.until):
        raise UnknownPlace(place=both_names(place), day=day)
    if actor.organisation_id != incident.tenant_id and not is_below(place, actor):
        raise NotReporter(place=both_names(place))


def list_report_faults(
    report: DailyReport, figures: Figures, stock: Sequence[Counted], now: datetime
) -> list[Fault]:
    """Return what is wrong in what is reported, and fill its figures in."""
    faults = list_day_faults("day", report.day, now)
    faults += list_text_faults(report, "note", "reason")
    known = []
    for name in FIGURES:
        figure = getattr(figures, name)
        setattr(report, name, figure)
        if figure is not None:
            known.append(name)
            faults += _list_count_faults(figure, name)
    if not known and not stock:
        faults.append(Fault(code="reports.nothing", column="patients"))
    among = (figures.severe or 0) + (figures.critical or 0)
    if figures.patients is not None and 0 <= figures.patients < among:
        facts: dict[str, object] = {"patients": figures.patients}
        faults.append(
            Fault(code="reports.more_severe", column="severe", value=str(among), facts=facts)
        )
    named = [each.item_id for each in stock]
    items = Item.objects.in_bulk(named)
    for each in stock:
        item = items.get(each.item_id)
        if item is None or named.count(each.item_id) > 1:
            code = "supplies.item_twice" if item else "supplies.item_unknown"
            value = item.name_zh if item else str(each.item_id)
            faults.append(Fault(code=code, column="stock", value=value))
        faults += list_quantity_faults(each.quantity, least=0, column="stock")
    return faults


def _list_count_faults(figure: int, column: str) -> list[Fault]:
    if 0 <= figure <= LARGEST_COUNT:
        return []
    facts: dict[str, object] = {"most": LARGEST_COUNT}
    code = "reports.negative" if figure < 0 else "reports.too_large"
    return [Fault(code=code, column=column, value=str(figure), facts=facts)]


def write_report(
    report: DailyReport,
    stock: Sequence[Counted],
    said: str,
    sent_at: datetime,
    actor: Actor,
    now: datetime,
    action: str,
) -> DailyReport:
    """Write a version that was checked, with its stock lines."""
    report.tenant_id, report.scope_id = actor.organisation_id, report.incident.scope_id
    report.person_for_id, report.sent_at = actor.deputy_of, sent_at
    mark_told(report, said, actor, now)
    save_told(report)
    lines = make_lines(report, stock)
    ReportLine.objects.bulk_create(lines)
    show_to_coordinator(report.incident, actor, now)
    record_changes(
        actor=actor,
        now=now,
        action=action,
        changes=[(report, None), *((line, None) for line in lines)],
        reason=report.reason,
    )
    return report


def make_lines(report: DailyReport, stock: Sequence[Counted]) -> list[ReportLine]:
    """Return the stock lines of a report, not saved."""
    return [
        ReportLine(
            tenant_id=report.tenant_id, scope_id=report.scope_id, report=report,
            item_id=each.item_id, quantity=each.quantity,
        )
        for each in stock
    ]  # fmt: skip

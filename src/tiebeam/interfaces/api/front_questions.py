"""Questions about what places report and what they have: daily reports, stock, goods on their way."""

from django.utils import timezone

from tiebeam.apps.emergencies.models import Incident
from tiebeam.apps.emergencies.queries import reports
from tiebeam.apps.emergencies.queries.planner_state import state_for_planner
from tiebeam.apps.regions.models import Organisation
from tiebeam.apps.supplies.queries.holds import list_holds
from tiebeam.apps.supplies.queries.stock import list_stock
from tiebeam.apps.supplies.queries.transit import list_in_transit
from tiebeam.interfaces.api.questions import question
from tiebeam.platform.time.periods import AsOf


@question("daily-reports", "What places reported of a day")
def daily_reports(incident: Incident, as_of: AsOf) -> object:
    """Every place that reports on the day: reported or not, in time or late, and what is hard to believe."""
    return reports.reports_of(incident, as_of.true_on, timezone.now(), as_of.known_at)


@question("reported-series", "What a place reported day by day")
def reported_series(incident: Incident, place: Organisation, as_of: AsOf) -> object:
    """Every day of a place up to the one that is asked for, those that are missing among them."""
    return reports.series(incident, place, as_of.true_on, timezone.now(), as_of.known_at)


@question("planner-state", "What the planner is told of an incident")
def planner_state(incident: Incident, as_of: AsOf) -> object:
    """Figures as known and teams under orders on the morning of a day; what is unknown is named."""
    return state_for_planner(incident, as_of.true_on, timezone.now(), as_of.known_at)


@question("stock", "What is in stock")
def stock(as_of: AsOf) -> object:
    """The stock that may be read, by place and item."""
    return list_stock(as_of)


@question("in-transit", "Which goods are on their way")
def in_transit(as_of: AsOf) -> object:
    """Each line with what of it is open and for how many days it has been, the oldest first."""
    return [
        {"line": each, "open": each.open, "age": each.age(as_of.true_on)}
        for each in list_in_transit(as_of.true_on, as_of.known_at)
    ]


@question("holds", "What shall not be sent now")
def holds(as_of: AsOf) -> object:
    """The requests not to send in force on a day."""
    return list(list_holds(as_of.true_on))

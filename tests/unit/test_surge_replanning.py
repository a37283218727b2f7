import pytest

from tiebeam.core.surge.forecast import Known, damped_trend
from tiebeam.core.surge.model import Standing, State
from tiebeam.core.surge.replanning import Replanning, planner
from tiebeam.core.surge.replay import replay
from tiebeam.core.surge.sending import Outlook
from unit.small_surge import small_surge, team


class TestPlanner:
    def test_sends_a_team_as_soon_as_the_figures_that_lack_it_are_published(self):
        """§S3: the hub has 40 patients from day 0; with a lag of 2 that is known on day 2."""
        surge = small_surge(team(max_tour=30), horizon=12)

        history = replay(surge, {"hub": (40,) * 12, "side": (0,) * 12}, planner(surge), lag=2)

        orders = [order for day in history.days for order in day.orders]
        assert [(order.to, order.leaves_on) for order in orders] == [("hub", 2)]

    def test_lets_the_orders_of_the_last_plan_stand_until_the_next(self):
        """A team that is ready on day 3 leaves by the plan of day 1."""
        surge = small_surge(team(ready_on=3, max_tour=30), horizon=6)
        policy = planner(surge, settings=Replanning(every=10))

        days = replay(surge, {"hub": (40,) * 6, "side": (0,) * 6}, policy, lag=0).days

        assert [(o.to, o.leaves_on) for day in days for o in day.orders] == [("hub", 3)]

    def test_sends_spare_teams_ahead_once_the_spread_of_the_figures_is_known(self):
        """§S3: the 10 heads of the hub are enough throughout; five days say how its figures sway."""
        spare = [team(f"t{number}", min_tour=5, max_tour=30) for number in range(12)]
        figures = {"hub": (10, 14, 11, 17, 12, 18, 16, 18), "side": (0,) * 8}

        sent = {}
        for count in (1, 12):
            surge = small_surge(*spare[:count], horizon=8)
            days = replay(surge, figures, planner(surge), lag=0).days
            sent[count] = [(o.to, o.leaves_on) for day in days for o in day.orders if o.to]

        # Where there is only one it may be needed elsewhere, and waits.
        assert sent[1] == []
        assert sent[12][0] == ("hub", 4)

    def test_grows_more_careful_by_degrees_as_teams_become_scarce(self, monkeypatch):
        """§S3: from 0 where the chance that all are needed is 0.25 to half of it at 0.3."""
        surge = small_surge(team(max_tour=30), horizon=6)
        figures = {"hub": (10, 14, 11, 17, 12), "side": (0,) * 5}
        home = {"t": Standing(team="t", status="home", place=None, since=0, until=None)}
        state = State(day=5, standings=home, patients=figures, known_to=4)
        outlook = Outlook(surge, state, damped_trend(Known(figures=figures), 3))
        careful = []
        for chance in (0.1, 0.25, 0.275, 0.3, 0.8):
            monkeypatch.setattr(Outlook, "needs_all", lambda *_, chance=chance: chance)
            careful.append(outlook.least(3))

        assert careful == pytest.approx([0, 0, 0.275 / 4, 0.15, 0.4])

"""A surge small enough to be followed by hand: two homes, two places on one meridian, 1 degree = 111 km."""

from fractions import Fraction

from tiebeam.core.surge.model import Home, Limits, Place, Surge, Team, travel_between

HUB = Place(
    id="hub", name_en="Hub", name_zh="中心", latitude=0, longitude=0,
    own_staff=10, beds=50, is_hub=True,
)  # fmt: skip
SIDE = Place(
    id="side", name_en="Side", name_zh="旁边", latitude=1, longitude=0, own_staff=4, beds=20
)
NEAR = Home(id="near", name_en="Near", name_zh="近", latitude=2, longitude=0)
FAR = Home(id="far", name_en="Far", name_zh="远", latitude=10, longitude=0)


def team(name="t", home="near", size=5, **changes) -> Team:
    return Team(**{"id": name, "home": home, "size": size, "min_tour": 2, "max_tour": 6, "rest": 3, **changes})  # fmt: skip


def small_surge(*teams, **changes) -> Surge:
    """Return two places that need half a head for each patient; 500 km a day."""
    return Surge(
        **{
            "places": (HUB, SIDE),
            "homes": (NEAR, FAR),
            "teams": teams or (team(),),
            "travel": travel_between([HUB, SIDE, NEAR, FAR], 500),
            "staff_per_patient": Fraction(1, 2),
            "limits": Limits(),
            "horizon": 12,
            **changes,
        }
    )

"""
A scenario: who can give what, who needs what, and by which policy (§M1).

Values only. Reading and writing files is ``tiebeam.interchange``; what makes a
scenario faulty is ``tiebeam.core.model.faults``.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

EARTH_RADIUS_KM = 6371.0088
"""Mean radius of the sphere on which §M1 measures great circles, in km."""

LevelName = Literal["coverage", "continuity", "burden", "partners", "distance", "cost"]
LEVEL_NAMES: tuple[LevelName, ...] = get_args(LevelName)
DEFAULT_LEVELS: tuple[LevelName, ...] = (
    "coverage",
    "continuity",
    "burden",
    "partners",
    "distance",
)

LinkStatus = Literal["allowed", "required", "forbidden"]
LINK_STATUSES: tuple[LinkStatus, ...] = get_args(LinkStatus)

Extra = Mapping[str, str]
"""Columns of a row that we do not know, kept as read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """
    A donor or a recipient.

    Attributes:
        id: Unique among its side; kept as text.
        lat, lon: Degrees, -90..90 and -180..180; both or neither.
        min_partners, max_partners: This row's own bounds on the number of
            open pairs; None where the policy's key or the default holds (§M3.4).
        open_cost: Donors only: cost of having any open pair (e_i of §M5).
    """

    id: str
    name: str
    name_zh: str = ""
    lat: float | None = None
    lon: float | None = None
    min_partners: int | None = None
    max_partners: int | None = None
    group: str = ""
    open_cost: float = 0.0
    extra: Extra = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """
    One kind of help.

    Attributes:
        unit: What one of it is called ("person").
        lot: 0 for divisible, L > 0 for whole multiples of L only.
        weight: Share of this resource in coverage and load, > 0 (§M4).
    """

    id: str
    name: str
    name_zh: str = ""
    unit: str = ""
    lot: float = 0.0
    weight: float = 1.0
    extra: Extra = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """
    A capacity (of a donor) or a need (of a recipient) for one resource.

    Attributes:
        party: Id of the donor or of the recipient.
        amount: In the resource's unit, >= 0.
        source: Key of a :class:`Source`, or free text, or empty.
    """

    party: str
    resource: str
    amount: float
    source: str = ""
    extra: Extra = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """
    What is known of one donor-recipient couple (§M1).

    Attributes:
        tie: What stands on the ground today, >= 0; 0 = none.
        distance_km: >= 0, or None for the great circle between the points.
        fixed_cost: f_ij of §M5.
        unit_costs: Resource id -> g_ijk of §M5; absent = 0.
        uses: Resource id -> r_ijk > 0; absent = 1.
    """

    donor: str
    recipient: str
    status: LinkStatus = "allowed"
    tie: float = 0.0
    distance_km: float | None = None
    fixed_cost: float = 0.0
    unit_costs: Mapping[str, float] = field(default_factory=dict)
    uses: Mapping[str, float] = field(default_factory=dict)
    extra: Extra = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """
    What is decided, and in which order (§M3-§M5).

    Attributes:
        levels: Names in order, each once; see LEVEL_NAMES.
        min_share: sigma of §M3.6, 0..1.
        slack: Level name -> share of the level that later ones may spend, >= 0.
        gap: Largest gap at which the search may stop, >= 0 (§M6).
        time_limit_s: Seconds, > 0, or None for no limit; kept by the caller.
    """

    levels: tuple[LevelName, ...] = DEFAULT_LEVELS
    min_share: float = 0.0
    slack: Mapping[str, float] = field(default_factory=dict)
    min_partners_per_recipient: int | None = None
    max_partners_per_recipient: int | None = None
    min_partners_per_donor: int | None = None
    max_partners_per_donor: int | None = None
    time_limit_s: float | None = None
    gap: float = 1e-6
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumption:
    """What nobody knows and the scenario takes for granted, in words."""

    text: str
    text_zh: str = ""
    affects: str = ""
    extra: Extra = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a figure comes from; quantities refer to it by key."""

    key: str
    title: str = ""
    url: str = ""
    as_of: str = ""
    reliability: str = ""
    extra: Extra = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """
    Everything a pairing is computed from; the order of rows has no meaning.

    Attributes:
        as_of: ISO date the data describe, or empty.
        extra: Unknown keys of the head, kept as read.
    """

    id: str
    title: str = ""
    title_zh: str = ""
    as_of: str = ""
    policy: Policy = field(default_factory=Policy)
    donors: tuple[Party, ...] = ()
    recipients: tuple[Party, ...] = ()
    resources: tuple[Resource, ...] = ()
    capacities: tuple[Quantity, ...] = ()
    needs: tuple[Quantity, ...] = ()
    links: tuple[Link, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    sources: tuple[Source, ...] = ()
    extra: Extra = field(default_factory=dict)


def great_circle_km(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """
    Return the distance of two points on the sphere of §M1, in km.

    Args:
        lat, lon, other_lat, other_lon: Degrees.

    Source: the haversine formula, which stays accurate for near points.
    """
    phi, other_phi = math.radians(lat), math.radians(other_lat)
    half_dphi = (other_phi - phi) / 2
    half_dlambda = math.radians(other_lon - lon) / 2
    h = math.sin(half_dphi) ** 2 + math.cos(phi) * math.cos(other_phi) * math.sin(half_dlambda) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(h)))


def distance_km(donor: Party, recipient: Party, link: Link | None) -> float | None:
    """Return d_ij of §M1 in km: the link's own, else the great circle, else None (unknown)."""
    if link is not None and link.distance_km is not None:
        return link.distance_km
    if donor.lat is None or donor.lon is None or recipient.lat is None or recipient.lon is None:
        return None
    return great_circle_km(donor.lat, donor.lon, recipient.lat, recipient.lon)


def partner_bounds_of_donor(scenario: Scenario, donor: Party) -> tuple[int, int]:
    """Return (qmin_i, qmax_i) of §M3.4: own cell, else the policy's key, else 0 and all recipients."""
    policy = scenario.policy
    return (
        _first(donor.min_partners, policy.min_partners_per_donor, 0),
        _first(donor.max_partners, policy.max_partners_per_donor, len(scenario.recipients)),
    )


def partner_bounds_of_recipient(scenario: Scenario, recipient: Party) -> tuple[int, int]:
    """Return (pmin_j, pmax_j) of §M3.4: own cell, else the policy's key, else 1 and all donors."""
    policy = scenario.policy
    return (
        _first(recipient.min_partners, policy.min_partners_per_recipient, 1),
        _first(recipient.max_partners, policy.max_partners_per_recipient, len(scenario.donors)),
    )


def _first(own: int | None, policy: int | None, default: int) -> int:
    """Return the first that is given."""
    if own is not None:
        return own
    return default if policy is None else policy

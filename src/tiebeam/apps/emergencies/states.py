"""
The states of a deployment, and the messages by which it moves: one table for both modes (§E5).

Nothing is read or written here. The names of the messages are those of EDXL-RM 1.0 (OASIS);
where it has none, the table says none.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from tiebeam.errors import Refused

SIDES = ("coordinator", "host", "home", "team")
MODES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "assign": ("drafted", "assigned", "consulted", "agreed"),
        "request": ("needed", "requested", "offered", "accepted"),
    }
)
"""The states that each mode has for itself, in order."""
UNDER_WAY = ("ordered", "mobilised", "arrived", "on_duty")
AFTERWARDS = ("released", "returned", "claimed", "verified", "paid", "closed")
SIDE_EXITS = ("declined", "withdrawn", "expired", "stood_down")
STATES = (*MODES["assign"], *MODES["request"], *UNDER_WAY, *AFTERWARDS, *SIDE_EXITS)
OVER = ("closed", *SIDE_EXITS)
"""Where nobody is sent, and nothing is asked, any more."""
FINAL = ("closed", "declined", "withdrawn", "expired")
"""What nothing follows; of who was stood down, what it cost is still claimed (§E12)."""
WAITING = ("assigned", "consulted", "requested", "offered")
"""Where an answer is awaited, and expires."""
BOUND = ("agreed", "accepted", *UNDER_WAY)
"""Where its people count towards the need (§E4)."""
AWAY = (*UNDER_WAY, "released")
"""Where its people are away from home, or about to leave."""
LIVE = tuple(state for state in STATES if state not in (*OVER, "drafted", "needed"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """
    One line of the table.

    Attributes:
        event: What is done.
        sides: Who may do it.
        before: The states in which it can be done; the empty one is before the beginning.
        after: The state that it leads to; None where it stays.
        message: Its name in EDXL-RM, empty where that has none.
        answer: ``accept`` or ``decline`` where the message is an answer that says so.
        terms: What the message has to say.
    """

    event: str
    sides: tuple[str, ...]
    before: tuple[str, ...]
    after: str | None
    message: str = ""
    answer: str = ""
    terms: tuple[str, ...] = ()


def _row(
    event: str,
    sides: str,
    before: str | Iterable[str],
    after: str | None,
    message: str = "",
    terms: str = "",
) -> Row:
    """Return a line: words between blanks are several, ``Message/accept`` names an answer."""
    name, _, answer = message.partition("/")
    return Row(
        event=event,
        sides=tuple(sides.split()),
        before=tuple(before.split(" ") if isinstance(before, str) else before),
        after=after,
        message=name,
        answer=answer,
        terms=tuple(terms.split()),
    )


_REPORT = "ReportResourceDeploymentStatus"
_RESPOND = "ResponseToRequestResource"
_EXTEND = "RequestExtendedDeploymentDuration"
_OFFER = "heads starts_on ends_on"

TABLE: tuple[Row, ...] = (
    # Mode A: assign, then consult.
    _row("draft", "coordinator", "", "drafted"),
    _row("assign", "coordinator", "drafted", "assigned", "RequestResource"),
    _row("consult", "home", "assigned", "consulted", f"{_RESPOND}/accept", _OFFER),
    _row("agree", "host", "consulted", "agreed", "RequisitionResource", "document"),
    # Mode B: request, then offer.
    _row("need", "coordinator host", "", "needed"),
    _row("request", "coordinator host", "needed", "requested", "RequestResource"),
    _row("offer", "home", "requested", "offered", f"{_RESPOND}/accept", _OFFER),
    _row("volunteer", "home", "", "offered", "OfferUnsolicitedResource", _OFFER),
    _row("accept", "host", "offered", "accepted", "RequisitionResource", "document"),
    # Both.
    _row("order", "home", "agreed accepted", "ordered", "CommitResource/accept", "document team"),
    _row("mobilise", "home team", "ordered", "mobilised", _REPORT),
    _row("arrive", "home host team", "mobilised", "arrived", _REPORT),
    _row("begin_duty", "host home team", "arrived", "on_duty", _REPORT),
    _row("release", "coordinator host", "arrived on_duty", "released", "ReleaseResource"),
    _row("return", "home team", "released", "returned", _REPORT),
    _row("claim", "home", "returned stood_down", "claimed", terms="cost document"),
    _row("enter_claim", "host", "claimed", None),
    _row("verify", "host", "claimed", "verified", terms="document"),
    _row("pay", "host", "verified", "paid", terms="document"),
    _row("reopen_claim", "host", "verified paid", "claimed", terms="reason"),
    _row("refuse_claim", "host", "claimed verified", "returned", terms="reason"),
    _row("close", "coordinator", "returned paid", "closed"),
    # Side exits.
    _row("decline", "home", "assigned requested", "declined", f"{_RESPOND}/decline", "reason"),
    _row("decline", "home", "agreed accepted", "declined", "CommitResource/decline", "reason"),
    _row("decline", "host", "consulted offered", "declined", terms="reason"),
    _row("withdraw", "coordinator", MODES["assign"], "withdrawn", terms="reason"),
    _row("withdraw", "coordinator host", MODES["request"], "withdrawn", terms="reason"),
    _row("withdraw", "home", "consulted offered", "withdrawn", terms="reason"),
    _row("expire", "coordinator", WAITING, "expired"),
    _row(
        "stand_down", "coordinator host", "ordered mobilised", "stood_down", "ReleaseResource",
        "reason",
    ),
    # Amendments (§E9).
    _row("ask_extension", "coordinator host", UNDER_WAY, None, _EXTEND, "ends_on"),
    _row("extend", "home", UNDER_WAY, None, f"ResponseTo{_EXTEND}/accept"),
    _row("refuse_extension", "home", UNDER_WAY, None, f"ResponseTo{_EXTEND}/decline", "reason"),
    _row("ask_swap", "home", UNDER_WAY, None, terms="team reason"),
    _row("swap", "host", UNDER_WAY, None),
    _row("refuse_swap", "host", UNDER_WAY, None, terms="reason"),
    _row("ask_return", "home", "arrived on_duty", None, "RequestReturn", "reason"),
    _row(
        "allow_return", "coordinator host", "arrived on_duty", "released",
        "ResponseToRequestReturn/accept",
    ),
    _row(
        "refuse_return", "coordinator host", "arrived on_duty", None,
        "ResponseToRequestReturn/decline", "reason",
    ),
    # What moves nothing.
    _row("check_in", "home team", AWAY, None, _REPORT, "heads"),
    _row("report", "home team", AWAY, None, _REPORT, "text"),
    _row(
        "ask_status", "coordinator host", AWAY, None,
        "RequestResourceDeploymentStatus",
    ),
    _row("ask_quote", "coordinator host", WAITING, None, "RequestQuote"),
    _row("quote", "home", WAITING, None, "ResponseToRequestQuote", "cost"),
    _row("ask", "coordinator host home team", LIVE, None, "RequestInformation", "text"),
    _row(
        "inform", "coordinator host home team", LIVE, None, "ResponseToRequestInformation", "text"
    ),
)  # fmt: skip

MOVES_NOTHING = frozenset(row.event for row in TABLE if row.after is None) - {"extend", "swap"}
"""After these the deployment stands exactly where it stood: they ask, answer or tell."""

ANSWERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "extend": ("ask_extension",),
        "refuse_extension": ("ask_extension",),
        "swap": ("ask_swap",),
        "refuse_swap": ("ask_swap",),
        "allow_return": ("ask_return",),
        "refuse_return": ("ask_return",),
        "quote": ("ask_quote",),
        "inform": ("ask",),
    }
)
"""Events that answer a question, by the question; each question is answered once."""


EXPECTED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "drafted": ("assign",),
        "assigned": ("consult", "decline"),
        "consulted": ("agree", "decline"),
        "agreed": ("order",),
        "needed": ("request",),
        "requested": ("offer", "decline"),
        "offered": ("accept", "decline"),
        "accepted": ("order",),
        "ordered": ("mobilise",),
        "mobilised": ("arrive",),
        "arrived": ("begin_duty",),
        "released": ("return",),
        "returned": ("claim", "close"),
        "claimed": ("verify", "refuse_claim"),
        "verified": ("pay", "refuse_claim"),
        "paid": ("close",),
    }
)
"""What each state waits for; on duty waits for nobody."""


class NotNow(Refused):
    """The deployment takes this step in another state; facts: ``event``, ``state``, ``states``."""

    code = "emergencies.not_now"


class NotTheirStep(Refused):
    """Another side takes this step; facts: ``event``, ``sides``."""

    code = "emergencies.not_their_step"


_INDEX: dict[tuple[str, str], list[Row]] = {}
for _each in TABLE:
    for _state in _each.before:
        _INDEX.setdefault((_state, _each.event), []).append(_each)


def find_row(state: str, event: str, sides: Iterable[str]) -> Row:
    """
    Return the line of the table by which one of *sides* does *event* in *state*.

    Raises:
        NotNow: Nobody does it in this state.
        NotTheirStep: Another side does.
    """
    rows, own = _INDEX.get((state, event), []), set(sides)
    found = next((row for row in rows if own & set(row.sides)), None)
    if found is not None:
        return found
    if rows:
        who = dict.fromkeys(side for row in rows for side in row.sides)
        raise NotTheirStep(event=event, sides=tuple(who))
    before = dict.fromkeys(s for row in TABLE if row.event == event for s in row.before if s)
    raise NotNow(event=event, state=state, states=tuple(before))


def list_possible(state: str, sides: Iterable[str]) -> list[Row]:
    """List what *sides* can do in *state*, in the order of the table."""
    own = set(sides)
    return [row for row in TABLE if state in row.before and own & set(row.sides)]


def mode_of(event: str) -> str:
    """Return the mode that a first event begins."""
    return "assign" if event == "draft" else "request"

"""What passed between the two sides of pairs, year by year: from the events that both sides read."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db.models import F, Q, Sum

from tiebeam.apps.ledger.models import Account, Batch
from tiebeam.apps.ledger.obligation_models import ObligationRule
from tiebeam.apps.ledger.queries.obligations import DUES, ILLUSTRATIVE, rule_of
from tiebeam.apps.pairings.models import Pairing
from tiebeam.core.ledger.chart import MEMO_SOURCES, MONEY
from tiebeam.platform.time.periods import valid_on

_STEPS: Mapping[str, tuple[str, int]] = {
    "obligation": ("due", 1),
    "due_up": ("due", 1),
    "due_down": ("due", -1),
    "use_credit": ("credited", 1),
    "appropriation": ("appropriated", 1),
    "commitment": ("committed", 1),
    "decommitment": ("committed", -1),
    "order": ("ordered", 1),
    "cancel_order": ("ordered", -1),
    "payment": ("paid", 1),
    "bounce": ("paid", -1),
    "receipt": ("confirmed", 1),
    "goods_receipt": ("in_kind", 1),
    "expenditure": ("spent", 1),
    "supplies_used": ("used", 1),
    "refund_confirmed": ("refunded", 1),
}
"""What each kind of event adds to, or takes from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class YearOfPair:
    """
    One pair in one fiscal year.

    Attributes:
        flows: What stands of the events of the year, by step: ``due``, ``credited``, ``appropriated``,
            ``committed``, ``ordered``, ``paid``, ``confirmed``, ``in_kind``, ``spent``, ``used``, ``refunded``.
        held: What the accounts of the year hold, of the books that may be read; yearly accounts by code.
        is_illustrative: Whether the base of what is due was entered for a demonstration.
        counts_goods: Whether goods meet the due; not where the programme's rule does not say so (§P10).
    """

    pairing_id: UUID
    year: int
    flows: Mapping[str, int]
    held: Mapping[str, int] = field(default_factory=dict)
    is_illustrative: bool = False
    counts_goods: bool = True

    def flow(self, step: str) -> int:
        """Return what passed in a step."""
        return self.flows.get(step, 0)

    def holds(self, *codes: str) -> int:
        """Return what accounts hold together."""
        return sum(self.held.get(code, 0) for code in codes)

    @property
    def has_memo(self) -> bool:
        """Whether the donor's book, which knows what is due and where it stands, may be read."""
        return any(code.startswith("B") for code in self.held)

    @property
    def to_give(self) -> int:
        """What the year has to give: by rule, carried in, restored to it, and beyond the due (§L3)."""
        return self.holds(*MEMO_SOURCES)

    @property
    def beyond(self) -> int:
        """What of it is more than was due."""
        return self.holds("B106", "B108")

    @property
    def open(self) -> int:
        """What is due and neither met nor carried nor lapsed."""
        return self.holds("B110", "B120", "B130", "B140") + self.uncounted

    @property
    def uncounted(self) -> int:
        """What was given in goods that do not count, but for what is beyond the due."""
        return 0 if self.counts_goods else max(0, self.holds("B160") - self.beyond)


def list_years(pairing_id: UUID | None = None) -> list[YearOfPair]:
    """Return every year of the pairs that may be read, the latest first; of one pair, where one is named."""
    of_pair = {} if pairing_id is None else {"pairing_id": pairing_id}
    flows: defaultdict[tuple[UUID, int], defaultdict[str, int]] = defaultdict(
        lambda: defaultdict(int)
    )
    # What was undone and what undid it are both left out: what stands is told.
    for pair, year, kind, total in (
        Batch.objects.filter(reverses=None, reversed_by=None, kind__in=_STEPS, **of_pair)
        .order_by()
        .values_list("pairing_id", "year", "kind")
        .annotate(total=Sum("amount"))
    ):
        step, sign = _STEPS[kind]
        flows[pair, year][step] += sign * total
    held: defaultdict[tuple[UUID, int], dict[str, int]] = defaultdict(dict)
    accounts = Account.objects.filter(unit=MONEY, year__gt=0)
    if pairing_id is not None:
        accounts = accounts.filter(book__pairing_id=pairing_id)
    for pair, year, code, balance in accounts.values_list(
        "book__pairing_id", "year", "code", "balance"
    ):
        held[pair, year][code] = balance
    illustrative = _list_illustrative()
    with_goods = {pair for (pair, _), codes in held.items() if codes.get("B160")}
    uncounted = _list_uncounted(with_goods) if with_goods else set()
    return [
        YearOfPair(
            pairing_id=pair,
            year=year,
            flows=dict(flows[pair, year]),
            held=held[pair, year],
            is_illustrative=(pair, year) in illustrative,
            counts_goods=pair not in uncounted,
        )
        for pair, year in sorted({*flows, *held}, key=lambda key: (-key[1], str(key[0])))
    ]


def _list_illustrative() -> set[tuple[UUID, int]]:
    """Return the pairs and years whose due rests on an assumed figure, as both sides may read."""
    rows = Batch.objects.filter(kind__in=DUES, reason_code=ILLUSTRATIVE)
    return set(rows.values_list("pairing_id", "year"))


def _list_uncounted(pairing_ids: Collection[UUID]) -> set[UUID]:
    """Return the pairings whose programme goes by a rule that does not say that goods count."""
    rows = Pairing.objects.filter(pk__in=pairing_ids).values_list("pk", "programme_id")
    programmes = dict(rows)
    choices = ObligationRule.objects.filter(programme_id__in=programmes.values())
    strict = {row.programme_id for row in choices if not rule_of(row).counts_toward("in_kind")}
    return {pk for pk, programme_id in programmes.items() if programme_id in strict}


def held_always(pairing_id: UUID | None = None) -> dict[UUID, dict[str, int]]:
    """Return what the accounts without a year hold in money, by pair, of the books that may be read."""
    accounts = Account.objects.filter(unit=MONEY, year=0)
    if pairing_id is not None:
        accounts = accounts.filter(book__pairing_id=pairing_id)
    found: defaultdict[UUID, dict[str, int]] = defaultdict(dict)
    for pair, code, balance in accounts.values_list(F("book__pairing_id"), "code", "balance"):
        found[pair][code] = balance
    return dict(found)


def list_pairs_at_work(organisation_id: UUID, today: date) -> dict[UUID, Pairing]:
    """Return the pairs that have an event, and those of an organisation that stand today, by id."""
    with_events = Batch.objects.order_by().values("pairing_id").distinct()
    own = Q(donor_id=organisation_id) | Q(recipient_id=organisation_id)
    rows = Pairing.objects.filter(
        Q(pk__in=with_events) | (own & valid_on(today) & Q(parent=None))
    ).select_related("programme", "donor", "recipient")
    return {row.pk: row for row in rows}

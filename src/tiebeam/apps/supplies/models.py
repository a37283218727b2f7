"""
Supplies: items, stores with their movements, shipments with what became of them, and holds (docs/law/supplies.md).

Stock is the sum of movements, and what is on its way the sum of what was sent less what was
confirmed and settled. Nothing of it is ever changed: what was wrong is undone by a row of its own.
"""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from tiebeam.core.ledger.chart import LARGEST_AMOUNT
from tiebeam.platform.tenancy.records import OwnedRecord

RAISING = ["in", "received", "returned"]
LOWERING = ["out", "lost", "shipped"]
OUTCOMES = ["returned", "lost"]


def _choices(words: list[str]) -> list[tuple[str, str]]:
    return [(word, word) for word in words]


class Item(OwnedRecord):
    """One kind of goods, counted in one unit; every member of the workspace reads it (§U1)."""

    is_open: ClassVar[bool] = True

    name_en = models.CharField(max_length=160)
    name_zh = models.CharField(max_length=160)
    unit = models.CharField(max_length=40)

    class Meta(OwnedRecord.Meta):
        constraints = [
            models.UniqueConstraint(fields=["name_zh", "unit"], name="supplies_item_entered_once"),
            models.CheckConstraint(
                condition=~Q(name_en="") & ~Q(name_zh="") & ~Q(unit=""),
                name="supplies_item_has_names_and_unit",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name_zh} {self.name_en} ({self.unit})"


class Store(OwnedRecord):
    """The stock of one place, kept by its owner: the place itself, or what it stands below (§U2)."""

    place = models.OneToOneField(
        "regions.Organisation", on_delete=models.PROTECT, related_name="store"
    )

    class Meta(OwnedRecord.Meta):
        pass

    def __str__(self) -> str:
        return f"{self.place_id}"


class Movement(OwnedRecord):
    """
    What came into a store or left it on a day; never changed (§U2).

    Its id is the key that the caller chose. ``quantity`` is positive where the stock rises.
    ``reverses`` names the movement that this one undoes; its kind is then the same.
    """

    store = models.ForeignKey(
        Store, on_delete=models.PROTECT, related_name="movements", db_index=False
    )
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=_choices([*RAISING, *LOWERING]))
    quantity = models.BigIntegerField()
    moved_on = models.DateField()
    recorded_at = models.DateTimeField()
    line = models.ForeignKey(
        "supplies.ShipmentLine", null=True, on_delete=models.PROTECT, related_name="movements"
    )
    reverses = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="reversed_by"
    )
    reason = models.CharField(max_length=300, blank=True, default="")
    document = models.CharField(max_length=200, blank=True, default="")
    person_id = models.UUIDField()
    body_sha256 = models.CharField(max_length=64)

    class Meta(OwnedRecord.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gte=-LARGEST_AMOUNT, quantity__lte=LARGEST_AMOUNT)
                & ~Q(quantity=0),
                name="supplies_movement_moves_something",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=RAISING, reverses=None, quantity__gt=0)
                | Q(kind__in=LOWERING, reverses=None, quantity__lt=0)
                | Q(kind__in=RAISING, reverses__isnull=False, quantity__lt=0)
                | Q(kind__in=LOWERING, reverses__isnull=False, quantity__gt=0),
                name="supplies_movement_goes_the_way_of_its_kind",
            ),
            models.CheckConstraint(
                condition=Q(line__isnull=False, kind__in=["shipped", "received", "returned"])
                | Q(line=None, kind__in=["in", "out", "lost"]),
                name="supplies_movement_of_a_shipment_names_its_line",
            ),
            models.CheckConstraint(
                condition=Q(
                    kind__in=["in", "out", "shipped", "received", "returned"], reverses=None
                )
                | ~Q(reason=""),
                name="supplies_movement_lost_or_undone_says_why",
            ),
        ]
        indexes = [
            models.Index(fields=["store", "item", "moved_on"], name="supplies_movement_by_day")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.quantity} {self.moved_on} {self.id}"


class Hold(OwnedRecord):
    """
    "Do not send now": its owner asks not to be sent an item, or anything, until a day (§U5).

    ``valid_until`` is the first day on which it may be sent again. All of the programme read it.
    """

    programme = models.ForeignKey(
        "programmes.Programme", on_delete=models.PROTECT, related_name="+"
    )
    item = models.ForeignKey(Item, null=True, on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateField()
    valid_until = models.DateField()
    reason = models.CharField(max_length=300)
    lifted_on = models.DateField(null=True)
    lifted_reason = models.CharField(max_length=300, blank=True, default="")

    class Meta(OwnedRecord.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__gt=F("valid_from")),
                name="supplies_hold_ends_after_it_begins",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="supplies_hold_says_why"),
        ]
        indexes = [models.Index(fields=["tenant", "valid_until"], name="supplies_hold_in_force")]

    def __str__(self) -> str:
        return f"{self.tenant_id} {self.valid_from} {self.valid_until}"


class Shipment(OwnedRecord):
    """
    Goods sent by their owner to a recipient, in transit until confirmed; never changed (§U3).

    Sender, recipient and whoever oversees the programme read it. Its id is the key that the
    caller chose. ``despite_reason`` says why it goes against the holds that its lines name.
    """

    programme = models.ForeignKey(
        "programmes.Programme", on_delete=models.PROTECT, related_name="+"
    )
    pairing = models.ForeignKey(
        "pairings.Pairing", null=True, on_delete=models.PROTECT, related_name="+"
    )
    origin = models.ForeignKey("regions.Organisation", on_delete=models.PROTECT, related_name="+")
    recipient = models.ForeignKey(
        "regions.Organisation", on_delete=models.PROTECT, related_name="+"
    )
    sent_on = models.DateField()
    expected_on = models.DateField(null=True)
    document = models.CharField(max_length=200)
    note = models.CharField(max_length=300, blank=True, default="")
    despite_reason = models.CharField(max_length=300, blank=True, default="")
    recorded_at = models.DateTimeField()
    person_id = models.UUIDField()
    body_sha256 = models.CharField(max_length=64)

    class Meta(OwnedRecord.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(expected_on=None) | Q(expected_on__gte=F("sent_on")),
                name="supplies_shipment_arrives_after_it_left",
            ),
            models.CheckConstraint(
                condition=~Q(document=""), name="supplies_shipment_names_its_document"
            ),
        ]
        indexes = [models.Index(fields=["recipient", "sent_on"], name="supplies_shipment_by_day")]

    def __str__(self) -> str:
        return f"{self.tenant_id} {self.recipient_id} {self.sent_on} {self.id}"


class ShipmentLine(OwnedRecord):
    """
    One item of a shipment.

    Valued goods name the commitment of the pairing that they fulfil and their value in fen;
    the id of the line is then the key of the ledger's event (§U6). ``despite`` is the hold against
    which it was sent, of several the one that ends last.
    """

    shipment = models.ForeignKey(Shipment, on_delete=models.PROTECT, related_name="lines")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    quantity = models.BigIntegerField()
    amount = models.BigIntegerField(default=0)
    commitment = models.ForeignKey(
        "ledger.Batch", null=True, on_delete=models.PROTECT, related_name="+"
    )
    despite = models.ForeignKey(Hold, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta(OwnedRecord.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["shipment", "item"], name="supplies_line_of_an_item_once"
            ),
            models.CheckConstraint(
                condition=Q(quantity__gte=1, quantity__lte=LARGEST_AMOUNT),
                name="supplies_line_sends_something",
            ),
            models.CheckConstraint(
                condition=Q(commitment=None, amount=0)
                | Q(commitment__isnull=False, amount__gte=1, amount__lte=LARGEST_AMOUNT),
                name="supplies_line_is_valued_where_it_fulfils",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shipment_id} {self.item_id} {self.quantity}"


class Receipt(OwnedRecord):
    """
    What the recipient says of a line: all, a part or none of it has come; never changed (§U4).

    Its id is that of the ledger's event of valued goods; ``key`` is what the caller chose for all
    lines that were confirmed together.
    """

    key = models.UUIDField()
    line = models.ForeignKey(ShipmentLine, on_delete=models.PROTECT, related_name="receipts")
    quantity = models.BigIntegerField()
    amount = models.BigIntegerField(default=0)
    received_on = models.DateField()
    reason = models.CharField(max_length=300, blank=True, default="")
    document = models.CharField(max_length=200, blank=True, default="")
    recorded_at = models.DateTimeField()
    person_id = models.UUIDField()
    body_sha256 = models.CharField(max_length=64)

    class Meta(OwnedRecord.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0) | ~Q(reason=""),
                name="supplies_receipt_of_nothing_says_why",
            ),
            models.CheckConstraint(
                condition=Q(quantity__gte=0, quantity__lte=LARGEST_AMOUNT, amount__gte=0),
                name="supplies_receipt_counts",
            ),
            models.UniqueConstraint(
                fields=["tenant", "key", "line"], name="supplies_receipt_told_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line_id} {self.quantity} {self.received_on}"


class Settlement(OwnedRecord):
    """
    What became of what was sent and did not come, as the sender says: returned, or lost (§U4).

    Its id is that of the ledger's event of valued goods (§U6).
    """

    line = models.ForeignKey(ShipmentLine, on_delete=models.PROTECT, related_name="settlements")
    outcome = models.CharField(max_length=10, choices=_choices(OUTCOMES))
    quantity = models.BigIntegerField()
    amount = models.BigIntegerField(null=True)  # none of those told before the ledger took them
    settled_on = models.DateField()
    reason = models.CharField(max_length=300)
    recorded_at = models.DateTimeField()
    person_id = models.UUIDField()
    body_sha256 = models.CharField(max_length=64)

    class Meta(OwnedRecord.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gte=1, quantity__lte=LARGEST_AMOUNT),
                name="supplies_settlement_settles_something",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="supplies_settlement_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.line_id} {self.outcome} {self.quantity}"

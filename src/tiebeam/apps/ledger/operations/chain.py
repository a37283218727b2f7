"""What an event follows: the batch of whose amount it takes a part, and what is left of that (§L4)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from tiebeam.core.ledger.events import KINDS
from tiebeam.errors import Refused
from tiebeam.platform.statements.running import (
    among,
    array,
    in_parts,
    read_array,
    read_day,
    select,
)

GIVES_BACK = tuple(kind for kind, of in KINDS.items() if of.gives_back)
HEADS = frozenset({"commitment"})


class FollowsNothing(Refused):
    """An event of this kind follows one of the named kinds, and none was named; facts: ``kind``, ``follows``."""

    code = "ledger.follows_nothing"


class FollowedUnknown(Refused):
    """There is no such batch in this pairing."""

    code = "ledger.followed_unknown"


class FollowsWrongKind(Refused):
    """An event of this kind does not follow one of that kind; facts: ``kind``, ``found``, ``follows``."""

    code = "ledger.follows_wrong_kind"


class FollowedReversed(Refused):
    """What was reversed is followed by nothing, and not reversed again."""

    code = "ledger.followed_reversed"


class MoreThanLeft(Refused):
    """More is taken than what is followed still holds; facts: ``kind``, ``asked``, ``left``."""

    code = "ledger.more_than_left"


class WrongUnit(Refused):
    """What is counted is counted in the unit of what it follows; facts: ``unit``, ``expected``."""

    code = "ledger.wrong_unit"


@dataclass(slots=True, kw_only=True)
class Link:
    """
    One batch as those that follow it meet it.

    Attributes:
        used, used_quantity: What those that follow it took, reversals taken off.
        followers: How many of them stand.
        given_back: What was given back to the commitment at the head of a chain.
    """

    id: UUID
    pairing_id: UUID
    kind: str
    valid_on: date
    amount: int
    quantity: int
    quantity_unit: str
    follows_id: UUID | None
    head_id: UUID | None
    donor_year: int
    recipient_year: int
    purpose: str
    agreement_id: UUID | None
    body_sha256: str
    reversed_kind: str = ""
    is_reversed: bool = False
    used: int = 0
    used_quantity: int = 0
    followers: int = 0
    given_back: int = 0

    @property
    def left(self) -> int:
        """Return what of its amount nothing has taken yet."""
        return self.amount - self.used + self.given_back


_COLUMNS = (
    "id", "pairing_id", "kind", "valid_on", "amount", "quantity", "quantity_unit", "follows_id", "head_id",
    "donor_year", "recipient_year", "purpose", "agreement_id", "body_sha256", "reversed_kind",
)  # fmt: skip
_IDS = tuple(place for place, name in enumerate(_COLUMNS) if name.endswith("id"))


class Chain:
    """
    The batches of some pairings that events follow, reverse, or are found to be already.

    Attributes:
        links: Each by its id.
        elsewhere: The ids asked for that are those of batches of other pairings.
    """

    def __init__(self, pairing_ids: Iterable[UUID]) -> None:
        self._pairing_ids = frozenset(pairing_ids)
        self.links: dict[UUID, Link] = {}
        self.elsewhere: set[UUID] = set()

    def read(self, ids: Iterable[UUID]) -> None:
        """Read those that are not known yet, with what was taken of them."""
        for part in in_parts(batch_id for batch_id in ids if batch_id not in self.links):
            self._read(part)

    def find(self, batch_id: UUID) -> Link:
        """
        Return a batch of these pairings.

        Raises:
            FollowedUnknown: There is none of this id.
        """
        if batch_id not in self.links:
            self.read([batch_id])
        if batch_id not in self.links:
            raise FollowedUnknown
        return self.links[batch_id]

    def _read(self, ids: list[UUID]) -> None:
        condition, wanted = among("b.id", ids)
        signed = "CASE WHEN c.kind = 'reversal' THEN -c.{0} ELSE c.{0} END"
        gives_back = ", ".join(f"'{kind}'" for kind in GIVES_BACK)
        rows = select(
            f"SELECT {', '.join(f'b.{name}' for name in _COLUMNS)},"  # noqa: S608  # our own names
            " EXISTS (SELECT 1 FROM ledger_batch r WHERE r.reverses_id = b.id),"
            f" (SELECT {array()}(coalesce(sum({signed.format('amount')}), 0),"
            f" coalesce(sum({signed.format('quantity')}), 0),"
            " coalesce(sum(CASE WHEN c.kind = 'reversal' THEN -1 ELSE 1 END), 0))"
            " FROM ledger_batch c WHERE c.follows_id = b.id),"
            f" (SELECT coalesce(sum({signed.format('amount')}), 0) FROM ledger_batch c"
            f" WHERE c.head_id = b.id AND c.kind IN ({gives_back}, 'reversal')"
            f" AND (c.kind <> 'reversal' OR c.reversed_kind IN ({gives_back})))"
            f" FROM ledger_batch b WHERE {condition}",
            wanted,
            ids=_IDS,
        )
        for row in rows:
            values = dict(zip(_COLUMNS, row, strict=False))
            if values["pairing_id"] not in self._pairing_ids:
                # Left out here: asked in the statement, it would be answered from all batches of a pair.
                self.elsewhere.add(values["id"])
                continue
            values["valid_on"] = read_day(values["valid_on"])
            is_reversed, taken, given_back = row[len(_COLUMNS) :]
            used, used_quantity, followers = (int(each) for each in read_array(taken))
            self.links[values["id"]] = Link(
                **values,
                is_reversed=bool(is_reversed),
                used=used,
                used_quantity=used_quantity,
                followers=followers,
                given_back=int(given_back),
            )

    def follow(self, kind: str, follows_id: UUID | None, pairing_id: UUID) -> Link | None:
        """
        Return what an event of *kind* follows, None where it follows nothing.

        Raises:
            FollowsNothing, FollowedUnknown, FollowsWrongKind, FollowedReversed: As their names say.
        """
        wanted = KINDS[kind].follows
        if follows_id is None:
            if wanted:
                raise FollowsNothing(kind=kind, follows=wanted)
            return None
        link = self.find(follows_id)
        if link.pairing_id != pairing_id:
            raise FollowedUnknown
        if link.kind not in wanted:
            raise FollowsWrongKind(kind=kind, found=link.kind, follows=wanted)
        if link.is_reversed:
            raise FollowedReversed(kind=link.kind)
        return link

    def take(self, link: Link, amount: int, quantity: int, unit: str) -> None:
        """
        Refuse to take more of *link* than is left.

        Raises:
            MoreThanLeft, WrongUnit: As their names say.
        """
        if amount > link.left:
            raise MoreThanLeft(kind=link.kind, asked=amount, left=link.left)
        if not quantity or link.kind in HEADS:
            return
        if unit.strip() != link.quantity_unit:
            raise WrongUnit(unit=unit, expected=link.quantity_unit)
        left = link.quantity - link.used_quantity
        if quantity > left:
            raise MoreThanLeft(kind=link.kind, asked=quantity, left=left, unit=unit)

    def refuse_taking_back(self, undone: Link) -> None:
        """
        Refuse to undo what gave a commitment its amount back, where that was committed anew.

        Raises:
            MoreThanLeft: The commitment holds less by now.
        """
        if undone.kind in GIVES_BACK and undone.head_id is not None:
            head = self.find(undone.head_id)
            if undone.amount > head.left:
                raise MoreThanLeft(kind=head.kind, asked=undone.amount, left=head.left)

    def add(self, link: Link) -> None:
        """Have a new batch found, and what it takes of others, or gives back, counted."""
        self.links[link.id] = link
        sign = -1 if link.kind == "reversal" else 1
        followed = self.links.get(link.follows_id) if link.follows_id else None
        if followed is not None:
            followed.used += sign * link.amount
            followed.used_quantity += sign * link.quantity
            followed.followers += sign
        head = self.links.get(link.head_id) if link.head_id else None
        if head is not None and (link.reversed_kind or link.kind) in GIVES_BACK:
            head.given_back += sign * link.amount

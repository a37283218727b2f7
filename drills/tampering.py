"""
What a superuser of the database may do to the log, past triggers and policies.

Each tampering takes a source of chance and changes rows directly. It returns what
it did, or None where it found nothing to do.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet

from tiebeam.platform.audit.models import Entry, Head, Leaf, SealedLeaf, Subtree
from tiebeam.platform.audit.verifier import leaf_hash
from tiebeam.platform.tenancy.records import OwnedQuerySet

ROLE = "tiebeam_app"


@contextmanager
def as_superuser() -> Iterator[None]:
    """Work past triggers and policies within the block, and take all of it back afterwards."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("RESET ROLE")
                cursor.execute("SET LOCAL session_replication_role = replica")
            else:
                cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
                for (name,) in cursor.fetchall():
                    cursor.execute(f'DROP TRIGGER "{name}"')
        yield
        transaction.set_rollback(True)


@contextmanager
def as_application() -> Iterator[None]:
    """Verify as the program does: bound by the policies."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {ROLE}")
        yield
        cursor.execute("RESET ROLE")


def _entries() -> QuerySet[Entry]:
    return OwnedQuerySet(Entry)


def _pick_leaf(chance: Random) -> SealedLeaf:
    size = Head.objects.order_by("-size").values_list("size", flat=True)[0]
    return SealedLeaf.objects.get(position=chance.randrange(size))


def _pick_entry(chance: Random) -> tuple[int, Entry]:
    leaf = _pick_leaf(chance)
    return leaf.position, _entries().get(id=leaf.entry_id)


def _write(table: type, key: dict[str, object], **values: object) -> None:
    QuerySet(table).filter(**key).update(**values)


def _changed_body(entry: Entry, chance: Random) -> str:
    content = json.loads(entry.body)
    content["reason"] = f"{content['reason']}{chance.randrange(10**9)}"
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def edit_body(chance: Random) -> str:
    """Change what an entry says."""
    position, entry = _pick_entry(chance)
    _write(Entry, {"id": entry.id}, body=_changed_body(entry, chance))
    return f"{position}"


def edit_one_sign(chance: Random) -> str:
    """Change one character of an entry's text."""
    position, entry = _pick_entry(chance)
    place = chance.randrange(len(entry.body))
    sign = chr(ord("a") + (ord(entry.body[place]) - ord("a") + 1) % 26)
    _write(Entry, {"id": entry.id}, body=f"{entry.body[:place]}{sign}{entry.body[place + 1 :]}")
    return f"{position} sign {place}"


def edit_column(chance: Random) -> str:
    """Change a column that repeats a part of the text."""
    position, entry = _pick_entry(chance)
    column = chance.choice(
        ["tenant_id", "scope_id", "transaction_id", "person_id", "action", "record_type",
         "record_id", "at", "is_for_all"]
    )  # fmt: skip
    value: object = UUID(int=chance.getrandbits(128))
    if column in {"action", "record_type"}:
        value = f"x.{chance.randrange(10**6)}"
    elif column == "at":
        value = entry.at.replace(microsecond=(entry.at.microsecond + 1) % 10**6)
    elif column == "is_for_all":
        value = not entry.is_for_all
    _write(Entry, {"id": entry.id}, **{column: value})
    return f"{position} {column}"


def delete_entry(chance: Random) -> str:
    """Delete an entry."""
    position, entry = _pick_entry(chance)
    _entries().filter(id=entry.id)._raw_delete(connection.alias)
    return f"{position}"


def delete_entry_and_leaf(chance: Random) -> str:
    """Delete an entry and its leaf."""
    position, entry = _pick_entry(chance)
    _entries().filter(id=entry.id)._raw_delete(connection.alias)
    SealedLeaf.objects.filter(position=position)._raw_delete(connection.alias)
    return f"{position}"


def delete_and_close_up(chance: Random) -> str:
    """Delete an entry and its leaf, and move all later leaves up by one."""
    position, entry = _pick_entry(chance)
    _entries().filter(id=entry.id)._raw_delete(connection.alias)
    SealedLeaf.objects.filter(position=position)._raw_delete(connection.alias)
    later = SealedLeaf.objects.filter(position__gt=position).order_by("position")
    for leaf in list(later):
        _write(SealedLeaf, {"position": leaf.position}, position=leaf.position - 1)
    return f"{position}"


def swap_bodies(chance: Random) -> str:
    """Swap what two entries say."""
    (one, first), (two, second) = _pick_entry(chance), _pick_entry(chance)
    while two == one:
        two, second = _pick_entry(chance)
    _write(Entry, {"id": first.id}, body=second.body)
    _write(Entry, {"id": second.id}, body=first.body)
    return f"{one} {two}"


def swap_leaves(chance: Random) -> str:
    """Swap the places of two leaves."""
    first, second = _pick_leaf(chance), _pick_leaf(chance)
    while second.position == first.position:
        second = _pick_leaf(chance)
    spare = UUID(int=0)
    _write(SealedLeaf, {"position": first.position}, entry_id=spare)
    _write(
        SealedLeaf,
        {"position": second.position},
        entry_id=first.entry_id,
        leaf_hash=bytes(first.leaf_hash),
    )
    _write(
        SealedLeaf,
        {"position": first.position},
        entry_id=second.entry_id,
        leaf_hash=bytes(second.leaf_hash),
    )
    return f"{first.position} {second.position}"


def truncate(chance: Random) -> str:
    """Cut off the end: entries, leaves, subtrees and heads."""
    sizes = sorted(Head.objects.values_list("size", flat=True))
    cut = chance.randrange(sizes[-1])
    ids = SealedLeaf.objects.filter(position__gte=cut).values_list("entry_id", flat=True)
    _entries().filter(id__in=list(ids))._raw_delete(connection.alias)
    SealedLeaf.objects.filter(position__gte=cut)._raw_delete(connection.alias)
    Head.objects.filter(size__gt=cut)._raw_delete(connection.alias)
    for subtree in Subtree.objects.all():
        if (subtree.place + 1) << subtree.level > cut:
            Subtree.objects.filter(pk=subtree.pk)._raw_delete(connection.alias)
    return f"{cut}"


def insert_entry(chance: Random) -> str:
    """Put in an entry without a leaf."""
    position, entry = _pick_entry(chance)
    entry.id = UUID(int=chance.getrandbits(128))
    OwnedQuerySet(Entry)._insert([entry], fields=Entry._meta.concrete_fields, using="default")
    return f"beside {position}"


def insert_with_leaf(chance: Random) -> str:
    """Put in an entry with a leaf behind the last."""
    position, entry = _pick_entry(chance)
    last = SealedLeaf.objects.order_by("-position")[0].position
    content = json.loads(entry.body)
    entry.id = UUID(int=chance.getrandbits(128))
    content["id"] = str(entry.id)
    entry.body = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    OwnedQuerySet(Entry)._insert([entry], fields=Entry._meta.concrete_fields, using="default")
    SealedLeaf.objects.create(
        position=last + 1, entry_id=entry.id, leaf_hash=leaf_hash(entry.body.encode())
    )
    return f"{last + 1} like {position}"


def edit_leaf(chance: Random) -> str:
    """Change the hash of a leaf."""
    leaf = _pick_leaf(chance)
    digest = hashlib.sha256(chance.randbytes(8)).digest()
    _write(SealedLeaf, {"position": leaf.position}, leaf_hash=digest)
    return f"{leaf.position}"


def edit_body_and_leaf(chance: Random) -> str:
    """Change what an entry says, and its leaf with it."""
    position, entry = _pick_entry(chance)
    body = _changed_body(entry, chance)
    _write(Entry, {"id": entry.id}, body=body)
    _write(SealedLeaf, {"position": position}, leaf_hash=leaf_hash(body.encode()))
    return f"{position}"


def edit_algorithm(chance: Random) -> str:
    """Name another hash for a leaf."""
    leaf = _pick_leaf(chance)
    _write(SealedLeaf, {"position": leaf.position}, algorithm="sm3")
    return f"{leaf.position}"


def edit_subtree(chance: Random) -> str | None:
    """Change a kept root."""
    subtrees = list(Subtree.objects.all())
    if not subtrees:
        return None
    subtree = chance.choice(subtrees)
    _write(Subtree, {"pk": subtree.pk}, root=hashlib.sha256(chance.randbytes(8)).digest())
    return f"{subtree}"


def edit_head(chance: Random) -> str:
    """Change a signed head."""
    head = chance.choice(list(Head.objects.all()))
    column = chance.choice(["size", "root", "sealed_at", "key_id", "signature"])
    values: dict[str, object] = {
        "size": head.size * 1000 + 7,
        "root": hashlib.sha256(chance.randbytes(8)).digest(),
        "sealed_at": head.sealed_at.replace(microsecond=(head.sealed_at.microsecond + 1) % 10**6),
        "key_id": chance.randbytes(32).hex(),
        "signature": chance.randbytes(64),
    }
    _write(Head, {"pk": head.pk}, **{column: values[column]})
    return f"{head.size} {column}"


def delete_head(chance: Random) -> str:
    """Delete a signed head."""
    head = chance.choice(list(Head.objects.all()))
    Head.objects.filter(pk=head.pk)._raw_delete(connection.alias)
    return f"{head.size}"


def unseal(chance: Random) -> str:
    """Let a sealed entry wait again."""
    leaf = _pick_leaf(chance)
    Leaf.objects.create(entry_id=leaf.entry_id, leaf_hash=bytes(leaf.leaf_hash))
    return f"{leaf.position}"


TAMPERINGS: tuple[Callable[[Random], str | None], ...] = (
    edit_body, edit_one_sign, edit_column, delete_entry, delete_entry_and_leaf,
    delete_and_close_up, swap_bodies, swap_leaves, truncate, insert_entry, insert_with_leaf,
    edit_leaf, edit_body_and_leaf, edit_algorithm, edit_subtree, edit_head, delete_head, unseal,
)  # fmt: skip

"""Statements that are sent together leave the same rows as one by one, or none."""

from uuid import UUID, uuid4

import pytest
from django.db import transaction

from tiebeam.platform.audit.models import Leaf
from tiebeam.platform.statements.inserting import insert
from tiebeam.platform.statements.running import in_one_statement, select, send

COLUMNS = ("entry_id", "algorithm", "leaf_hash")
REMOVE = "DELETE FROM audit_leaf WHERE entry_id = %s"


class Refusal(Exception):
    """Nothing was changed."""


def _add(*ids: UUID) -> None:
    insert(Leaf, COLUMNS, [(each, "sha256", bytes([0, 92, 39, 255]) * 8) for each in ids])


def _exchange(added: UUID, for_one: UUID) -> None:
    with transaction.atomic(), in_one_statement():
        send(REMOVE, [for_one], or_refuse=Refusal)
        _add(added)


@pytest.mark.django_db
class TestStatementsTogether:
    def test_write_what_each_says_byte_by_byte(self):
        first, second, many = uuid4(), uuid4(), [uuid4() for _ in range(40)]
        with transaction.atomic(), in_one_statement():
            _add(first, second)
            _add(*many)
        assert Leaf.objects.filter(pk__in=[first, second, *many]).count() == 42
        assert {
            bytes(leaf.leaf_hash) for leaf in Leaf.objects.filter(pk__in=[second, many[0]])
        } == {b"\x00\\'\xff" * 8}

    def test_are_there_for_whoever_asks_meanwhile(self):
        first = uuid4()
        with transaction.atomic(), in_one_statement():
            _add(first)
            found = select("SELECT count(*) FROM audit_leaf WHERE entry_id = %s", [first])
        assert found == [(1,)]

    def test_leave_nothing_where_one_of_them_changes_nothing(self):
        first, second = uuid4(), uuid4()
        with pytest.raises(Refusal):
            _exchange(first, for_one=second)
        assert not Leaf.objects.filter(pk=first).exists()
        _add(second)
        _exchange(first, for_one=second)
        assert Leaf.objects.filter(pk__in=[first, second]).get().pk == first

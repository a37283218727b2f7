"""
Who acts: the person, the organisation acted for, and the duties held there.

The acting organisation is set for the length of a block. The managers of owned
records read it, and on PostgreSQL it is handed to the row policies as a setting
of the transaction, never of the connection, which a pool hands on to others.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from tiebeam.platform.statements.running import is_postgresql, select


@dataclass(frozen=True, slots=True)
class Duty:
    """A role held, in one programme or, where *programme_id* is None, in all of them."""

    role: str
    programme_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """
    A person at work for an organisation.

    Attributes:
        person_id: Who does it.
        organisation_id: For whom: what is written belongs to this organisation.
        duties: The roles held there now, with the programme each is held in.
        deputy_of: The person represented, where a delegation gives the duties.
        token_id: The API token used, where one was.
    """

    person_id: UUID
    organisation_id: UUID
    duties: frozenset[Duty] = frozenset()
    deputy_of: UUID | None = None
    token_id: UUID | None = None

    def has_role(self, role: str, programme_id: UUID | None = None) -> bool:
        """Return whether *role* is held, in *programme_id* where one is named."""
        return any(
            duty.role == role
            and (programme_id is None or duty.programme_id in {None, programme_id})
            for duty in self.duties
        )


_acting: ContextVar[Actor | None] = ContextVar("acting", default=None)
_is_public: ContextVar[bool] = ContextVar("is_public", default=False)


def find_actor() -> Actor | None:
    """Return who acts now, or None outside every :func:`acting` block."""
    return _acting.get()


@contextmanager
def acting(actor: Actor | None) -> Iterator[None]:
    """
    Act as *actor* within the block: records of others do not exist there.

    On PostgreSQL the block runs in a transaction, since the row policies read the
    acting organisation from a setting that ends with it.
    """
    before = _acting.get()
    token = _acting.set(actor)
    try:
        if is_postgresql():
            is_outermost = not connection.in_atomic_block
            with transaction.atomic():
                _tell_database(actor)
                yield
                # An outer block goes on as who it was; an error rolls the setting back by
                # itself, and so does the end of the transaction.
                if not is_outermost:
                    _tell_database(before)
        else:
            yield
    finally:
        _acting.reset(token)


@contextmanager
def changing_seats() -> Iterator[Callable[[UUID], None]]:
    """
    Give a function that sits down for another organisation, until the next call or the end of the block.

    For the one event that stands in the books of two: what it reads and writes there, each
    organisation reads and writes as itself, and only within this block.
    """
    own = _acting.get()
    assert own is not None, "somebody acts"
    assert connection.in_atomic_block, "a seat is of a transaction"

    def sit(organisation_id: UUID) -> None:
        seated = _acting.get()
        if seated is None or seated.organisation_id != organisation_id:
            taken = replace(own, organisation_id=organisation_id)
            _acting.set(taken)
            if is_postgresql():
                _tell_database(taken)

    token = _acting.set(own)
    try:
        yield sit
        # After an error the setting of the database is rolled back with the transaction.
        sit(own.organisation_id)
    finally:
        _acting.reset(token)


def reads_published() -> bool:
    """Return whether nobody acts and published rows, and they alone, are to be read."""
    return _is_public.get() and find_actor() is None


@contextmanager
def reading_published() -> Iterator[None]:
    """
    Read what is published, and nothing else, within the block: as nobody, even where somebody is signed in.

    What is read has to be read to its end within the block.
    """
    with acting(None):
        token = _is_public.set(True)
        try:
            if is_postgresql():
                with connection.cursor() as cursor:
                    cursor.execute("SELECT set_config('app.duty', 'public', true)")
                yield
                with connection.cursor() as cursor:
                    cursor.execute("SELECT set_config('app.duty', '', true)")
            else:
                yield
        finally:
            _is_public.reset(token)


def _tell_database(actor: Actor | None) -> None:
    select(
        "SELECT set_config('app.tenant', %s, true), set_config('app.person', %s, true),"
        " set_config('app.today', %s, true)",
        [
            str(actor.organisation_id) if actor else "",
            str(actor.person_id) if actor else "",
            timezone.localdate().isoformat(),
        ],
    )

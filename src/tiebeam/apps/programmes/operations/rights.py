"""Who steers a programme, who returns for which side, and the refusals that several operations share."""

from django.db.models import Model

from tiebeam.apps.programmes.models import Programme, Round
from tiebeam.errors import Fault, InvalidInput, Refused
from tiebeam.platform.permissions.operations import require
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import Actor

STEERING = frozenset({Role.COORDINATOR, Role.MINISTRY})
OFFICE_OF = {"donor": Role.DONOR_OFFICE, "recipient": Role.RECIPIENT_OFFICE}


class ReasonMissing(Refused):
    """What changes or ends something on record needs a reason."""

    code = "programmes.reason_missing"


def own_programme(programme: Programme, *, actor: Actor, name: str) -> Programme:
    """
    Return the programme locked, after asking for the right to do *name* in it.

    Raises:
        NotAllowed: No role held in this programme allows it.
        Programme.DoesNotExist: It may not be read.
        NotOwner: Another organisation steers it.
    """
    require(actor, name, programme.pk)
    locked: Programme = Programme.objects.lock(programme.pk)
    return locked


def own_round(of_round: Round, *, actor: Actor, name: str) -> Round:
    """
    Return the round locked, after asking for the right to do *name* in its programme.

    Raises:
        NotAllowed: No role held in its programme allows it.
        Round.DoesNotExist: It may not be read.
        NotOwner: Another organisation steers it.
    """
    require(actor, name, of_round.programme_id)
    locked: Round = Round.objects.lock(of_round.pk)
    # The right was asked for the programme that the caller's object named: it must be that one.
    require(actor, name, locked.programme_id)
    return locked


def refuse_faults(faults: list[Fault]) -> None:
    """Raise InvalidInput where there are *faults*."""
    if faults:
        raise InvalidInput(faults)


def refuse_without_reason(reason: str) -> None:
    """Raise ReasonMissing where *reason* says nothing."""
    if not reason.strip():
        raise ReasonMissing


def list_name_faults(place: str, record: Model) -> list[Fault]:
    """Return a fault where *record* has a name in neither language, or one that is too long."""
    names = {column: getattr(record, column) for column in ("name_en", "name_zh")}
    if not any(name.strip() for name in names.values()):
        return [Fault(code="programmes.name_missing", place=place, column="name_zh")]
    return list_length_faults(place, record, *names)


def list_length_faults(place: str, record: Model, *columns: str) -> list[Fault]:
    """Return a fault for each text of *record* that is longer than its column."""
    faults = []
    for column in columns:
        most = getattr(record._meta.get_field(column), "max_length", None)
        text = getattr(record, column)
        if most is not None and len(text) > most:
            facts: dict[str, object] = {"most": most, "length": len(text)}
            faults.append(
                Fault(code="programmes.text_too_long", place=place, column=column, facts=facts)
            )
    return faults

"""
What is new whenever something changed that the board of an incident shows, so that who asks again is answered at once.

The newest moment of the records would not do: who began earlier may be done later. A mark is
changed as the last act of a transaction, and shows itself together with what it stands for.
"""

from uuid import UUID

from tiebeam.apps.emergencies.models import Incident


def find_mark(incident_id: UUID) -> str:
    """
    Return what is new whenever an incident stands otherwise, or others read it.

    It is to be read before what it stands for.

    Raises:
        Incident.DoesNotExist: There is none that may be read.
    """
    rows = Incident.objects.filter(pk=incident_id).values_list("marks__by_id", "marks__value")
    found = sorted(map(str, rows))
    if not found:
        raise Incident.DoesNotExist
    return "".join(found)

"""The documents in the dossier of a pair."""

from django.http import HttpRequest

from tiebeam.apps.pairings.models import Pairing
from tiebeam.interfaces.web.documents.part import documents_part
from tiebeam.interfaces.web.dossier import Section, dossier_section
from tiebeam.interfaces.web.page import say_to
from tiebeam.platform.time.periods import AsOf


@dossier_section("documents", order=50)
def make_section(request: HttpRequest, pairing: Pairing, as_of: AsOf) -> Section:
    """Return the documents attached to the pair by the day."""
    part = documents_part(request, pairing, as_of)
    return Section(
        key="documents",
        title=say_to(request, "documents.title", count=len(part.rows)),
        template="web/documents/section.html",
        values={"documents": part},
        step=part.attach,
    )

"""Rounds and documents by their words, among those that may be read."""

from tiebeam.apps.programmes.models import LegalDocument, Round
from tiebeam.platform.search.grams import holding


def search_rounds(words: str, most: int) -> list[Round]:
    """Return up to *most* rounds whose names hold every word, the latest first."""
    rows = Round.objects.filter(holding(words, "name_en", "name_zh")).select_related("programme")
    return list(rows.order_by("-starts_on", "pk")[:most])


def search_documents(words: str, most: int) -> list[LegalDocument]:
    """Return up to *most* documents whose title, number or issuer hold every word."""
    found = holding(words, "title_en", "title_zh", "number", "issuer")
    rows = LegalDocument.objects.filter(found).select_related("programme")
    return list(rows.order_by("-dated_on", "pk")[:most])

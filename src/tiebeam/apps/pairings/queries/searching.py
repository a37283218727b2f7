"""Lists and agreements by their words, among those that may be read."""

from tiebeam.apps.pairings.models import Agreement, PairList
from tiebeam.platform.search.grams import holding

OF_A_LIST = (
    "round__name_en",
    "round__name_zh",
    "round__programme__name_en",
    "round__programme__name_zh",
    "document__title_en",
    "document__title_zh",
    "document__number",
    "note",
)


def search_lists(words: str, most: int) -> list[PairList]:
    """Return up to *most* lists by the words of their round, programme, document and note."""
    rows = PairList.objects.filter(holding(words, *OF_A_LIST))
    return list(rows.select_related("round__programme").order_by("-version", "pk")[:most])


def search_agreements(words: str, most: int) -> list[Agreement]:
    """Return up to *most* agreements whose title or number hold every word, the latest first."""
    rows = Agreement.objects.filter(holding(words, "title", "number"))
    rows = rows.select_related("pairing__donor", "pairing__recipient")
    return list(rows.order_by("-starts_on", "pk")[:most])

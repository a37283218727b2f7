"""Where a notice leads: the page of the record that it is about."""

from django.urls import NoReverseMatch, reverse

from tiebeam.platform.notices.models import Notice

PAGES = {
    "pairlist": "list_version",
    "agreement": "agreement",
    "return": "return",
    "variant": "desk_variant",
    "round": "returns_of_round",
    "proposal": "proposal",
    "batch": "event",
    "tranche": "tranche",
    "reimbursement": "reimbursement",
    "obligationnotice": "obligation_notice",
    "need": "need",
    "deployment": "deployment",
}
"""Model of the record -> name of the address of its page."""


def place_of(notice: Notice) -> str:
    """Return the address of the record's page; of the list of notices where it has none."""
    try:
        return reverse(
            PAGES.get(notice.record_type.rpartition(".")[2], ""), args=[notice.record_id]
        )
    except NoReverseMatch:
        return reverse("notices")

"""Why an event is not posted, as far as its books and what stands in them decide."""

from tiebeam.errors import Refused


class KeyReused(Refused):
    """The key was used for another event; facts: ``key``."""

    code = "ledger.key_reused"


class YearClosed(Refused):
    """A side tells nothing of a year that it has closed; facts: ``year``."""

    code = "ledger.year_closed"


class YearNotOver(Refused):
    """A year is closed when it is over; facts: ``year``."""

    code = "ledger.year_not_over"


class EarlierYearOpen(Refused):
    """Years are closed one after the other; facts: ``year``, ``open``."""

    code = "ledger.earlier_year_open"


class PostTooSlow(Refused):
    """What is posted stands soon after its moment, so that what was known at a moment is final; facts: ``minutes``."""

    code = "ledger.post_too_slow"


class ProposalsOpen(Refused):
    """A year is closed when nothing of it waits for a decision; facts: ``year``, ``count``, ``days``, ``proposals``."""

    code = "ledger.proposals_open"


class NoBookToClose(Refused):
    """Donor and recipient close their own books; others have none in a pairing."""

    code = "ledger.no_book_to_close"


class NoAgreementInForce(Refused):
    """A commitment names an agreement of its pairing that is in force on its day; facts: ``valid_on``."""

    code = "ledger.no_agreement_in_force"


class Followed(Refused):
    """What others that stand follow is not reversed before them; facts: ``kind``, ``followers``."""

    code = "ledger.followed"


class AlreadyReversed(Refused):
    """A batch is reversed once."""

    code = "ledger.already_reversed"


class ReversalReversed(Refused):
    """A reversal is not reversed: the event is posted anew."""

    code = "ledger.reversal_reversed"

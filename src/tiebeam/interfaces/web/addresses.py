"""What the address of a page asks for and cannot be answered."""

from django.core.exceptions import BadRequest

LETTERS_MOST = 60


class NotUnderstood(BadRequest):
    """
    A part of the address could not be read.

    Attributes:
        part: Its name in the address, such as ``page``; the way back leaves it out.
        code: Of the sentence that says what was met and what is expected.
        facts: What the sentence names.
    """

    def __init__(self, part: str, code: str, **facts: object) -> None:
        """Keep what the page says; a long text only by its beginning."""
        super().__init__(part)
        self.part, self.code = part, code
        self.facts = {name: _shorten(str(fact)) for name, fact in facts.items()}


def _shorten(text: str) -> str:
    return text if len(text) <= LETTERS_MOST else f"{text[:LETTERS_MOST]} …"

"""A day as people write it."""

import datetime as dt
import re
import unicodedata

from tiebeam.interchange.tables.text import clean_text

_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?\Z", re.ASCII)


def parse_day(text: str) -> dt.date | None:
    """Return the day that *text* names, year first, such as 2020-02-10 or 2020年2月10日; None where it names none."""
    match = _DAY.match(unicodedata.normalize("NFKC", clean_text(text)))
    try:
        return dt.date(*(int(part) for part in match.groups())) if match else None
    except ValueError:
        return None

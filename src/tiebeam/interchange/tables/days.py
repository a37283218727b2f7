"""A day as people write it."""

import datetime as dt
import re
import unicodedata

from tiebeam.interchange.tables.text import clean_text

_DAY = re.compile(
    r"(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{2})(\d{2}))([ T]\d{1,2}:\d{2}[:.\d]*)?\Z",
    re.ASCII,
)


def parse_day(text: str) -> dt.date | None:
    """
    Return the day that *text* names, None where it names none.

    Year first, such as 2020-02-10, 20200210 or 2020年2月10日; a time behind it is left out.
    """
    match = _DAY.match(unicodedata.normalize("NFKC", clean_text(text)))
    try:
        return match and dt.date(
            int(match[1]), int(match[2] or match[4]), int(match[3] or match[5])
        )
    except ValueError:
        return None

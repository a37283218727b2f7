"""
Send notices by mail, in each reader's language.

A mail says what happened and where to read on; it holds nothing of the record itself.
"""

import logging
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.core.mail import send_mail
from django.utils import timezone

from tiebeam.interfaces.messages import Language, say
from tiebeam.platform.identity.people import find_person
from tiebeam.platform.identity.queries import list_seats
from tiebeam.platform.notices.models import Notice
from tiebeam.platform.notices.posting import claim, give_back

log = logging.getLogger(__name__)
LINES_MOST = 40


def say_notice(notice: Notice, language: Language) -> str:
    """Return the sentence of a notice."""
    code = f"notices.say.{notice.kind}"
    if notice.variant:
        code = f"{code}_{notice.variant}"
    # What is kept of a kind of event is the code of its name.
    names = {
        name: say(fact["code"], {}, language)
        for name, fact in notice.facts.items()
        if isinstance(fact, dict) and "code" in fact
    }
    return say(code, notice.facts_in(language) | names, language)


def post_notices() -> int:
    """Send what is to be mailed at once, and once a day the digest; return how many mails went out."""
    now = timezone.now()
    return _post("at_once", now) + _post("daily", now)


def _post(way: str, now: datetime) -> int:
    sent = 0
    for person_id, notices in claim(way=way, now=now).items():
        try:
            sent += _send(person_id, notices, way, now)
        except Exception:
            # One mailbox that refuses must not keep the mails of the others.
            log.exception("notices of %s were not mailed", person_id)
            give_back(notices)
    return sent


def _send(person_id: UUID, notices: Sequence[Notice], way: str, now: datetime) -> int:
    person = find_person(person_id)
    if person is None or not person.is_active:
        return 0
    held = {seat.organisation_id for seat in list_seats(person_id, timezone.localdate(now))}
    # Who has left an organisation is told nothing more of it.
    told = [row for row in notices if row.organisation_id in held]
    if not told:
        return 0
    language: Language = "zh" if person.language == "zh" else "en"
    lines = [
        f"· {say_notice(row, language)}\n  {settings.TIEBEAM_ADDRESS}/notices/{row.pk}/"
        for row in told[:LINES_MOST]
    ]
    facts = {"count": len(told), "name": person.name}
    foot = say(
        "notices.mail.foot", {"address": f"{settings.TIEBEAM_ADDRESS}/notices/mail/"}, language
    )
    send_mail(
        subject=_subject(told, way, language),
        message="\n\n".join([say("notices.mail.head", facts, language), *lines, foot]) + "\n",
        from_email=None,
        recipient_list=[person.email],
    )
    return 1


def _subject(told: Sequence[Notice], way: str, language: Language) -> str:
    if way == "at_once" and len(told) == 1:
        kind = say(f"notices.kind.{told[0].kind}", {}, language)
        return say("notices.mail.subject_one", {"kind": kind}, language)
    code = "notices.mail.subject_daily" if way == "daily" else "notices.mail.subject"
    return say(code, {"count": len(told)}, language)

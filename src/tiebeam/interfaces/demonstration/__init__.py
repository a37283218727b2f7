"""
The demonstration: the real cases as programmes, and somebody in each role.

Everything in it is published and carries its source; what is not known stays
empty and is shown as not known. Steps that were made up to show a workflow
carry the mark DEMO.
"""

import json
import os
import secrets
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any


def load(*, now: datetime, plan: Path | None, tell: Callable[[str], None]) -> dict[str, Any]:
    """
    Load the demonstration unless it is there; return its password and sign-ins.

    Args:
        now: When it is loaded.
        plan: A plan folder of the case of Hubei, shown at the pairing desk.
        tell: Hears the name of each programme as it is loaded.
    """
    from django.conf import settings

    from tiebeam.interfaces.demonstration.loading import load_demonstration
    from tiebeam.platform.audit.keys import ensure_key
    from tiebeam.platform.audit.sealing import seal_and_anchor

    place: Path = settings.HOME / "keys" / "demonstration.json"
    if place.exists():
        # One that an older version loaded has none yet; the worker seals from then on.
        ensure_key(settings.TIEBEAM_AUDIT_KEY, settings.TIEBEAM_AUDIT_ANCHORS)
        told: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
        return told
    password = os.environ.get("TIEBEAM_DEMO_PASSWORD") or secrets.token_urlsafe(9)
    loaded = load_demonstration(password=password, now=now, plan=plan, tell=tell)
    told = {
        "password": password,
        "sign_ins": [
            {
                "email": sign_in.email,
                "role": sign_in.role.value,
                "organisation_en": sign_in.organisation.name_en,
                "organisation_zh": sign_in.organisation.name_zh,
            }
            for sign_in in loaded.sign_ins
        ],
    }
    anchors = settings.TIEBEAM_AUDIT_ANCHORS
    key = ensure_key(settings.TIEBEAM_AUDIT_KEY, anchors)
    seal_and_anchor(now=now, key=key, anchors=anchors)
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    place.touch(mode=0o600)
    place.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    return told

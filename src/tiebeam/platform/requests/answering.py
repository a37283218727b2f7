"""Do a write once for each key, however often it is sent."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from tiebeam.errors import Refused
from tiebeam.platform.requests.models import KeptAnswer

Answer = tuple[int, Any]


class KeyReused(Refused):
    """The key was used for another request."""

    code = "requests.key_reused"


def answer_once(
    *, person_id: UUID, key: str, request: bytes, now: datetime, do: Callable[[], Answer]
) -> Answer:
    """
    Return the status and body of *do*, or those kept from the first time that *key* was sent.

    The answer is kept in the same transaction as what was done: a request that
    failed leaves nothing, and may be sent again with its key.

    Raises:
        KeyReused: The key came with another request before.
    """
    sha256 = hashlib.sha256(request).hexdigest()
    with transaction.atomic():
        kept, is_new = KeptAnswer.objects.select_for_update().get_or_create(
            person_id=person_id, key=key, defaults={"request_sha256": sha256, "kept_at": now}
        )
        if not is_new:
            if kept.request_sha256 != sha256:
                raise KeyReused(key=key)
            assert kept.status is not None
            return kept.status, kept.body
        status, body = do()
        kept.status, kept.body = status, body
        kept.save()
    return status, body

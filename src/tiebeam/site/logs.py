"""Logs as lines of JSON: one event a line, for people and for the machines that gather them; no secrets in them."""

import json
import logging
import re
from datetime import UTC, datetime

_SECRETS = (
    # Links that let somebody in, in the addresses of requests that are told of.
    re.compile(r"(/join/|/password/reset/key/)[^/\s\"'?]+"),
    re.compile(r"(\b(?:Bearer|Basic)\s+)[^\s\"',]+", re.IGNORECASE),
    re.compile(
        r"(\b(?:sessionid|csrftoken|csrfmiddlewaretoken|code|state|client_secret)=)[^\s&;\"']+"
    ),
    re.compile(r"(\bpassword[0-9]?[\"']?\s*[=:]\s*[\"']?)[^\s&,;\"'}]+", re.IGNORECASE),
    # Addresses of a database or a mail server, as their libraries tell of them.
    re.compile(r"(\b[a-z]+://[^/\s:@]*:)[^/\s@]+(?=@)"),
)


class JsonFormatter(logging.Formatter):
    """Writes one event as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        content: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, tz=UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "message": without_secrets(record.getMessage()),
        }
        if record.exc_info:
            content["error"] = without_secrets(self.formatException(record.exc_info))
        return json.dumps(content, ensure_ascii=False)


def without_secrets(text: str) -> str:
    """Return *text* with an ellipsis in place of what would let a reader in."""
    for secret in _SECRETS:
        text = secret.sub(r"\1…", text)
    return text

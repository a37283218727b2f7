"""The report of a drill: dated, with the machine on which it ran."""

import os
import platform
from datetime import UTC, datetime
from pathlib import Path


def write_report(title: str, name: str, lines: list[str], folder: Path) -> None:
    """Write *lines* under *title* into a dated file of *folder*, and print them."""
    head = [
        f"# {title}",
        "",
        f"* Date: {datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        f"* Machine: {platform.node()}, {platform.platform()}, {os.cpu_count()} cores",
    ]
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / f"{name}-{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}.md"
    place.write_text("\n".join([*head, *lines]) + "\n", encoding="utf-8")
    print("\n".join([*head, *lines]), f"\n{place}")

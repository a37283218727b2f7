"""A scenario as a folder: ``scenario.toml`` and one CSV file for each table."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tiebeam.core.model.findings import list_near
from tiebeam.core.model.scenario import Assumption
from tiebeam.interchange.scenario.assembly import ScenarioParts
from tiebeam.interchange.scenario.settings import Setting, read_head, read_policy, read_typed
from tiebeam.interchange.scenario.tables import DATA_FORMS, TableForm, find_form
from tiebeam.interchange.tables.delimited import read_delimited
from tiebeam.interchange.tables.files import list_entries, read_file
from tiebeam.interchange.tables.findings import Findings
from tiebeam.interchange.tables.sheet import read_sheet, score_header
from tiebeam.interchange.tables.text import decode_text

SETTINGS_FILE = "scenario.toml"
_TABLE_SUFFIXES = frozenset({".csv", ".tsv"})
_SECTIONS = ("scenario", "policy", "assumption")


def read_folder(folder: Path, findings: Findings) -> ScenarioParts | None:
    """Return what the files of *folder* hold; None, and a fault, where it holds no scenario."""
    entries = list_entries(folder, findings)
    if entries is None:
        return None
    files, unknown = _sort_entries(entries, findings)
    if not files:
        expected = [SETTINGS_FILE, *(f"{f.name}.csv" for f in DATA_FORMS if not f.is_optional)]
        found = [path.name for path in entries[:20]]
        findings.add_fault(
            "read.no_scenario_here", folder.name, value=str(folder), expected=expected, found=found
        )
        return None
    for path in unknown:
        findings.add_warning("read.unknown_file", path.name, value=path.name)
    parts = ScenarioParts()
    others = [path.name for path in unknown]
    _read_settings_file(files.get("scenario"), parts, findings, others)
    for form in DATA_FORMS:
        _read_table_file(form, files.get(form.name), parts, findings, others)
    return parts


def _sort_entries(entries: list[Path], findings: Findings) -> tuple[dict[str, Path], list[Path]]:
    """Return (table -> its file, files that belong to none)."""
    files: dict[str, Path] = {}
    unknown = []
    for path in entries:
        table = _table_of(path)
        if not table:
            unknown.append(path)
        elif table in files:
            findings.add_fault("read.duplicate_table", path.name, other=files[table].name)
        else:
            files[table] = path
    return files, unknown


def _table_of(path: Path) -> str:
    """Return the table that *path* holds by its name, empty where none."""
    if path.name.casefold() == SETTINGS_FILE:
        return "scenario"
    if path.suffix.casefold() in _TABLE_SUFFIXES:
        form = find_form(path.stem, DATA_FORMS)
        return form.name if form else ""
    return ""


def _read_table_file(
    form: TableForm,
    path: Path | None,
    parts: ScenarioParts,
    findings: Findings,
    others: list[str],
) -> None:
    """Read the table *form* from *path*; mark it as not read where that fails."""
    if path is None:
        if not form.is_optional:
            _miss(form.name, f"{form.name}.csv", findings, others)
        return
    content = read_file(path, path.name, findings)
    score = score_header(form.columns)
    grid = None if content is None else read_delimited(content, path.name, findings, score)
    sheet = None if grid is None else read_sheet(grid, form.columns, findings)
    if sheet is None:
        findings.unread.add(form.name)
    else:
        parts.sheets[form.name] = sheet


def _miss(table: str, name: str, findings: Findings, others: list[str]) -> None:
    """Note that the file *name* is not there, and what may be it under another name."""
    stem = name.split(".", maxsplit=1)[0]
    near = [other for other in others if Path(other).stem.casefold() == stem]
    findings.unread.add(table)
    findings.add_fault("read.missing_table", name, near=near or list_near(name, others))


def _read_settings_file(
    path: Path | None, parts: ScenarioParts, findings: Findings, others: list[str]
) -> None:
    """Read ``scenario.toml`` into head, policy and assumptions."""
    if path is None:
        _miss("scenario", SETTINGS_FILE, findings, others)
        findings.unread.add("policy")
        return
    parts.places = dict.fromkeys(("scenario", "policy", "assumptions"), path.name)
    document, key_rows = _load(path, findings)
    if document is None:
        findings.unread.update({"scenario", "policy"})
        return
    for key in document.keys() - set(_SECTIONS):
        findings.add_fault(
            "scenario.unknown_key",
            path.name,
            row=key_rows.get(("", key)),
            column=key,
            known=list(_SECTIONS),
            near=list_near(key, _SECTIONS),
        )
    read_value = read_typed(findings)
    for section in ("scenario", "policy"):
        for key, value in _list_settings(document, section, path.name, key_rows, findings):
            parts.settings[section, key] = Setting(path.name, key_rows.get((section, key)), value)
    head = {key: s for (section, key), s in parts.settings.items() if section == "scenario"}
    parts.head, parts.extra = read_head(head, read_value, findings)
    policy = {key: s for (section, key), s in parts.settings.items() if section == "policy"}
    parts.policy = read_policy(policy, read_value, findings)
    _read_assumptions(document, path.name, key_rows, parts, findings)


def _load(
    path: Path, findings: Findings
) -> tuple[dict[str, Any] | None, dict[tuple[str, str], int]]:
    """Return the document of *path* and the line of each of its keys; None with a fault noted."""
    content = read_file(path, path.name, findings)
    text = None if content is None else decode_text(content, path.name, findings)
    if text is None:
        return None, {}
    if not text.strip():
        findings.add_fault("read.empty_file", path.name)
        return None, {}
    try:
        return tomllib.loads(text), _find_key_rows(text)
    except (ValueError, RecursionError) as error:
        line = re.search(r"at line (\d+)", str(error))
        at_end = text.count("\n") + 1 if "end of document" in str(error) else None
        row = int(line[1]) if line else at_end
        detail = str(error).split(" (at ", maxsplit=1)[0][:200]
        findings.add_fault("read.broken_toml", path.name, row=row, detail=detail)
        return None, {}


def _find_key_rows(text: str) -> dict[tuple[str, str], int]:
    """Return the line of each key, by (section, key), as far as a look at the lines tells."""
    found: dict[tuple[str, str], int] = {}
    section, count = "", 0
    for number, line in enumerate(text.split("\n"), start=1):
        if heading := re.match(r"\s*\[\[?\s*([\w.]+)\s*\]", line):
            section = heading[1]
            if section == "assumption":
                section, count = f"assumption.{count}", count + 1
            found.setdefault(("", section), number)
        elif key := re.match(r"\s*[\"']?([\w.\-]+)[\"']?\s*=", line):
            prefix, _, rest = section.partition(".")
            nested = prefix == "policy" and rest
            place = (prefix, f"{rest}.{key[1]}") if nested else (section, key[1])
            found.setdefault(place, number)
    return found


def _list_settings(
    document: dict[str, Any],
    section: str,
    place: str,
    key_rows: dict[tuple[str, str], int],
    findings: Findings,
) -> Iterator[tuple[str, Any]]:
    """Yield (key, value) of a section; the table ``slack`` as ``slack.<level>``."""
    content = document.get(section, {})
    if not isinstance(content, dict):
        row = key_rows.get(("", section))
        findings.add_fault("read.wrong_type", place, row=row, column=section, expected="table")
        return
    for key, value in content.items():
        if section == "policy" and key == "slack" and isinstance(value, dict):
            for level, share in value.items():
                row = key_rows.get(("policy", "slack"))
                if row is not None:
                    key_rows.setdefault(("policy", f"slack.{level}"), row)
                yield f"slack.{level}", share
        elif section == "policy" and key == "slack":
            row = key_rows.get((section, key))
            findings.add_fault(
                "read.wrong_type",
                place,
                row=row,
                column=key,
                value=str(value),
                expected="table",
            )
        else:
            yield key, value


def _read_assumptions(
    document: dict[str, Any],
    place: str,
    key_rows: dict[tuple[str, str], int],
    parts: ScenarioParts,
    findings: Findings,
) -> None:
    """Read every ``[[assumption]]``; unknown keys are kept and reported."""
    listed = document.get("assumption", [])
    if not isinstance(listed, list) or not all(isinstance(item, dict) for item in listed):
        findings.add_fault("read.wrong_type", place, column="assumption", expected="table")
        return
    read_value = read_typed(findings)
    known = ("text", "text_zh", "affects")
    assumptions = []
    reported: set[str] = set()
    for index, item in enumerate(listed):
        section = f"assumption.{index}"
        texts: dict[str, str] = {}
        for key, value in item.items():
            setting = Setting(place, key_rows.get((section, key)), value)
            kind = "text" if key in known else "anything"
            texts[key] = read_value(setting, key, kind) or ""
            if key not in known and key not in reported:
                near = list_near(key, known)
                findings.add_warning(
                    "read.unknown_key", place, row=setting.row, column=key, near=near
                )
                reported.add(key)
        own = {key: texts.pop(key) for key in known if key in texts}
        assumptions.append(Assumption(**({"text": ""} | own), extra=texts))
        parts.assumption_rows.append(key_rows.get(("", section)))
    parts.assumptions = tuple(assumptions)

"""Any statement in, its lines out."""

from dataclasses import replace

from tiebeam.errors import Fault, InvalidInput
from tiebeam.interchange.statements.camt import read_camt
from tiebeam.interchange.statements.lines import Statement
from tiebeam.interchange.statements.table import read_table
from tiebeam.interchange.tables.findings import Findings
from tiebeam.interchange.tables.text import decode_text

MOST_BYTES = 16 * 2**20


def read_statement(content: bytes, place: str) -> Statement:
    """
    Return the statement of a file: camt.053, a bank's CSV table in any usual encoding, or .xlsx.

    Raises:
        InvalidInput: With every fault found, each at its line.
    """
    findings = Findings()
    statement = _read(content, place, findings)
    if statement is not None and not statement.lines and not findings.faults:
        findings.add_fault("statements.no_lines", place)
    warnings = tuple(findings.list_warnings())
    if statement is None or findings.faults:
        raise InvalidInput(findings.faults or [Fault(code="statements.no_lines")], warnings)
    return replace(statement, warnings=warnings)


def _read(content: bytes, place: str, findings: Findings) -> Statement | None:
    if len(content) > MOST_BYTES:
        findings.add_fault("read.too_large", place, what="bytes", limit=MOST_BYTES)
        return None
    head = content[:200].decode(
        "utf-16" if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8", "ignore"
    )
    if not head.lstrip("\ufeff \t\r\n").startswith("<"):
        return read_table(content, place, findings)
    text = decode_text(content, place, findings)
    return None if text is None else read_camt(text.lstrip("\ufeff"), place, findings)

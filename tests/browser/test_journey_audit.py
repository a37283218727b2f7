"""The log: an auditor reads who did what, and takes along the proof of it."""

import json
import subprocess
import sys

import pytest
from django.utils import timezone

from tiebeam.platform.audit.keys import make_key
from tiebeam.platform.audit.sealing import seal_and_anchor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_auditor_proves_who_did_what(standing, sit, language, settings, tmp_path):
    issued = standing.issue(timezone.localdate())
    anchors = settings.TIEBEAM_AUDIT_ANCHORS = tmp_path / "anchors"
    settings.TIEBEAM_AUDIT_KEY = tmp_path / "keys" / "audit.pem"
    key = make_key(settings.TIEBEAM_AUDIT_KEY, anchors)
    seal_and_anchor(now=timezone.now(), key=key, anchors=anchors)
    auditor = sit("auditor", language)

    auditor.goes("home").looks("5-home")
    auditor.goes("log").looks("5-log")
    auditor.has_title("日志全部封存", "Every entry of the log is sealed")
    auditor.goes("log", query=f"?record={issued.pk}").looks("5-log-of-list")
    auditor.sees("Office", "Office").sees("Second", "Second")
    auditor.page.locator("table tbody a").first.click()
    auditor.sees("已封存", "is sealed").is_well()
    auditor.looks("5-entry")
    proof = auditor.downloads("下载证明文件", "Take the proof")
    with auditor.page.expect_download() as waiting:
        auditor.page.get_by_role("link", name="verifier.py").click()
    program = waiting.value.path()
    told = json.loads(proof.read_text(encoding="utf-8"))
    assert told["record"] == str(issued.pk)

    def verify(path):
        command = [sys.executable, str(program), str(path)]
        return subprocess.run(command, check=False, capture_output=True, text=True)

    assert verify(proof).returncode == 0
    forged = tmp_path / "forged.json"
    text = proof.read_text(encoding="utf-8")
    forged.write_text(text.replace(str(standing.people["second"].pk), str(issued.pk)))
    assert verify(forged).returncode != 0

"""Backup and restore by their commands, each workspace in processes and a database of its own."""

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connection
from tests.workspace_database import ROLE, WANTED, _find_programs

from architecture.repository import ROOT

ATTACH = """
import django; django.setup()
from datetime import datetime, UTC
from tiebeam.apps.regions.models import Organisation
from tiebeam.platform.files.operations import attach_document
from tiebeam.platform.identity.models import Person
from tiebeam.platform.tenancy.acting import Actor, Duty, acting
from tiebeam.platform.identity.models import Assignment
held = Assignment.objects.get()
actor = Actor(person_id=held.person_id, organisation_id=held.organisation_id, duties=frozenset({Duty("coordinator")}))
with acting(actor):
    office = Organisation.objects.get()
    attach_document(record=office, name="notice.pdf", content=b"%PDF-1.4\\n%%EOF\\n", actor=actor, now=datetime.now(UTC))
"""
SHOW = """
import django; django.setup()
from tiebeam.apps.regions.models import Organisation
from tiebeam.platform.files.queries import list_documents, open_document
from tiebeam.platform.identity.models import Assignment
from tiebeam.platform.tenancy.acting import Actor, acting
held = Assignment.objects.get()
with acting(Actor(person_id=held.person_id, organisation_id=held.organisation_id)):
    office = Organisation.objects.get()
    print(office.name_zh, held.person.email, *[open_document(each) for each in list_documents(office)])
"""


@dataclass(frozen=True, slots=True)
class Place:
    """A workspace of its own: its folder, and its database where it is a server's."""

    home: Path
    database: str
    role: str = "owner"

    def environment(self, **more: str) -> dict[str, str]:
        own = {"TIEBEAM_HOME": str(self.home), "DJANGO_SETTINGS_MODULE": "tiebeam.site.settings"}
        if WANTED == "postgresql":
            parts = urlsplit(os.environ["TIEBEAM_DATABASE_URL"])
            place = parts._replace(netloc=f"{self.role}@", path=f"/{self.database}")
            own["TIEBEAM_DATABASE_URL"] = place.geturl()
        own |= {"TIEBEAM_DATABASE_ASSUME_ROLE": "1", "TIEBEAM_ADMIN_PASSWORD": "correct horse 9"}
        return {**os.environ, **own, **more}

    def run(self, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "tiebeam.interfaces.cli", "--lang", "en", *words]
        return subprocess.run(
            command, env=self.environment(**more), capture_output=True, text=True, check=False
        )

    def python(self, program: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", program],
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


def sql(*statements: str) -> None:
    """Run statements as the owner of the cluster."""
    folder = urlsplit(os.environ["TIEBEAM_DATABASE_URL"]).query.removeprefix("host=")
    for statement in statements:
        subprocess.run(
            [_find_programs() / "psql", "-h", folder, "-U", "owner", "-d", "postgres", "-c", statement],
            check=True, capture_output=True,
        )  # fmt: skip


def make_place(folder: Path, name: str) -> Place:
    if WANTED == "postgresql":
        sql(f"DROP DATABASE IF EXISTS {name}", f"CREATE DATABASE {name}")
    (folder / name).mkdir()
    return Place(folder / name, name)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("backup")


@pytest.fixture(scope="module")
def backed_up(folder) -> tuple[Path, Place]:
    source = make_place(folder, "backup_source")
    words = ["--email", "wang@example.org", "--name", "Wang", "--office-zh", "省对口办"]
    assert source.run("workspace", "create", *words).returncode == 0
    source.python(ATTACH)
    assert source.run("audit", "seal").returncode == 0
    file = folder / "backup.tar.gz"
    made = source.run("backup", str(file))
    assert made.returncode == 0, made.stderr
    return file, source


@pytest.fixture
def target(tmp_path) -> Place:
    return make_place(tmp_path, "backup_target")


def spoil(file: Path, spoiled: Path, change) -> Path:
    """Write a copy of the backup whose unpacked parts *change* has had its hands on."""
    parts = spoiled.parent / "parts"
    with tarfile.open(file) as archive:
        archive.extractall(parts, filter="data")
    change(parts)
    with tarfile.open(spoiled, "w:gz") as archive:
        archive.add(parts / "manifest.json", "manifest.json")
        for path in sorted(parts.rglob("*")):
            if path.is_file() and path.name != "manifest.json":
                archive.add(path, path.relative_to(parts).as_posix())
    return spoiled


class TestBackup:
    def test_says_what_it_holds(self, backed_up):
        file, _ = backed_up

        with tarfile.open(file) as archive:
            names = archive.getnames()
            manifest = json.loads(archive.extractfile("manifest.json").read())

        assert names[0] == "manifest.json"
        assert manifest["vendor"] == connection.vendor
        assert manifest["counts"]["regions_organisation"] == 1
        assert manifest["counts"]["files_document"] == 1
        assert set(manifest["files"]) == set(names) - {"manifest.json"}
        assert manifest["missing_documents"] == []
        assert "regions.0001_initial" in manifest["migrations"]

    def test_holds_no_private_key(self, backed_up):
        file, source = backed_up
        private = (source.home / "keys" / "audit.pem").read_bytes()

        with tarfile.open(file) as archive:
            contents = [archive.extractfile(name).read() for name in archive.getnames()]

        assert all(private not in content for content in contents)
        assert any(b"PUBLIC KEY" in content for content in contents)

    def test_is_for_its_owner_alone(self, backed_up):
        assert backed_up[0].stat().st_mode & 0o077 == 0

    def test_overwrites_nothing(self, backed_up):
        file, source = backed_up

        assert source.run("backup", str(file)).returncode == 2

    def test_tells_of_a_document_that_is_gone(self, backed_up, tmp_path):
        _, source = backed_up
        (stored,) = [path for path in (source.home / "documents").rglob("*") if path.is_file()]
        content = stored.read_bytes()
        stored.write_bytes(b"other")

        made = source.run("backup", str(tmp_path / "b.tar.gz"), "--json")
        stored.write_bytes(content)

        assert made.returncode == 1
        assert json.loads(made.stdout)["missing_documents"] == [
            stored.relative_to(source.home / "documents").as_posix()
        ]


class TestRestore:
    def test_brings_everything_back(self, backed_up, target):
        file, source = backed_up

        done = target.run("restore", str(file))

        assert done.returncode == 0, done.stderr
        assert "The log is sound" in done.stdout
        assert target.python(SHOW) == source.python(SHOW)
        assert "省对口办 wang@example.org b'%PDF" in target.python(SHOW)
        assert target.run("audit", "verify").returncode == 0
        assert not list(target.home.glob(".tiebeam*"))

    def test_goes_only_into_an_empty_workspace(self, backed_up):
        file, source = backed_up

        done = source.run("restore", str(file))

        assert done.returncode == 2
        assert "not empty" in done.stderr

    def test_refuses_what_is_no_backup(self, target, tmp_path):
        (tmp_path / "x.tar.gz").write_bytes(b"nonsense")

        done = target.run("restore", str(tmp_path / "x.tar.gz"))

        assert done.returncode == 2
        assert "no backup" in done.stderr

    def test_refuses_a_file_that_was_changed_and_leaves_nothing(self, backed_up, target, tmp_path):
        def change(parts: Path) -> None:
            (stored,) = [path for path in (parts / "documents").rglob("*") if path.is_file()]
            stored.write_bytes(b"other")

        done = target.run("restore", str(spoil(backed_up[0], tmp_path / "s.tar.gz", change)))

        assert done.returncode == 2
        assert "damaged" in done.stderr
        assert not (target.home / "documents").exists()
        assert not (target.home / "workspace.sqlite3").exists()

    def test_refuses_a_file_of_which_one_sign_was_lost_on_the_way(
        self, backed_up, target, tmp_path
    ):
        content = bytearray(backed_up[0].read_bytes())
        content[len(content) // 2] ^= 1
        (tmp_path / "s.tar.gz").write_bytes(content)

        done = target.run("restore", str(tmp_path / "s.tar.gz"))

        assert done.returncode == 2
        assert "damaged" in done.stderr or "no backup" in done.stderr
        assert not (target.home / "documents").exists()

    def test_refuses_rows_that_were_not_counted_and_leaves_nothing(
        self, backed_up, target, tmp_path
    ):
        def change(parts: Path) -> None:
            manifest = json.loads((parts / "manifest.json").read_text())
            manifest["counts"]["regions_organisation"] = 2
            (parts / "manifest.json").write_text(json.dumps(manifest))

        done = target.run("restore", str(spoil(backed_up[0], tmp_path / "s.tar.gz", change)))
        again = target.run("restore", str(backed_up[0]))

        assert done.returncode == 2
        assert "regions_organisation" in done.stderr
        assert again.returncode == 0, again.stderr

    def test_refuses_a_log_that_is_not_what_was_anchored_and_leaves_nothing(
        self, backed_up, target, tmp_path
    ):
        def change(parts: Path) -> None:
            from hashlib import sha256

            heads = parts / "anchors" / "heads.txt"
            words = heads.read_text().split(" ")
            heads.write_text(" ".join([*words[:2], "0" * 64, *words[3:]]))
            manifest = json.loads((parts / "manifest.json").read_text())
            manifest["files"]["anchors/heads.txt"] = sha256(heads.read_bytes()).hexdigest()
            (parts / "manifest.json").write_text(json.dumps(manifest))

        done = target.run("restore", str(spoil(backed_up[0], tmp_path / "s.tar.gz", change)))
        again = target.run("restore", str(backed_up[0]))

        assert done.returncode == 2
        assert "not what was sealed" in done.stderr
        assert again.returncode == 0, again.stderr

    def test_refuses_a_backup_of_a_later_version(self, backed_up, target, tmp_path):
        def change(parts: Path) -> None:
            manifest = json.loads((parts / "manifest.json").read_text())
            manifest["migrations"].append("regions.9999_later")
            (parts / "manifest.json").write_text(json.dumps(manifest))

        done = target.run("restore", str(spoil(backed_up[0], tmp_path / "s.tar.gz", change)))

        assert done.returncode == 2
        assert "Update first" in done.stderr

    def test_keeps_anchors_that_were_there(self, backed_up, target):
        file, source = backed_up
        shutil.copytree(source.home / "anchors", target.home / "anchors")

        done = target.run("restore", str(file))

        assert done.returncode == 0, done.stderr
        assert "left as they are" in done.stdout


@pytest.mark.skipif(WANTED != "postgresql", reason="SQLite has no roles to try the office guide by")
class TestTheRolesOfTheOfficeGuide:
    """The guide walked literally: its statements make the roles, and each does its own part alone."""

    @pytest.fixture
    def guide(self):
        text = (ROOT / "docs" / "how-to" / "office.md").read_text("utf-8")
        blocks = re.findall(r"```sql\n(.*?)```", text, re.DOTALL)
        statements = [each for block in blocks for each in block.strip().split(";\n")]
        # The tests run as this role already; the guide makes it the same way.
        own = f"CREATE ROLE {ROLE} NOLOGIN NOSUPERUSER NOBYPASSRLS"
        assert own in statements
        for statement in statements:
            if statement != own:
                sql(statement.rstrip(";"))
        yield
        sql("DROP DATABASE workspace", "DROP DATABASE trial")
        for role in ("tiebeam_web", "tiebeam_backup", "tiebeam_owner"):
            sql(f"DROP ROLE {role}")

    def test_make_run_back_up_and_restore_a_workspace(self, guide, tmp_path):
        def by(role: str, database: str = "workspace") -> Place:
            return Place(tmp_path / database, database, role)

        words = ["--email", "wang@example.org", "--name", "王敏"]
        file = tmp_path / "monday.tar.gz"
        steps = [
            by("tiebeam_owner").run(
                "workspace", "create", *words, TIEBEAM_DATABASE_ASSUME_ROLE="0"
            ),
            by("tiebeam_web").run("audit", "seal"),
            by("tiebeam_backup").run("backup", str(file)),
            by("tiebeam_owner", "trial").run("restore", str(file)),
            by("tiebeam_web", "trial").run("audit", "verify"),
            by("tiebeam_owner", "trial").run(
                "manage", "migrate", "--check", TIEBEAM_DATABASE_ASSUME_ROLE="0"
            ),
        ]
        assert [(done.returncode, done.stderr) for done in steps] == [(0, "")] * 6
        assert by("tiebeam_web", "trial").python(SHOW) == by("tiebeam_web").python(SHOW)

        hidden = by("tiebeam_web").run("backup", str(tmp_path / "web.tar.gz"))
        assert hidden.returncode == 2
        assert "tiebeam_web does not read every row" in hidden.stderr
        assert not (tmp_path / "web.tar.gz").exists()

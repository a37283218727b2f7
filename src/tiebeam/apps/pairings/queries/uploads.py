"""Read uploaded scenarios and plans, and find which organisation each party of a scenario is."""

import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath
from uuid import UUID

from django.db.models import Q

from tiebeam.apps.programmes.models import Participant, Round
from tiebeam.apps.regions.models import Organisation
from tiebeam.core.model.findings import list_near
from tiebeam.core.model.plan import Plan
from tiebeam.core.model.scenario import Party, Scenario
from tiebeam.errors import Fault, InvalidInput
from tiebeam.interchange.plan import read_plan
from tiebeam.interchange.scenario import ReadScenario, read_scenario
from tiebeam.platform.files.archives import ArchiveNotSafe, find_office_type

FILES_MOST = 200
UNPACKED_BYTES_MOST = 64 * 2**20
SIZES: dict[str, object] = {"files_most": FILES_MOST, "bytes_most": UNPACKED_BYTES_MOST}
UNSAFE = {
    "damaged": "pairings.damaged_archive",
    "method": "pairings.damaged_archive",
    "entries": "pairings.archive_too_large",
    "table_bytes": "pairings.archive_too_large",
    "unpacked_bytes": "pairings.archive_too_large",
    "ratio": "pairings.archive_swells",
    "locked": "pairings.archive_locked",
    "path": "pairings.archive_leads_out",
    "twice": "pairings.archive_names_twice",
    "macro": "pairings.archive_with_macros",
}
"""Why an archive is not opened -> the code of the fault."""
SETTINGS_FILE = "scenario.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadedScenario:
    """
    A scenario from a file, before anything is stored.

    Attributes:
        organisations: Id in the scenario -> organisation, of the parties that were found.
        faults: Parties that are no organisation of the directory, or several.
        warnings: What reading had to repair.
    """

    scenario: Scenario
    organisations: Mapping[str, UUID]
    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...]


def read_upload(
    content: bytes | Mapping[str, bytes], file_name: str, round: Round
) -> UploadedScenario:
    """
    Return the scenario of an uploaded workbook, zipped folder, or folder (file name to content).

    Raises:
        InvalidInput: Every fault of the file itself; parties without an organisation
            are told in the answer.
    """
    read = read_scenario_file(content, file_name)
    organisations, faults = match_organisations(read.scenario, round)
    return UploadedScenario(
        scenario=read.scenario, organisations=organisations, faults=faults, warnings=read.warnings
    )


def read_scenario_file(content: bytes | Mapping[str, bytes], file_name: str) -> ReadScenario:
    """
    Return the scenario of a workbook, zipped folder, or folder, and what reading had to repair.

    Raises:
        InvalidInput: Every fault of the file.
    """
    with tempfile.TemporaryDirectory() as room:
        path = Path(room) / "scenario"
        if isinstance(content, Mapping):
            _write_files(path, content, file_name)
            return read_scenario(path)
        _refuse_unsafe(content, file_name)
        if _is_workbook(content, file_name):
            path = path.with_suffix(".xlsx")
            path.write_bytes(content)
        else:
            _write_files(path, _unzip(content, file_name), file_name)
        return read_scenario(path)


def read_plan_file(content: bytes) -> Plan:
    """
    Return the plan of a ``plan.json``.

    Raises:
        InvalidInput: Every fault of the file.
    """
    with tempfile.TemporaryDirectory() as room:
        path = Path(room) / "plan.json"
        path.write_bytes(content)
        return read_plan(path)


def match_organisations(
    scenario: Scenario, round: Round
) -> tuple[dict[str, UUID], tuple[Fault, ...]]:
    """
    Find the organisation of each party: by its id, by its Chinese name, by its English name.

    Who takes part in the programme on that side comes before the rest of the
    directory. Nothing is guessed: several of one name, or none, are faults.
    """
    taking_part = Participant.objects.filter(programme_id=round.programme_id)
    found: dict[str, UUID] = {}
    faults: list[Fault] = []
    for side, table, parties in (
        ("donor", "donors", scenario.donors),
        ("recipient", "recipients", scenario.recipients),
    ):
        ours = set(taking_part.filter(side=side).values_list("organisation_id", flat=True))
        candidates = _list_candidates(parties)
        for party in parties:
            match = _match(party, candidates, ours, table)
            if isinstance(match, Fault):
                faults.append(match)
            elif found.setdefault(party.id, match) != match:
                # One id for both sides has to be one organisation: plans name ids alone.
                faults.append(
                    Fault(
                        code="pairings.id_of_two_organisations",
                        place=table,
                        column="id",
                        value=party.id,
                    )
                )
    return found, tuple(faults)


def _write_files(folder: Path, files: Mapping[str, bytes], place: str) -> None:
    folder.mkdir()
    if len(files) > FILES_MOST or sum(map(len, files.values())) > UNPACKED_BYTES_MOST:
        raise InvalidInput([_too_large(place)])
    for name, content in files.items():
        # The name alone: a path in an archive must not lead out of the folder.
        target = folder / PurePosixPath(name.replace("\\", "/")).name
        if target.exists():
            raise InvalidInput([Fault(code="pairings.file_twice", place=place, value=target.name)])
        target.write_bytes(content)


def _refuse_unsafe(content: bytes, place: str) -> None:
    """Refuse an archive that swells, is locked, holds macros, or names a place outside of itself."""
    if not zipfile.is_zipfile(BytesIO(content)):
        return
    try:
        find_office_type(content)
    except ArchiveNotSafe as error:
        code = UNSAFE[str(error.facts["fault"])]
        fault = Fault(code=code, place=place, facts=SIZES | error.facts)
        raise InvalidInput([fault]) from error


def _is_workbook(content: bytes, file_name: str) -> bool:
    if not zipfile.is_zipfile(BytesIO(content)):
        # What is no archive goes to the reader of workbooks, which says what is wrong with it.
        return not file_name.casefold().endswith(".zip")
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return any(name.startswith("xl/") for name in archive.namelist())


def _unzip(content: bytes, place: str) -> dict[str, bytes]:
    """Return the files of the one folder of an archive that holds a scenario."""
    files: dict[str, bytes] = {}
    left = UNPACKED_BYTES_MOST
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            if len(entries) > FILES_MOST:
                raise InvalidInput([_too_large(place)])
            for entry in _of_scenario(entries):
                with archive.open(entry) as stream:
                    # One byte more than allowed: the size that the table states may be a lie.
                    text = stream.read(left + 1)
                left -= len(text)
                if left < 0:
                    raise InvalidInput([_too_large(place)])
                files[entry.filename] = text
    except (zipfile.BadZipFile, EOFError, ValueError, RuntimeError, OSError) as error:
        raise InvalidInput([Fault(code="pairings.damaged_archive", place=place)]) from error
    return files


def _of_scenario(entries: Sequence[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
    """Return the entries beside the settings file; all of them where there is none."""
    heads = [e for e in entries if PurePosixPath(e.filename).name.casefold() == SETTINGS_FILE]
    if not heads:
        return list(entries)
    folder = min((PurePosixPath(e.filename).parent for e in heads), key=lambda p: len(p.parts))
    return [e for e in entries if PurePosixPath(e.filename).parent == folder]


def _too_large(place: str) -> Fault:
    return Fault(code="pairings.archive_too_large", place=place, facts=SIZES)


def _list_candidates(parties: Sequence[Party]) -> list[Organisation]:
    names = {party.name for party in parties} | {party.name_zh for party in parties} - {""}
    ids = [number for party in parties if (number := _as_uuid(party.id))]
    named = Q(name_en__in=names) | Q(name_zh__in=names) | Q(pk__in=ids)
    return list(Organisation.objects.filter(named, valid_until=None))


def _match(
    party: Party, candidates: Sequence[Organisation], ours: set[UUID], table: str
) -> UUID | Fault:
    by_id = [o.pk for o in candidates if o.pk == _as_uuid(party.id)]
    by_zh = [o.pk for o in candidates if party.name_zh and o.name_zh == party.name_zh]
    by_en = [o.pk for o in candidates if party.name and party.name in {o.name_en, o.name_zh}]
    for named in (by_id, by_zh, by_en):
        fitting = [pk for pk in named if pk in ours] or named
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            return Fault(
                code="pairings.ambiguous_organisation",
                place=table,
                column="name",
                value=party.name_zh or party.name,
                facts={"id": party.id, "count": len(fitting)},
            )
    known = Organisation.objects.filter(valid_until=None).values_list("name_en", "name_zh")
    names = [name for both in known for name in both]
    return Fault(
        code="pairings.unknown_organisation",
        place=table,
        column="name",
        value=party.name_zh or party.name,
        facts={"id": party.id, "near": list_near(party.name_zh or party.name, names)},
    )


def _as_uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None

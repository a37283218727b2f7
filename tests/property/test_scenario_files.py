"""Any scenario survives both forms; any file, however broken, is read or refused in words."""

import io
import json
import tempfile
import zipfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tiebeam.core.model.identity import scenario_sha256
from tiebeam.core.model.scenario import (
    LEVEL_NAMES,
    Assumption,
    Link,
    Party,
    Policy,
    Quantity,
    Resource,
    Scenario,
    Source,
)
from tiebeam.errors import InvalidInput
from tiebeam.interchange.plan import read_plan
from tiebeam.interchange.scenario import read_scenario, write_scenario
from unit.scenario_sheets import FILES, build_workbook, write_files

# Signs that spreadsheets like to change, beside anything that can be written at all.
SIGNS = st.one_of(
    st.sampled_from(list("=+-@'\"_x0041,;:\t\n0123万人　％")),
    st.characters(exclude_categories=["C"]),
)
# The reader strips outer spaces of the columns it knows.
NAMES = st.text(SIGNS, min_size=1, max_size=12).map(str.strip).filter(bool)
TEXTS = st.text(SIGNS, max_size=12).map(str.strip)
NOTES = st.text(SIGNS, max_size=12).map(lambda text: text if text.strip() else "")
AMOUNTS = st.floats(0, 1e12, allow_subnormal=False) | st.integers(0, 10**6).map(float)
POSITIVE = st.floats(1e-6, 1e6)
COUNTS = st.none() | st.integers(0, 3)
EXTRA_NAMES = st.lists(
    st.sampled_from(["tel", "备注", "=sum", "Budget 2020"]), unique=True, max_size=2
)


def _save_workbook():
    stream = io.BytesIO()
    build_workbook().save(stream)
    return stream.getvalue()


# Saved once: a workbook holds the time, and an example must not change while it is tried.
WORKBOOK = _save_workbook()
with zipfile.ZipFile(io.BytesIO(WORKBOOK)) as workbook_archive:
    PARTS = {name: workbook_archive.read(name) for name in workbook_archive.namelist()}


@st.composite
def extras(draw, names):
    """One row's cells of unknown columns: every row of a sheet has them all."""
    return {name: draw(NOTES) for name in names}


@st.composite
def parties(draw, *, is_donor):
    names = draw(EXTRA_NAMES)
    ids = draw(st.lists(NAMES, unique=True, min_size=1, max_size=3))
    listed = []
    for own in ids:
        low = draw(COUNTS)
        has_point = draw(st.booleans())
        listed.append(
            Party(
                id=own,
                name=draw(NAMES),
                name_zh=draw(TEXTS),
                lat=draw(st.floats(-90, 90)) if has_point else None,
                lon=draw(st.floats(-180, 180)) if has_point else None,
                min_partners=low,
                max_partners=draw(st.none() | st.integers(low or 0, 5)),
                group=draw(TEXTS),
                open_cost=draw(AMOUNTS) if is_donor else 0.0,
                extra=draw(extras(names)),
            )
        )
    return tuple(listed)


@st.composite
def quantities(draw, ids, resources):
    keys = [(party, resource) for party in ids for resource in resources]
    names = draw(EXTRA_NAMES)
    return tuple(
        Quantity(
            party=party,
            resource=resource,
            amount=draw(AMOUNTS),
            source=draw(TEXTS),
            extra=draw(extras(names)),
        )
        for party, resource in keys
        if draw(st.booleans())
    )


@st.composite
def scenarios(draw):
    donors = draw(parties(is_donor=True))
    recipients = draw(parties(is_donor=False))
    ids = draw(st.lists(NAMES.filter(lambda name: "\n" not in name), unique=True, max_size=2))
    resources = tuple(
        Resource(id=own, name=draw(NAMES), unit=draw(NAMES), weight=draw(POSITIVE)) for own in ids
    )
    links = tuple(
        Link(
            donor=donor.id,
            recipient=recipient.id,
            status=draw(st.sampled_from(["allowed", "forbidden"])),
            tie=draw(AMOUNTS),
            distance_km=draw(st.none() | AMOUNTS),
            fixed_cost=draw(AMOUNTS),
            unit_costs=draw(st.dictionaries(st.sampled_from(ids), AMOUNTS)) if ids else {},
            uses=draw(st.dictionaries(st.sampled_from(ids), POSITIVE)) if ids else {},
        )
        for donor in donors
        for recipient in recipients
        if draw(st.booleans())
    )
    levels = st.sampled_from([name for name in LEVEL_NAMES if name != "distance"])
    return Scenario(
        id=draw(NAMES),
        title=draw(TEXTS),
        title_zh=draw(TEXTS),
        policy=Policy(
            levels=tuple(draw(st.lists(levels, unique=True, min_size=1))),
            min_share=draw(st.floats(0, 1)),
            slack=draw(st.dictionaries(levels, st.floats(0, 1))),
            max_partners_per_donor=draw(st.none() | st.integers(0, 9)),
            time_limit_s=draw(st.none() | POSITIVE),
            seed=draw(st.integers(0, 10**9)),
        ),
        donors=donors,
        recipients=recipients,
        resources=resources,
        capacities=draw(quantities([donor.id for donor in donors], ids)),
        needs=draw(quantities([recipient.id for recipient in recipients], ids)),
        links=links,
        assumptions=tuple(
            Assumption(text=text, text_zh=draw(TEXTS)) for text in draw(st.lists(NAMES, max_size=2))
        ),
        sources=tuple(
            Source(key=key, title=draw(TEXTS), url=draw(TEXTS))
            for key in draw(st.lists(NAMES, unique=True, max_size=2))
        ),
        extra=draw(st.dictionaries(st.sampled_from(["author", "版本"]), NOTES)),
    )


class TestBothForms:
    @given(scenario=scenarios())
    @settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
    def test_lose_nothing_on_the_way_from_one_to_the_other(self, scenario):
        """§M9: folder, workbook and folder again are one scenario with one hash."""
        with tempfile.TemporaryDirectory() as room:
            write_scenario(scenario, Path(room) / "a")
            first = read_scenario(Path(room) / "a").scenario
            write_scenario(first, Path(room) / "b.xlsx")
            second = read_scenario(Path(room) / "b.xlsx").scenario
            write_scenario(second, Path(room) / "c")
            files = {path.name: path.read_bytes() for path in (Path(room) / "a").iterdir()}
            again = {path.name: path.read_bytes() for path in (Path(room) / "c").iterdir()}

        assert first == scenario
        assert second == scenario
        assert scenario_sha256(second) == scenario_sha256(scenario)
        assert again == files


def expect_read_or_refused(read, path):
    """Call *read*; refusing is as good as reading, as long as every fault has a code and a place."""
    try:
        read(path)
    except InvalidInput as refusal:
        faults = refusal.faults
    else:
        return
    assert faults
    for fault in faults:
        assert fault.code.split(".")[0] in {"read", "scenario", "plan"}
        assert fault.place


@st.composite
def spoilt(draw, content):
    """*content* with some bytes replaced, cut out or put in."""
    raw = bytearray(content)
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, max(len(raw) - 1, 0)))
        piece = draw(
            st.binary(max_size=4)
            | st.sampled_from(
                [b",", b'"', b"\n", b"[", b"=", b"nan", "万".encode(), b"\xff", b"1e999"]
            )
        )
        raw[place : place + draw(st.integers(0, 5))] = piece
    return bytes(raw)


class TestMalformedFiles:
    """Never a traceback: a value, or faults."""

    @given(data=st.data(), name=st.sampled_from(sorted(FILES)))
    @settings(max_examples=150)
    def test_of_a_folder_are_read_or_refused(self, data, name):
        content = data.draw(spoilt(FILES[name].encode()) | st.binary(max_size=60))
        with tempfile.TemporaryDirectory() as room:
            folder = write_files(Path(room), **{name.split(".")[0]: content})

            expect_read_or_refused(read_scenario, folder)

    @given(data=st.data())
    @settings(max_examples=60)
    def test_that_are_workbooks_are_read_or_refused(self, data):
        parts = dict(PARTS)
        # Broken inside: a broken archive alone would never get past its checksums.
        name = data.draw(st.sampled_from(sorted(parts)))
        parts[name] = data.draw(spoilt(parts[name]))
        with tempfile.TemporaryDirectory() as room:
            path = Path(room) / "s.xlsx"
            with zipfile.ZipFile(path, "w") as archive:
                for part, content in parts.items():
                    archive.writestr(part, content)

            expect_read_or_refused(read_scenario, path)

    @given(data=st.data())
    @settings(max_examples=60)
    def test_that_only_look_like_workbooks_are_read_or_refused(self, data):
        content = data.draw(spoilt(WORKBOOK) | st.binary(max_size=200))
        with tempfile.TemporaryDirectory() as room:
            path = Path(room) / "s.xlsx"
            path.write_bytes(content)

            expect_read_or_refused(read_scenario, path)
            expect_read_or_refused(read_plan, path)

    @given(cells=st.lists(st.lists(st.text(max_size=8), max_size=5), max_size=6))
    @settings(max_examples=60)
    def test_of_any_text_in_any_cell_are_read_or_refused(self, cells):
        text = "\n".join(",".join(row) for row in cells)
        with tempfile.TemporaryDirectory() as room:
            content = f"donor,recipient,amount\n{text}".encode("utf-8", "surrogatepass")
            folder = write_files(Path(room), capacities=content, links=content)

            expect_read_or_refused(read_scenario, folder)


PLAN = json.dumps(
    {
        "format": "tiebeam-plan/1",
        "scenario": {"id": "s", "sha256": ""},
        "status": "feasible",
        "levels": [
            {"name": "coverage", "of": ["x"], "value": [0.5], "bound": [0.5], "gap": 0},
            {"name": "cost", "value": 1, "bound": None},
        ],
        "pairs": [{"donor": "a", "recipient": "x", "lead": True}],
        "flows": [{"donor": "a", "recipient": "x", "resource": "doc", "amount": 5}],
        "warnings": [{"code": "w", "facts": {}}],
        "conflict": [{"set": 0, "rule": "M3.1", "code": "c", "facts": {}}],
    }
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


class TestMalformedPlans:
    @given(content=spoilt(PLAN.encode()) | st.binary(max_size=60))
    @settings(max_examples=150)
    def test_of_any_bytes_are_read_or_refused(self, content):
        with tempfile.TemporaryDirectory() as room:
            path = Path(room) / "plan.json"
            path.write_bytes(content)

            expect_read_or_refused(read_plan, path)

    @given(key=st.sampled_from(sorted(json.loads(PLAN))), value=VALUES)
    @settings(max_examples=150)
    def test_of_any_values_are_read_or_refused(self, key, value):
        document = json.loads(PLAN) | {key: value}
        with tempfile.TemporaryDirectory() as room:
            path = Path(room) / "plan.json"
            path.write_text(json.dumps(document))

            expect_read_or_refused(read_plan, path)

    @given(text=st.text(max_size=80))
    @settings(max_examples=60)
    def test_that_are_tables_of_any_text_are_read_or_refused(self, text):
        with tempfile.TemporaryDirectory() as room:
            path = Path(room) / "pairs.csv"
            path.write_bytes(f"donor,recipient,lead\na,x,true\n{text}".encode("utf-8", "replace"))

            expect_read_or_refused(read_plan, path)

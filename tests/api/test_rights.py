"""Every operation asked by every role, every kind of record asked by a stranger."""

from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from api.minimal import smallest
from records.desk import open_desk
from records.programme_at_work import set_to_work
from tiebeam.apps.regions.operations import create_organisation
from tiebeam.interfaces.api.operations import list_shapes
from tiebeam.interfaces.api.records import list_record_kinds, record_path
from tiebeam.platform.identity.operations import RolesConflict, assign_role, create_person
from tiebeam.platform.permissions.loading import load_operations
from tiebeam.platform.permissions.operations import list_rights
from tiebeam.platform.permissions.roles import FORBIDDEN_TOGETHER, Role
from tiebeam.platform.tenancy.acting import Actor, Duty, acting

NOT_ALLOWED = "permissions.not_allowed"


@pytest.fixture
def call_in(workspace, admin, now, call_as):
    """Return a function: the client of a new person who holds *role* for Hunan."""

    def client_of(role: Role, organisation: str = "hunan") -> Client:
        person = create_person(
            email=f"{role}@example.org", name=role, language="en", actor=admin, now=now
        )
        of = workspace.organisations[organisation].pk
        assign_role(
            person=person,
            organisation_id=of,
            role=role,
            valid_from=timezone.localdate(now),
            actor=admin,
            now=now,
        )
        duties = frozenset({Duty(role)})
        return call_as(Actor(person_id=person.pk, organisation_id=of, duties=duties))

    return client_of


@pytest.fixture(scope="module")
def bodies() -> dict[str, object]:
    """The address of each operation, and the smallest body that it takes."""
    found = {}
    for shape in list_shapes():
        schema = shape.body.model_json_schema()
        body = smallest(schema, schema.get("$defs", {}))
        shape.body.model_validate(body)
        found[shape.right.name] = (f"/api/v1{shape.path}", body)
    return found


@pytest.fixture(autouse=True)
def _no_limit(monkeypatch):
    from tiebeam.interfaces.api.access import PersonThrottle

    monkeypatch.setattr(PersonThrottle, "allow_request", lambda *_: True)


class TestOperation:
    @pytest.mark.parametrize("role", list(Role), ids=str)
    def test_is_refused_to_whom_the_matrix_does_not_name(self, role, call_in, bodies):
        client = call_in(role)
        differs, broken = [], []

        for right in list_rights():
            if right.name not in bodies:
                continue
            address, body = bodies[right.name]
            is_named = not right.roles or role in right.roles
            for sent in (body, {"nonsense": "x"}):
                answer = client.post(address, sent, content_type="application/json")
                is_refused = answer.status_code == 403 and answer.json().get("code") == NOT_ALLOWED
                if is_refused == is_named:
                    differs.append((right.name, answer.status_code, answer.content))
                if answer.status_code >= 500:
                    broken.append((right.name, answer.status_code))

        assert differs == []
        assert broken == []

    def test_is_closed_to_who_holds_no_role_there_any_more(self, call_in, bodies, admin, workspace):
        from tiebeam.platform.identity.models import Assignment

        client = call_in(Role.MINISTRY)
        Assignment.objects.filter(role=Role.MINISTRY).update(valid_until=timezone.localdate())

        statuses = {
            client.post(address, body, content_type="application/json").status_code
            for address, body in bodies.values()
        }

        assert statuses == {401}

    def test_is_closed_to_strangers(self, db, bodies):
        statuses = {
            Client().post(address, body, content_type="application/json").status_code
            for address, body in bodies.values()
        }

        assert statuses == {401}


# What domain.md says a role may not do, as far as there are operations for it.
MAY_NOT = {
    Role.DONOR_OFFICE: {
        "programmes.create_programme",
        "programmes.open_round",
        "programmes.decide_return",
        "pairings.issue_list",
        "pairings.answer_opinion",
    },
    Role.DONOR_FINANCE: {"programmes.start_return", "pairings.issue_list"},
    Role.FRONT_HEADQUARTERS: {"pairings.issue_list", "programmes.decide_return"},
    Role.RECIPIENT_OFFICE: {
        "programmes.create_programme",
        "programmes.decide_return",
        "pairings.issue_list",
    },
    Role.RECIPIENT_FINANCE: {"programmes.start_return", "pairings.issue_list"},
    Role.ADMINISTRATOR: {"programmes.create_programme", "pairings.issue_list"},
}
READING_ONLY = {Role.AUDITOR, Role.READER}


class TestMatrix:
    @pytest.fixture(autouse=True)
    def _load(self):
        load_operations()

    @pytest.mark.parametrize("role", sorted(MAY_NOT), ids=str)
    def test_keeps_from_a_role_what_the_domain_keeps_from_it(self, role):
        rights = {right.name: right.roles for right in list_rights()}

        assert MAY_NOT[role] - set(rights) == set()
        given = {name for name in MAY_NOT[role] if not rights[name] or role in rights[name]}
        assert given == set()

    @pytest.mark.parametrize("role", sorted(READING_ONLY), ids=str)
    def test_lets_who_only_reads_write_nothing_of_the_programmes(self, role):
        given = {
            right.name
            for right in list_rights()
            if role in right.roles and right.name.partition(".")[0] != "identity"
        }

        assert given == set()

    def test_lets_only_the_administrator_give_roles(self):
        rights = {right.name: right.roles for right in list_rights()}

        for name in ("identity.assign_role", "identity.invite", "identity.dismiss_person"):
            assert rights[name] == {Role.ADMINISTRATOR}

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            (Role.DONOR_FINANCE, Role.RECIPIENT_FINANCE),
            (Role.DONOR_OFFICE, Role.DONOR_FINANCE),
            (Role.RECIPIENT_OFFICE, Role.RECIPIENT_FINANCE),
            (Role.COORDINATOR, Role.DONOR_FINANCE),
            (Role.COORDINATOR, Role.RECIPIENT_FINANCE),
            (Role.FRONT_HEADQUARTERS, Role.RECIPIENT_OFFICE),
            (Role.ASSESSOR, Role.DONOR_OFFICE),
            (Role.ASSESSOR, Role.RECIPIENT_OFFICE),
            (Role.AUDITOR, Role.COORDINATOR),
            (Role.ADMINISTRATOR, Role.COORDINATOR),
        ],
    )
    def test_keeps_four_eyes_apart(self, one, other):
        assert frozenset({one, other}) in FORBIDDEN_TOGETHER

    def test_refuses_each_forbidden_pair_when_it_is_given(self, workspace, admin, now):
        given = []
        for number, pair in enumerate(sorted(FORBIDDEN_TOGETHER, key=sorted)):
            one, other = sorted(pair)
            person = create_person(
                email=f"p{number}@example.org", name="P", language="en", actor=admin, now=now
            )
            held = {
                "person": person,
                "organisation_id": workspace.organisations["hunan"].pk,
                "valid_from": timezone.localdate(now),
                "actor": admin,
                "now": now,
            }
            assign_role(role=one, **held)
            try:
                assign_role(role=other, **held)
            except RolesConflict:
                continue
            given.append((one, other))

        assert given == []


class TestAnothersRecord:
    @pytest.fixture
    def stranger(self, workspace, admin, now) -> Actor:
        """Somebody of an organisation that takes part in nothing."""
        organisation = create_organisation(
            name_en="Elsewhere", name_zh="他处", kind="government", actor=admin, now=now
        )
        person = create_person(
            email="far@example.org", name="Far", language="en", actor=admin, now=now
        )
        assign_role(
            person=person,
            organisation_id=organisation.pk,
            role=Role.DONOR_OFFICE,
            valid_from=timezone.localdate(now),
            actor=admin,
            now=now,
        )
        return Actor(
            person_id=person.pk,
            organisation_id=organisation.pk,
            duties=frozenset({Duty(Role.DONOR_OFFICE)}),
        )

    @pytest.fixture
    def hidden(self, workspace, coordinator, stranger, now):
        """For each kind of record, one that the stranger is not told of."""
        at_work = set_to_work(workspace, coordinator, now)
        open_desk(workspace, coordinator, now).variant()
        at_work.hand_in("fujian")
        found = {}
        for model in list_record_kinds():
            rows = {}
            for actor in (coordinator, at_work.office("fujian")):
                with acting(actor):
                    rows |= {row.pk: row for row in model.objects.all()}
            with acting(stranger):
                shown = set(model.objects.values_list("pk", flat=True))
            rows = [row for pk, row in rows.items() if pk not in shown]
            if rows:
                found[model] = rows[0]
        return found

    def test_answers_as_one_that_never_was(self, hidden, stranger, call_as):
        client = call_as(stranger)

        for model, row in hidden.items():
            base = f"/api/v1{record_path(model)}"
            for end in ("", "/history"):
                another = client.get(f"{base}/{row.pk}{end}")
                missing = client.get(f"{base}/{uuid4()}{end}")
                assert another.status_code == missing.status_code == 404, (model, end)
                assert another.content == missing.content
            listed = client.get(base, {"limit": 500}).json()["items"]
            assert str(row.pk) not in {item["id"] for item in listed}

        assert {model.__name__ for model in hidden} >= {
            "BuiltScenario", "Entry", "Participant", "Programme", "Return", "ReturnLine",
            "Round", "Variant",
        }  # fmt: skip

    def test_is_no_part_of_an_operation_of_a_stranger(self, hidden, stranger, call_as):
        client = call_as(stranger)
        row = next(row for model, row in hidden.items() if model.__name__ == "Round")

        another, missing = (
            client.post(
                "/api/v1/programmes/start-return",
                {"of_round_id": str(identity), "side": "donor"},
                content_type="application/json",
            )
            for identity in (row.pk, uuid4())
        )

        assert another.status_code == missing.status_code == 404
        assert another.content == missing.content

    def test_leaves_every_list_open_to_ask(self, hidden, stranger, call_as):
        client = call_as(stranger)

        for model in list_record_kinds():
            answer = client.get(f"/api/v1{record_path(model)}")
            assert answer.status_code == 200, (model, answer.content)

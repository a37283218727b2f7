"""The programming interface: access, records, operations, errors."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from tiebeam.apps.regions.models import Organisation
from tiebeam.interfaces.api.operations import WITHOUT_ENDPOINT, list_shapes
from tiebeam.interfaces.api.urls import api
from tiebeam.platform.identity.models import ApiToken
from tiebeam.platform.identity.operations import dismiss_person
from tiebeam.platform.permissions.operations import list_rights
from tiebeam.platform.tenancy.acting import acting

ORGANISATIONS = "/api/v1/regions/organisations"
NEW = {"name_en": "Hubei", "name_zh": "湖北", "kind": "government"}
CREATE = "/api/v1/regions/create-organisation"


def post(client: Client, address: str, body: object, **headers: str):
    return client.post(address, body, content_type="application/json", headers=headers)


class TestDescription:
    def test_names_every_operation_or_says_why_not(self, db):
        described = api.get_openapi_schema()["paths"]

        for shape in list_shapes():
            assert "post" in described[f"/api/v1{shape.path}"]
        left_out = {right.name for right in list_rights()} - {
            shape.right.name for shape in list_shapes()
        }
        assert left_out <= set(WITHOUT_ENDPOINT)

    def test_is_openapi_3_1(self):
        assert api.get_openapi_schema()["openapi"].startswith("3.1")


class TestAccess:
    def test_is_refused_without_a_token(self, workspace):
        answer = Client().get(ORGANISATIONS)

        assert answer.status_code == 401
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json()["code"] == "api.not_signed_in"

    def test_is_refused_with_a_token_that_never_was(self, workspace):
        client = Client(headers={"Authorization": "Bearer nonsense"})

        assert client.get(ORGANISATIONS).status_code == 401

    def test_ends_with_the_token(self, call_as, admin):
        client = call_as(admin)
        assert client.get(ORGANISATIONS).status_code == 200

        ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

        assert client.get(ORGANISATIONS).status_code == 401

    def test_ends_when_the_person_leaves(self, call_as, workspace, coordinator, admin):
        client = call_as(coordinator)
        assert client.get(ORGANISATIONS).status_code == 200

        dismiss_person(
            person=workspace.people["office"], actor=admin, now=timezone.now(), reason="left"
        )

        assert client.get(ORGANISATIONS).status_code == 401

    def test_of_a_reading_token_does_not_write(self, call_as, admin):
        answer = post(call_as(admin, may_write=False), CREATE, NEW)

        assert answer.status_code == 403
        assert answer.json()["code"] == "api.token_reads_only"

    def test_by_session_needs_the_token_of_the_page_to_write(self, workspace):
        client = Client(enforce_csrf_checks=True)
        client.force_login(
            workspace.people["office"], backend="django.contrib.auth.backends.ModelBackend"
        )

        assert client.get(ORGANISATIONS).status_code == 200
        assert post(client, CREATE, NEW).status_code == 403


class TestRecords:
    def test_are_listed_page_by_page(self, call_as, admin):
        answer = call_as(admin).get(ORGANISATIONS, {"limit": 2, "offset": 1}).json()

        assert answer["total"] == 5
        assert len(answer["items"]) == 2

    def test_are_found_by_two_chinese_characters(self, call_as, admin):
        answer = call_as(admin).get(ORGANISATIONS, {"q": "林芝"}).json()

        assert [item["values"]["name_en"] for item in answer["items"]] == ["Nyingchi"]

    @pytest.mark.parametrize(
        ("address", "known"),
        [
            ("/api/v1/programmes/programmes?slug=x", "is_published"),
            ("/api/v1/regions/regions?known_on=2020-01-01", "offset"),
            ("/api/v1/questions/returns?round_id={id}&side=donor", "round_id"),
            ("/api/v1/questions/load-of-donor?donor_id={id}&on=2020-01-01", "true_on"),
        ],
    )
    def test_are_not_asked_for_by_what_is_not_known(self, call_as, admin, address, known):
        answer = call_as(admin).get(address.format(id=uuid4()))

        wrong = re.findall(r"[?&](\w+)=", address)[-1]
        # The record of a question is looked up after what is asked was understood.
        assert answer.status_code == 422
        assert answer.headers["Content-Type"] == "application/problem+json"
        (fault,) = answer.json()["faults"]
        assert (fault["code"], fault["column"]) == ("api.unknown_parameter", wrong)
        assert known in fault["message"]

    def test_takes_the_language_and_nothing_else_of_one(self, call_as, admin, workspace):
        address = f"{ORGANISATIONS}/{workspace.organisations['fujian'].pk}"
        assert call_as(admin).get(address, {"lang": "zh"}).status_code == 200
        answer = call_as(admin).get(address, {"known_on": "2020-01-01"})
        assert (answer.status_code, answer.json()["faults"][0]["code"]) == (
            422,
            "api.takes_no_parameter",
        )

    def test_answer_the_same_for_anothers_as_for_one_that_never_was(
        self, call_as, coordinator, fujian, now
    ):
        from tiebeam.apps.programmes.models import Programme

        with acting(coordinator):
            programme = Programme(
                tenant_id=coordinator.organisation_id, slug="one", name_en="One", name_zh="一"
            )
            programme.save()
        client = call_as(fujian)

        another = client.get(f"/api/v1/programmes/programmes/{programme.pk}")
        missing = client.get(f"/api/v1/programmes/programmes/{uuid4()}")

        assert another.status_code == missing.status_code == 404
        assert another.content == missing.content

    def test_are_not_sent_again_when_nothing_changed(self, call_as, admin):
        client = call_as(admin)
        first = client.get(ORGANISATIONS)

        second = client.get(ORGANISATIONS, headers={"If-None-Match": first.headers["ETag"]})

        assert second.status_code == 304

    def test_do_not_come_out_of_a_shared_cache(self, call_as, admin):
        answer = call_as(admin).get(ORGANISATIONS)

        assert "private" in answer.headers["Cache-Control"]

    def test_have_their_history(self, call_as, admin, workspace):
        organisation = workspace.organisations["fujian"]

        lines = call_as(admin).get(f"{ORGANISATIONS}/{organisation.pk}/history").json()

        assert [line["action"] for line in lines] == ["regions.create_organisation"]


ABOUT_ONESELF = {
    f"/api/v1/questions/{name}" for name in ("inbox", "own-teams", "stock", "in-transit", "holds")
}
"""Questions that name no record: whoever has nothing is told of nothing."""


class TestQuestions:
    def test_each_tells_nothing_of_what_may_not_be_read(self, call_as, fujian):
        asking = {
            path: row["get"]["parameters"]
            for path, row in api.get_openapi_schema()["paths"].items()
            if "/questions/" in path
        }
        assert len(asking) == 29
        assert set(asking) > ABOUT_ONESELF
        client = call_as(fujian)
        for path, parameters in asking.items():
            given = {row["name"]: str(uuid4()) for row in parameters if row["required"]}
            if path in ABOUT_ONESELF:
                assert given == {}
                assert client.get(path).json() == {"answer": []}, path
                continue
            assert all(name.endswith("_id") for name in given)
            assert client.get(path, given).status_code == 404, path
            assert client.get(path, dict.fromkeys(given, "x")).status_code == 422, path


class TestOperations:
    def test_do_what_the_page_does(self, call_as, admin):
        answer = post(call_as(admin), CREATE, NEW)

        assert answer.status_code == 200, answer.content
        assert answer.json()["records"][0]["values"]["name_zh"] == "湖北"
        with acting(admin):
            assert Organisation.objects.filter(name_en="Hubei").count() == 1

    def test_take_records_by_their_id(self, call_as, admin, workspace):
        body = {
            "organisation_id": str(workspace.organisations["fujian"].pk),
            "values": {"name_en": "Fujian Province"},
            "reason": "full name",
        }

        answer = post(call_as(admin), "/api/v1/regions/correct-organisation", body)

        assert answer.status_code == 200, answer.content
        assert answer.json()["records"][0]["values"]["name_en"] == "Fujian Province"

    def test_are_done_once_for_one_key(self, call_as, admin):
        client = call_as(admin)
        key = {"Idempotency-Key": "k1"}

        first, second = post(client, CREATE, NEW, **key), post(client, CREATE, NEW, **key)

        assert first.json() == second.json()
        with acting(admin):
            assert Organisation.objects.filter(name_en="Hubei").count() == 1

    def test_refuse_a_key_that_came_with_something_else(self, call_as, admin):
        client = call_as(admin)
        post(client, CREATE, NEW, **{"Idempotency-Key": "k1"})

        answer = post(client, CREATE, NEW | {"name_en": "Other"}, **{"Idempotency-Key": "k1"})

        assert answer.status_code == 409
        assert answer.json()["code"] == "requests.key_reused"

    def test_refuse_who_has_no_role_for_it(self, call_as, fujian):
        answer = post(call_as(fujian), CREATE, NEW)

        assert answer.status_code == 403
        assert answer.json()["code"] == "permissions.not_allowed"

    @pytest.mark.parametrize("body", [{}, {"name_en": 1}, NEW | {"surprise": 1}, [], "x", None])
    def test_say_what_does_not_fit(self, call_as, admin, body):
        answer = post(call_as(admin), CREATE, body)

        assert answer.status_code in {400, 422}
        assert answer.json()["code"] == "api.body_unfit"

    def test_say_what_does_not_fit_in_one_language(self, call_as, admin):
        given = NEW | {"surprise": 1, "valid_from": "0001-01-01"}

        chinese = post(call_as(admin), CREATE, given, **{"Accept-Language": "zh-CN"}).json()
        english = post(call_as(admin), CREATE, given).json()
        broken = call_as(admin).post(CREATE, "{", content_type="application/json")

        assert "surprise: 不是可识别的字段" in chinese["title"]
        assert not re.search(r"[a-z]{3,} [a-z]{2,}", chinese["title"])
        assert "surprise: is not known here" in english["title"]
        assert "the body is no JSON of the expected kind" in broken.json()["title"]

    def test_answer_in_the_readers_language(self, call_as, fujian):
        client = call_as(fujian)

        answer = post(client, CREATE, NEW, **{"Accept-Language": "zh-CN"})

        assert "您的角色" in answer.json()["title"]

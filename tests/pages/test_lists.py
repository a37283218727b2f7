import html
import io
import re
from datetime import timedelta

import pytest
from django.utils import timezone
from openpyxl import load_workbook
from tests.grounds import ground
from tests.pages.round_trip import set_scene

from tiebeam.apps.pairings.models import ListLine, Opinion, PairList
from tiebeam.apps.pairings.operations.lines import Line
from tiebeam.apps.pairings.operations.lists import draft_list_by_hand
from tiebeam.apps.regions.operations import create_organisation
from tiebeam.platform.identity.operations import assign_role, create_person
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import acting

MISSING = "00000000-0000-4000-8000-000000000000"


def _text(answer) -> str:
    return answer.content.decode()


def _title(answer) -> str:
    (title,) = re.findall(r"<h1>(.*?)</h1>", _text(answer), re.DOTALL)
    return title.strip()


@pytest.fixture
@ground
def scene(workspace, coordinator, now):
    return set_scene(workspace, coordinator, now)


@pytest.fixture
def second_hand(workspace, admin, sign_in, now):
    """Another person of the coordinator's office."""
    person = create_person(
        email="second@example.org", name="Second", language="en", actor=admin, now=now
    )
    assign_role(
        person=person,
        organisation_id=workspace.organisations["office"].pk,
        role=Role.COORDINATOR,
        valid_from=timezone.localdate(now),
        actor=admin,
        now=now,
    )
    workspace.people["second"] = person
    return sign_in("second")


@pytest.fixture
def due():
    return str(timezone.localdate() + timedelta(days=5))


def _addresses(scene):
    draft, second = f"/lists/{scene.draft.pk}/", f"/lists/{scene.second.pk}/"
    rounds = f"/lists/rounds/{scene.round.pk}/"
    return {
        "round": rounds,
        "version": second,
        "draft_version": draft,
        "workbook": f"{second}list.xlsx",
        "draft": f"{rounds}draft/",
        "by_hand": f"{rounds}draft-by-hand/",
        "send": f"{draft}send/",
        "sign": f"{draft}sign/",
        "issue": f"{draft}issue/",
        "withdraw": f"{second}withdraw/",
        "withdraw_draft": f"{draft}withdraw/",
        "reinstate": f"/lists/{scene.first.pk}/reinstate/",
        "opinion": f"{draft}opinion/",
    }


PAGES = ["round", "version", "draft_version", "workbook"]
FORMS = ["draft", "by_hand", "send", "sign", "issue", "withdraw", "withdraw_draft", "reinstate"]


class TestEveryPage:
    @pytest.mark.parametrize("page", [*PAGES, *FORMS])
    @pytest.mark.parametrize("language", ["en", "zh"])
    def test_opens_to_the_coordinator_with_words_for_all(self, sign_in, scene, page, language):
        answer = sign_in("office", language).get(_addresses(scene)[page])

        assert answer.status_code == 200
        if page != "workbook":
            assert re.findall(r"\[\w+\.[\w.]+\]", _text(answer)) == []

    @pytest.mark.parametrize("page", [*PAGES, *FORMS])
    def test_asks_the_database_little(
        self, as_coordinator, scene, page, django_assert_max_num_queries
    ):
        as_coordinator.get("/me/")

        with django_assert_max_num_queries(24):
            as_coordinator.get(_addresses(scene)[page])

    @pytest.mark.parametrize("page", ["draft", "by_hand", "withdraw", "reinstate"])
    def test_with_a_form_is_closed_to_both_sides(self, as_fujian, scene, page):
        assert as_fujian.get(_addresses(scene)[page]).status_code == 403
        assert as_fujian.post(_addresses(scene)[page], {}).status_code == 403

    @pytest.mark.parametrize("page", ["draft_version", "send", "sign", "opinion"])
    def test_of_a_draft_is_not_there_for_those_who_were_not_asked(self, as_fujian, scene, page):
        assert as_fujian.get(_addresses(scene)[page]).status_code == 404

    @pytest.mark.parametrize("page", [*PAGES, *FORMS])
    def test_asks_a_stranger_to_sign_in(self, as_nobody, scene, page):
        assert as_nobody.get(_addresses(scene)[page]).status_code == 302

    @pytest.mark.parametrize("page", PAGES)
    def test_that_only_shows_takes_no_post(self, as_coordinator, scene, page):
        assert as_coordinator.post(_addresses(scene)[page], {}).status_code == 405

    def test_of_a_missing_list_is_not_found(self, as_coordinator, scene):
        assert as_coordinator.get(f"/lists/{MISSING}/").status_code == 404
        assert as_coordinator.get(f"/lists/rounds/{MISSING}/").status_code == 404
        assert as_coordinator.get(f"/lists/opinions/{MISSING}/").status_code == 404

    @pytest.mark.parametrize("page", ["draft", "by_hand", "send", "issue", "withdraw"])
    def test_with_a_form_shows_its_faults(self, as_coordinator, scene, page):
        answer = as_coordinator.post(_addresses(scene)[page], {})

        assert answer.status_code == 400
        assert 'role="alert"' in _text(answer)


class TestVersion:
    def test_says_in_its_title_since_when_it_is_in_force(self, as_fujian, scene):
        answer = as_fujian.get(_addresses(scene)["version"])

        assert _title(answer) == "First, version 2: 2 pairs, in force since 2020-02-10"

    def test_tells_who_moved_and_what_is_held(self, as_coordinator, scene):
        page = _text(as_coordinator.get(_addresses(scene)["version"]))

        assert "Compared with version 1: 1 held, 1 donor moved, 0 new, 0 ended" in page
        assert re.search(r"Fujian.*moved.*Huanggang.*Nyingchi", page, re.DOTALL)

    def test_says_that_it_was_recorded_and_not_signed_here(self, as_coordinator, scene):
        page = _text(as_coordinator.get(_addresses(scene)["version"]))

        assert "signed elsewhere" in page
        assert "not known" in page

    def test_shows_a_superseded_one_as_it_was_in_force(self, as_coordinator, scene):
        answer = as_coordinator.get(f"/lists/{scene.first.pk}/")

        assert "superseded; was in force 2020-02-07 – 2020-02-09" in _title(answer)

    def test_goes_into_a_workbook_without_a_formula(self, as_coordinator, scene):
        answer = as_coordinator.get(_addresses(scene)["workbook"])

        workbook = load_workbook(io.BytesIO(answer.content))
        assert workbook.sheetnames == ["List", "Pairs", "Changes"]
        cells = [cell for row in workbook["Pairs"].iter_rows() for cell in row]
        assert [cell.data_type for cell in cells if cell.value == "=1+1"] == ["s"]

    def test_was_not_known_before_it_was_recorded(self, as_coordinator, scene):
        address = _addresses(scene)["version"]

        assert as_coordinator.get(address, {"known": "2020-02-09"}).status_code == 404
        assert as_coordinator.get(address, {"known": "2020-02-10"}).status_code == 200


class TestDraft:
    def test_by_hand_begins_with_the_pairs_in_force(self, as_coordinator, scene):
        page = _text(as_coordinator.get(_addresses(scene)["by_hand"]))

        assert "Huanggang, Hunan, lead, doubtful" in page
        assert "Nyingchi, Fujian" in page

    def test_by_hand_is_made_from_pasted_lines_in_both_languages(self, as_coordinator, scene):
        lines = "黄冈，福建\nNyingchi\tHunan\t牵头\n"

        answer = as_coordinator.post(_addresses(scene)["by_hand"], {"lines": lines})

        assert answer.status_code == 302
        page = _text(as_coordinator.get(answer.url))
        assert "version 4: a draft with 2 pairs" in page

    def test_by_hand_tells_every_line_that_cannot_be_read(self, as_coordinator, scene):
        lines = "Huanggang\nHuanggang, Atlantis\nHuanggang, Hunan, boss"

        answer = as_coordinator.post(_addresses(scene)["by_hand"], {"lines": lines})

        page = _text(answer)
        assert answer.status_code == 400
        assert "Line 1," in page
        assert "Line 2: the directory has no organisation “Atlantis”" in page
        assert "Line 3: “boss” is neither lead nor doubtful" in page
        assert "Atlantis" in page

    @pytest.fixture
    def stocked(self, scene):
        """The round, with what is needed and given in it."""
        with acting(scene.desk.coordinator):
            scene.round.resources = [
                {
                    "id": "staff",
                    "name_en": "Staff",
                    "name_zh": "医护人员",
                    "unit": "person",
                    "lot": "2",
                },
                {"id": "beds", "name_en": "Beds", "name_zh": "床位", "unit": "bed", "lot": "0"},
            ]
            scene.round.save()
        return scene

    @pytest.mark.parametrize(
        "lines",
        [
            "Huanggang, Hunan, lead, Staff 120 persons, Beds: 3.5 # of the county",
            "黄冈，湖南，牵头，医护人员 １２０ 人，床位：3.5 张 # of the county",
            "Huanggang\tHunan\tlead\tstaff 120\tbeds=3.5 bed # of the county",
        ],
    )
    def test_by_hand_takes_quantities_with_their_units(self, as_coordinator, stocked, lines):
        answer = as_coordinator.post(_addresses(stocked)["by_hand"], {"lines": lines})

        assert answer.status_code == 302
        with acting(stocked.desk.coordinator):
            (line,) = ListLine.objects.filter(of_list__version=4)
        assert line.amounts == {"staff": 120.0, "beds": 3.5}
        assert (line.is_lead, line.note) == (True, "of the county")
        shown = _text(as_coordinator.get(answer.url))
        assert "Staff (persons): 120; Beds (beds): 3.5" in shown

    @pytest.mark.parametrize("language", ["en", "zh"])
    def test_by_hand_keeps_all_that_is_in_force_where_nothing_is_changed(
        self, sign_in, stocked, language
    ):
        client, address = sign_in("office", language), _addresses(stocked)["by_hand"]
        lines = client.get(address).context["form"]["lines"].value()
        assert "6" in lines

        assert client.post(address, {"lines": lines}).status_code == 302

        kept = ("donor", "recipient", "is_lead", "is_doubtful", "amounts", "note")
        with acting(stocked.desk.coordinator):
            before, after = (
                list(
                    ListLine.objects.filter(of_list__version=number).order_by("donor").values(*kept)
                )
                for number in (2, 4)
            )
        assert after == before

    def test_by_hand_tells_every_quantity_that_cannot_be_taken(self, as_coordinator, stocked):
        lines = (
            "Huanggang, Hunan, Staff 5 beds\n\nNyingchi, Hunan, Tents 4\n"
            "Nyingchi, Fujian, Staff many, Staff -4, Beds 1, Beds 2"
        )

        page = _text(as_coordinator.post(_addresses(stocked)["by_hand"], {"lines": lines}))

        for told in (
            "Line 1: “beds” is not the unit of Staff, which is counted in “persons”",
            "Line 3: “Tents” is no resource of this round; expected one of Staff, Beds",
            "Line 4: “Staff many” is neither lead nor doubtful",
            "Line 4: “Staff -” is no resource",
            "Line 4: “Beds” stands there twice",
        ):
            assert told in html.unescape(page), told

    def test_by_hand_names_the_line_as_it_was_typed(self, as_coordinator, stocked):
        lines = "Huanggang, Hunan, Staff 4\n\n\nNyingchi, Hunan, Staff 3\nNyingchi, Hunan, Beds 0"

        answer = as_coordinator.post(_addresses(stocked)["by_hand"], {"lines": lines})

        page = html.unescape(_text(answer))
        assert answer.status_code == 400
        assert "Line 4: 3 is no whole multiple of the lot of 2" in page
        assert "Line 5: the pair stands on the list already, in line 4" in page
        assert "Line 5: 0 of beds is not above 0" in page

    def test_by_hand_refuses_a_pair_given_twice(self, as_coordinator, scene):
        given = {"lines": "Huanggang, Hunan\nHuanggang, Hunan"}

        assert as_coordinator.post(_addresses(scene)["by_hand"], given).status_code == 400


class TestWayToForce:
    def test_goes_from_draft_through_opinions_and_two_signatures_to_force(
        self,
        as_coordinator,
        as_fujian,
        as_nyingchi,
        as_hunan,
        as_huanggang,
        second_hand,
        scene,
        due,
    ):
        at = _addresses(scene)
        assert as_coordinator.post(at["send"], {"due_on": due}).status_code == 302
        assert f"out for opinion until {due}" in _title(as_coordinator.get(at["draft_version"]))

        home = _text(as_fujian.get("/"))
        assert "Say what you think of version 3 of the list of Small" in home
        assert at["opinion"] in home
        answer = as_fujian.post(at["opinion"], {"reply": "object", "text": ""})
        assert answer.status_code == 409
        given = {"reply": "object", "text": "Too far for us"}
        assert as_fujian.post(at["opinion"], given).status_code == 302
        assert as_nyingchi.post(at["opinion"], {"reply": "agree"}).status_code == 302
        assert at["opinion"] not in _text(as_fujian.get("/"))
        assert "Too far for us" not in _text(as_nyingchi.get(at["draft_version"]))

        assert "Answer the opinion of Fujian" in _text(as_coordinator.get("/"))
        refused = as_coordinator.post(at["sign"], {})
        assert refused.status_code == 409
        with acting(scene.desk.coordinator):
            opinions = list(Opinion.objects.all())
        for opinion in opinions:
            given = {"is_followed": "not_followed", "text": "No other donor is free"}
            address = f"/lists/opinions/{opinion.pk}/"
            assert as_coordinator.get(address).status_code == 200
            assert as_coordinator.post(address, given).status_code == 302
        assert "No other donor is free" in _text(as_fujian.get(at["draft_version"]))

        page = _text(as_coordinator.get(at["sign"]))
        assert f"2 of those asked have not replied, with time until {due}: Huanggang, Hunan" in page
        early = as_coordinator.post(at["sign"], {})
        assert early.status_code == 409
        assert "2 of those asked have not replied on version 3" in _text(early)
        for client in (as_hunan, as_huanggang):
            assert client.post(at["opinion"], {"reply": "agree"}).status_code == 302
        with acting(scene.desk.coordinator):
            opinions = list(Opinion.objects.filter(answer=None))
        for opinion in opinions:
            given = {"is_followed": "followed", "text": "Thank you"}
            as_coordinator.post(f"/lists/opinions/{opinion.pk}/", given)
        assert as_coordinator.post(at["sign"], {}).status_code == 302
        assert as_coordinator.post(at["sign"], {}).status_code == 409
        assert "waits for the second signature" in _text(second_hand.get("/"))
        assert "waits for the second signature" not in _text(as_coordinator.get("/"))
        assert second_hand.post(at["sign"], {}).status_code == 302
        given = {"in_force_from": "2020-02-20", "document": str(scene.desk.document.pk)}
        late = second_hand.post(at["issue"], given)
        assert late.status_code == 409
        assert "2020-02-20 lies more than 31 days back" in _text(late)
        given["backdated_because"] = "Entered late"
        assert second_hand.post(at["issue"], given).status_code == 302

        page = _text(second_hand.get(at["draft_version"]))
        assert "in force since 2020-02-20" in page
        assert "Second, " in page
        assert "was issued" in _text(as_fujian.get("/changed/"))

    def test_takes_note_of_all_that_agree_by_one_press(
        self, sign_in, as_coordinator, as_fujian, as_nyingchi, as_hunan, scene, due
    ):
        at = _addresses(scene)
        address = f"{at['draft_version']}noted/"
        as_coordinator.post(at["send"], {"due_on": due})
        for client in (as_fujian, as_nyingchi):
            client.post(at["opinion"], {"reply": "agree"})
        as_hunan.post(at["opinion"], {"reply": "object", "text": "Too far"})
        home = _text(as_coordinator.get("/"))
        assert "Take note of 2 opinions that agree with version 3" in home
        assert "Answer the opinion of Hunan" in home
        assert "Answer the opinion of Fujian" not in home
        shown = _text(as_coordinator.get(at["draft_version"]))
        assert "Take note of all that agree (2)" in shown
        assert address not in _text(as_fujian.get(at["draft_version"]))
        assert as_fujian.post(address, {"noted": "Mine"}).status_code == 403
        assert as_coordinator.post(address, {"noted": ""}).status_code == 400
        assert "已收悉" in _text(sign_in("office", "zh").get(address))

        answer = as_coordinator.post(address, {"noted": "Taken note of, with thanks."})

        assert answer.status_code == 302
        shown = _text(as_coordinator.get(at["draft_version"]))
        assert "2 opinions that agree were answered" in shown
        assert address not in shown
        assert "Taken note of, with thanks." in _text(as_nyingchi.get(at["draft_version"]))
        assert "Answer the opinion of Hunan" in _text(as_coordinator.get("/"))
        assert as_coordinator.post(address, {"noted": "Again"}).status_code == 409

    def test_signs_without_opinions_for_a_reason_that_lies_before_the_second(
        self, as_coordinator, as_fujian, second_hand, scene
    ):
        at = _addresses(scene)
        assert "was not sent out for opinion" in _text(as_coordinator.get(at["sign"]))
        assert as_coordinator.post(at["sign"], {}).status_code == 409
        given = {"without_opinions_because": "The epidemic does not wait"}
        assert as_coordinator.post(at["sign"], given).status_code == 302
        assert given["without_opinions_because"] in _text(second_hand.get(at["sign"]))
        assert second_hand.post(at["sign"], {}).status_code == 302
        shown = _text(second_hand.get(at["draft_version"]))
        assert "Signed without all opinions" in shown
        assert given["without_opinions_because"] in shown

    def test_says_where_a_version_stands_on_the_day_asked_for(self, as_coordinator, scene):
        addresses = [f"/lists/{row.pk}/" for row in (scene.first, scene.second)]
        first, second = (row.in_force_from for row in (scene.first, scene.second))

        def told(day):
            titles = [_title(as_coordinator.get(at, {"on": str(day)})) for at in addresses]
            return [re.split(r"pairs?, ", title)[1] for title in titles]

        eve = second - timedelta(days=1)
        assert told(eve) == [f"in force until {eve}", f"will be in force from {second}"]
        assert told(second) == [
            f"superseded; was in force {first} – {eve}",
            f"in force since {second}",
        ]

    def test_refuses_a_due_day_that_has_passed(self, as_coordinator, scene):
        answer = as_coordinator.post(_addresses(scene)["send"], {"due_on": "2020-02-11"})

        assert answer.status_code == 409

    def test_shows_every_pair_to_whoever_signs_however_many(self, as_coordinator, scene, admin):
        names = [f"Town {number:03}" for number in range(60)]
        made = [
            create_organisation(
                name_en=name, name_zh="", kind="government", actor=admin, now=scene.desk.now
            )
            for name in names
        ]
        donor = scene.desk.organisations["hunan"]
        draft = draft_list_by_hand(
            round=scene.round,
            lines=[Line(donor=donor, recipient=town.pk) for town in made],
            actor=scene.desk.coordinator,
            now=scene.desk.now,
        )

        page = _text(as_coordinator.get(f"/lists/{draft.pk}/sign/"))

        assert [name for name in names if name not in page] == []

    def test_refuses_to_issue_what_was_not_signed(self, as_coordinator, scene):
        answer = as_coordinator.post(_addresses(scene)["issue"], {"in_force_from": "2020-02-20"})

        assert answer.status_code == 409

    def test_withdraws_the_version_in_force_and_takes_it_up_again(self, as_coordinator, scene):
        at = _addresses(scene)
        given = {"last_day": "2020-03-31", "reason": "The epidemic is over"}

        assert as_coordinator.post(at["withdraw"], given).status_code == 302
        assert _title(as_coordinator.get(at["version"])).endswith("2 pairs, withdrawn")
        answer = as_coordinator.post(f"/lists/{scene.second.pk}/reinstate/", {})
        assert answer.status_code == 302
        assert "Takes up again" in _text(as_coordinator.get(answer.url))
        with acting(scene.desk.coordinator):
            assert PairList.objects.get(pk=scene.second.pk).state == "withdrawn"

    def test_lets_nobody_answer_for_another(self, as_coordinator, as_hunan, as_fujian, scene, due):
        at = _addresses(scene)
        as_coordinator.post(at["send"], {"due_on": due})
        as_fujian.post(at["opinion"], {"reply": "propose", "text": "Huanggang"})
        with acting(scene.desk.coordinator):
            opinion = Opinion.objects.get()

        assert as_hunan.get(f"/lists/opinions/{opinion.pk}/").status_code == 404
        assert as_fujian.get(f"/lists/opinions/{opinion.pk}/").status_code == 403

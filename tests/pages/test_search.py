"""The search finds every kind of record by two characters or by words, and nothing of others."""

import re
from datetime import date

import pytest
from tests.pages.round_trip import set_scene

from tiebeam.apps.pairings.operations.agreements import ask_for_review, draft_agreement


def text_of(answer) -> str:
    return answer.content.decode()


@pytest.fixture
def scene(workspace, coordinator, fujian, now):
    made = set_scene(workspace, coordinator, now)
    drafted = draft_agreement(
        pairing=made.pairing("fujian", "nyingchi"),
        kind="letter",
        title="闽林医疗协议",
        text="…",
        starts_on=date(2020, 2, 10),
        ends_on=None,
        actor=fujian,
        now=now,
    )
    ask_for_review(agreement=drafted, actor=fujian, now=now)
    return made


def find(client, words: str) -> dict[str, str]:
    """Return what was found, by its heading."""
    page = text_of(client.get("/search/", {"q": words}))
    parts = re.split(r"<h2>(.*?)</h2>", page.partition("<main")[2])
    return dict(zip(parts[1::2], parts[2::2], strict=True))


class TestTheSearch:
    def test_finds_a_pair_by_both_its_sides(self, as_coordinator, scene):
        pair = scene.pairing("fujian", "nyingchi")

        for words in ("Fujian Nyingchi", "福建 林芝"):
            found = find(as_coordinator, words)
            assert f'href="/pairs/{pair.pk}/"' in found["Pairs"]
            assert "huanggang" not in found["Pairs"].casefold()

    def test_finds_rounds_lists_documents_and_agreements(self, as_coordinator, scene):
        of_round, document = scene.round, scene.desk.document

        assert (
            f'href="/lists/rounds/{of_round.pk}/"'
            in find(as_coordinator, of_round.name_zh)["Rounds"]
        )
        lists = find(as_coordinator, of_round.name_en)["Lists of pairs"]
        assert all(f'href="/lists/{row.pk}/"' in lists for row in (scene.first, scene.draft))
        assert document.title_en in find(as_coordinator, document.title_en)["Documents"]
        assert "闽林医疗协议" in find(as_coordinator, "医疗")["Agreements"]

    def test_finds_a_draft_of_an_agreement_for_its_maker_alone(
        self, as_fujian, as_nyingchi, scene, fujian, now
    ):
        draft_agreement(
            pairing=scene.pairing("fujian", "nyingchi"),
            kind="letter",
            title="闽林教育协议",
            text="",
            starts_on=date(2020, 2, 10),
            ends_on=None,
            actor=fujian,
            now=now,
        )

        assert "闽林教育协议" in find(as_fujian, "教育")["Agreements"]
        assert "闽林教育协议" not in text_of(as_nyingchi.get("/search/?q=教育"))

    def test_finds_people_only_for_who_may_see_them(self, as_admin, as_coordinator, scene):
        assert "hunan@example.org" in find(as_admin, "hunan@")["People"]
        assert "hunan@example.org" not in text_of(as_coordinator.get("/search/?q=hunan@"))

    def test_finds_nothing_of_others(self, as_huanggang, as_nyingchi, scene):
        assert "闽林" in text_of(as_nyingchi.get("/search/?q=医疗"))
        assert find(as_huanggang, "医疗") == {}
        assert "Pairs" not in find(as_huanggang, "Fujian Nyingchi")

    def test_asks_the_database_little(self, as_admin, scene, django_assert_max_num_queries):
        as_admin.get("/search/?q=a")

        with django_assert_max_num_queries(22):
            assert as_admin.get("/search/?q=a").status_code == 200


@pytest.mark.parametrize(
    "path", ["/search/", "/directory/", "/directory/organisations/", "/pairs/"]
)
@pytest.mark.parametrize("sign", ["建", "x ", "%"])
def test_a_question_longer_than_any_name_is_refused_in_words(as_coordinator, path, sign):
    answer = as_coordinator.get(path, {"q": (sign * 3000).strip()})

    assert answer.status_code == 400
    assert "at most 200 are taken" in text_of(answer)


@pytest.mark.parametrize("path", ["/search/", "/directory/", "/pairs/"])
@pytest.mark.parametrize("sign", ["建", "x "])
def test_the_longest_question_is_answered(as_coordinator, path, sign):
    assert as_coordinator.get(path, {"q": (sign * 200)[:200].strip()}).status_code == 200

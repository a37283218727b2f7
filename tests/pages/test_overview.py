"""Money across pairs, as pages show it; figures are those of five years worked by hand."""

import pytest
from django.urls import reverse
from tests.grounds import ground

from records.ledger_grounds import make_grounds
from records.ledger_story import tell

PAGES = (
    "overview",
    "overview_per_head",
    "overview_years",
    "overview_flows",
    "overview_exceptions",
    "journal",
    "trial_balance",
    "balance",
)


@pytest.fixture
@ground
def story(workspace):
    grounds = make_grounds(workspace)
    grounds.told = tell(grounds)
    return grounds


def text(response):
    assert response.status_code == 200, response.status_code
    return response.content.decode()


class TestPages:
    @pytest.mark.parametrize("page", PAGES)
    @pytest.mark.parametrize("language", ["en", "zh"])
    def test_speak_both_languages_in_few_questions(
        self, story, sign_in, page, language, django_assert_max_num_queries
    ):
        client = sign_in("office", language)
        client.get(reverse(page))
        with django_assert_max_num_queries(28):
            shown = text(client.get(reverse(page)))
        assert "[" not in shown.split("<main", 1)[1].replace("[2]", "")

    @pytest.mark.parametrize("page", PAGES)
    def test_are_read_and_never_posted_to(self, story, as_coordinator, page):
        assert as_coordinator.post(reverse(page)).status_code == 405

    @pytest.mark.parametrize("page", PAGES)
    def test_ask_a_stranger_to_sign_in(self, as_nobody, page):
        assert as_nobody.get(reverse(page)).status_code == 302

    @pytest.mark.parametrize("page", PAGES)
    def test_show_another_organisation_nothing(self, story, as_hunan, page):
        shown = text(as_hunan.get(reverse(page)))
        assert "Nyingchi" not in shown.split("<main", 1)[1]
        assert (
            as_hunan.get(
                reverse(page), {"pair": story.pairing.pk, "programme": story.programme.pk}
            ).status_code
            == 400
        )


class TestMatrix:
    def test_says_what_was_paid_of_what_is_owed(self, story, sign_in):
        english = text(sign_in("office").get(reverse("overview")))
        chinese = text(sign_in("office", "zh").get(reverse("overview")))

        # 4,390 of 5,810 万元
        assert "RMB 43.90 million paid of RMB 58.10 million owed (75.6\u202f%)" in english
        assert "应支援5\u202f810万元，已拨付4\u202f390万元（75.6%）" in chinese

    def test_shows_one_year_and_one_figure(self, story, as_coordinator):
        shown = text(as_coordinator.get(reverse("overview"), {"year": 2024, "what": "spent"}))

        assert "Spent: donors by recipients" in shown
        assert ">10<" in shown.replace("</a>", "<")

"""Money across pairs, as pages show it; figures are those of five years worked by hand."""

import csv
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.grounds import ground

from checkers import ask
from records.ledger_grounds import make_grounds
from records.ledger_story import tell
from tiebeam.apps.regions.models import Region
from tiebeam.platform.tenancy.acting import acting

WAN = 10**6
"""万元, in fen."""

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
        with django_assert_max_num_queries(34):
            shown = text(client.get(reverse(page)))
        assert "[" not in shown.split("<main", 1)[1].replace("[2]", "")

    @pytest.mark.parametrize("page", PAGES)
    def test_say_where_what_was_known_may_still_change(self, story, as_coordinator, page):
        """§L11: what was known on a day is final ten minutes after its end."""
        asked = {"pair": story.pairing.pk, "account": "B150", "on": "2024-12-31"}
        today = timezone.localdate().isoformat()

        told = text(as_coordinator.get(reverse(page), {**asked, "known": today}))
        assert f"known at the end of {today} is not final yet" in told
        past = text(as_coordinator.get(reverse(page), {**asked, "known": "2025-12-31"}))
        assert "not final yet" not in past

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

    def test_leads_from_each_figure_to_the_entries_behind_it(self, story, as_coordinator):
        shown = text(as_coordinator.get(reverse("overview"), {"year": 2023}))
        (address,) = {
            unescape(found)
            for found in re.findall(r'href="(/overview/journal/[^"]+)"', shown)
            if "pair=" in found and "what=paid" in found and "year=2023" in found
        }

        behind = text(as_coordinator.get(address))

        # 600 paid, 100 bounced, 40 of 2021 came back
        assert "Paid in 2023: RMB 4.60 million, in 3 rows" in behind
        assert "−1\u202f000\u202f000.00" in behind
        assert reverse("event", args=[story.told["clinic paid"].pk]) in behind

    @pytest.mark.parametrize(
        ("page", "side"), [("overview", "donor"), ("overview_per_head", "recipient")]
    )
    def test_leads_from_the_sum_of_several_pairs_to_theirs(self, story, as_coordinator, page, side):
        asked = {"year": 2023, "what": "paid"}
        leading = f'href="(/overview/journal/[^"]*{side}={story.owners[side]}[^"]*)"'
        found = re.findall(leading, text(as_coordinator.get(reverse(page), asked)))
        addresses = [unescape(each) for each in found]
        of_year = [each for each in addresses if "what=paid" in each and "year=2023" in each]
        # The shortest names nothing but the side: that of a sum.
        address = min(of_year, key=len)

        behind = text(as_coordinator.get(address))

        assert "Paid in 2023: RMB 4.60 million, in 3 rows" in behind

    def test_leads_from_what_is_unspent_to_what_came_and_what_was_spent(
        self, story, as_coordinator, as_nyingchi
    ):
        shown = text(as_coordinator.get(reverse("overview")))
        (address,) = {
            unescape(each) for each in re.findall(r'href="([^"]+what=unspent[^"]*)"', shown)
        }

        # 4,390 received net of what came back, 3,050 spent (万元)
        assert "Received, not spent: RMB 13.40 million" in text(as_coordinator.get(address))
        assert sum_of_rows(as_coordinator, address) == 13_400_000
        assert "what=unspent" not in text(as_nyingchi.get(reverse("overview")))

    def test_leads_a_side_to_the_events_where_it_reads_no_entries(self, story, as_nyingchi):
        shown = unescape(text(as_nyingchi.get(reverse("overview"), {"year": 2023})))

        address = f"{reverse('money_of_pair', args=[story.pairing.pk])}?year=2023&kind=payment"
        assert f'href="{address}#events"' in shown
        assert not re.search(r'journal/\?[^"]*what=paid', shown)
        assert reverse("event", args=[story.told["clinic paid"].pk]) in text(
            as_nyingchi.get(address)
        )

    def test_is_a_file_of_what_is_seen(self, story, as_coordinator):
        rows = as_coordinator.get(reverse("overview"), {"file": "csv", "year": 2021}).content
        assert b"Fujian,Nyingchi,10,10,8,5,5,3,0,0" in rows

    def test_marks_every_row_of_a_file_as_the_page_is_marked(
        self, story, as_coordinator, monkeypatch
    ):
        monkeypatch.setattr("tiebeam.interfaces.web.overview.scope.Scope.is_demo", True)
        chosen = {"file": "csv", "year": 2021, "columns": "donor"}

        head, *rows = (
            as_coordinator.get(reverse("overview"), chosen).content.decode().strip().splitlines()
        )

        assert head.endswith(",Mark")
        assert rows
        assert all("demonstration programme" in row for row in rows)

    def test_marks_every_row_of_the_books_too(self, story, as_coordinator, monkeypatch):
        monkeypatch.setattr("tiebeam.interfaces.web.overview.scope.Scope.is_demo", True)

        given = as_coordinator.get(reverse("overview_export"), {"form": "csv"}).content.decode()

        head, *rows = given.strip().splitlines()
        assert head.endswith(",mark")
        assert rows
        assert all("demonstration programme" in row for row in rows)

    def test_follows_whose_money_it_is(self, workspace, story, as_coordinator):
        region = give_region(workspace, "fujian")
        other = give_region(workspace, "nyingchi")

        assert "Nyingchi" in text(as_coordinator.get(reverse("overview"), {"region": region.pk}))
        assert as_coordinator.get(reverse("overview"), {"region": other.pk}).status_code == 400

    def test_is_that_of_another_day(self, story, as_coordinator):
        shown = text(as_coordinator.get(reverse("overview"), {"on": "2022-12-31"}))
        assert "RMB 8 million paid of RMB 21 million owed" in shown
        assert "As of 2022-12-31" in shown

    def test_shows_each_side_its_own_pairs(self, story, as_fujian, as_nyingchi):
        for client in (as_fujian, as_nyingchi):
            shown = text(client.get(reverse("overview")))
            assert "RMB 43.90 million paid of RMB 58.10 million owed" in shown
            assert "which both sides read" in shown or "that both sides read" in shown


def sum_of_rows(client, address):
    """Return what the rows of a journal come to, in yuan, as its file says it."""
    content = client.get(f"{address}&file=csv").content.decode("utf-8-sig")
    rows = csv.DictReader(content.splitlines())
    return sum(Decimal(value) for row in rows for name, value in row.items() if "Amount" in name)


def give_region(workspace, place):
    with acting(
        replace(workspace.actor("admin"), organisation_id=workspace.organisations["office"].pk)
    ):
        region = Region(
            tenant_id=workspace.organisations["office"].pk,
            kind="province", name_en=f"Region of {place}", name_zh=place,
        )  # fmt: skip
        region.save()
        workspace.organisations[place].region = region
        workspace.organisations[place].save()
    return region


class TestOtherPages:
    def test_say_how_payments_moved(self, story, as_coordinator):
        shown = text(as_coordinator.get(reverse("overview_years")))
        assert "Payments rose from RMB 5 million in 2021 to RMB 16.30 million in 2025" in shown
        assert shown.count("<svg") == 2

    def test_say_for_what_it_was_paid(self, story, as_coordinator):
        shown = text(as_coordinator.get(reverse("overview_flows")))
        # 2,000 of 4,390 for the road
        assert "RMB 43.90 million paid, 45.6\u202f% of it for road" in shown

    def test_lead_from_streams_of_several_pairs_to_their_entries(
        self, workspace, story, as_coordinator, as_nyingchi
    ):
        other = make_grounds(workspace, "wenchuan")
        other.fix_year(2023)
        day = {"valid_on": date(2023, 5, 1)}
        for kind in ("obligation", "appropriation", "opening"):
            other.post(kind, 40 * WAN, **day)
        for purpose, amount in (("clinic", 30), ("school", 10)):
            other.pay(amount * WAN, purpose=purpose, **day)

        def streams(client, purpose):
            shown = text(client.get(reverse("overview_flows"), {"year": 2023}))
            picture = shown.split("<figure", 1)[1].split("</figure>", 1)[0]
            links = re.findall(r'<a [^>]*href="([^"]+)"[^>]*>(.*?)</a>', picture, re.DOTALL)
            return {unescape(to) for to, drawn in links if purpose in drawn}

        clinic = streams(as_coordinator, "clinic")
        assert {key for each in clinic for key in ("donor=", "recipient=") if key in each} == {
            "donor=", "recipient=",
        }  # fmt: skip
        # 500 of one pair and 30 of the other
        assert [sum_of_rows(as_coordinator, each) for each in clinic] == [5_300_000] * 2
        # 10 flow for the school, while 40 of an earlier year came back from the other pair.
        assert streams(as_coordinator, "school") == {"#flows-table"}
        # Who reads no entries of the donor finds the parts in the table.
        assert streams(as_nyingchi, "clinic") == {"#flows-table"}

    @pytest.mark.parametrize("page", ["overview_years", "overview_flows"])
    def test_mark_the_file_of_a_picture_as_the_page_is_marked(
        self, story, as_coordinator, monkeypatch, page
    ):
        monkeypatch.setattr("tiebeam.interfaces.web.overview.scope.Scope.is_demo", True)

        shown = text(as_coordinator.get(reverse(page)))

        figure = shown.split("<figure", 1)[1].split("</figure>", 1)[0]
        assert re.search(r"data-note>Figures of a demonstration programme", figure)

    def test_say_what_asks_for_a_reason(self, story, as_coordinator):
        address = reverse("overview_exceptions")
        assert "Nothing asks for a reason" in text(as_coordinator.get(address))

        shown = text(as_coordinator.get(address, {"on": "2022-12-31"}))

        assert "of RMB 3 million paid, this was not confirmed for 241 days" in shown
        assert reverse("event", args=[story.told["school paid 2"].pk]) in shown
        later = text(as_coordinator.get(address, {"on": "2022-12-31", "days": 242}))
        assert "not confirmed for" not in later

    def test_say_who_is_left_out_per_head(self, workspace, story, as_coordinator):
        shown = text(as_coordinator.get(reverse("overview_per_head")))
        assert "because no population is on record: Nyingchi (1)" in shown

    def test_say_that_the_books_balance(self, story, as_coordinator):
        shown = text(as_coordinator.get(reverse("trial_balance"), {"year": 2024}))
        assert "2024: Every group of the books balances" in shown
        assert "does not balance" not in shown

    def test_say_it_of_one_organisation(self, story, as_coordinator):
        asked = {"owner": story.owners["recipient"]}
        shown = text(as_coordinator.get(reverse("trial_balance"), asked)).split("<main", 1)[1]
        table = shown.split("What the accounts hold", 1)[1]
        assert "(R1000)" in table
        assert "(D1000)" not in table

    def test_say_a_balance_of_two_dates(self, story, as_coordinator):
        asked = {"code": "D1310", "on": "2023-04-30", "known": "2023-04-20"}
        shown = text(as_coordinator.get(reverse("balance"), asked))
        # On its way until the 25th, when it bounced; not known on the 20th.
        assert "1\u202f000\u202f000.00" in shown

    @pytest.mark.parametrize(
        "asked",
        [{"year": "next"}, {"what": "all"}, {"pair": "x"}, {"recipient": "x"}, {"days": "0"}, {"code": "X"}, {"kind": "x"}, {"side": "x"}],
    )  # fmt: skip
    def test_refuse_what_they_do_not_offer(self, story, as_coordinator, asked):
        takers = {
            "year": "journal", "what": "journal", "pair": "journal", "recipient": "journal", "days": "overview_exceptions",
            "code": "journal", "kind": "overview_exceptions", "side": "trial_balance",
        }  # fmt: skip
        (key,) = asked
        assert as_coordinator.get(reverse(takers[key]), asked).status_code == 400


class TestBooks:
    @pytest.mark.parametrize(
        ("form", "ending", "program", "words"),
        [
            ("beancount", "beancount", "bean-check", ()),
            ("hledger", "journal", "hledger", ("check", "--strict", "-f")),
        ],
    )
    def test_are_accepted_by_another_program(
        self, story, as_coordinator, tmp_path, form, ending, program, words
    ):
        path = tmp_path / f"books.{ending}"
        path.write_bytes(as_coordinator.get(reverse("overview_export"), {"form": form}).content)

        assert ask(program, *words, str(path)) == ""

    def test_hold_what_their_reader_reads(self, story, as_hunan, as_nyingchi):
        address = reverse("overview_export")
        assert b"D1000" not in as_nyingchi.get(address, {"form": "csv"}).content
        assert as_hunan.get(address, {"form": "csv"}).content.count(b"\n") == 1
        assert as_hunan.get(address, {"form": "doc"}).status_code == 404

"""The addresses of money."""

from django.urls import path

import tiebeam.interfaces.web.money.home  # brings its lines to the first page
import tiebeam.interfaces.web.money.section  # noqa: F401  # brings its part to the dossier
from tiebeam.interfaces.web.money import checking, entering, events, mine, pair, years

urlpatterns = [
    path("", mine.show_mine, name="money"),
    path("pairs/<uuid:pairing_id>/", pair.show_pair, name="money_of_pair"),
    path("pairs/<uuid:pairing_id>/new/<slug:kind>/", entering.propose_event, name="propose_event"),
    path("pairs/<uuid:pairing_id>/years/<int:year>/", years.show_year, name="money_year"),
    path("pairs/<uuid:pairing_id>/years/<int:year>/close/", years.close, name="close_year"),
    path("programmes/<uuid:programme_id>/years/", years.set_year, name="programme_years"),
    path("payments/<uuid:batch_id>/answer/", entering.answer_payment, name="answer_payment"),
    path("proposals/<uuid:proposal_id>/", checking.show_proposal, name="proposal"),
    path("proposals/<uuid:proposal_id>/post/", checking.post, name="post_proposal"),
    path("proposals/<uuid:proposal_id>/return/", checking.send_back, name="return_proposal"),
    path("proposals/<uuid:proposal_id>/withdraw/", checking.withdraw, name="withdraw_proposal"),
    path("events/<uuid:batch_id>/", events.show_event, name="event"),
    path("events/<uuid:batch_id>/dispute/", entering.dispute_goods, name="dispute_goods"),
    path("events/<uuid:batch_id>/reverse/", events.reverse_event, name="reverse_event"),
]

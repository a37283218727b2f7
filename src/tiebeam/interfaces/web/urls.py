"""The addresses of the pages."""

from django.urls import include, path

import tiebeam.interfaces.web.people.home  # noqa: F401  # brings its lines to the first page
from tiebeam.interfaces.web.directory import urls as directory
from tiebeam.interfaces.web.health import views as health
from tiebeam.interfaces.web.history import urls as history
from tiebeam.interfaces.web.home import views as home
from tiebeam.interfaces.web.lists import urls as lists
from tiebeam.interfaces.web.pairs import urls as pairs
from tiebeam.interfaces.web.people import views as people
from tiebeam.interfaces.web.programmes import urls as programmes
from tiebeam.interfaces.web.sign_in import mine, office
from tiebeam.interfaces.web.sign_in import views as sign_in

urlpatterns = [
    path("", home.show_home, name="home"),
    path("changed/", home.show_changed, name="changed"),
    path("health", health.tell_health, name="health"),
    path("ready", health.tell_readiness, name="ready"),
    path("join/<str:secret>/", sign_in.join, name="join"),
    path("seat/", sign_in.choose_seat, name="choose_seat"),
    path("me/", mine.show_my_page, name="my_page"),
    path("me/deputies/", mine.show_deputies, name="my_deputies"),
    path("me/deputies/<uuid:assignment_id>/end/", mine.end_deputy, name="end_deputy"),
    path("me/tokens/", mine.show_tokens, name="my_tokens"),
    path("me/tokens/<uuid:token_id>/revoke/", mine.revoke_token, name="revoke_token"),
    # An address is changed by the administrator, with a line in the log.
    path("accounts/email/", mine.show_nothing),
    # Nobody links an account of elsewhere: the address alone says who it is.
    path("accounts/3rdparty/", mine.show_nothing),
    path("accounts/3rdparty/signup/", mine.show_nothing),
    path("accounts/oidc/office/login/", office.go_to_office),
    path("accounts/oidc/office/login/callback/", office.come_back),
    path("people/", people.list_all, name="people"),
    path("people/invite/", people.invite_person, name="invite_person"),
    path("people/<uuid:person_id>/", people.show_person, name="person"),
    path("people/<uuid:person_id>/role/", people.assign_role, name="assign_role"),
    path(
        "people/<uuid:person_id>/role/<uuid:assignment_id>/end/", people.end_role, name="end_role"
    ),
    path("people/<uuid:person_id>/dismiss/", people.dismiss_person, name="dismiss_person"),
    path("", include("tiebeam.interfaces.web.documents.urls")),
    path("", include("tiebeam.interfaces.web.log.urls")),
    path("", include("tiebeam.interfaces.web.overview.urls")),
    path("", include("tiebeam.interfaces.web.returns.urls")),
    path("", include("tiebeam.interfaces.web.agreements.urls")),
    path("", include("tiebeam.interfaces.web.responsibilities.urls")),
    path("", include("tiebeam.interfaces.web.hand_overs.urls")),
    path("public/", include("tiebeam.interfaces.web.portal.urls")),
    path("", include("tiebeam.interfaces.web.desk.urls")),
    path("", include("tiebeam.interfaces.web.obligations.urls")),
    *programmes.urlpatterns,
    *lists.urlpatterns,
    *pairs.urlpatterns,
    *history.urlpatterns,
    *directory.urlpatterns,
    path("workbooks/", include("tiebeam.interfaces.web.workbooks.urls")),
    path("notices/", include("tiebeam.interfaces.web.notices.urls")),
    path("emergencies/", include("tiebeam.interfaces.web.emergencies.urls")),
    path("supplies/", include("tiebeam.interfaces.web.supplies.urls")),
    path("reports/", include("tiebeam.interfaces.web.reports.urls")),
    path("phone/", include("tiebeam.interfaces.web.phone.urls")),
    path("money/bank/", include("tiebeam.interfaces.web.statements.urls")),
    path("money/", include("tiebeam.interfaces.web.claims.urls")),
    path("money/imports/", include("tiebeam.interfaces.web.ledger_imports.urls")),
    path("money/", include("tiebeam.interfaces.web.money.urls")),
    path("filters/", include("tiebeam.interfaces.web.filters.urls")),
]

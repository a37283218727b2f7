"""The addresses of the emergencies."""

from django.urls import path

from tiebeam.interfaces.web.emergencies import (
    board,
    deployments,
    dispatch,
    incidents,
    needs,
    units,
    waiting,
)

urlpatterns = [
    path("", incidents.show_incidents, name="emergencies"),
    path("activate/", incidents.activate, name="activate_incident"),
    path("waiting/", waiting.show_inbox, name="emergency_inbox"),
    path("<uuid:incident_id>/", incidents.show_incident, name="incident"),
    path("<uuid:incident_id>/board/", board.show_board, name="incident_board"),
    path("<uuid:incident_id>/map.json", board.show_map, name="incident_map"),
    path("<uuid:incident_id>/dispatch/", dispatch.show_dispatch, name="incident_dispatch"),
    path("<uuid:incident_id>/dispatch/plan/", dispatch.plan, name="plan_orders"),
    path("<uuid:incident_id>/dispatch/stop/", dispatch.stop, name="stop_planning"),
    path("orders/<uuid:proposal_id>/", dispatch.decide, name="decide_order"),
    path("orders/<uuid:proposal_id>/refuse/", dispatch.refuse, name="refuse_order"),
    path("<uuid:incident_id>/level/", incidents.change_level_of, name="incident_level"),
    path("<uuid:incident_id>/stand-down/", incidents.stand_down, name="stand_down_incident"),
    path("<uuid:incident_id>/expire/", incidents.expire, name="expire_overdue"),
    path("<uuid:incident_id>/needs/enter/", needs.enter, name="enter_need"),
    path("needs/<uuid:need_id>/", needs.show, name="need"),
    path("needs/<uuid:need_id>/verify/", needs.verify, name="verify_need"),
    path("needs/<uuid:need_id>/ask/", needs.ask, name="ask_home"),
    path("needs/<uuid:need_id>/offer/", needs.offer_unasked, name="volunteer"),
    path("needs/<uuid:need_id>/prolong/", needs.prolong, name="prolong_need"),
    path("needs/<uuid:need_id>/withdraw/", needs.withdraw, name="withdraw_need"),
    path("deployments/<uuid:deployment_id>/", deployments.show, name="deployment"),
    path("deployments/<uuid:deployment_id>/<slug:event>/", deployments.take, name="step"),
    path("packages/", units.show_packages, name="packages"),
    path("packages/hold/", units.hold, name="hold_package"),
    path("packages/<uuid:package_id>/", units.correct, name="correct_package"),
    path("packages/<uuid:package_id>/publish/", units.publish, name="publish_package"),
    path("teams/", units.show_teams, name="teams"),
    path("teams/form/", units.form_new, name="form_team"),
    path("teams/<uuid:team_id>/", units.show_team, name="team"),
    path("teams/<uuid:team_id>/members/", units.add, name="add_member"),
]

"""The addresses of the directory and of the search."""

from django.urls import path

from tiebeam.interfaces.web.directory import entering, figures, searching, views

urlpatterns = [
    path("search/", searching.search, name="search"),
    path("directory/", views.show_regions, name="regions"),
    path("directory/regions/<uuid:region_id>/", views.show_region, name="region"),
    path("directory/regions/add/", entering.add_region, name="add_region"),
    path(
        "directory/regions/<uuid:region_id>/correct/",
        entering.correct_region,
        name="correct_region",
    ),
    path("directory/regions/<uuid:region_id>/end/", entering.end_region, name="end_region"),
    path("directory/regions/<uuid:region_id>/codes/add/", entering.add_code, name="add_code"),
    path("directory/codes/<uuid:code_id>/end/", entering.end_code, name="end_code"),
    path("directory/regions/<uuid:region_id>/figures/add/", figures.add_figure, name="add_figure"),
    path("directory/figures/<uuid:statistic_id>/", figures.show_figure, name="figure"),
    path("directory/organisations/add/", entering.add_organisation, name="add_organisation"),
    path(
        "directory/organisations/<uuid:organisation_id>/correct/",
        entering.correct_organisation,
        name="correct_organisation",
    ),
    path(
        "directory/organisations/<uuid:organisation_id>/end/",
        entering.end_organisation,
        name="end_organisation",
    ),
    path("directory/organisations/", views.show_organisations, name="organisations"),
    path(
        "directory/organisations/<uuid:organisation_id>/",
        views.show_organisation,
        name="organisation",
    ),
]

"""The addresses of the directory and of the search."""

from django.urls import path

from tiebeam.interfaces.web.directory import views

urlpatterns = [
    path("search/", views.search, name="search"),
    path("directory/", views.show_regions, name="regions"),
    path("directory/regions/<uuid:region_id>/", views.show_region, name="region"),
    path("directory/organisations/", views.show_organisations, name="organisations"),
    path(
        "directory/organisations/<uuid:organisation_id>/",
        views.show_organisation,
        name="organisation",
    ),
]

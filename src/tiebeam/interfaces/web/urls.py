"""The addresses of the pages."""

from django.urls import path

from tiebeam.interfaces.web.home import views as home
from tiebeam.interfaces.web.sign_in import views as sign_in

urlpatterns = [
    path("", home.show_home, name="home"),
    path("seat/", sign_in.choose_seat, name="choose_seat"),
    path("me/", sign_in.choose_seat, name="my_page"),
]

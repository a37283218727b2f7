"""The addresses of supplies."""

from django.urls import path

import tiebeam.interfaces.web.supplies.home  # noqa: F401  # brings its lines to the first page
from tiebeam.interfaces.web.supplies import asking, shipments, shipping, stock

urlpatterns = [
    path("", stock.show_stock, name="supplies"),
    path("move/", stock.move, name="move_stock"),
    path("stock/<uuid:place_id>/<uuid:item_id>/", stock.show_movements, name="movements"),
    path("movements/<uuid:movement_id>/undo/", stock.undo, name="undo_movement"),
    path("items/", asking.show_items, name="supply_items"),
    path("items/enter/", asking.enter_one, name="enter_item"),
    path("holds/", asking.show_holds, name="holds"),
    path("holds/ask/", asking.ask, name="enter_hold"),
    path("holds/<uuid:hold_id>/end/", asking.end, name="lift_hold"),
    path("shipments/", shipments.show_all, name="shipments"),
    path("shipments/send/", shipping.send, name="send_shipment"),
    path("shipments/<uuid:shipment_id>/", shipments.show_one, name="shipment"),
    path("shipments/<uuid:shipment_id>/confirm/", shipping.confirm_one, name="confirm_shipment"),
    path("lines/<uuid:line_id>/settle/", shipping.settle_one, name="settle_line"),
]

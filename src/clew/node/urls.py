"""Which address is which page. Of allauth only sign-in and sign-out exist here."""

from allauth.account.views import account_inactive, login, logout
from django.urls import path, register_converter

from clew.web import assets, cases, exhibits, progress
from clew.web.references import ReferenceConverter

register_converter(ReferenceConverter, "reference")

urlpatterns = [
    path("", cases.all_of_them, name="cases"),
    path("cases/<reference:case>/", cases.one, name="case"),
    path("cases/<reference:case>/progress", progress.of_case, name="case-progress"),
    path("cases/<reference:case>/exhibits/<reference:exhibit>/", exhibits.one, name="exhibit"),
    path(
        "cases/<reference:case>/exhibits/<reference:exhibit>/progress",
        progress.of_exhibit,
        name="exhibit-progress",
    ),
    path("account/sign-in/", login, name="account_login"),
    path("account/sign-out/", logout, name="account_logout"),
    path("account/inactive/", account_inactive, name="account_inactive"),
    path("static/<str:name>", assets.one, name="asset"),
]

handler400 = "clew.web.refusals.wrong"
handler403 = "clew.web.refusals.forbidden"
handler404 = "clew.web.refusals.absent"
handler429 = "clew.web.refusals.too_many"
handler500 = "clew.web.refusals.broken"

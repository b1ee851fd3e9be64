"""Which address is which page. Of allauth only signing in and out and second factors exist here."""

from allauth.account.views import account_inactive, login, logout
from allauth.mfa.base.views import authenticate, reauthenticate
from allauth.mfa.recovery_codes.views import generate_recovery_codes, view_recovery_codes
from allauth.mfa.totp.views import activate_totp, deactivate_totp
from allauth.mfa.webauthn.views import reauthenticate_webauthn
from django.contrib.auth.decorators import login_not_required
from django.urls import path, register_converter

from clew.api.operations import api
from clew.web import (
    academies,
    assets,
    audits,
    cases,
    categories,
    certificates,
    clues,
    exhibits,
    exposures,
    grids,
    handlings,
    homes,
    identifications,
    keys,
    leads,
    links,
    looks,
    maps,
    media,
    messages,
    objects,
    officers,
    overlaps,
    people,
    progress,
    proposals,
    provenances,
    questions,
    readinesses,
    referrals,
    releases,
    reports,
    requests,
    retentions,
    searches,
    series,
    shortcuts,
    shreddings,
    single_sign_on,
    statistics,
    taskforces,
)
from clew.web.references import ReferenceConverter
from clew.web.second_factors import AddKey, LoginKey, RemoveKey
from clew.web.sign_ins import needs_fresh_sign_in

register_converter(ReferenceConverter, "reference")

OF_A_CASE = (
    ("", cases.one, "case"),
    ("progress", progress.of_case, "case-progress"),
    ("exhibits/<reference:exhibit>/", exhibits.one, "exhibit"),
    ("exhibits/<reference:exhibit>/progress", progress.of_exhibit, "exhibit-progress"),
    ("exhibits/<reference:exhibit>/numbers", progress.numbers, "exhibit-numbers"),
    ("media/", grids.of_case, "case-grid"),
    ("media/page", grids.page_of_case, "case-grid-page"),
    ("exhibits/<reference:exhibit>/media/", grids.of_case, "exhibit-grid"),
    ("exhibits/<reference:exhibit>/media/page", grids.page_of_case, "exhibit-grid-page"),
)
"""Pages of a case: of the own unit, or below the unit that has it."""

urlpatterns = [
    path("", homes.home, name="home"),
    path("go/", homes.go, name="go"),
    path("search/", searches.search, name="search"),
    path("language/", homes.choose_language, name="language"),
    path("cases/", cases.all_of_them, name="cases"),
    *(
        path(f"{prefix}cases/<reference:case>/{rest}", view, name=f"{before}{name}")
        for prefix, before in (("", ""), ("units/<reference:unit>/", "unit-"))
        for rest, view, name in OF_A_CASE
    ),
    path("releases/", releases.all_of_them, name="releases"),
    path("releases/give/", releases.give, name="release-give"),
    path("releases/<uuid:release>/withdraw/", releases.withdraw, name="release-withdraw"),
    path("cases/<reference:case>/end/", shreddings.one, name="case-end"),
    path("cases/<reference:case>/end/<slug:step>/", shreddings.move, name="case-end-move"),
    path("questions/", questions.all_of_them, name="questions"),
    path("questions/ask/new/", questions.ask, name="question-ask"),
    path("questions/<reference:name>/", questions.one, name="question"),
    path("questions/<reference:name>/<slug:step>/", questions.say, name="question-say"),
    path("objects/", objects.all_of_them, name="objects"),
    path("objects/cut/new/", objects.cut, name="object-cut"),
    path("objects/seen/<str:ticket>/", objects.seen, name="object-seen"),
    path("objects/<uuid:crop>/<slug:step>/", objects.move, name="object-move"),
    path("referrals/", referrals.all_of_them, name="referrals"),
    path("referrals/build/new/", referrals.build, name="referral-build"),
    path("referrals/<reference:name>/", referrals.one, name="referral"),
    path("referrals/<reference:name>/<slug:step>/", referrals.move, name="referral-move"),
    path("academy/", academies.all_of_them, name="academy"),
    path("academy/rule/", academies.need, name="academy-need"),
    path("exercise/", academies.exercise, name="exercise"),
    path("exercise/day/", academies.play, name="exercise-play"),
    path("exercise/end/", academies.hand_in, name="exercise-hand-in"),
    path("readiness/", readinesses.all_of_them, name="readiness-list"),
    path("readiness/say/<slug:step>/", readinesses.say, name="readiness-say"),
    path("readiness/<reference:member>/", readinesses.one, name="readiness"),
    path("messages/", messages.all_of_them, name="messages"),
    path("leads/", leads.all_of_them, name="leads"),
    path("leads/<uuid:lead>/", leads.one, name="lead"),
    path("leads/<uuid:lead>/<slug:step>/", leads.move, name="lead-move"),
    path("messages/ask/", messages.ask, name="message-ask"),
    path("messages/<uuid:correspondence>/", messages.one, name="message"),
    path("messages/<uuid:correspondence>/say/", messages.say, name="message-say"),
    path("notices/<uuid:notice>/seen/", messages.see, name="notice-seen"),
    path("overlaps/", overlaps.all_of_them, name="overlaps"),
    path("overlaps/rule/", overlaps.set_rule_of_member, name="overlap-member-rule"),
    path("overlaps/<slug:kind>/<reference:name>/", overlaps.one, name="overlap"),
    path("overlaps/<slug:kind>/<reference:name>/answer/", overlaps.say, name="overlap-say"),
    path("overlaps/<slug:kind>/<reference:name>/rule/", overlaps.set_rule, name="overlap-rule"),
    path("cases/<reference:case>/proposals/", proposals.of_case, name="case-proposals"),
    path("cases/<reference:case>/proposals/<slug:step>/", proposals.move, name="case-proposals-move"),
    path("cases/<reference:case>/categories/", categories.of_case, name="case-categories"),
    path("cases/<reference:case>/categories/<slug:step>/", categories.say, name="case-categories-say"),
    path("categories/", categories.all_of_them, name="categories"),
    path("categories/<slug:step>/", categories.decide, name="category-decide"),
    path("victims/<reference:name>/steps/<slug:step>/", identifications.move, name="victim-move"),
    path("ledger/", identifications.ledger, name="ledger"),
    path("series/", series.all_of_them, name="series-list"),
    path("series/open/new/", series.open_new, name="series-open"),
    path("series/<reference:name>/", series.one, name="series"),
    path("series/<reference:name>/media/", grids.of_series, name="series-grid"),
    path("series/<reference:name>/media/page", grids.page_of_series, name="series-grid-page"),
    path("marks/<slug:step>/", grids.mark, name="grid-mark"),
    path("sorting/<slug:step>/", grids.sort, name="grid-sort"),
    path("series/<reference:name>/workbench/", clues.workbench, name="workbench"),
    path("series/<reference:name>/workbench/<slug:step>/", clues.work, name="workbench-move"),
    path("series/<reference:name>/<slug:step>/", series.move, name="series-move"),
    path("media/<uuid:medium>/", media.one, name="medium"),
    path("media/<uuid:medium>/reveal/", looks.reveal, name="look-reveal"),
    path("media/<uuid:medium>/shown/<str:ticket>/", looks.given, name="look-given"),
    path("looks/state/", looks.state, name="look-state"),
    path("looks/cover/", looks.cover, name="look-cover"),
    path("account/exposure/", exposures.mine, name="exposure"),
    path("media/<reference:name>/provenance/", provenances.one, name="medium-provenance"),
    path("media/<reference:name>/clues/", clues.on_medium, name="medium-clues"),
    path("media/<reference:name>/clues/<slug:step>/", clues.move, name="medium-clues-move"),
    *(
        path(f"{kind}s/", people.all_of_them, {"kind": kind}, name=f"{kind}s")
        for kind in ("victim", "offender", "place")
    ),
    *(
        path(f"{kind}s/enter/new/", people.enter, {"kind": kind}, name=f"{kind}-enter")
        for kind in ("victim", "offender", "place")
    ),
    path("victims/<reference:name>/", people.victim, name="victim"),
    path("offenders/<reference:name>/", people.offender, name="offender"),
    path("places/<reference:name>/", people.place, name="place"),
    path("map/", maps.one, name="map"),
    path("links/", links.waiting, name="links"),
    path("links/<reference:name>/", links.of, name="links-of"),
    path("links/<reference:name>/<slug:step>/", links.move, name="links-move"),
    path("audit/", audits.acts, name="audit"),
    path("audit/accesses/", audits.accesses, name="accesses"),
    path("requests/", requests.all_of_them, name="requests"),
    path("requests/add/", requests.add, name="request-add"),
    path("requests/<uuid:asked>/", requests.one, name="request"),
    path("requests/<uuid:asked>/block/", requests.shut, name="request-block"),
    path("requests/<uuid:asked>/blocks/<uuid:block>/lift/", requests.shut, name="request-unblock"),
    path("requests/<uuid:asked>/<slug:step>/", requests.move, name="request-move"),
    path("consultations/<uuid:consultation>/answer/", requests.answer, name="consultation-answer"),
    path("report/", reports.one, name="report"),
    path("report/json/", reports.as_json, name="report-json"),
    path("report/pdf/", reports.as_pdf, name="report-pdf"),
    path("account/sign-in/", login, name="account_login"),
    path("account/sign-out/", logout, name="account_logout"),
    path("account/inactive/", account_inactive, name="account_inactive"),
    path("account/second-factor/", authenticate, name="mfa_authenticate"),
    path("account/start-again/", keys.start_again, name="start-again"),
    path("account/single-sign-on/<slug:provider>/", single_sign_on.begin, name="single-sign-on"),
    path("account/single-sign-on/<slug:provider_id>/back/", single_sign_on.callback, name="openid_connect_callback"),
    path("account/passkey/", login_not_required(LoginKey.as_view()), name="mfa_login_webauthn"),
    path("account/again/", reauthenticate, name="mfa_reauthenticate"),
    path("account/again/passkey/", reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("account/keys/", keys.mine, name="mfa_index"),
    path("account/keys/passkeys/", keys.mine, name="mfa_list_webauthn"),
    path("account/keys/passkeys/add/", AddKey.as_view(), name="mfa_add_webauthn"),
    path("account/keys/passkeys/<int:pk>/remove/", RemoveKey.as_view(), name="mfa_remove_webauthn"),
    path("account/keys/codes/add/", activate_totp, name="mfa_activate_totp"),
    path("account/keys/codes/remove/", deactivate_totp, name="mfa_deactivate_totp"),
    # Whoever reads a recovery code is the officer from then on.
    path("account/keys/recovery/", needs_fresh_sign_in(view_recovery_codes), name="mfa_view_recovery_codes"),
    path("account/keys/recovery/new/", generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("account/shortcuts/", shortcuts.mine, name="shortcuts"),
    path("account/shortcuts/change/", shortcuts.change, name="shortcuts-change"),
    path("account/sign-ins/<uuid:sign_in>/end/", keys.end_sign_in, name="sign-in-end"),
    path("administration/", officers.all_of_them, name="administration"),
    path("administration/admit/", officers.admit, name="administration-admit"),
    path("administration/certify/", officers.propose, name="administration-propose"),
    path("administration/certifications/<uuid:certification>/<slug:step>/", officers.move, name="administration-move"),
    path("administration/suspend/", officers.suspend, name="administration-suspend"),
    path("administration/lift/", officers.lift, name="administration-lift"),
    path("administration/invite/", officers.invite, name="administration-invite"),
    path("administration/units/", officers.unit, name="administration-unit"),
    path("administration/member/", officers.particulars, name="administration-member"),
    path("administration/programs/", officers.lend, name="administration-lend"),
    path("administration/programs/<uuid:token>/end/", officers.end_token, name="administration-end-token"),
    path("account/certificate/", certificates.come_in, name="certificate"),
    # One by one, so that every address stands here; each answers who is not signed in by itself, and not by a page.
    *(path(f"api/{one.pattern}", login_not_required(one.callback), name=f"api-{one.name}") for one in api.urls[0]),
    path(
        "handling/exhibit/<reference:within>/<reference:name>/", handlings.one, {"kind": "exhibit"}, "exhibit-handling"
    ),
    path(
        "handling/exhibit/<reference:within>/<reference:name>/change/",
        handlings.change, {"kind": "exhibit"}, "exhibit-handling-change",
    ),
    path(
        "handling/exhibit/<reference:within>/<reference:name>/words/",
        handlings.reword, {"kind": "exhibit"}, "exhibit-handling-words",
    ),
    path(
        "handling/exhibit/<reference:within>/<reference:name>/changes/<uuid:change>/<slug:step>/",
        handlings.move, {"kind": "exhibit"}, "exhibit-handling-move",
    ),
    path("handling/<slug:kind>/<reference:name>/", handlings.one, name="handling"),
    path("handling/<slug:kind>/<reference:name>/change/", handlings.change, name="handling-change"),
    path("handling/<slug:kind>/<reference:name>/words/", handlings.reword, name="handling-words"),
    path(
        "handling/<slug:kind>/<reference:name>/changes/<uuid:change>/<slug:step>/", handlings.move, name="handling-move"
    ),
    path("statistics/", statistics.one, name="statistics"),
    path("statistics/csv/", statistics.as_csv, name="statistics-csv"),
    path("statistics/json/", statistics.as_json, name="statistics-json"),
    path("unidentified/", statistics.public, name="unidentified"),
    path("taskforces/", taskforces.all_of_them, name="taskforces"),
    path("taskforces/open/", taskforces.open_one, name="taskforce-open"),
    path("taskforces/<reference:name>/", taskforces.one, name="taskforce"),
    path("taskforces/<reference:name>/<slug:step>/", taskforces.act, name="taskforce-act"),
    path("retention/", retentions.all_of_it, name="retention"),
    path("retention/decide/<slug:step>/", retentions.decide, name="retention-decide"),
    path("retention/decisions/<uuid:decision>/<slug:step>/", retentions.move, name="retention-move"),
    path("retention/blocks/<uuid:block>/lift/", retentions.lift, name="retention-lift"),
    path("retention/terms/", retentions.set_term, name="retention-term"),
    path("static/<str:of_release>/<path:name>", assets.one, name="asset"),
]

handler400 = "clew.web.refusals.wrong"
handler403 = "clew.web.refusals.forbidden"
handler404 = "clew.web.refusals.absent"
handler429 = "clew.web.refusals.too_many"
handler500 = "clew.web.refusals.broken"

"""Addresses of the people package, under `/account/`."""

from django.urls import path

from huong.people.pages import account as pages
from huong.people.pages import acting, oauth, openid, phone

app_name = "people"
urlpatterns = [
    path("", pages.account, name="account"),
    path("code", pages.code, name="code"),
    path("demonstration", pages.demonstration, name="demonstration"),
    path("sign-out", pages.sign_out, name="sign_out"),
    path("second-factor", pages.second_factor_set_up, name="second_factor_set_up"),
    path("recovery-codes", pages.recovery_codes, name="recovery_codes"),
    path("me", pages.profile, name="profile"),
    path("password", pages.password, name="password"),
    path("join/<str:secret>", pages.join, name="join"),
    path("openid", openid.begin, name="openid"),
    path("openid/back", openid.back, name="openid_back"),
    path("higher", openid.higher, name="higher"),
    path("acting", acting.choose, name="acting"),
    path("acting/firms/<str:public_id>", acting.firm, name="firm"),
    path("acting/firms/<str:public_id>/revoke", acting.revoke, name="revoke_delegation"),
    path("oauth/token", oauth.token, name="oauth_token"),
    path("phone", phone.number, name="phone"),
    path("phone/code", phone.code, name="phone_code"),
]

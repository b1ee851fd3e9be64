"""What the pages ask of Django, for `node/settings.py` to take over as it stands.

Everything that depends on how a node is reached or kept (cookies, addresses, database,
keys) is said there and not here.
"""

from typing import Any

APPS = (
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "clew.web",  # before allauth: its templates win
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
)

MIDDLEWARE = (
    "django.middleware.security.SecurityMiddleware",
    "clew.web.headers.page_headers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "clew.web.sign_ins.guard",
    "clew.web.refusals.refusals",
)

TEMPLATES: tuple[dict[str, Any], ...] = (
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "clew.web.single_sign_on.ways",
            ],
        },
    },
)

SETTINGS: dict[str, Any] = {
    "LOGIN_URL": "account_login",
    "LOGIN_REDIRECT_URL": "home",
    "ACCOUNT_LOGOUT_REDIRECT_URL": "account_login",
    "ACCOUNT_ADAPTER": "clew.web.account.Adapter",
    "ACCOUNT_LOGIN_METHODS": {"username"},
    "ACCOUNT_SIGNUP_FIELDS": ["username*", "password1*"],
    "ACCOUNT_EMAIL_VERIFICATION": "none",
    "ACCOUNT_LOGOUT_ON_GET": False,
    "ACCOUNT_SESSION_REMEMBER": False,
    # By address, and by the name that somebody tries passwords for.
    "ACCOUNT_RATE_LIMITS": {"login": "30/m/ip", "login_failed": "10/m/ip,5/5m/key"},
    "MFA_ADAPTER": "clew.web.second_factors.Adapter",
    "MFA_FORMS": {
        "add_webauthn": "clew.web.second_factors.AddKeyForm",
        "login_webauthn": "clew.web.second_factors.LoginKeyForm",
    },
    "MFA_SUPPORTED_TYPES": ["webauthn", "totp", "recovery_codes"],
    "MFA_PASSKEY_LOGIN_ENABLED": True,
    "MFA_WEBAUTHN_USER_VERIFICATION": "required",
    # No tolerance: a code is remembered as used for as long as it is good, and no longer.
    "MFA_TOTP_TOLERANCE": 0,
    "MFA_RECOVERY_CODES_SHOW_ONCE": True,
    "MFA_RATE_LIMITS": {"webauthn_login": "30/m/ip"},
    "CSRF_FAILURE_VIEW": "clew.web.refusals.stale",
    # `no-referrer` would make browsers send `Origin: null` with our own forms.
    "SECURE_REFERRER_POLICY": "same-origin",
    # Only languages whose catalogue is complete: a page never claims one it does not speak.
    "LANGUAGE_CODE": "en",
    "LANGUAGES": [("en", "English"), ("fr", "Français"), ("es", "Español"), ("ar", "العربية")],
    "FORMAT_MODULE_PATH": "clew.web.formats",
    "USE_I18N": True,
    "USE_TZ": True,
    "TIME_ZONE": "UTC",
}

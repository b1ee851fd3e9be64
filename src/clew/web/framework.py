"""What the pages ask of Django, for `node/settings.py` to take over as it stands.

Cookies become `Secure` and the client's address trusted from a proxy only there: both
depend on how a node is reached.
"""

from typing import Any

APPS = (
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "clew.web",  # before allauth: its templates win
    "allauth",
    "allauth.account",
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
            ],
        },
    },
)

SIGN_IN: dict[str, Any] = {
    "AUTHENTICATION_BACKENDS": ["django.contrib.auth.backends.ModelBackend"],
    "LOGIN_URL": "account_login",
    "LOGIN_REDIRECT_URL": "cases",
    "ACCOUNT_LOGOUT_REDIRECT_URL": "account_login",
    "ACCOUNT_LOGIN_METHODS": {"username"},
    "ACCOUNT_SIGNUP_FIELDS": ["username*", "password1*"],
    "ACCOUNT_ADAPTER": "clew.web.account.Adapter",
    "ACCOUNT_EMAIL_VERIFICATION": "none",
    "ACCOUNT_EMAIL_NOTIFICATIONS": False,
    "ACCOUNT_LOGOUT_ON_GET": False,
    # A session ends with the browser, and after a working day at the latest.
    "ACCOUNT_SESSION_REMEMBER": False,
    "SESSION_COOKIE_AGE": 10 * 60 * 60,
    "ACCOUNT_RATE_LIMITS": {"login": "30/m/ip", "login_failed": "10/m/ip,5/5m/key"},
}

PROTECTION: dict[str, Any] = {
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "Lax",
    "CSRF_COOKIE_HTTPONLY": True,
    "CSRF_COOKIE_SAMESITE": "Strict",
    "CSRF_FAILURE_VIEW": "clew.web.refusals.stale",
    # `no-referrer` would make browsers send `Origin: null` with our own forms.
    "SECURE_REFERRER_POLICY": "same-origin",
    "X_FRAME_OPTIONS": "DENY",
    "DATA_UPLOAD_MAX_MEMORY_SIZE": 64 * 1024,
    "DATA_UPLOAD_MAX_NUMBER_FIELDS": 50,
    "FILE_UPLOAD_HANDLERS": [],
}

LANGUAGES: tuple[tuple[str, str], ...] = (("en", "English"),)
"""Only languages whose catalogue is complete: a page never claims a language it does not speak."""

WORDS: dict[str, Any] = {
    "USE_I18N": True,
    "USE_TZ": True,
    "USE_THOUSAND_SEPARATOR": True,
    "LANGUAGE_CODE": "en",
    "LANGUAGES": list(LANGUAGES),
    "LANGUAGE_COOKIE_HTTPONLY": True,
    "LANGUAGE_COOKIE_SAMESITE": "Lax",
}

SETTINGS: dict[str, Any] = {**SIGN_IN, **PROTECTION, **WORDS}

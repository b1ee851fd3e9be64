"""Django's settings, derived from the configuration and the keys of the node."""

from functools import partial
from ipaddress import ip_address
from urllib.parse import urlsplit

from clew.actions.cutter import Cutter
from clew.domain.sign_in import LENGTH_MAX
from clew.media.nursery import Nursery
from clew.media.uploads import Uploads
from clew.media.vault import Vault
from clew.node import keys as node_keys
from clew.node import single_sign_on
from clew.node.configuration import Configuration
from clew.node.connection import facts
from clew.node.keyring import keyring_of
from clew.node.machine import host
from clew.web import framework

CONFIGURATION = Configuration.from_environment()
_KEYS = node_keys.read(CONFIGURATION.keys_folder)
_FACTS = facts(CONFIGURATION)


def _database(parameters: dict[str, str]) -> dict[str, object]:
    named = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    options = {name: value for name, value in parameters.items() if name not in named.values()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        **{django: parameters.get(libpq, "") for django, libpq in named.items()},
        # Arrays of a whole chunk travel as parameters, not as text within the statement.
        "OPTIONS": {**options, "server_side_binding": True},
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
    }


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


DATABASES = {
    "default": _database(_FACTS.as_app(_KEYS.app_password)),
    "owner": _database(_FACTS.as_owner()),
}
CLEW_NAME = CONFIGURATION.name
CLEW_IS_ACADEMY = CONFIGURATION.academy
CLEW_ACADEMY_URL = CONFIGURATION.academy_url
CLEW_EXERCISES = CONFIGURATION.exercises_folder if CONFIGURATION.academy else None
"""Where what was drawn for exercises lies on this machine: in an academy alone."""
CLEW_EXERCISE_NEEDED = CONFIGURATION.exercise_needed
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CLEW_CONTEXT_KEY = _KEYS.context
CLEW_AUDIT_KEY = _KEYS.audit
CLEW_KEYRING = keyring_of(CONFIGURATION)
CLEW_VAULT = Vault(CONFIGURATION.vault_folder, CLEW_KEYRING)
CLEW_CUTTER = Cutter(vault=CLEW_VAULT, nursery=Nursery(cache=CONFIGURATION.cache_folder))

CLEW_CERTIFICATE_SEED = partial(node_keys.key, CONFIGURATION.keys_folder, node_keys.CERTIFICATES)
"""Gives what signs manifests of packages: read where it is asked for, and kept nowhere."""
CLEW_UPLOADS = Uploads(CONFIGURATION.uploads_folder, CLEW_KEYRING)
CLEW_HOST = host()
CLEW_JOB_ADDER = "clew.jobs.tasks.adder"
CLEW_JOB_AGAIN = "clew.jobs.tasks.again"
"""Where the pages find what adds the jobs of an intake, and of one that is tried again: a door knows no other door."""
CLEW_DRAWING_ADDER = "clew.jobs.tasks.add_drawing"
CLEW_ACADEMY = "clew.node.academy.of_this_node"
"""Where the pages find what adds the job that draws an exercise, and how the academy is asked."""
CLEW_API_DOCUMENT = "clew.api.operations.described"
"""Where the pages find what describes the API, which stands on them."""
CLEW_FACTOR_KEY = _KEYS.factors
CLEW_TRUSTED_PROXY = CONFIGURATION.trusted_proxy
CLEW_CERTIFICATE_HEADER = CONFIGURATION.certificate_header if CONFIGURATION.trusted_proxy else None
# Limits count by the address that the trusted proxy saw, or by the one that is seen here.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if CONFIGURATION.trusted_proxy else 0
CLEW_SINGLE_SIGN_ON = single_sign_on.providers(CONFIGURATION.keys_folder)

SECRET_KEY = _KEYS.django.hex()
DEBUG = False
ROOT_URLCONF = "clew.node.urls"
ASGI_APPLICATION = "clew.node.asgi.application"

INSTALLED_APPS = [*framework.APPS, "django.contrib.postgres", "procrastinate.contrib.django", "clew.records"]
MIDDLEWARE = [*framework.MIDDLEWARE]
TEMPLATES = [*framework.TEMPLATES]
globals().update(framework.SETTINGS)

# Sign-in ---------------------------------------------------------------------

AUTH_USER_MODEL = "records.Officer"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_PRESERVE_USERNAME_CASING = False
SOCIALACCOUNT_ADAPTER = "clew.web.single_sign_on.Signers"
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "APPS": [
            {
                "provider_id": provider.id, "name": provider.name, "client_id": provider.client_id,
                "secret": provider.client_secret,
                "settings": {"server_url": provider.issuer, "oauth_pkce_enabled": True, "scope": ["openid", "profile"]},
            }
            for provider in CLEW_SINGLE_SIGN_ON
        ]
    }
}  # fmt: skip
CACHES = {
    "default": {"BACKEND": "clew.records.door_memory.DoorMemory"},
    # How often programs ask: counted by each process that serves, so that counting costs no statement.
    "api": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "api",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    },
}

# Notices by e-mail: without content, and off where no server is named -----------

_MAIL_HOST, _, _MAIL_PORT = (CONFIGURATION.mail_server or "").partition(":")
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if _MAIL_HOST else 'dummy'}.EmailBackend"
EMAIL_HOST, EMAIL_PORT, EMAIL_TIMEOUT = _MAIL_HOST, int(_MAIL_PORT or 25), 20
DEFAULT_FROM_EMAIL = CONFIGURATION.mail_from
CLEW_MAILS = bool(_MAIL_HOST)

# What a browser is told ------------------------------------------------------

_PUBLIC = urlsplit(CONFIGURATION.public_url or "")
_IS_HTTPS = _PUBLIC.scheme == "https" or (not _PUBLIC.scheme and not _is_loopback(CONFIGURATION.listen_host))
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", CONFIGURATION.listen_host, *filter(None, [_PUBLIC.hostname])]
CSRF_TRUSTED_ORIGINS = [f"{_PUBLIC.scheme}://{_PUBLIC.netloc}"] if _PUBLIC.netloc else []
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _PUBLIC.scheme == "https" else None
SESSION_ENGINE = "clew.web.sessions"
# A browser sends cookies to every port of a host: the academy's have names of their own.
_OF = "academy-" if CLEW_IS_ACADEMY else ""
SESSION_COOKIE_NAME = f"__Host-{_OF}session" if _IS_HTTPS else f"{_OF}session"
SESSION_COOKIE_SECURE = _IS_HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = int(LENGTH_MAX.total_seconds())
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
LANGUAGE_COOKIE_NAME = f"__Host-{_OF}language" if _IS_HTTPS else f"{_OF}language"
CSRF_COOKIE_NAME = f"__Host-{_OF}csrf" if _IS_HTTPS else f"{_OF}csrf"
CSRF_COOKIE_SECURE = _IS_HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if _IS_HTTPS else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024


PROCRASTINATE_DATABASE_ALIAS = "default"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "filters": {"without_address": {"()": "clew.web.logs.WithoutAddress"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["without_address"]}
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"clew": {"level": CONFIGURATION.log_level.upper()}},
}

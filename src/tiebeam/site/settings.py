"""
Settings of the workspace, read from the environment.

Without any, it runs for one person on one machine: SQLite below
``TIEBEAM_HOME``, on the loopback address, with a secret made at the first start.
``docs/how-to/office.md`` tells what an office sets.
"""

import os
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from tiebeam.site.secret import read_or_make_secret


def _flag(name: str, default: str = "0") -> bool:
    value = os.environ.get(name, default).strip().lower()
    if value not in {"0", "1", "true", "false", "yes", "no"}:
        raise ImproperlyConfigured(f"{name}={value!r}: expected 1 or 0")
    return value in {"1", "true", "yes"}


def _number(name: str, default: str) -> int:
    value = os.environ.get(name, default).strip()
    if not value.isdecimal():
        raise ImproperlyConfigured(f"{name}={value!r}: expected a whole number")
    return int(value)


def _list(name: str) -> list[str]:
    return [item.strip() for item in os.environ.get(name, "").split(",") if item.strip()]


HOME = Path(os.environ.get("TIEBEAM_HOME", Path.home() / ".local" / "share" / "tiebeam")).resolve()
IS_OFFICE = _flag("TIEBEAM_OFFICE")
"""Whether this serves an office behind a reverse proxy with TLS: strict cookies and redirects."""

DEBUG = _flag("TIEBEAM_DEBUG")
SECRET_KEY = os.environ.get("TIEBEAM_SECRET_KEY") or read_or_make_secret(HOME)
ALLOWED_HOSTS = _list("TIEBEAM_HOSTS") or ["127.0.0.1", "localhost", "[::1]"]
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in _list("TIEBEAM_HOSTS")] if IS_OFFICE else []

INSTALLED_APPS = [
    # First: its templates stand in for those of the sign-in library.
    "tiebeam.interfaces.web",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "axes",
    "tiebeam.platform.tenancy",
    "tiebeam.platform.audit",
    "tiebeam.platform.identity",
    "tiebeam.platform.tasks",
    "tiebeam.platform.files",
    "tiebeam.platform.requests",
    "tiebeam.platform.notices",
    "tiebeam.platform.bookmarks",
    "tiebeam.apps.regions",
    "tiebeam.apps.programmes",
    "tiebeam.apps.pairings",
    "tiebeam.apps.ledger",
    "tiebeam.apps.supplies",
    "tiebeam.apps.people",
    "tiebeam.apps.emergencies",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "tiebeam.interfaces.web.language.LanguageMiddleware",
    "tiebeam.interfaces.web.seat.SeatMiddleware",
    "tiebeam.interfaces.web.errors.RefusalMiddleware",
    "axes.middleware.AxesMiddleware",
]

CSRF_FAILURE_VIEW = "tiebeam.interfaces.web.errors.show_stale_form"
ROOT_URLCONF = "tiebeam.site.urls"
WSGI_APPLICATION = "tiebeam.site.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "tiebeam.interfaces.web.frame.frame",
            ],
            "builtins": [
                "tiebeam.interfaces.web.templatetags.words",
                "tiebeam.interfaces.web.templatetags.parts",
            ],
        },
    }
]

# -- Database ---------------------------------------------------------------

TIEBEAM_DATABASE_ROLE = os.environ.get("TIEBEAM_DATABASE_ROLE", "tiebeam_app")
"""The PostgreSQL role that the program runs as: owns no table, is bound by the row policies."""


def _database() -> dict[str, object]:
    address = os.environ.get("TIEBEAM_DATABASE_URL", "")
    if not address:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": HOME / "workspace.sqlite3",
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
            },
        }
    parts = urlsplit(address)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(
            f"TIEBEAM_DATABASE_URL begins with {parts.scheme!r}: expected postgresql://"
        )
    options: dict[str, object] = dict(parse_qsl(parts.query))
    # The row policies make statements look dear, and compiling one takes a hundred times its run.
    options["options"] = f"-c jit=off {options.get('options', '')}".rstrip()
    # The statements of the ledger are kept from their second run on: planning them takes four times what
    # running them does, and a connection lives a minute; 0 where a pooler between cannot keep plans.
    options["prepare_threshold"] = int(str(options.get("prepare_threshold", 1))) or None
    # A server that does not answer is told as such, before the patience of the pages ends.
    options.setdefault("connect_timeout", "5")
    # Migrations run as the owner of the tables: they set this to 0.
    if _flag("TIEBEAM_DATABASE_ASSUME_ROLE", "1"):
        options["assume_role"] = TIEBEAM_DATABASE_ROLE
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": str(options.pop("host", "")) or parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# -- People -----------------------------------------------------------------

AUTH_USER_MODEL = "identity.Person"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "tiebeam.interfaces.web.sign_in.adapter.InvitedOnlyAdapter"
# Wrong passwords are counted by axes, for each address and place; the library limits the rest.
ACCOUNT_RATE_LIMITS = {"login": "", "login_failed": ""}
TIEBEAM_SECOND_FACTOR = _flag("TIEBEAM_SECOND_FACTOR", "1" if IS_OFFICE else "0")
"""Whether coordinators, ministries, finance, auditors and administrators need a code to act."""
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Tiebeam"
MFA_ADAPTER = "tiebeam.interfaces.web.sign_in.adapter.CodesAdapter"
MFA_FORMS = {
    "authenticate": "tiebeam.interfaces.web.sign_in.forms.AuthenticateForm",
    "reauthenticate": "tiebeam.interfaces.web.sign_in.forms.ReauthenticateByCodeForm",
    "activate_totp": "tiebeam.interfaces.web.sign_in.forms.ActivateTOTPForm",
}
ACCOUNT_FORMS = {
    "login": "tiebeam.interfaces.web.sign_in.forms.LoginForm",
    "change_password": "tiebeam.interfaces.web.sign_in.forms.ChangePasswordForm",
    "set_password": "tiebeam.interfaces.web.sign_in.forms.SetPasswordForm",
    "reset_password": "tiebeam.interfaces.web.sign_in.forms.ResetPasswordForm",
    "reset_password_from_key": "tiebeam.interfaces.web.sign_in.forms.ResetPasswordKeyForm",
    "reauthenticate": "tiebeam.interfaces.web.sign_in.forms.ReauthenticateForm",
}
SOCIALACCOUNT_ADAPTER = "tiebeam.interfaces.web.sign_in.office.KnownPeopleOnly"


def _sign_in_of_the_office() -> dict[str, object]:
    client, address = os.environ.get("TIEBEAM_OIDC_CLIENT"), os.environ.get("TIEBEAM_OIDC_URL", "")
    if not client:
        return {}
    if IS_OFFICE and not address.startswith("https://"):
        raise ImproperlyConfigured(f"TIEBEAM_OIDC_URL={address!r}: expected https://…")
    app = {
        "provider_id": "office",
        "name": os.environ.get("TIEBEAM_OIDC_NAME", "OpenID Connect"),
        "client_id": client,
        "secret": os.environ.get("TIEBEAM_OIDC_SECRET", ""),
        "settings": {
            "server_url": address.rstrip("/"),
            "domains": [domain.lower() for domain in _list("TIEBEAM_OIDC_DOMAINS")],
        },
    }
    return {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}


SOCIALACCOUNT_PROVIDERS = _sign_in_of_the_office()
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 1
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "tiebeam.interfaces.web.sign_in.lockout.name_of_attempt"
AXES_LOCKOUT_CALLABLE = "tiebeam.interfaces.web.sign_in.lockout.show_lockout"

SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_OFFICE
SECURE_SSL_REDIRECT = IS_OFFICE
# Asked by what watches the machine, beside the reverse proxy and without TLS.
SECURE_REDIRECT_EXEMPT = [r"^health$", r"^ready$"]
SECURE_HSTS_SECONDS = 31_536_000 if IS_OFFICE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_OFFICE
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_OFFICE else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        # Charts and maps place their parts by style attributes; no style comes from text of users.
        "style-src": ["'self'"],
        "style-src-attr": ["'unsafe-inline'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}

# -- Languages and time -----------------------------------------------------

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = os.environ.get("TIEBEAM_TIME_ZONE", "Asia/Shanghai")

# -- Files, mail, work, logs ------------------------------------------------

STATIC_URL = "static/"
STATICFILES_DIRS = [
    path
    for path in [Path(os.environ.get("TIEBEAM_FRONT_END", HOME / "front-end"))]
    if path.is_dir()
]
# Served from where they lie: nothing is collected first.
WHITENOISE_USE_FINDERS = True
MEDIA_ROOT = HOME / "documents"
DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024
TIEBEAM_DOCUMENT_BYTES_MOST = 20 * 1024 * 1024

EMAIL_BACKEND = os.environ.get(
    "TIEBEAM_EMAIL_BACKEND", "django.core.mail.backends.filebased.EmailBackend"
)
EMAIL_FILE_PATH = HOME / "mail"
EMAIL_HOST = os.environ.get("TIEBEAM_EMAIL_HOST", "localhost")
EMAIL_PORT = _number("TIEBEAM_EMAIL_PORT", "25")
EMAIL_USE_TLS = _flag("TIEBEAM_EMAIL_TLS")
EMAIL_HOST_USER = os.environ.get("TIEBEAM_EMAIL_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("TIEBEAM_EMAIL_PASSWORD", "")
# A mail server that hangs must not hold a page or the worker.
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = os.environ.get("TIEBEAM_EMAIL_FROM", "tiebeam@localhost")

TIEBEAM_ADDRESS = os.environ.get("TIEBEAM_ADDRESS", "http://127.0.0.1:8000").rstrip("/")
"""Where people reach the workspace: stands before the links of mails."""

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

TIEBEAM_TRANCHE_DAYS = _number("TIEBEAM_TRANCHE_DAYS", "30")
TIEBEAM_RECEIPT_DAYS = _number("TIEBEAM_RECEIPT_DAYS", "14")

TIEBEAM_AUDIT_KEY = Path(os.environ.get("TIEBEAM_AUDIT_KEY", HOME / "keys" / "audit.pem"))
TIEBEAM_AUDIT_ANCHORS = Path(os.environ.get("TIEBEAM_AUDIT_ANCHORS", HOME / "anchors"))
TIEBEAM_AUDIT_MAIL = _list("TIEBEAM_AUDIT_MAIL")
# A boundary layer (GeoJSON) of the operator's own, drawn below the map of pairs; none is brought.
TIEBEAM_BOUNDARY = Path(os.environ.get("TIEBEAM_BOUNDARY", HOME / "boundary.geojson"))

TIEBEAM_API_RATE = os.environ.get("TIEBEAM_API_RATE", "600/m")
"""Requests that one person may send to the programming interface."""
TIEBEAM_IS_PORTAL_OPEN = _flag("TIEBEAM_PORTAL")

LOG_LEVEL = os.environ.get("TIEBEAM_LOG_LEVEL", "WARNING").strip().upper()
if LOG_LEVEL not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
    raise ImproperlyConfigured(
        f"TIEBEAM_LOG_LEVEL={LOG_LEVEL!r}: expected DEBUG, INFO, WARNING or ERROR"
    )
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "tiebeam.site.logs.JsonFormatter"}},
    # At the handler too: some libraries set levels of their own, which the root does not hold back.
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "json", "level": LOG_LEVEL}
    },
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
}
